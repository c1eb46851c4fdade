public import Trading

/// Target weights by rule.
public enum RebalanceWeights {
    /// The same for each; rounded down, so that they never add up to more than `invested`.
    public static func equal(_ count: Int, invested: Rate) -> [Rate] {
        guard count > 0 else { return [] }
        return Array(repeating: Rate(raw: invested.raw / Int64(count)), count: count)
    }

    /// In proportion to 1 / volatility: each adds the same risk where all correlations are the same (S. Maillard, T. Roncalli and
    /// J. Teïletche, "The Properties of Equally Weighted Risk Contribution Portfolios", 2010). nil where a volatility is not
    /// above 0.
    public static func inverseVolatility(_ volatilities: [Double], invested: Rate) -> [Rate]? {
        guard volatilities.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        let inverses = volatilities.map { 1 / $0 }
        let sum = inverses.reduce(0, +)
        guard sum.isFinite else { return nil }
        return inverses.map { Rate(raw: Int64($0 / sum * Double(invested.raw))) }
    }
}
