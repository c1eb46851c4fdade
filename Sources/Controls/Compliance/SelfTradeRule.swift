import Trading

/// compliance.self-trade: an order may not meet a resting order of the same owner. A reducing order passes, and the
/// resting side is cancelled first.
enum SelfTradeRule {
    /// Returns whether the owner's resting orders on the other side have to go first.
    static func check(_ order: OrderContext, protection: Price, _ findings: inout Findings) -> Bool {
        guard order.isSelfTradeChecked, !order.isDormant, order.ownOpposite.raw > 0 else { return false }
        // The farthest price that this order can trade at.
        let reach = order.isMarket ? (protection != .zero ? protection : order.valuationPrice) : order.intent.price
        let crosses = order.intent.side == .buy ? reach >= order.ownOpposite : reach <= order.ownOpposite
        guard crosses || (order.isMarket && reach == .zero) else { return false }
        if order.isReducingOwn { return true }
        findings.add(
            Finding(
                .selfTrade, .crossesOwnOrder, scope: .account, observed: Int128(reach.raw / 10),
                limit: Int128(order.ownOpposite.raw / 10)))
        return false
    }
}
