import Trading

/// compliance.self-trade: an order may not meet a resting order of the same owner. A reducing order passes, and the
/// resting side is cancelled first; a protective order that rests gives way to every order, and comes to rest itself only
/// where it meets none. A market order that would not meet the resting one as the market is may trade up to the tick before it.
enum SelfTradeRule {
    struct Passage {
        /// How far the order reaches (zero = any price) when the owner's resting orders that it would meet have to go first.
        var ownRestingReach: Price?
        /// The worst price that a market order may trade at; zero = none.
        var protection: Price
    }

    static func check(_ order: OrderView, protection: Price, _ findings: inout Findings) -> Passage {
        var passage = Passage(ownRestingReach: nil, protection: protection)
        guard order.isSelfTradeChecked else { return passage }
        findings.apply(.selfTrade)
        guard !order.isDormant else { return passage }
        let own = order.ownOpposite
        guard own.raw > 0 || order.protectiveOpposite.raw > 0 else { return passage }
        if let bound = tickBefore(own, order) {
            passage.protection = Price.tighter(protection, bound, order.intent.side)
        }
        // The farthest price that this order can trade at.
        let reach = order.isMarket ? marketReach(order, passage.protection) : order.intent.price
        func meets(_ resting: Price) -> Bool {
            guard resting.raw > 0 else { return false }
            let crosses = order.intent.side == .buy ? reach >= resting : reach <= resting
            return crosses || (order.isMarket && reach == .zero)
        }
        let meetsOwn = meets(own)
        let meetsProtective = meets(order.protectiveOpposite)
        guard meetsOwn || meetsProtective else { return passage }
        let mustRest = order.intent.isProtective && order.purpose != .trigger
        if !mustRest, order.isReducingOwn || !meetsOwn {
            passage.ownRestingReach = reach
            return passage
        }
        let resting = meetsOwn ? own : order.protectiveOpposite
        findings.add(
            Finding(
                .selfTrade, .crossesOwnOrder, scope: .account, observed: Int128(reach.raw / 10),
                limit: Int128(resting.raw / 10)))
        return passage
    }

    /// The last tick before the owner's resting price; nil = it would be met as the market is.
    private static func tickBefore(_ resting: Price, _ order: OrderView) -> Price? {
        guard resting.raw > 0, order.isMarket, let reach = reachNow(order) else { return nil }
        let tick = order.terms.tick.raw
        let isBuy = order.intent.side == .buy
        let (bound, isBeyond) =
            isBuy ? resting.raw.subtractingReportingOverflow(tick) : resting.raw.addingReportingOverflow(tick)
        guard bound > 0, !isBeyond, isBuy ? bound >= reach.raw : bound <= reach.raw else { return nil }
        return Price(raw: bound)
    }

    private static func marketReach(_ order: OrderView, _ protection: Price) -> Price {
        guard protection == .zero else { return protection }
        return order.walk?.worst ?? order.valuationPrice
    }

    /// How far a market order goes as the market is; nil = nobody knows. One that reduces has to come out whole, so it goes
    /// as far as the book shows its quantity; of any other the touch will do, as the bound holds the rest.
    private static func reachNow(_ order: OrderView) -> Price? {
        guard order.isReducingOwn else { return order.valuationPrice.raw > 0 ? order.valuationPrice : nil }
        guard let walk = order.walk, walk.unseen == .zero else { return nil }
        return walk.worst
    }

    /// A marketable order soon after the same owner took from the other side may be a wash: a warning.
    static func checkWash(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard let window = terms.pointee.washNanoseconds, let since = program.pointee.sinceOppositeTakeNanoseconds,
            since <= window,
            order.isMarketable, !order.isReducingOwn
        else { return }
        findings.warn(
            Finding(
                .selfTrade, .possibleWash, scope: .account, observed: Int128(since) / 10, limit: Int128(window) / 10))
    }
}

extension OrderView {
    /// It would trade at once at the prices of the moment.
    fileprivate var isMarketable: Bool {
        if isDormant { return false }
        if isMarket { return true }
        let touch = intent.side == .buy ? market.ask : market.bid
        guard touch.raw > 0 else { return false }
        return intent.side == .buy ? intent.price >= touch : intent.price <= touch
    }
}

extension Price {
    /// Of two protection prices the one that lets less pass; zero = none.
    static func tighter(_ protection: Price, _ bound: Price, _ side: Side) -> Price {
        guard protection != .zero else { return bound }
        return side == .buy ? min(protection, bound) : max(protection, bound)
    }
}
