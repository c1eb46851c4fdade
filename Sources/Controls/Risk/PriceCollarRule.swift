import Trading

/// risk.price-collar: the aggressive side stays within x of a reference price; a market order gets that bound as its
/// protection price. A reducing order is warned of it, never denied.
enum PriceCollarRule {
    /// Returns the protection price of a market order; zero = none.
    static func check(_ order: OrderView, _ scopes: Scopes, _ findings: inout Findings) -> Price {
        // A dormant stop meets the collar when it triggers.
        guard order.isKnown, !order.isDormant, let collar = scopes.strictest({ $0.priceCollar }) else { return .zero }
        func refuse(_ finding: Finding) {
            if order.isExemptOwn { findings.warn(finding) } else { findings.add(finding) }
        }
        let maxAge = scopes.strictest { $0.marketDataMaxAgeNanoseconds }?.value
        guard let reference = reference(order, collar: collar.value, maxAge: maxAge) else {
            refuse(Finding(.priceCollar, .noReference, scope: collar.scope))
            return .zero
        }
        let bound = bound(order, reference: reference, collar: collar.value)
        if order.isMarket { return bound }
        let isBeyond = order.intent.side == .buy ? order.intent.price > bound : order.intent.price < bound
        if isBeyond {
            refuse(
                Finding(
                    .priceCollar, .beyondCollar, scope: collar.scope, observed: Int128(order.intent.price.raw / 10),
                    limit: Int128(bound.raw / 10)))
        }
        return .zero
    }

    /// The mid of a fresh quote whose sides lie inside the collar, else a fresh last trade.
    private static func reference(_ order: OrderView, collar: Rate, maxAge: Int64?) -> Price? {
        let market = order.market
        func isFresh(_ time: Timestamp, for interval: Int64) -> Bool {
            guard time.nanoseconds != .min else { return false }
            guard let maxAge else { return true }
            return Int128(order.time.nanoseconds) - Int128(time.nanoseconds) <= Int128(max(maxAge, interval))
        }
        if market.bid.raw > 0, market.ask >= market.bid, isFresh(market.quoteTime, for: 0) {
            let mid = Price(raw: market.bid.raw + (market.ask.raw - market.bid.raw) / 2)
            if market.ask.raw - mid.raw <= distance(mid, collar) { return mid }
        }
        return market.last.raw > 0 && isFresh(market.lastTime, for: market.barInterval) ? market.last : nil
    }

    /// The farthest tick inside the collar on the order's aggressive side, at least one tick.
    private static func bound(_ order: OrderView, reference: Price, collar: Rate) -> Price {
        let tick = order.terms.tick.raw
        let distance = distance(reference, collar)
        if order.intent.side == .buy {
            let (sum, overflow) = reference.raw.addingReportingOverflow(distance)
            return Price(raw: max((overflow ? .max : sum) / tick, 1) * tick)
        }
        let lowest = max(reference.raw - distance, tick)
        let remainder = lowest % tick
        // The next tick up; where that does not fit, nothing above the last tick that does can trade.
        let (raised, overflow) = lowest.addingReportingOverflow(remainder == 0 ? 0 : tick - remainder)
        return Price(raw: overflow ? lowest - remainder : raised)
    }

    private static func distance(_ price: Price, _ collar: Rate) -> Int64 {
        Rounding.down(price.raw, times: max(collar.raw, 0), over: Rate.one.raw)
    }
}
