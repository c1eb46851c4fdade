extension Performance {
    /// winning trades / trades; a winning trade has a net profit above 0. nil without a trade.
    public static func winRate(_ trades: TradeTotals) -> Double? {
        trades.count > 0 ? Double(trades.wins) / Double(trades.count) : nil
    }
}
