import Trading

/// compliance.self-trade: an order may not meet a resting order of the same owner. A reducing order passes, and the
/// resting side is cancelled first; a protective order that rests gives way to every order, and comes to rest itself only
/// where it meets none. A bracket's leg stands in no order's way that goes to the market and would not meet it at the prices of
/// now: that order may trade up to the tick before it.
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
        guard order.ownOpposite.raw > 0 || order.protectiveOpposite.raw > 0 || order.legOpposite.raw > 0 else {
            return passage
        }
        var own = order.ownOpposite
        if let bound = boundBeforeLeg(order) {
            passage.protection = Price.tighter(protection, bound, order.intent.side)
        } else {
            own = nearer(own, order.legOpposite, order.intent.side)
        }
        // The farthest price that this order can trade at.
        let reach =
            order.isMarket
            ? (passage.protection != .zero ? passage.protection : order.valuationPrice) : order.intent.price
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

    /// The last tick before the nearest leg; nil = it would be met now, or the order is none that a bound is for.
    private static func boundBeforeLeg(_ order: OrderView) -> Price? {
        let leg = order.legOpposite
        guard leg.raw > 0, order.isMarket, !order.isReducingOwn else { return nil }
        let touch = order.valuationPrice
        let tick = order.terms.tick.raw
        let (bound, isBeyond) =
            order.intent.side == .buy
            ? leg.raw.subtractingReportingOverflow(tick) : leg.raw.addingReportingOverflow(tick)
        guard touch.raw > 0, bound > 0, !isBeyond else { return nil }
        return order.intent.side == .buy
            ? (bound >= touch.raw ? Price(raw: bound) : nil)
            : (bound <= touch.raw ? Price(raw: bound) : nil)
    }

    /// Of two resting prices the one that an order on `side` meets first; zero = none.
    private static func nearer(_ a: Price, _ b: Price, _ side: Side) -> Price {
        guard a != .zero, b != .zero else { return a == .zero ? b : a }
        return side == .buy ? min(a, b) : max(a, b)
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
