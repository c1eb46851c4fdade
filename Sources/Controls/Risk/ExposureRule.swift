import Trading

/// risk.exposure: what the account, or the strategy, can come to hold over all instruments when everything that works
/// fills. An order fails only where it makes a number larger that is then above its limit.
///
///     gross          Σ over instruments of the larger side's worst-case value
///     net            |Σ of signed values| with every working order of the order's side filled
///     concentration  worst-case value in the order's instrument ≤ equity × limit
///     leverage       gross ≤ equity × limit
enum ExposureRule {
    static func check(
        _ order: OrderView, _ scopes: Scopes, _ worths: inout Worths, _ findings: inout Findings
    ) {
        guard order.isKnown, order.intent.quantity.raw > 0 else { return }
        if hasLimit(scopes[.system]) { checkAccount(order, scopes[.system], .system, &worths, &findings) }
        if hasLimit(scopes[.account]) { checkAccount(order, scopes[.account], .account, &worths, &findings) }
        let strategy = scopes[.strategy]
        let (gross, net) = (strategy.pointee.limits.maxGrossExposure, strategy.pointee.limits.maxNetExposure)
        guard gross != nil || net != nil, !order.isExemptOwn else { return }
        if let limit = gross {
            let change = worths.changeOwn(order, order.ownOthers?.gross)
            findings.judgeRise(order, .exposure, .grossExposure, change, limit: limit, .strategy)
        }
        if let limit = net {
            let reached = worths.valuesOwn(order) ? worths.own.reached : nil
            judgeNet(order, reached, order.ownOthers, limit, .strategy, &worths, &findings)
        }
    }

    /// Looked at in place: mostly there is none, and all limits together are large.
    private static func hasLimit(_ scope: UnsafeMutablePointer<ScopeState>) -> Bool {
        scope.pointee.limits.maxGrossExposure != nil || scope.pointee.limits.maxNetExposure != nil
            || scope.pointee.limits.maxConcentration != nil || scope.pointee.limits.maxLeverage != nil
    }

    private static func checkAccount(
        _ order: OrderView, _ state: UnsafeMutablePointer<ScopeState>, _ scope: LimitScope,
        _ worths: inout Worths, _ findings: inout Findings
    ) {
        guard !order.isExempt(.account) else { return }
        let gross = worths.changeNet(order, order.funds.otherExposure)
        if let limit = state.pointee.limits.maxGrossExposure {
            findings.judgeRise(order, .exposure, .grossExposure, gross, limit: limit, scope)
        }
        if let limit = state.pointee.limits.maxNetExposure {
            let reached = worths.valuesNet(order) ? worths.net.reached : nil
            judgeNet(order, reached, order.netOthers, limit, scope, &worths, &findings)
        }
        if let fraction = state.pointee.limits.maxConcentration {
            let own = worths.changeNet(order, .zero)
            findings.judgeRise(order, .exposure, .concentration, own, share: fraction, scope)
        }
        if let leverage = state.pointee.limits.maxLeverage {
            findings.judgeRise(order, .exposure, .leverage, gross, share: leverage, scope)
        }
    }

    private static func judgeNet(
        _ order: OrderView, _ reached: Money?, _ others: OrderContext.Others?, _ limit: Money,
        _ scope: LimitScope, _ worths: inout Worths, _ findings: inout Findings
    ) {
        guard let others, let reached else {
            let missing = others == nil ? .noConversionRate : order.missingNotional
            return findings.add(Finding(.exposure, missing, scope: scope, limit: limit.raw))
        }
        // A buy can only raise the long end, a sell the short one.
        let reach = order.intent.side == .buy ? others.withBuys + reached : -(others.withSells + reached)
        let notional = worths.notional(order)
        var used: Int128? { notional.map { (reach - $0).raw } }
        findings.judge(
            isBeyond: reach > limit,
            Finding(.exposure, .netExposure, scope: scope, observed: reach.raw, limit: limit.raw, used: used))
    }
}
