extension Performance {
    /// mean / downside deviation of the daily returns × √(returns per year), the target being 0. The downside deviation
    /// is √(Σ min(r, 0)² / n) over all n returns (F. A. Sortino and L. N. Price, 1994). nil with fewer than 2 returns or
    /// without a losing day.
    public static func sortinoRatio(_ returns: DailyReturns) -> Double? {
        guard returns.values.count >= 2 else { return nil }
        let squares = returns.values.reduce(0) { $0 + min($1, 0) * min($1, 0) }
        let downside = (squares / Double(returns.values.count)).squareRoot()
        guard downside > 0 else { return nil }
        return defined(returns.mean / downside * returns.perYear.squareRoot())
    }
}
