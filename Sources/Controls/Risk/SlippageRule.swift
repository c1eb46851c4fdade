import Trading

/// risk.slippage: what a market order is estimated to cost against the book, as a share of the mid price (without a quote,
/// of the last price). It is sent with the price of that share as its protection, so that it cannot cost more than it was
/// judged at. A reducing order passes with a warning, and goes without that bound: it must come out of a bad market.
enum SlippageRule {
    /// Returns the tighter of `protection` (zero = none) and the limit's own bound.
    static func check(
        _ order: OrderView, _ scopes: Scopes, protection: Price, _ findings: inout Findings
    ) -> Price {
        guard order.isKnown, order.isMarket, !order.isDormant, let limit = scopes.strictest({ $0.maxSlippage }) else {
            return protection
        }
        let isExempt = order.isExemptOwn
        let reference = reference(order.market)
        guard reference.raw > 0 else {
            let finding = Finding(.slippage, .noReference, scope: limit.scope)
            if isExempt { findings.warn(finding) } else { findings.add(finding) }
            return protection
        }
        let side = order.intent.side
        let expected = order.walk?.averagePrice(side) ?? touch(order)
        let distance = max(0, Int128(side.sign) * (Int128(expected.raw) - Int128(reference.raw)))
        let reach = Int128(reference.raw)
        var finding: Finding {
            // Of 1e-8, rounded up: what costs too much never looks as if it did not.
            Finding(
                .slippage, .slippage, scope: limit.scope, observed: (distance * 100_000_000 + reach - 1) / reach,
                limit: Int128(limit.value.raw / 10))
        }
        let isBeyond = distance * Int128(Rate.one.raw) > reach * Int128(limit.value.raw)
        if isExempt {
            if isBeyond { findings.warn(finding) }
            return protection
        }
        findings.judge(isBeyond: isBeyond, finding)
        return Price.tighter(protection, bound(order, reference, limit.value), side)
    }

    private static func reference(_ market: OrderContext.Market) -> Price {
        guard market.bid.raw > 0, market.ask >= market.bid else { return market.last }
        return Price(raw: market.bid.raw + (market.ask.raw - market.bid.raw) / 2)
    }

    /// What the order meets where the feed has no depth.
    private static func touch(_ order: OrderView) -> Price {
        let price = order.intent.side == .buy ? order.market.ask : order.market.bid
        return price.raw > 0 ? price : order.market.last
    }

    /// The farthest tick within the limit, at least one tick above zero.
    private static func bound(_ order: OrderView, _ reference: Price, _ limit: Rate) -> Price {
        let tick = order.terms.tick.raw
        let distance = Rounding.down(reference.raw, times: max(limit.raw, 0), over: Rate.one.raw)
        if order.intent.side == .buy {
            let (sum, overflow) = reference.raw.addingReportingOverflow(distance)
            return Price(raw: max((overflow ? .max : sum) / tick, 1) * tick)
        }
        let lowest = max(reference.raw - distance, tick)
        let up = (lowest - 1) / tick * tick
        let (raised, overflow) = up.addingReportingOverflow(tick)
        return Price(raw: overflow ? up : raised)
    }
}
