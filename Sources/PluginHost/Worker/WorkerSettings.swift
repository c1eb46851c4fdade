import Glibc

/// Where a strategy runs.
public enum StrategyIsolation: Sendable, Equatable {
    /// In this process: nothing between it and the host, a call costs nanoseconds.
    case host
    /// In a process of its own, which may end without harm to anyone else.
    case worker(WorkerSettings)
}

/// How a worker is made and what is borne from it.
public struct WorkerSettings: Sendable, Equatable {
    public enum Pace: Sendable, Equatable {
        /// The host waits for the answer to each block: what comes out is what host isolation gives, byte for byte.
        case lockStep
        /// The host goes on, and takes answers when they have come.
        case free
    }

    /// The program that is started with the word `worker`: the host's own.
    public var executable = "/proc/self/exe"
    public var pace: Pace
    /// So long both sides wait in a loop before they sleep: to wake a processor takes longer than most calls. `.max` =
    /// never asleep, a processor for each. Not where there is one processor.
    public var spinNanoseconds: Int64 = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 ? 20_000 : 0
    /// A call of the plugin that takes longer ends the worker.
    public var budgetNanoseconds: Int64 = 250_000_000
    /// Calls that take longer are counted.
    public var slowNanoseconds: Int64 = 1_000_000
    /// Beyond what the process has before it loads the plugin.
    public var memoryMaxBytes = 512 << 20
    /// false = as on a kernel without it.
    public var usesLandlock = true
    /// Loading a library and making an instance.
    public var startNanoseconds: Int64 = 20_000_000_000

    public init(_ pace: Pace) { self.pace = pace }
}
