extension Performance {
    /// Σ (exit − entry) / trades, in seconds, from the opening fill to the fill that makes it flat. nil without a trade.
    public static func averageTradeDurationSeconds(_ trades: TradeTotals) -> Double? {
        trades.count > 0 ? defined(trades.seconds / Double(trades.count)) : nil
    }
}
