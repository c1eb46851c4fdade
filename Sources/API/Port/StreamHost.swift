public import Trading

/// What the host tells by itself. Nothing of it comes before it is durable.
public protocol StreamHost: Sendable {
    /// News after the place `cursor`, oldest first, at most `limit` of them. From memory, at once.
    func news(after cursor: UInt64, limit: Int) -> NewsPage
    /// The place before the first order event whose number is above `sequence`.
    func newsPlace(after sequence: UInt64) -> NewsPlace
    /// Yields when there is news; for one reader.
    func newsSignals() -> AsyncStream<Void>
    /// Where the market is now, for each want; nil = nothing is known of it yet.
    func pictures(_ wants: [MarketWant]) async -> [MarketPicture?]
}

/// Something that has happened.
public enum News: Sendable {
    /// The order as it is now.
    case order(OrderView)
    /// `trade`: of the execution engine, where the fill belongs to its entry.
    case fill(TradeView, account: String, trade: String?)
    case alert(AlertView)
    case session(SessionNews)
    case signal(SignalView)
}

extension News {
    /// Those that it concerns; none = everybody.
    var accounts: [String] {
        switch self {
        case .order(let order): [order.account]
        case .fill(_, let account, _): [account]
        case .alert(let alert): alert.accounts
        case .session(let session): session.accounts
        case .signal(let signal): signal.account.map { [$0] } ?? []
        }
    }
}

public struct NewsEntry: Sendable {
    /// Places count from 1 in each life of the host.
    public var place: UInt64
    /// Of the fact, over all lives; 0 = it is no fact.
    public var sequence: UInt64
    public var news: News
    public init(place: UInt64, sequence: UInt64, news: News) {
        self.place = place
        self.sequence = sequence
        self.news = news
    }
}

public struct NewsPage: Sendable {
    public var entries: [NewsEntry]
    /// What came directly after the cursor has been let go.
    public var hasGap: Bool
    public init(entries: [NewsEntry], hasGap: Bool) {
        self.entries = entries
        self.hasGap = hasGap
    }
}

public struct NewsPlace: Sendable {
    public var cursor: UInt64
    /// False = order events in between are no longer in memory, or the number was never given.
    public var isComplete: Bool
    /// Number of the newest durable fact.
    public var lastSequence: UInt64
    public init(cursor: UInt64, isComplete: Bool, lastSequence: UInt64) {
        self.cursor = cursor
        self.isComplete = isComplete
        self.lastSequence = lastSequence
    }
}

/// A trading session has begun or ended.
public struct SessionNews: Sendable {
    public var isStarted: Bool
    public var id: String
    /// "live", "paper", "backtest" or "collect".
    public var type: String
    public var symbols: [String]
    public var time: Timestamp
    /// Of its strategies; none = everybody hears of it.
    public var accounts: [String] = []
    public init(isStarted: Bool, id: String, type: String, symbols: [String], time: Timestamp) {
        self.isStarted = isStarted
        self.id = id
        self.type = type
        self.symbols = symbols
        self.time = time
    }
}

/// What of an instrument somebody wants to see; instruments by their full id.
public enum MarketWant: Hashable, Sendable {
    case tick(String)
    case candles(String, timeframe: String)
    case book(String)
    /// `indicators`: what is computed from the candles of a minute.
    case price(String, indicators: Bool)
}

public enum MarketPicture: Sendable, Equatable {
    case tick(TickView)
    /// The newest ones, ascending; all but the last are complete.
    case candles([CandleView], isLastFinal: Bool)
    case book(DepthView)
    case price(PriceView)
}

public struct PriceView: Sendable, Equatable {
    public var time: Timestamp
    /// nil = nobody quotes that side.
    public var bid: Price?
    public var ask: Price?
    /// Of the last trade; the middle of the quote where there are no trades.
    public var last: Price
    /// Of the current minute, in 1e-8 units.
    public var volume: Int128
    /// By name; 0 while one warms up.
    public var indicators: [(name: String, value: Double)] = []
    public init(time: Timestamp, bid: Price?, ask: Price?, last: Price, volume: Int128) {
        self.time = time
        self.bid = bid
        self.ask = ask
        self.last = last
        self.volume = volume
    }

    public static func == (a: PriceView, b: PriceView) -> Bool {
        a.time == b.time && a.bid == b.bid && a.ask == b.ask && a.last == b.last && a.volume == b.volume
    }
}
