extension Performance {
    /// The probability that the true Sharpe ratio is above `benchmark`, both of one period:
    /// Φ((SR − SR*)·√(T − 1) / √(1 − γ₃·SR + (γ₄ − 1)/4·SR²)), T returns, skewness γ₃, kurtosis γ₄
    /// (D. H. Bailey and M. López de Prado, "The Sharpe Ratio Efficient Frontier", 2012). nil where the root is of nothing.
    public static func probabilisticSharpeRatio(_ estimate: SharpeEstimate, benchmark: Double = 0) -> Double? {
        let ratio = estimate.ratio
        let spread = 1 - estimate.skewness * ratio + (estimate.kurtosis - 1) / 4 * ratio * ratio
        guard estimate.count >= 2, spread > 0 else { return nil }
        let deviations = (ratio - benchmark) * Double(estimate.count - 1).squareRoot() / spread.squareRoot()
        return defined(NormalDistribution.cumulative(deviations))
    }
}
