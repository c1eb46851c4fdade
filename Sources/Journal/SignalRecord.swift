public import Trading

/// A signal as it is now; the newest record of an id counts. Times are the market's, the instrument is the engine's index.
public struct SignalRecord: Sendable, Equatable {
    public enum Source: Int, Sendable, CaseIterable {
        /// The host's own, by the clock.
        case model = 0
        case strategy = 1
        /// Somebody asked for it.
        case request = 2
        case test = 3
    }

    public enum Direction: Int, Sendable, CaseIterable {
        case hold = 0
        case buy = 1
        case sell = 2
    }

    public enum Status: Int, Sendable, CaseIterable {
        case pending = 0
        case executed = 1
        /// Its horizon has passed without it.
        case cancelled = 2
    }

    public enum Verdict: Int, Sendable, CaseIterable {
        /// Its horizon has not passed.
        case undecided = 0
        case right = 1
        case wrong = 2
        /// Nobody saw the price at the end of its horizon.
        case unknown = 3
    }

    public var id: UInt64
    public var instrument: Int
    public var source: Source
    /// The model, the strategy or the scenario that it comes from.
    public var origin: String
    /// The engine's index, of a strategy's; nil = it is everybody's.
    public var account: Int?
    public var direction: Direction
    /// 0…1, and −1…1.
    public var confidence: Double
    public var strength: Double
    /// Which side levels are made for; a signal to hold leans, too.
    public var isUp: Bool
    /// Of the bars behind it.
    public var timeframe: String
    public var entry = Price.zero
    public var stop = Price.zero
    public var target = Price.zero
    public var riskReward = 0.0
    /// Which it is judged by.
    public var marketPrice = Price.zero
    /// Within which a signal to hold is right.
    public var band = Price.zero
    /// Order-flow imbalance, −1…1; nil = the market showed none.
    public var sentiment: Double?
    /// Features that were known.
    public var featureCount = 0
    /// What else is told of it, as JSON.
    public var detailJSON = "{}"
    public var status = Status.pending
    public var generatedAt: Timestamp
    /// When its horizon has passed.
    public var dueAt: Timestamp
    public var executedAt: Timestamp?
    /// It counts for the accuracy.
    public var isCounted = true
    public var verdict = Verdict.undecided
    /// Zero until the horizon has passed.
    public var outcomePrice = Price.zero
    /// The trade that executed it; 0 = none did.
    public var trade: UInt64 = 0
    public var bridging = SignalBridging()

    public init(
        id: UInt64, instrument: Int, source: Source, origin: String, direction: Direction, confidence: Double,
        strength: Double, isUp: Bool, timeframe: String, generatedAt: Timestamp, dueAt: Timestamp
    ) {
        self.id = id
        self.instrument = instrument
        self.source = source
        self.origin = origin
        self.direction = direction
        self.confidence = confidence
        self.strength = strength
        self.isUp = isUp
        self.timeframe = timeframe
        self.generatedAt = generatedAt
        self.dueAt = dueAt
    }
}

/// What the bridge made of a signal.
public struct SignalBridging: Sendable, Equatable {
    public enum State: Int, Sendable, CaseIterable {
        /// It is none of the bridge's: it was made by a client, or while the bridge was off.
        case outside = 0
        /// It makes no order: it holds, is below the threshold, or somebody else has executed it.
        case passed = 1
        /// Its order is still to come.
        case waiting = 2
        /// It has become an order.
        case sent = 3
        /// It could not become one: a dead letter.
        case dead = 4
    }

    public var state = State.outside
    /// How often an order was tried.
    public var attempts = 0
    /// When it was sent, passed or given up, by the market's time.
    public var endedAt: Timestamp?
    /// The gate's rule that denied the order; empty = none did.
    public var rule = ""
    /// Why there is no order, or none yet.
    public var reason = ""

    public init(_ state: State = .outside) { self.state = state }
}

/// How many signals the bridge has taken in, by what became of them.
public struct BridgeTally: Sendable, Equatable {
    public var passed = 0
    public var waiting = 0
    public var sent = 0
    public var dead = 0
    /// When the last one was passed, sent or given up, by the market's time; nil = none was.
    public var lastEndedAt: Timestamp?

    public init() {}

    /// Those that it is through with.
    public var processed: Int { passed + sent + dead }

    /// A signal has moved from one state to another.
    public mutating func count(_ old: SignalBridging?, _ new: SignalBridging) {
        if let old { add(-1, to: old.state) }
        add(1, to: new.state)
        if let ended = new.endedAt { lastEndedAt = max(lastEndedAt ?? ended, ended) }
    }

    mutating func add(_ count: Int, to state: SignalBridging.State) {
        switch state {
        case .outside: break
        case .passed: passed += count
        case .waiting: waiting += count
        case .sent: sent += count
        case .dead: dead += count
        }
    }
}

/// Which signals are wanted; nil = any.
public struct SignalFilter: Sendable, Equatable {
    public var instrument: Int?
    public var status: SignalRecord.Status?
    /// Everybody's, and those of one of these only.
    public var accounts: [Int]?
    /// Those that are everybody's are among them.
    public var includesCommon = true
    public var bridge: SignalBridging.State?
    public var page: HistoryPage

    public init(
        instrument: Int? = nil, status: SignalRecord.Status? = nil, accounts: [Int]? = nil,
        page: HistoryPage = HistoryPage()
    ) {
        self.instrument = instrument
        self.status = status
        self.accounts = accounts
        self.page = page
    }
}

/// Counted signals of one instrument since a time, by what became of them.
public struct SignalTally: Sendable, Equatable {
    public var instrument: Int
    public var right = 0
    public var wrong = 0
    public var undecided = 0
    public var unknown = 0
    /// Sum over those that are decided.
    public var confidence = 0.0

    public init(instrument: Int) { self.instrument = instrument }
    public var decided: Int { right + wrong }
}
