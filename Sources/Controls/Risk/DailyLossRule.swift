import Trading

/// risk.daily-loss: no order that could lose more once the day's loss, realised and unrealised, is beyond the limit. The
/// engine asks the same of every mark and latches; this rule answers for the moment of an order.
enum DailyLossRule {
    static func check(_ order: OrderView, _ scopes: Scopes, _ findings: inout Findings) {
        check(order, order.accountDay, scopes[.system], .system, &findings)
        check(order, order.accountDay, scopes[.account], .account, &findings)
        check(order, order.ownDay, scopes[.strategy], .strategy, &findings)
    }

    private static func check(
        _ order: OrderView, _ day: OrderContext.Day?, _ state: UnsafeMutablePointer<ScopeState>,
        _ scope: LimitScope, _ findings: inout Findings
    ) {
        guard let limit = state.pointee.limits.maxDailyLoss, order.isKnown, !order.isExempt(scope) else { return }
        guard let day else {
            return findings.add(Finding(.dailyLoss, .noConversionRate, scope: scope, limit: limit.raw))
        }
        let loss = day.loss(from: state.pointee.limits.dailyLossBase)
        // The order adds nothing yet: the limit is used up without it.
        findings.judge(
            isBeyond: loss > limit,
            Finding(.dailyLoss, .dailyLoss, scope: scope, observed: loss.raw, limit: limit.raw, used: loss.raw))
    }
}
