public import Trading

/// Trading sessions: strategies that trade symbols within a budget, the market being recorded, or a backtest of what was recorded.
/// One runs at a time.
public protocol TradingSessionHost: Sendable {
    /// The one that runs, where it is the same and `request` is idempotent; else a new one, which ends the other.
    func startSession(_ request: TradingSessionRequest, by requester: Requester) async throws(HostRefusal)
        -> TradingSessionView
    func stopSession(_ id: String, by requester: Requester) async throws(HostRefusal) -> TradingSessionView
    func session(_ id: String) async throws(HostRefusal) -> TradingSessionView
    /// Newest first.
    func sessions(limit: Int) async throws(HostRefusal) -> [TradingSessionView]
    /// Sessions that recorded the market, newest first, and how many there are in all.
    func dataSessions(limit: Int) async throws(HostRefusal) -> (sessions: [DataSessionView], count: Int)
}

public enum SessionKind: String, Sendable, CaseIterable {
    case live, paper, backtest, collect
}

public struct TradingSessionRequest: Sendable, Equatable {
    public var kind: SessionKind
    public var symbols: [String]
    public var strategies: [String]
    /// Of all strategies together, in the account's currency.
    public var budget: Money?
    /// By strategy.
    public var allocations: [String: Money] = [:]
    /// Fractions of the entry price.
    public var stopLoss: Rate?
    public var takeProfit: Rate?
    /// A notional of one position, in the account's currency.
    public var maxPositionSize: Money?
    /// What a backtest plays, and how many times as fast as it was recorded; nil = as fast as possible.
    public var dataSession: String?
    public var acceleration: Rate?
    public var isIdempotent = false
    /// A session of other accounts, or another user's recording, does not end for this one; nil = any does.
    public var accounts: [String]?

    public init(kind: SessionKind, symbols: [String], strategies: [String]) {
        self.kind = kind
        self.symbols = symbols
        self.strategies = strategies
    }
}

public struct TradingSessionView: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        case running
        /// It came to its end.
        case completed
        /// A client ended it before its end, or another session took its place.
        case stopped
        case failed
    }

    public var id: String
    public var kind: SessionKind
    public var state: State
    public var symbols: [String]
    public var strategies: [String]
    public var startedBy: String
    public var startedAt: Timestamp
    public var endedAt: Timestamp?
    /// Of market data, that were recorded.
    public var records: Int
    public var problem: String?
    public var runs: [SessionRunView]

    public init(
        id: String, kind: SessionKind, state: State, symbols: [String], strategies: [String], startedBy: String,
        startedAt: Timestamp, endedAt: Timestamp? = nil, records: Int = 0, problem: String? = nil,
        runs: [SessionRunView] = []
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.symbols = symbols
        self.strategies = strategies
        self.startedBy = startedBy
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.records = records
        self.problem = problem
        self.runs = runs
    }
}

/// One strategy over one instrument of a backtest.
public struct SessionRunView: Sendable, Equatable {
    public var strategy: String
    public var instrument: String
    /// nil = it went well.
    public var problem: String?
    public var totalReturn: Double
    public var sharpeRatio: Double
    public var maxDrawdown: Double
    public var winRate: Double
    public var profitFactor: Double
    public var trades: Int

    public init(
        strategy: String, instrument: String, problem: String? = nil, totalReturn: Double = 0, sharpeRatio: Double = 0,
        maxDrawdown: Double = 0, winRate: Double = 0, profitFactor: Double = 0, trades: Int = 0
    ) {
        self.strategy = strategy
        self.instrument = instrument
        self.problem = problem
        self.totalReturn = totalReturn
        self.sharpeRatio = sharpeRatio
        self.maxDrawdown = maxDrawdown
        self.winRate = winRate
        self.profitFactor = profitFactor
        self.trades = trades
    }
}

public struct DataSessionView: Sendable, Equatable {
    public var session: TradingSessionView
    /// "tick_prices", "orderbook".
    public var dataTypes: [String]
    /// Until its end, or now.
    public var seconds: Int

    public init(session: TradingSessionView, dataTypes: [String], seconds: Int) {
        self.session = session
        self.dataTypes = dataTypes
        self.seconds = seconds
    }
}
