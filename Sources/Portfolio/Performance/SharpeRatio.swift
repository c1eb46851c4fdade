extension Performance {
    /// mean / standard deviation of the daily returns × √(returns per year), the risk-free rate being 0
    /// (W. F. Sharpe, "The Sharpe Ratio", 1994). nil with fewer than 2 returns or when they do not vary.
    public static func sharpeRatio(_ returns: DailyReturns) -> Double? {
        guard let deviation = returns.standardDeviation, deviation > 0 else { return nil }
        return defined(returns.mean / deviation * returns.perYear.squareRoot())
    }
}
