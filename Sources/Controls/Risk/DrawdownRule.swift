import Trading

/// risk.drawdown: no order that could lose more once equity has fallen too far below the high that the limit names. The
/// account's equity in system and account scope, in strategy scope the opening balance with the strategy's own result.
enum DrawdownRule {
    static func check(_ order: OrderView, _ scopes: Scopes, _ findings: inout Findings) {
        check(order, order.accountHigh, scopes[.system], .system, &findings)
        check(order, order.accountHigh, scopes[.account], .account, &findings)
        check(order, order.ownHigh, scopes[.strategy], .strategy, &findings)
    }

    private static func check(
        _ order: OrderView, _ high: OrderContext.EquityHigh?, _ state: UnsafeMutablePointer<ScopeState>,
        _ scope: LimitScope, _ findings: inout Findings
    ) {
        guard let fraction = state.pointee.limits.maxDrawdown, order.isKnown, !order.isExempt(scope) else { return }
        guard let high else { return findings.add(Finding(.drawdown, .noConversionRate, scope: scope)) }
        let base = state.pointee.limits.drawdownBase
        let fallen = high.high(base) - high.equity
        guard let isBeyond = high.isBroken(base, fraction) else {
            return findings.add(Finding(.drawdown, .valueOverflow, scope: scope))
        }
        // The order adds nothing yet: the limit is used up without it.
        findings.judge(
            isBeyond: isBeyond,
            Finding(
                .drawdown, .drawdown, scope: scope, observed: fallen.raw,
                limit: high.allowance(base, fraction)?.allowed.raw ?? 0, used: fallen.raw))
    }
}
