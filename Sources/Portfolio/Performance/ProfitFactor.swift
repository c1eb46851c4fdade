extension Performance {
    /// Σ net profit of the winning trades / −Σ net result of the losing ones. nil without a losing trade.
    public static func profitFactor(_ trades: TradeTotals) -> Double? {
        trades.grossLoss > 0 ? defined(trades.grossProfit / trades.grossLoss) : nil
    }
}
