extension Performance {
    /// The 5th percentile of the standard normal distribution.
    static let normalPercentile5 = -1.6448536269514729

    /// Parametric value at risk at 95 % of `periods` periods: −(μ·n + z₀.₀₅·σ·√n) for normally distributed returns
    /// (J.P. Morgan and Reuters, "RiskMetrics – Technical Document", 1996), as a fraction of equity, 0 when that is a gain.
    /// nil with fewer than 2 returns.
    public static func parametricValueAtRisk95(_ returns: DailyReturns, periods: Double = 1) -> Double? {
        guard let deviation = returns.standardDeviation else { return nil }
        let percentile = returns.mean * periods + normalPercentile5 * deviation * periods.squareRoot()
        return percentile < 0 ? defined(-percentile) : 0
    }
}
