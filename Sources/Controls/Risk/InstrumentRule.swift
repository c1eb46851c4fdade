import Trading

/// risk.instrument: the order is one that this instrument can take.
enum InstrumentRule {
    static func check(_ order: OrderView, _ worths: inout Worths, _ findings: inout Findings) {
        guard order.isKnown else { return findings.add(Finding(.instrument, .unknownInstrument)) }
        if !order.terms.tradable { findings.add(Finding(.instrument, .notTradable)) }
        if order.intent.origin == .strategy, order.allowedKinds & order.intent.kind.mask == 0 {
            findings.add(Finding(.instrument, .unsupportedKind, scope: .strategy))
        }
        if order.isTagInUse { findings.add(Finding(.instrument, .duplicateTag)) }
        checkQuantity(order, &worths, &findings)
        checkPrices(order, &findings)
        checkTimeInForce(order, &findings)
        let intent = order.intent
        if intent.kind == .trailingStop || intent.timeInForce == .goodTillDate || !intent.conditions.isNone {
            checkConditions(order, &findings)
        }
    }

    /// What is asked for fits the kind and the time in force. Apart: few orders ask for anything.
    @inline(never)
    private static func checkConditions(_ order: OrderView, _ findings: inout Findings) {
        let intent = order.intent
        let conditions = intent.conditions
        let isTrailing = intent.kind == .trailingStop
        if isTrailing ? !conditions.trail.isValid : conditions.trail != .none {
            findings.add(Finding(.instrument, .badTrail, observed: Int128(conditions.trail.raw / 10)))
        }
        let isDated = intent.timeInForce == .goodTillDate
        // What has triggered meets its end at the venue.
        let isOver = order.purpose != .trigger && conditions.expireTime <= order.time
        if isDated ? isOver : conditions.expireTime.nanoseconds != 0 {
            findings.add(Finding(.instrument, .badExpireTime))
        }
        let mayRest = intent.timeInForce != .immediateOrCancel && intent.timeInForce != .fillOrKill
        if conditions.hasBracket { checkBracket(order, &findings) }
        if conditions.postOnly, intent.kind != .limit || !mayRest {
            findings.add(Finding(.instrument, .badPostOnly))
        }
    }

    /// The legs are judged with their entry, and once more as orders when it fills. A stop that has become an order trades
    /// where it can.
    private static func checkBracket(_ order: OrderView, _ findings: inout Findings) {
        let intent = order.intent
        func check(_ price: Price, isAbove: Bool) {
            guard price != .zero else { return }
            let observed = Int128(price.raw / 10)
            if price.raw < 0 || price.raw % order.terms.tick.raw != 0 {
                findings.add(
                    Finding(.instrument, .tickMultiple, observed: observed, limit: Int128(order.terms.tick.raw / 10)))
            }
            let entry = order.valuationPrice
            guard order.purpose != .trigger, entry.raw > 0 else { return }
            if isAbove ? price <= entry : price >= entry {
                findings.add(Finding(.instrument, .badBracket, observed: observed, limit: Int128(entry.raw / 10)))
            }
        }
        check(intent.conditions.stopLoss, isAbove: intent.side == .sell)
        check(intent.conditions.takeProfit, isAbove: intent.side == .buy)
        if intent.reduceOnly { findings.add(Finding(.instrument, .badBracket)) }
        let needed =
            (intent.conditions.stopLoss != .zero ? OrderKind.stopLoss.mask : 0)
            | (intent.conditions.takeProfit != .zero ? OrderKind.limit.mask : 0)
        if intent.origin == .strategy, order.allowedKinds & needed != needed {
            findings.add(Finding(.instrument, .unsupportedKind, scope: .strategy))
        }
    }

    /// No position and no sum of working orders grows beyond this, so that quantities never overflow.
    private static let reachMax = Quantity(raw: 1 << 61)

    private static func checkQuantity(
        _ order: OrderView, _ worths: inout Worths, _ findings: inout Findings
    ) {
        let quantity = order.intent.quantity
        let terms = order.terms
        func fail(_ reason: FindingReason, limit: Quantity, used: Int128? = nil) {
            findings.add(
                Finding(.instrument, reason, observed: Int128(quantity.raw), limit: Int128(limit.raw), used: used))
        }
        guard quantity.raw > 0 else { return fail(.badQuantity, limit: .zero) }
        if quantity.raw % terms.lot.raw != 0 { fail(.lotMultiple, limit: terms.lot) }
        checkBounds(order, &findings)
        let reach = max(
            order.own.worstCase(order.intent.side, adding: quantity),
            order.net.worstCase(order.intent.side, adding: quantity))
        if reach > reachMax {
            findings.add(
                Finding(
                    .instrument, .valueOverflow, observed: Int128(reach.raw), limit: Int128(reachMax.raw),
                    used: Int128(reach.raw) - Int128(quantity.raw)))
        }
        guard order.valuationPrice.raw > 0 else { return }
        guard let value = worths.value(order) else {
            return fail(.valueOverflow, limit: terms.maxQuantity)
        }
        if value < terms.minNotional && !order.isReducingOwn {
            findings.add(
                Finding(.instrument, .belowMinNotional, observed: value.raw, limit: terms.minNotional.raw))
        }
    }

    /// A venue looks at the whole order, so that what has filled of a modified one counts. What is left of a stop may have
    /// shrunk with the position that it protects, and a bracket's leg is what was filled. The table lets only the notional's minimum go for a reducing order; but a
    /// position below the minimum quantity could not be closed by any order then, so that the one that closes all of it
    /// passes.
    private static func checkBounds(_ order: OrderView, _ findings: inout Findings) {
        let whole = Int128(order.intent.quantity.raw) + Int128(order.replaced?.filled.raw ?? 0)
        let terms = order.terms
        let held = abs(Int128(order.own.position.raw))
        let closesAll = order.isReducingOwn && Int128(order.intent.quantity.raw) == held
        if whole < Int128(terms.minQuantity.raw), order.purpose != .trigger, !closesAll,
            !order.intent.isLeg
        {
            findings.add(
                Finding(.instrument, .belowMinimum, observed: whole, limit: Int128(terms.minQuantity.raw)))
        }
        if whole > Int128(terms.maxQuantity.raw) {
            findings.add(
                Finding(.instrument, .aboveMaximum, observed: whole, limit: Int128(terms.maxQuantity.raw), used: 0))
        }
    }

    private static func checkPrices(_ order: OrderView, _ findings: inout Findings) {
        checkPrice(order.intent.price, isWanted: order.intent.kind.hasLimitPrice, .badPrice, order, &findings)
        // The trigger of a trailing stop comes from the market where the order names none.
        let missing = order.intent.kind == .trailingStop ? FindingReason.noReference : .badStopPrice
        checkPrice(order.intent.stopPrice, isWanted: order.intent.kind.hasStopPrice, missing, order, &findings)
    }

    private static func checkPrice(
        _ price: Price, isWanted: Bool, _ reason: FindingReason, _ order: OrderView, _ findings: inout Findings
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
    private static func checkTimeInForce(_ order: OrderView, _ findings: inout Findings) {
        let isImmediate = order.intent.timeInForce == .immediateOrCancel || order.intent.timeInForce == .fillOrKill
        if isImmediate && order.intent.kind.hasStopPrice {
            findings.add(Finding(.instrument, .unsupportedTimeInForce))
        }
    }
}
