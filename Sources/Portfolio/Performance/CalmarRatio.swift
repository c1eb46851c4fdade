extension Performance {
    /// annualized return / maximum drawdown, over the whole period (T. W. Young, 1991, took 36 months). nil without a
    /// drawdown.
    public static func calmarRatio(annualizedReturn: Double, maxDrawdown: Double) -> Double? {
        maxDrawdown > 0 ? defined(annualizedReturn / maxDrawdown) : nil
    }
}
