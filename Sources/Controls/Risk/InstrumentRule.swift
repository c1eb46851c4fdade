import Trading

/// risk.instrument: the order is one that this instrument can take.
enum InstrumentRule {
    static func check(_ order: OrderContext, _ findings: inout Findings) {
        guard order.isKnown else { return findings.add(Finding(.instrument, .unknownInstrument)) }
        if !order.terms.tradable { findings.add(Finding(.instrument, .notTradable)) }
        if order.intent.origin == .strategy, order.allowedKinds & order.intent.kind.mask == 0 {
            findings.add(Finding(.instrument, .unsupportedKind, scope: .strategy))
        }
        if order.isTagInUse { findings.add(Finding(.instrument, .duplicateTag)) }
        checkQuantity(order, &findings)
        checkPrices(order, &findings)
        checkTimeInForce(order, &findings)
    }

    /// No position and no sum of working orders grows beyond this, so that quantities never overflow.
    private static let reachMax = Quantity(raw: 1 << 61)

    private static func checkQuantity(_ order: OrderContext, _ findings: inout Findings) {
        let quantity = order.intent.quantity
        let terms = order.terms
        func fail(_ reason: FindingReason, limit: Quantity, used: Int128? = nil) {
            findings.add(
                Finding(.instrument, reason, observed: Int128(quantity.raw), limit: Int128(limit.raw), used: used))
        }
        guard quantity.raw > 0 else { return fail(.badQuantity, limit: .zero) }
        if quantity.raw % terms.lot.raw != 0 { fail(.lotMultiple, limit: terms.lot) }
        // What is left of a stop may have shrunk with the position that it protects.
        if quantity < terms.minQuantity, order.purpose != .trigger { fail(.belowMinimum, limit: terms.minQuantity) }
        if quantity > terms.maxQuantity { fail(.aboveMaximum, limit: terms.maxQuantity, used: 0) }
        let reach = max(
            order.own.worstCase(order.intent.side, adding: quantity),
            order.net.worstCase(order.intent.side, adding: quantity))
        if reach > reachMax {
            findings.add(
                Finding(
                    .instrument, .valueOverflow, observed: Int128(reach.raw), limit: Int128(reachMax.raw),
                    used: Int128(reach.raw) - Int128(quantity.raw)))
        }
        let price = order.valuationPrice
        guard price.raw > 0 else { return }
        guard let value = Money.value(price, quantity, multiplier: terms.multiplier) else {
            return fail(.valueOverflow, limit: terms.maxQuantity)
        }
        if value < terms.minNotional && !order.isReducingOwn {
            findings.add(
                Finding(.instrument, .belowMinNotional, observed: value.raw, limit: terms.minNotional.raw))
        }
    }

    private static func checkPrices(_ order: OrderContext, _ findings: inout Findings) {
        checkPrice(order.intent.price, isWanted: order.intent.kind.hasLimitPrice, .badPrice, order, &findings)
        checkPrice(order.intent.stopPrice, isWanted: order.intent.kind.hasStopPrice, .badStopPrice, order, &findings)
    }

    private static func checkPrice(
        _ price: Price, isWanted: Bool, _ reason: FindingReason, _ order: OrderContext, _ findings: inout Findings
    ) {
        // 1e-9 price to the findings' 1e-8.
        let observed = Int128(price.raw / 10)
        guard isWanted ? price.raw > 0 : price == .zero else {
            return findings.add(Finding(.instrument, reason, observed: observed))
        }
        if price.raw % order.terms.tick.raw != 0 {
            findings.add(
                Finding(.instrument, .tickMultiple, observed: observed, limit: Int128(order.terms.tick.raw / 10)))
        }
    }

    /// A stop waits for its trigger, so it cannot be immediate.
    private static func checkTimeInForce(_ order: OrderContext, _ findings: inout Findings) {
        let isImmediate = order.intent.timeInForce == .immediateOrCancel || order.intent.timeInForce == .fillOrKill
        if isImmediate && order.intent.kind.hasStopPrice {
            findings.add(Finding(.instrument, .unsupportedTimeInForce))
        }
    }
}
