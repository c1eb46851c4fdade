import Trading

/// risk.buying-power: what an order can make the account owe, after working orders and fees, is covered.
/// A margin account covers gross worst-case exposure by equity × leverage; a cash account pays buys from cash and
/// cannot be short.
enum BuyingPowerRule {
    static func check(_ order: OrderView, _ worths: inout Worths, _ findings: inout Findings) {
        guard order.isKnown, order.intent.quantity.raw > 0, !order.isExempt(.account) else { return }
        func fail(_ reason: FindingReason) { findings.add(Finding(.buyingPower, reason, scope: .account)) }
        func insufficient(_ needed: Money, limit: Money, used: Money) -> Finding {
            Finding(
                .buyingPower, .insufficientFunds, scope: .account, observed: needed.raw, limit: limit.raw,
                used: used.raw)
        }
        guard order.funds.rate != nil, let equity = order.funds.equity, let other = order.funds.otherExposure,
            let cash = order.funds.cash, let reserved = order.funds.reservedCash
        else { return fail(.noConversionRate) }
        guard order.valuationPrice.raw > 0 else { return fail(.noReference) }
        let fee = worths.notional(order)?.converted(at: order.funds.takerRate)

        guard order.funds.isMargin else {
            if order.intent.side == .sell, order.net.worstCase(.sell, adding: order.intent.quantity).raw > 0 {
                return fail(.shortNeedsMargin)
            }
            guard order.intent.side == .buy else { return }
            guard let value = worths.notional(order), let fee else { return fail(.valueOverflow) }
            let needed = reserved + value + fee
            return findings.judge(
                isBeyond: needed > cash, insufficient(needed, limit: cash, used: reserved))
        }
        guard worths.valuesNet(order), let fee else { return fail(.valueOverflow) }
        guard worths.net.after > worths.net.before else { return }
        let needed = other + worths.net.after + fee
        // Power beyond counting is no limit.
        findings.judge(
            isBeyond: needed.isAbove(order.funds.maxLeverage, of: max(equity, .zero)) ?? false,
            insufficient(
                needed, limit: max(equity, .zero).share(order.funds.maxLeverage), used: other + worths.net.before))
    }
}
