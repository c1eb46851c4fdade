internal import func Glibc.pow

extension Performance {
    /// Compound annual growth rate: (1 + total return)^(1 / years) − 1, a year being 365.25 days. nil below one day, where
    /// the exponent says nothing, and when more than everything was lost.
    public static func annualizedReturn(totalReturn: Double, elapsedNanoseconds: Double) -> Double? {
        let days = elapsedNanoseconds / 86_400e9
        guard days >= 1, totalReturn >= -1 else { return nil }
        return defined(pow(1 + totalReturn, 365.25 / days) - 1)
    }
}
