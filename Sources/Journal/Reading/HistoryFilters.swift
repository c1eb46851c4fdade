public import Trading

// Which rows a query wants: newest first, nil = any. Strategies and instruments are the engine's indices.

/// A span of time and a page of the rows in it.
public struct HistoryPage: Sendable, Equatable {
    /// Both ends are included.
    public var from: Timestamp?
    public var to: Timestamp?
    public var limit: Int
    public var offset: Int

    public init(from: Timestamp? = nil, to: Timestamp? = nil, limit: Int = 100, offset: Int = 0) {
        self.from = from
        self.to = to
        self.limit = limit
        self.offset = offset
    }
}

/// By the time of submission.
public struct OrderFilter: Sendable, Equatable {
    public var strategy: Int?
    public var instrument: Int?
    public var state: OrderState?
    /// Those of one of these only.
    public var accounts: [Int]?
    public var page: HistoryPage

    public init(
        strategy: Int? = nil, instrument: Int? = nil, state: OrderState? = nil, page: HistoryPage = HistoryPage()
    ) {
        self.strategy = strategy
        self.instrument = instrument
        self.state = state
        self.page = page
    }
}

public struct FillFilter: Sendable, Equatable {
    public var strategy: Int?
    public var instrument: Int?
    public var orderID: UInt64?
    /// Those of one of these only.
    public var accounts: [Int]?
    public var page: HistoryPage

    public init(
        strategy: Int? = nil, instrument: Int? = nil, orderID: UInt64? = nil, page: HistoryPage = HistoryPage()
    ) {
        self.strategy = strategy
        self.instrument = instrument
        self.orderID = orderID
        self.page = page
    }
}

public struct DenialFilter: Sendable, Equatable {
    public var strategy: Int?
    public var instrument: Int?
    public var rule: RuleID?
    /// Those of one of these only.
    public var accounts: [Int]?
    public var page: HistoryPage

    public init(strategy: Int? = nil, instrument: Int? = nil, rule: RuleID? = nil, page: HistoryPage = HistoryPage()) {
        self.strategy = strategy
        self.instrument = instrument
        self.rule = rule
        self.page = page
    }
}

/// By the time of the exit.
public struct RoundTripFilter: Sendable, Equatable {
    public var strategy: Int?
    public var page: HistoryPage

    public init(strategy: Int? = nil, page: HistoryPage = HistoryPage()) {
        self.strategy = strategy
        self.page = page
    }
}
