import Trading

/// risk.budget: what the account's positions and working orders come to at worst stays below the budget's cap, and what a
/// strategy's come to below its share. An order fails only where it makes the number larger.
enum BudgetRule {
    static func check(
        _ order: OrderContext, _ scopes: Scopes, _ worths: inout Worths, _ findings: inout Findings
    ) {
        guard order.isKnown, order.intent.quantity.raw > 0, !order.isShrinking else { return }
        for scope in [LimitScope.system, .account] {
            guard let cap = scopes[scope].pointee.limits.budgetCap, !order.isReducing(scope) else { continue }
            judge(order, worths.net(order), order.funds.otherExposure, cap, .budgetCap, scope, &findings)
        }
        guard let share = scopes[.strategy].pointee.limits.budgetAllocation, !order.isReducingOwn else { return }
        judge(order, worths.own(order), order.ownOthers?.gross, share, .budgetAllocation, .strategy, &findings)
    }

    private static func judge(
        _ order: OrderContext, _ sides: Worths.Sides, _ others: Money?, _ limit: Money, _ reason: FindingReason,
        _ scope: LimitScope, _ findings: inout Findings
    ) {
        guard let others else {
            return findings.add(Finding(.budget, .noConversionRate, scope: scope, limit: limit.raw))
        }
        guard let (before, after) = sides.larger else {
            return findings.add(Finding(.budget, order.missingNotional, scope: scope, limit: limit.raw))
        }
        let used = others + before
        let observed = others + after
        guard observed > used else { return }
        findings.judge(
            isBeyond: observed > limit,
            Finding(.budget, reason, scope: scope, observed: observed.raw, limit: limit.raw, used: used.raw))
    }
}
