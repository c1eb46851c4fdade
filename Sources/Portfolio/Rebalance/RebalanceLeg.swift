import Trading

/// Between which values a holding is left alone, in the account's currency.
struct RebalanceEdges {
    let low: Money
    let target: Money
    let high: Money

    /// `base` is what is left of `equity` at least: an edge holds for whatever lies between them.
    init(target: Rate, band: Rate, equity: Money, base: Money) {
        func least(_ share: Rate) -> Money { (share > .zero ? equity : base).times(share) }
        func most(_ share: Rate) -> Money { (share > .zero ? base : equity).times(share) }
        self.target = base.times(target)
        low = min(least(Rate(raw: target.raw - band.raw)), self.target)
        high = max(most(Rate(raw: target.raw + band.raw)), self.target)
    }
}

/// What is traded of one holding.
struct RebalanceLeg {
    let index: Int
    let value: Money
    private let holding: RebalanceHolding
    private let edges: RebalanceEdges
    private let side: Side
    /// Whole lots that end nearest to the target.
    private let direct: Int64
    private(set) var lots: Int64 = 0
    private(set) var obstacle: RebalancePlan.Obstacle?

    init(_ index: Int, _ holding: RebalanceHolding, _ value: Money, _ edges: RebalanceEdges) {
        self.index = index
        self.holding = holding
        self.value = value
        self.edges = edges
        side = value > edges.target ? .sell : .buy
        direct = RebalanceLeg.nearest(holding, side, edges.target)
        let edge = side == .sell ? edges.high : edges.low
        guard side == .sell ? value > edge : value < edge else { return }
        fit(min(holding.lots(side, to: edge), direct))
        // Without a band the nearest lots are all that can be had.
        let hasBand = edges.low < edges.high
        if obstacle == nil, hasBand, !(edges.low...edges.high).contains(valueAfter) { obstacle = .coarseLot }
    }

    private static func nearest(_ holding: RebalanceHolding, _ side: Side, _ target: Money) -> Int64 {
        let lots = holding.lots(side, to: target)
        guard lots > 0, let beyond = holding.value(after: lots, side),
            let before = holding.value(after: lots - 1, side)
        else { return lots }
        return (beyond - target).magnitude < (before - target).magnitude ? lots : lots - 1
    }

    /// So many lots, or as many as an order may have.
    private mutating func fit(_ wanted: Int64) {
        lots = wanted
        guard wanted > 0 else { return }
        let least = holding.leastLots
        if wanted < least {
            lots = least <= direct ? least : 0
            if lots == 0 { obstacle = .belowMinimum }
        }
        let most = holding.terms.maxQuantity.raw / holding.terms.lot.raw
        if lots > most {
            lots = most
            obstacle = .aboveMaximum
        }
    }

    var valueAfter: Money { holding.value(after: lots, side) ?? value }

    /// What could be sold on the way to the target.
    var surplus: Money { side == .sell && value > .zero ? max(valueAfter - edges.target, .zero) : .zero }

    mutating func sellMore(_ amount: Money) {
        fit(max(lots, min(direct, holding.lots(.sell, to: valueAfter - amount))))
    }

    func trade() throws(RebalancePlan.Problem) -> RebalancePlan.Trade {
        let quantity = Quantity(raw: lots * holding.terms.lot.raw)
        guard let traded = holding.value(quantity), let after = holding.value(after: lots, side) else {
            throw .uncountable(index: index)
        }
        return RebalancePlan.Trade(
            index: index, side: side, quantity: quantity, value: traded, cost: traded.times(holding.costRate),
            isShrinking: after.magnitude < value.magnitude)
    }
}
