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

    /// Value at risk at 95 % of `periods` periods of what is held now: −z₀.₀₅ · √(Σ rₜ² / n) · √periods, rₜ = Σ weightᵢ · returnᵢₜ,
    /// a fraction of what the weights are of. The mean counts as 0, as RiskMetrics has it: that of a short sample, times many
    /// periods, is noise beyond the risk itself. `returns`: of each holding for the same moments. 0 for nothing held, nil
    /// with fewer than ten moments.
    public static func heldValueAtRisk95(
        weights: [Double], returns: [[Double]], periods: Double
    ) -> Double? {
        guard !weights.isEmpty else { return 0 }
        guard let count = returns.map(\.count).min(), count >= 10 else { return nil }
        var squares = 0.0
        for moment in 0..<count {
            let value = zip(weights, returns).reduce(0) { $0 + $1.0 * $1.1[moment] }
            squares += value * value
        }
        return defined(-normalPercentile5 * (squares / Double(count)).squareRoot() * periods.squareRoot())
    }
}
