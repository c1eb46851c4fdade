public import Trading

/// Backtests that clients ask for: each a process of its own, behind the host in everything.
public protocol BacktestHost: Sendable {
    func startBacktest(_ strategy: String, _ request: BacktestRequest, by requester: Requester)
        async throws(HostRefusal) -> BacktestView
    /// Newest first.
    func backtests(of strategy: String) async throws(HostRefusal) -> [BacktestView]
    func backtest(_ id: String, of strategy: String) async throws(HostRefusal) -> BacktestView
    /// Ends one that waits or runs.
    func cancelBacktest(_ id: String, of strategy: String, by requester: Requester) async throws(HostRefusal)
        -> BacktestView
    /// The page of one that is completed, as HTML.
    func backtestReport(_ id: String, of strategy: String) async throws(HostRefusal) -> String
    /// Of all strategies, those that wait or run and the latest that have ended; from memory, at once.
    func recentBacktests() -> [BacktestView]
}

public struct BacktestRequest: Sendable, Equatable {
    /// Empty = the strategy's own.
    public var instruments: [String]
    public var from: Timestamp
    public var to: Timestamp
    /// "1m"; nil = the strategy's own.
    public var timeframe: String?
    /// In the instruments' quote currency; nil = the account's opening balance.
    public var initialBalance: Money?
    /// Fraction of a fill's value.
    public var commission: Rate?
    /// Fraction of the price.
    public var slippage: Rate?
    /// Values that stand above the strategy's, in the order in which they came.
    public var parameters: [(name: String, text: String)] = []

    public init(instruments: [String], from: Timestamp, to: Timestamp) {
        self.instruments = instruments
        self.from = from
        self.to = to
    }

    public static func == (a: BacktestRequest, b: BacktestRequest) -> Bool {
        a.instruments == b.instruments && a.from == b.from && a.to == b.to && a.timeframe == b.timeframe
            && a.initialBalance == b.initialBalance && a.commission == b.commission && a.slippage == b.slippage
            && a.parameters.elementsEqual(b.parameters, by: ==)
    }
}

public struct BacktestView: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable { case queued, running, completed, failed }

    public var id: String
    public var strategy: String
    /// The strategy's account.
    public var account: String
    public var state: State
    public var instruments: [String]
    public var from: Timestamp
    public var to: Timestamp
    public var createdAt: Timestamp
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    /// From 0 to 1.
    public var progress: Double
    /// Why it failed.
    public var error: String?
    /// What `stratagem backtest --json` printed, once it is completed.
    public var result: JSONValue?

    public init(
        id: String, strategy: String, account: String, state: State, instruments: [String], from: Timestamp,
        to: Timestamp, createdAt: Timestamp, startedAt: Timestamp? = nil, endedAt: Timestamp? = nil,
        progress: Double = 0,
        error: String? = nil, result: JSONValue? = nil
    ) {
        self.id = id
        self.strategy = strategy
        self.account = account
        self.state = state
        self.instruments = instruments
        self.from = from
        self.to = to
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.progress = progress
        self.error = error
        self.result = result
    }
}
