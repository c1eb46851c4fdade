public import CStrategyABI
public import Features
public import Trading

/// A running strategy as the engine calls it: an instance and its functions, wherever they live.
public struct StrategyCall: @unchecked Sendable {
    public typealias Process =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<strategy_event_v1_t>?, Int,
            UnsafeMutablePointer<strategy_intents_v1_t>?
        ) -> Int

    /// Takes the next intents that came after `process` had returned; 0 = done (there may be none), -1 = out of service.
    public typealias Poll =
        @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<strategy_intents_v1_t>?) -> Int

    /// Writes three counts of one that answers late: events that it was given, those of them that it has seen and whose
    /// answers can be taken, and those that it had seen when it gave the answer that was taken last.
    public typealias Position = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt64>?) -> Void

    let instance: UnsafeMutableRawPointer
    /// The instance behind a detour.
    private(set) var identity: UnsafeMutableRawPointer
    let process: Process
    /// Bit n set = it wants market events of type n.
    let events: UInt64
    /// What it wants to be given with every bar.
    public let features: FeatureList
    /// nil = all that it has to say is there when `process` returns.
    let poll: Poll?
    /// nil = it does not say what an answer belongs to.
    let position: Position?
    /// Its slot, counted from 1, as it stands in the call mark; 0 = its code is not run by the engine's thread.
    private(set) var mark: UInt64 = 0
    /// Its code runs in the call, so that a crash or a hang in it is the strategy's. Elsewhere it can be gone: a consumed
    /// count of -1 says so.
    let runsHere: Bool

    /// The caller keeps instance and code alive as long as the engine.
    public init(
        instance: UnsafeMutableRawPointer, process: @escaping Process, events: UInt64, features: FeatureList = .none,
        poll: Poll? = nil, position: Position? = nil, runsHere: Bool = true
    ) {
        self.instance = instance
        identity = instance
        self.process = process
        self.events = events
        self.features = features
        self.poll = poll
        self.position = position
        self.runsHere = runsHere
    }

    /// Calls the strategy, as the engine does.
    public func run(
        _ events: UnsafePointer<EventRecord>?, _ count: Int, _ intents: UnsafeMutablePointer<strategy_intents_v1_t>?
    ) -> Int { process(instance, events, count, intents) }

    /// The same strategy, called by a detour; for one whose code runs here.
    func by(_ instance: UnsafeMutableRawPointer, _ process: @escaping Process) -> StrategyCall {
        var call = StrategyCall(instance: instance, process: process, events: events, features: features)
        call.mark = mark
        call.identity = identity
        return call
    }

    /// As the call of that slot.
    func marked(_ slot: Int) -> StrategyCall {
        var call = self
        if runsHere { call.mark = CallMark.value(slot: slot) }
        return call
    }
}

/// What the engine writes to a place of the host's choice while it calls a strategy: the slot counted from 1 in the low
/// bits, the number of the call above them; 0 = it calls nobody.
public enum CallMark {
    public static var slotBits: UInt64 { 20 }

    /// nil = no strategy whose code runs in the call.
    public static func slot(_ mark: UInt64) -> Int? {
        let low = mark & (1 << slotBits - 1)
        return low == 0 ? nil : Int(low) - 1
    }

    static func value(slot: Int) -> UInt64 {
        precondition(slot < 1 << slotBits - 1, "slot \(slot) does not fit into a call mark")
        return UInt64(slot) + 1
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

    /// What has come after `before` was read.
    public func since(_ before: StrategyCounters) -> StrategyCounters {
        var difference = StrategyCounters()
        let counts: [WritableKeyPath<StrategyCounters, UInt64>] = [
            \.calls, \.events, \.orders, \.fills, \.denials, \.refusedIntents, \.signals, \.logLines, \.metrics,
        ]
        for count in counts { difference[keyPath: count] = self[keyPath: count] - before[keyPath: count] }
        return difference
    }
}

/// Which market events a strategy wants to see, of the instruments that it is bound to.
struct Interest: BitwiseCopyable {
    var events: UInt64 = 0
    /// 0 = bars of every length.
    var barInterval: Int64

    @inline(__always)
    func covers(_ record: EventRecord) -> Bool {
        guard events & record.kind.mask != 0 else { return false }
        return !looksInside(record.kind) || record.asBar.interval == barInterval
    }

    /// Of events of a kind, more than the kind decides.
    @inline(__always)
    func looksInside(_ kind: EventType) -> Bool { barInterval != 0 && kind == .bar }
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
    /// It broke the contract so that it cannot go on.
    var fault: IntentFault?
    /// What becomes of its orders and positions when it fails.
    var onFault: StopPolicy
    /// Verdicts, fills and timers that it has not seen yet.
    var answers: [EventRecord] = []
    var counters = StrategyCounters()
    /// Intents that could not be taken since its last order.
    var refusedInRow = 0
    /// Answers of its own to what it was told, within one delivery.
    var replies = 0
    /// Timers between two market events.
    var timersFired = 0

    init(_ strategy: EngineSetup.Strategy) {
        account = Int32(strategy.account)
        orderKinds = strategy.orderKinds.reduce(0) { $0 | $1.mask }
        schedule = strategy.schedule
        onFault = strategy.onFault
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
