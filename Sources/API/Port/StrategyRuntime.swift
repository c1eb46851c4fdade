/// How a strategy's code fares.
public struct StrategyRuntime: Sendable, Equatable {
    public var state = StrategyView.State.stopped
    public var generation = 1
    public var events: UInt64 = 0
    public var calls: UInt64 = 0
    public var faults: UInt64 = 0
    public var restarts: UInt64 = 0
    /// Calls that missed the soft budget, as far as they were seen: in the host some calls are timed, in a worker all.
    public var slowCalls: UInt64 = 0
    /// "host" or "worker"; empty = it has no instance.
    public var isolation = ""
    /// What keeps its worker from the rest of the machine, and sentences about what is missing.
    public var confinement: [String] = []
    public var confinementGaps: [String] = []
    /// Of its worker: memory, and events that it has not answered to yet; nil = it has none.
    public var residentBytes: UInt64?
    public var waitingEvents: UInt64?
    /// Of calls that were timed: in the host some of them, in a worker all since it was made.
    public var timedCalls: UInt64 = 0
    public var callNanoseconds50: UInt64 = 0
    public var callNanoseconds99: UInt64 = 0
    public var callNanosecondsMax: UInt64 = 0
    public init() {}
}
