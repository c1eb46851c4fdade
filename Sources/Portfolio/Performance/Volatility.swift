extension Performance {
    /// Standard deviation of the daily returns × √(returns per year). nil with fewer than 2 returns.
    public static func volatility(_ returns: DailyReturns) -> Double? {
        returns.standardDeviation.flatMap { defined($0 * returns.perYear.squareRoot()) }
    }
}
