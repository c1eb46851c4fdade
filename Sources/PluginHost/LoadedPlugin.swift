public import CStrategyABI
public import Features

/// A plugin, described and checked; in memory, unless a worker has described it. It stays in memory as long as the process:
/// a Swift image that is closed takes the host with it at the next dynamic cast.
///
/// The pointers in it lead to the plugin's constant tables, hence `@unchecked Sendable`.
public struct LoadedPlugin: @unchecked Sendable {
    /// Letters, digits and _.
    public let id: String
    public let name: String
    public let version: String
    public let description: String
    /// Bit n = it wants events of type n.
    public let events: UInt64
    public let parameters: [PluginParameter]
    /// What operators may call by name.
    public let exportedFunctions: [PluginFunction]
    /// What it wants to be given with every bar.
    public let features: FeatureList
    /// The file that was asked for.
    public let path: String
    /// The copy that is in memory, or that workers load.
    public let generationPath: String
    public let generation: Int
    /// Minor version of the ABI that it was compiled with; may be newer than the host's.
    public let abiMinor: UInt32
    /// Of the bytes of that copy, hexadecimal.
    public internal(set) var sha256 = ""
    /// Why it may be used.
    public internal(set) var trust = PluginTrust.Verdict.unrestricted
    /// It can write its memory as bytes.
    public let hasState: Bool
    /// nil = it is not in this process's memory.
    let code: PluginCode?

    /// Its code is in this process's memory, so that instances can be made here; in workers they always can.
    public var isInMemory: Bool { code != nil }
    public var descriptor: UnsafePointer<strategy_descriptor_v1_t>? { code?.descriptor }
    var functions: PluginFunctions? { code?.functions }
}

/// Where the plugin's code lies in this process.
struct PluginCode {
    var descriptor: UnsafePointer<strategy_descriptor_v1_t>
    var functions: PluginFunctions
}

/// The plugin's tables, copied by min(struct_size, own size); functions that are not optional are known to be there.
struct PluginFunctions {
    typealias Create =
        @convention(c) (
            UnsafePointer<strategy_descriptor_v1_t>?, UnsafePointer<strategy_config_v1_t>?,
            UnsafeMutablePointer<CChar>?, Int
        ) -> UnsafeMutableRawPointer?

    var create: Create
    var destroy: @convention(c) (UnsafeMutableRawPointer?) -> Void
    var process: StrategyProcess
    var parameters: strategy_params_v1_t?
    var state: strategy_state_v1_t?
    var log: strategy_log_ext_v1_t?
}

/// Takes what a strategy has answered since; 0 = done (there may be nothing), -1 = it is out of service.
public typealias StrategyPoll =
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<strategy_intents_v1_t>?) -> Int

/// Writes three counts: events that a worker was given, those that it has seen and whose answers can be taken, and those
/// that it had seen when it gave the answer that was taken last.
public typealias StrategyPosition = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt64>?) -> Void

/// A block of events in, a block of intents out (strategy_abi.h, `process`).
public typealias StrategyProcess =
    @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<strategy_event_v1_t>?, Int, UnsafeMutablePointer<strategy_intents_v1_t>?
    ) -> Int
