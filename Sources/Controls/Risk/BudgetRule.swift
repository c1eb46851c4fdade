import Trading

/// risk.budget: what the account's positions and working orders come to at worst stays below the budget's cap, and what a
/// strategy's come to below its share. An order fails only where it makes the number larger.
enum BudgetRule {
    static func check(
        _ order: OrderView, _ scopes: Scopes, _ worths: inout Worths, _ findings: inout Findings
    ) {
        guard order.isKnown, order.intent.quantity.raw > 0, !order.isShrinking else { return }
        checkCap(order, scopes[.system], .system, &worths, &findings)
        checkCap(order, scopes[.account], .account, &worths, &findings)
        guard let share = scopes[.strategy].pointee.limits.budgetAllocation, !order.isReducingOwn else { return }
        let change = worths.changeOwn(order, order.ownOthers?.gross)
        findings.judgeRise(order, .budget, .budgetAllocation, change, limit: share, .strategy)
    }

    private static func checkCap(
        _ order: OrderView, _ state: UnsafeMutablePointer<ScopeState>, _ scope: LimitScope, _ worths: inout Worths,
        _ findings: inout Findings
    ) {
        guard let cap = state.pointee.limits.budgetCap, !order.isReducing(.account) else { return }
        let change = worths.changeNet(order, order.funds.otherExposure)
        findings.judgeRise(order, .budget, .budgetCap, change, limit: cap, scope)
    }
}
