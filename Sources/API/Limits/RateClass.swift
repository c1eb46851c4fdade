/// What requests are counted together.
public enum RateClass: String, Sendable, CaseIterable {
    case auth
    case marketData = "market_data"
    /// Order entry.
    case trading
    /// Cancels and closes, counted apart: they never starve.
    case tradingExit = "trading_exit"
    case strategy, performance, websocket
    case standard = "default"
    /// Not counted: emergency stops, health.
    case unlimited = "none"
}
