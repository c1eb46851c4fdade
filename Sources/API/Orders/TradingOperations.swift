/// Strategies, plugins, orders, positions and trades (document 004).
public enum TradingOperations {
    public static var all: [APIOperation] {
        strategies + backtests + functions + generations + logs + plugins + orders + positions + trades
    }
}
