extension Performance {
    /// Euler's and Mascheroni's constant.
    private static let gamma = 0.577_215_664_901_532_9
    private static let e = 2.718_281_828_459_045

    /// The largest Sharpe ratio to expect of `trials` independent strategies that are worth nothing, whose measured ratios have
    /// the variance `variance`: √V·((1 − γ)·z(1/N) + γ·z(1/(N·e))), z(p) being exceeded with the probability p
    /// (D. H. Bailey and M. López de Prado, "The Deflated Sharpe Ratio", 2014). In the unit of the ratios; 0 for one trial, and
    /// not below.
    public static func expectedMaximumSharpeRatio(trials: Double, variance: Double) -> Double {
        guard trials > 1, variance > 0 else { return 0 }
        let quantiles =
            (1 - gamma) * NormalDistribution.upperQuantile(1 / trials)
            + gamma * NormalDistribution.upperQuantile(1 / (trials * e))
        return max(0, variance.squareRoot() * quantiles)
    }

    /// The probability that a strategy which was chosen as the best of `trials` has a true Sharpe ratio above 0: the
    /// probabilistic Sharpe ratio over the largest one to expect by luck. `variance` is that of the trials' ratios of one
    /// period, as `estimate` is of one period.
    public static func deflatedSharpeRatio(
        _ estimate: SharpeEstimate, trials: Double, variance: Double
    ) -> Double? {
        probabilisticSharpeRatio(
            estimate, benchmark: expectedMaximumSharpeRatio(trials: trials, variance: variance))
    }
}
