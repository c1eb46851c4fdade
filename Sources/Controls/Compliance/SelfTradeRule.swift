import Trading

/// compliance.self-trade: an order may not meet a resting order of the same owner. A reducing order passes, and the
/// resting side is cancelled first; a protective order that rests gives way to every order, and comes to rest itself only
/// where it meets none.
enum SelfTradeRule {
    /// Returns how far the order reaches (zero = any price) when the owner's resting orders that it would meet have to go
    /// first, else nil.
    static func check(_ order: OrderContext, protection: Price, _ findings: inout Findings) -> Price? {
        guard order.isSelfTradeChecked else { return nil }
        findings.apply(.selfTrade)
        guard !order.isDormant else { return nil }
        guard order.ownOpposite.raw > 0 || order.protectiveOpposite.raw > 0 else { return nil }
        // The farthest price that this order can trade at.
        let reach = order.isMarket ? (protection != .zero ? protection : order.valuationPrice) : order.intent.price
        func meets(_ resting: Price) -> Bool {
            guard resting.raw > 0 else { return false }
            let crosses = order.intent.side == .buy ? reach >= resting : reach <= resting
            return crosses || (order.isMarket && reach == .zero)
        }
        let meetsOwn = meets(order.ownOpposite)
        let meetsProtective = meets(order.protectiveOpposite)
        guard meetsOwn || meetsProtective else { return nil }
        let mustRest = order.intent.isProtective && order.purpose != .trigger
        if !mustRest, order.isReducingOwn || !meetsOwn { return reach }
        let resting = meetsOwn ? order.ownOpposite : order.protectiveOpposite
        findings.add(
            Finding(
                .selfTrade, .crossesOwnOrder, scope: .account, observed: Int128(reach.raw / 10),
                limit: Int128(resting.raw / 10)))
        return nil
    }

    /// A marketable order soon after the same owner took from the other side may be a wash: a warning.
    static func checkWash(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard let window = terms.washNanoseconds, let since = program.sinceOppositeTakeNanoseconds, since <= window,
            order.isMarketable, !order.isReducingOwn
        else { return }
        findings.warn(
            Finding(
                .selfTrade, .possibleWash, scope: .account, observed: Int128(since) / 10, limit: Int128(window) / 10))
    }
}

extension OrderContext {
    /// It would trade at once at the prices of the moment.
    fileprivate var isMarketable: Bool {
        if isDormant { return false }
        if isMarket { return true }
        let touch = intent.side == .buy ? market.ask : market.bid
        guard touch.raw > 0 else { return false }
        return intent.side == .buy ? intent.price >= touch : intent.price <= touch
    }
}
