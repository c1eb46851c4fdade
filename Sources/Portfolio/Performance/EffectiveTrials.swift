extension Performance {
    /// How many independent trials `count` ones are worth that are alike: ρ̂ + (1 − ρ̂)·M, ρ̂ being their average correlation,
    /// taken as 0 where it is below (D. H. Bailey and M. López de Prado, "The Deflated Sharpe Ratio", 2014, appendix 3).
    public static func effectiveTrials(count: Int, averageCorrelation: Double) -> Double {
        let correlation = min(max(averageCorrelation, 0), 1)
        return correlation + (1 - correlation) * Double(count)
    }

    /// The mean of Pearson's correlation over all pairs of `series`, which are of the same moments; those that do not vary are
    /// left out. With all of them standardised it follows from the length of their sum, so no pair is looked at. nil with fewer
    /// than 2 series that vary, or of different lengths.
    public static func averageCorrelation(_ series: [[Double]]) -> Double? {
        guard let length = series.first?.count, length >= 2 else { return nil }
        var sum = [Double](repeating: 0, count: length)
        var varying = 0.0
        for values in series {
            guard values.count == length else { return nil }
            guard values.contains(where: { $0 != values[0] }) else { continue }
            let mean = values.reduce(0, +) / Double(length)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let scale = squares.squareRoot()
            guard scale > 0 else { continue }
            varying += 1
            for index in 0..<length { sum[index] += (values[index] - mean) / scale }
        }
        guard varying >= 2 else { return nil }
        let together = sum.reduce(0) { $0 + $1 * $1 }
        return defined((together - varying) / (varying * (varying - 1)))
    }
}
