/// A Sharpe ratio as it was measured, with what tells how far it can be trusted. Nothing in it is annualised.
public struct SharpeEstimate: Sendable, Equatable {
    /// mean / standard deviation (of a sample) of the returns of a period, the risk-free rate being 0.
    public var ratio: Double
    /// Returns that it was measured on.
    public var count: Int
    /// Third standardised moment of the returns, m₃ / m₂^1.5; 0 for normal ones.
    public var skewness: Double
    /// Fourth standardised moment, m₄ / m₂²; 3 for normal returns.
    public var kurtosis: Double

    public init(ratio: Double, count: Int, skewness: Double, kurtosis: Double) {
        self.ratio = ratio
        self.count = count
        self.skewness = skewness
        self.kurtosis = kurtosis
    }

    /// nil with fewer than 2 returns or when they do not vary.
    public init?(_ returns: [Double]) {
        guard returns.count >= 2, returns.contains(where: { $0 != returns[0] }) else { return nil }
        let count = Double(returns.count)
        let mean = returns.reduce(0, +) / count
        func moment(_ power: Int) -> Double {
            returns.reduce(0) { sum, value in
                sum + (0..<power).reduce(1) { product, _ in product * (value - mean) }
            } / count
        }
        let variance = moment(2)
        guard variance > 0 else { return nil }
        ratio = mean / (variance * count / (count - 1)).squareRoot()
        self.count = returns.count
        skewness = moment(3) / (variance * variance.squareRoot())
        kurtosis = moment(4) / (variance * variance)
        guard [ratio, skewness, kurtosis].allSatisfy(\.isFinite) else { return nil }
    }
}
