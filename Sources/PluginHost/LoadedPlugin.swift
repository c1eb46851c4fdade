public import CStrategyABI

/// A plugin in memory, described and checked. It stays in memory as long as the process: a Swift image that is closed
/// takes the host with it at the next dynamic cast.
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
    /// The file that was asked for.
    public let path: String
    /// The copy that is in memory.
    public let generationPath: String
    public let generation: Int
    /// Minor version of the ABI that it was compiled with; may be newer than the host's.
    public let abiMinor: UInt32
    public let descriptor: UnsafePointer<strategy_descriptor_v1_t>

    let functions: PluginFunctions

    /// It can write its memory as bytes.
    public var hasState: Bool { functions.state != nil }
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

/// A block of events in, a block of intents out (strategy_abi.h, `process`).
public typealias StrategyProcess =
    @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<strategy_event_v1_t>?, Int, UnsafeMutablePointer<strategy_intents_v1_t>?
    ) -> Int
