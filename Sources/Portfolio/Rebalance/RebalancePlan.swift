public import Trading

/// The least that has to be traded to bring each weight of an account (value / equity) into its band.
///
/// Where costs are proportional to what is traded, it is best to leave a weight alone within a band around its target, and to
/// bring one from outside to the nearest edge of the band (M. H. A. Davis and A. R. Norman, "Portfolio Selection with Transaction
/// Costs", 1990). The band is given here, not derived. Each trade is in whole lots and ends inside its edge; it never goes
/// beyond what trading to the exact target would take, so that the sum is never above that of this direct solution. Edges
/// and targets are of the equity that is left when costs are paid, bounded by those of the direct solution. What purchases
/// need beyond equity × leverage is raised by selling more of what is above its target.
public struct RebalancePlan: Sendable, Equatable {
    public struct Trade: Sendable, Equatable {
        /// Of the holding.
        public var index: Int
        public var side: Side
        public var quantity: Quantity
        /// Positive, in the account's currency.
        public var value: Money
        public var cost: Money
        /// It makes the position smaller: such trades come first, and pay for the others.
        public var isShrinking: Bool
    }

    /// What keeps a weight outside of its band.
    public enum Obstacle: Sendable, Equatable {
        /// A trade up to the target is smaller than an order may be.
        case belowMinimum
        /// One order may not be so large; the rest is for the next time.
        case aboveMaximum
        /// No whole number of lots ends in the band.
        case coarseLot
    }

    public enum Problem: Error, Sendable, Equatable {
        case noEquity
        /// The value of this holding is beyond what can be counted.
        case uncountable(index: Int)
    }

    /// Shrinking ones first, then in the holdings' order.
    public private(set) var trades: [Trade] = []
    /// By holding, as they are.
    public private(set) var weights: [Rate] = []
    public private(set) var obstacles: [Int: Obstacle] = [:]
    /// No weight is outside of its band.
    public private(set) var isWithinBands = true

    /// Σ of what is traded.
    public var turnover: Money { trades.reduce(.zero) { $0 + $1.value } }
    public var cost: Money { trades.reduce(.zero) { $0 + $1.cost } }

    /// `band`: how far a weight may be from its target. `leverage`: how much of equity may be invested. `isForced`: the direct
    /// solution, every weight to its target whether it is within its band or not.
    public init(
        equity: Money, _ holdings: [RebalanceHolding], band: Rate, leverage: Rate = .one, isForced: Bool = false
    ) throws(Problem) {
        guard equity > .zero else { throw .noEquity }
        var values: [Money] = []
        for (index, holding) in holdings.enumerated() {
            guard let value = holding.value(holding.quantity) else { throw .uncountable(index: index) }
            values.append(value)
        }
        weights = values.map { $0.share(of: equity) }
        isWithinBands = zip(holdings, values).allSatisfy { holding, value in
            guard let target = holding.target else { return true }
            let (low, high) = (Rate(raw: target.raw - band.raw), Rate(raw: target.raw + band.raw))
            return value >= equity.times(low) && value <= equity.times(high)
        }
        guard isForced || !isWithinBands else { return }

        let base = equity - RebalancePlan.costBound(equity, holdings, values)
        var legs: [RebalanceLeg] = []
        for (index, holding) in holdings.enumerated() {
            guard let target = holding.target else { continue }
            let edges = RebalanceEdges(
                target: target, band: isForced ? .zero : band, equity: isForced ? base : equity, base: base)
            legs.append(RebalanceLeg(index, holding, values[index], edges))
        }
        RebalancePlan.raise(base.share(leverage), for: &legs, holdings, values)
        for leg in legs where leg.lots > 0 { trades.append(try leg.trade()) }
        trades.sort { ($0.isShrinking ? 0 : 1, $0.index) < ($1.isShrinking ? 0 : 1, $1.index) }
        for leg in legs { obstacles[leg.index] = leg.obstacle }
    }

    private static let one = Int128(Rate.one.raw)

    /// What the direct solution costs at most. Its targets are those of equity less this very bound C, which adds to each
    /// trade up to target × C: C = Σ costRate × (direct trade + a lot) / (1 − Σ costRate × target).
    private static func costBound(_ equity: Money, _ holdings: [RebalanceHolding], _ values: [Money]) -> Money {
        var (direct, again) = (Money.zero, Int128(0))
        for (holding, value) in zip(holdings, values) {
            guard let target = holding.target else { continue }
            let lot = holding.value(holding.terms.lot) ?? .zero
            direct += ((value - equity.times(target)).magnitude + lot).times(holding.costRate)
            again += Int128(target.raw) * Int128(holding.costRate.raw) / one + 1
        }
        if direct == .zero { return .zero }
        guard again < one else { return equity }
        let bound = Rounding.halfEven(direct.raw, times: one, over: one - again)
        return min(bound.map { Money(raw: $0 + 1) } ?? equity, equity)
    }

    /// Sells more of what is above its target, of the largest surplus first, until what is bought fits into `most`.
    private static func raise(
        _ most: Money, for legs: inout [RebalanceLeg], _ holdings: [RebalanceHolding], _ values: [Money]
    ) {
        var invested = zip(holdings, values).reduce(Money.zero) { $0 + ($1.0.target == nil ? $1.1.magnitude : .zero) }
        invested = legs.reduce(invested) { $0 + $1.valueAfter.magnitude }
        let bought = legs.reduce(Money.zero) { $0 + max($1.valueAfter.magnitude - $1.value.magnitude, .zero) }
        var missing = min(invested - most, bought)
        let order = legs.indices.sorted { (legs[$0].surplus, legs[$1].index) > (legs[$1].surplus, legs[$0].index) }
        for place in order where missing > .zero && legs[place].surplus > .zero {
            let before = legs[place].valueAfter
            legs[place].sellMore(missing)
            missing -= before - legs[place].valueAfter
        }
    }
}

extension Money {
    /// As a fraction of `whole` > 0, half-even; beyond what a rate holds, the largest.
    fileprivate func share(of whole: Money) -> Rate {
        let raw = Rounding.halfEven(raw, times: Int128(Rate.one.raw), over: whole.raw)
        return Rate(raw: Int64(clamping: raw ?? (self.raw < 0 ? .min : .max)))
    }
}
