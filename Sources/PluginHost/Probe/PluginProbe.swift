internal import FoundationEssentials
internal import Glibc
public import Trading

/// Tries a library in a process of its own, where it may crash, hang or end the process without harm. All calls block until
/// the probe has ended, and a probe is ended when it takes too long.
///
///     let problems = probe.describe(copy)      // [] = it loads, describes itself and makes an instance
public struct PluginProbe: Sendable {
    /// The program that has the command `probe`.
    public let executable: String

    public init(executable: String) { self.executable = executable }

    /// The program that this is, or the one that lies beside it; nil where there is none (another program's library).
    public static let own: PluginProbe? = {
        guard let folder = PluginDiscovery.executableFolder else { return nil }
        let path = (folder == "/" ? "" : folder) + "/stratagem"
        return access(path, X_OK) == 0 ? PluginProbe(executable: path) : nil
    }()

    /// Loads the library at `path`, which nobody may change meanwhile, reads its description and makes an instance with the
    /// default parameters. Every reason why that fails; a library that fails here must not be loaded into the host.
    public func describe(_ path: String) -> [PluginProblem] {
        var request = ProbeRequest(work: .describe, library: path)
        request.setting = Self.practice
        let outcome = ProbeProcess.run(request, executable: executable)
        if let end = outcome.end { return [.probe("it \(end) while it \(outcome.step.text)")] }
        return outcome.refusals.filter { !$0.isAboutConfiguration }
    }

    /// Calls a function as the host is about to: on a fresh instance with the same instruments, parameters and memory.
    /// The answer that it gave there, or why it must not be called in the host. `isConfined`: with no more rights than it
    /// has in a worker.
    public func call(
        _ function: PluginFunction, of plugin: LoadedPlugin, _ arguments: [FunctionValue], instruments: [Instrument],
        bound: [UInt32], seed: UInt64, parameters: [(name: String, text: String)], state: StrategyState?,
        isConfined: Bool = false
    ) -> Result<FunctionValue, ProbeFailure> {
        var request = ProbeRequest(work: .call, library: plugin.generationPath)
        request.isConfined = isConfined
        request.setting.instruments = instruments.map(ProbeSetting.Listing.init)
        request.setting.bound = bound
        request.setting.seed = seed
        request.setting.parameters = Dictionary(parameters.map { ($0.name, $0.text) }) { $1 }
        request.setting.memory = state.map {
            ProbeSetting.Memory(version: $0.schemaVersion, hash: $0.schemaHash, bytes: Data($0.bytes))
        }
        request.function = function.name
        request.arguments = arguments
        let outcome = ProbeProcess.run(request, executable: executable)
        if let end = outcome.end { return .failure(.ended("it \(end) while it \(outcome.step.text)")) }
        if let problem = outcome.refusals.first { return .failure(.ended(problem.text)) }
        for case .failure(let failure) in outcome.lines { return .failure(.function(failure)) }
        for case .value(let value) in outcome.lines { return .success(value) }
        return .failure(.ended("it gave no answer"))
    }

    /// What a library is tried on where no strategy says otherwise.
    static let practice: ProbeSetting = {
        let listing = { (id: String, tick: Int64) in
            ProbeSetting.Listing(
                id: id, quoteCurrency: "USDT", tick: tick, lot: 1_000, minQuantity: 1_000,
                maxQuantity: 100_000_000_000_000, multiplier: 1)
        }
        var setting = ProbeSetting()
        setting.instruments = [listing("BTC_USDT", 10_000_000), listing("ETH_USDT", 10_000_000)]
        setting.bound = [0, 1]
        return setting
    }()
}

/// Why a function must not be called in the host.
public enum ProbeFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The probe came to an end, or never got as far as the call.
    case ended(String)
    case function(FunctionFailure)

    public var description: String {
        switch self {
        case .ended(let text): text
        case .function(let failure): failure.description
        }
    }
}

extension ProbeProcess.Outcome {
    var refusals: [PluginProblem] {
        lines.flatMap { line -> [PluginProblem] in if case .refused(let problems) = line { problems } else { [] } }
    }
}

extension PluginProblem {
    /// A plugin may well not want the practice instruments or its defaults: that is for the strategy's own start to say.
    var isAboutConfiguration: Bool {
        switch self {
        case .creation, .validation, .parameter: true
        default: false
        }
    }
}
