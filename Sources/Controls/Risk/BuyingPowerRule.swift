import Trading

/// risk.buying-power: what an order can make the account owe, after working orders and fees, is covered.
/// A margin account covers gross worst-case exposure by equity × leverage; a cash account pays buys from cash and
/// cannot be short.
enum BuyingPowerRule {
    static func check(_ order: OrderContext, _ worths: inout Worths, _ findings: inout Findings) {
        guard order.isKnown, order.intent.quantity.raw > 0, !order.isExempt(.account) else { return }
        func fail(_ reason: FindingReason) { findings.add(Finding(.buyingPower, reason, scope: .account)) }
        func judge(_ needed: Money, limit: Money, used: Money) {
            findings.judge(
                isBeyond: needed > limit,
                Finding(
                    .buyingPower, .insufficientFunds, scope: .account, observed: needed.raw, limit: limit.raw,
                    used: used.raw))
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
            return judge(needed, limit: cash, used: reserved)
        }
        guard let (before, after) = worths.net(order).larger, let fee else { return fail(.valueOverflow) }
        guard after > before else { return }
        let power = max(equity, .zero).converted(at: order.funds.maxLeverage) ?? Money(raw: .max)
        let needed = other + after + fee
        judge(needed, limit: power, used: other + before)
    }
}
