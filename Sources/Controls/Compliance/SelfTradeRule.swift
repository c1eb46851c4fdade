import Trading

/// compliance.self-trade: an order may not meet a resting order of the same owner. A reducing order passes, and the
/// resting side is cancelled first.
enum SelfTradeRule {
    /// Returns how far the order reaches (zero = any price) when the owner's resting orders that it would meet have to go
    /// first, else nil.
    static func check(_ order: OrderContext, protection: Price, _ findings: inout Findings) -> Price? {
        guard order.isSelfTradeChecked, !order.isDormant, order.ownOpposite.raw > 0 else { return nil }
        // The farthest price that this order can trade at.
        let reach = order.isMarket ? (protection != .zero ? protection : order.valuationPrice) : order.intent.price
        let crosses = order.intent.side == .buy ? reach >= order.ownOpposite : reach <= order.ownOpposite
        guard crosses || (order.isMarket && reach == .zero) else { return nil }
        if order.isReducingOwn { return reach }
        findings.add(
            Finding(
                .selfTrade, .crossesOwnOrder, scope: .account, observed: Int128(reach.raw / 10),
                limit: Int128(order.ownOpposite.raw / 10)))
        return nil
    }
}
