public import CStrategyABI
public import Trading

/// A running strategy as the engine calls it: an instance and a function, wherever they live.
public struct StrategyCall: @unchecked Sendable {
    public typealias Process =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<strategy_event_v1_t>?, Int,
            UnsafeMutablePointer<strategy_intents_v1_t>?
        ) -> Int

    let instance: UnsafeMutableRawPointer
    let process: Process
    /// Bit n set = it wants market events of type n.
    let events: UInt64

    /// The caller keeps instance and code alive as long as the engine.
    public init(instance: UnsafeMutableRawPointer, process: @escaping Process, events: UInt64) {
        self.instance = instance
        self.process = process
        self.events = events
    }
}

/// Running totals of one strategy.
public struct StrategyCounters: Sendable, BitwiseCopyable, Equatable {
    /// Calls of `process`, and events that it was given.
    public var calls: UInt64 = 0
    public var events: UInt64 = 0
    public var orders: UInt64 = 0
    public var fills: UInt64 = 0
    public var denials: UInt64 = 0
    /// Intents that could not be read.
    public var refusedIntents: UInt64 = 0
    public var signals: UInt64 = 0
    public var logLines: UInt64 = 0
    public var metrics: UInt64 = 0
    public init() {}
}

/// Which market events a strategy wants to see, of the instruments that it is bound to.
struct Interest: BitwiseCopyable {
    var events: UInt64 = 0
    /// 0 = bars of every length.
    var barInterval: Int64

    @inline(__always)
    func covers(_ record: EventRecord) -> Bool {
        guard events & record.kind.mask != 0 else { return false }
        return barInterval == 0 || record.kind != .bar || record.asBar.interval == barInterval
    }
}

/// What the engine keeps for one strategy.
struct StrategySlot {
    var call: StrategyCall?
    let account: Int32
    /// Bit n set = it may send orders of kind n.
    var orderKinds: UInt8
    var schedule: TradingSchedule?
    var interest: Interest
    var isEnabled = false
    /// An operator took its protective orders away for a while.
    var isProtectionSuspended = false
    /// It broke the contract so that it cannot go on; an operator has to look.
    var fault: IntentFault?
    /// Verdicts, fills and timers that it has not seen yet.
    var answers: [EventRecord] = []
    var counters = StrategyCounters()
    /// Answers of its own to what it was told, within one delivery.
    var replies = 0
    /// Timers between two market events.
    var timersFired = 0

    init(_ strategy: EngineSetup.Strategy) {
        account = Int32(strategy.account)
        orderKinds = strategy.orderKinds.reduce(0) { $0 | $1.mask }
        schedule = strategy.schedule
        interest = Interest(barInterval: strategy.timeframe?.interval ?? 0)
        answers.reserveCapacity(256)
    }
}

/// A line that a strategy wrote.
public struct StrategyLine: Sendable, Equatable {
    public let strategy: Int
    public let time: Timestamp
    /// STRATEGY_LOG_*.
    public let level: UInt32
    public let text: String
}
