/// What a client can listen to. Market topics carry the name that the client used: events come back under it.
enum Topic: Hashable, Sendable {
    /// 004's own updates: orders, positions, strategies, sessions, backtests.
    case desk
    /// The same orders as Server-Sent Events.
    case orderEvents
    /// The executions of an instrument.
    case trades(String, shown: String)
    case ticks(String, shown: String)
    case candles(String, timeframe: String, shown: String)
    case book(String, depth: Int, shown: String)
    /// 003's price_update.
    case prices(String, volume: Bool, indicators: Bool, shown: String)
    /// 000's market-data events (SSE).
    case marketData(String, shown: String)
    /// 002's trade_update.
    case executions
    /// 003's system events, by their type.
    case events(SystemEvent)
    /// 002's signals.
    case signals

    /// What has to be asked of the market for it; nil = it is no market topic.
    var want: MarketWant? {
        switch self {
        case .ticks(let id, _): .tick(id)
        case .candles(let id, let timeframe, _): .candles(id, timeframe: timeframe)
        case .book(let id, _, _): .book(id)
        case .prices(let id, _, let indicators, _): .price(id, indicators: indicators)
        case .marketData(let id, _): .price(id, indicators: false)
        case .desk, .orderEvents, .trades, .executions, .events, .signals: nil
        }
    }
}

enum SystemEvent: String, Sendable, CaseIterable {
    case signalGenerated = "signal_generated"
    case tradeExecuted = "trade_executed"
    case riskAlert = "risk_alert"
}

/// What a newer message takes the place of, when a client has not read the older one yet. Order events have none.
enum Conflation: Hashable, Sendable {
    case topic(Topic)
    case position(String)
    case strategy(String)
    case backtest(String)
    case alert(String)
}
