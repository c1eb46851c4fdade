extension Performance {
    /// Historical value at risk of one day at 95 %: the loss at the 5th percentile of the daily returns, as a fraction of
    /// equity, 0 when that return is a gain. The percentile interpolates linearly between order statistics (method 7 of
    /// R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", 1996). nil with fewer than 2 returns.
    public static func valueAtRisk95(_ returns: DailyReturns) -> Double? {
        guard returns.values.count >= 2, returns.values.allSatisfy(\.isFinite) else { return nil }
        let sorted = returns.values.sorted()
        let position = 0.05 * Double(sorted.count - 1)
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        let percentile = sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
        return percentile < 0 ? -percentile : 0
    }
}
