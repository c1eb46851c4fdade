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
        _ order: OrderContext, _ scopes: Scopes, _ worths: inout Worths, _ findings: inout Findings
    ) {
        guard order.isKnown, order.intent.quantity.raw > 0 else { return }
        if hasLimit(scopes[.system]) { checkAccount(order, scopes[.system], .system, &worths, &findings) }
        if hasLimit(scopes[.account]) { checkAccount(order, scopes[.account], .account, &worths, &findings) }
        let strategy = scopes[.strategy]
        let (gross, net) = (strategy.pointee.limits.maxGrossExposure, strategy.pointee.limits.maxNetExposure)
        guard gross != nil || net != nil, !order.isExemptOwn else { return }
        if let limit = gross {
            let change = Change(worths.own(order), order.ownOthers?.gross)
            judge(order, .grossExposure, change, limit, .strategy, &findings)
        }
        if let limit = net { judgeNet(order, order.own, order.ownOthers, limit, .strategy, &worths, &findings) }
    }

    /// Looked at in place: mostly there is none, and all limits together are large.
    private static func hasLimit(_ scope: UnsafeMutablePointer<ScopeState>) -> Bool {
        scope.pointee.limits.maxGrossExposure != nil || scope.pointee.limits.maxNetExposure != nil
            || scope.pointee.limits.maxConcentration != nil || scope.pointee.limits.maxLeverage != nil
    }

    private static func checkAccount(
        _ order: OrderContext, _ state: UnsafeMutablePointer<ScopeState>, _ scope: LimitScope,
        _ worths: inout Worths, _ findings: inout Findings
    ) {
        guard !order.isExempt(.account) else { return }
        let sides = worths.net(order)
        let gross = Change(sides, order.funds.otherExposure)
        if let limit = state.pointee.limits.maxGrossExposure {
            judge(order, .grossExposure, gross, limit, scope, &findings)
        }
        if let limit = state.pointee.limits.maxNetExposure {
            judgeNet(order, order.net, order.netOthers, limit, scope, &worths, &findings)
        }
        if let fraction = state.pointee.limits.maxConcentration {
            let own = Change(sides, .zero)
            judge(order, .concentration, own, share(order, fraction), scope, &findings)
        }
        if let leverage = state.pointee.limits.maxLeverage {
            judge(order, .leverage, gross, share(order, leverage), scope, &findings)
        }
    }

    /// A gross value before and after the order; nil where something cannot be valued.
    private struct Change {
        var values: (before: Money, after: Money)?
        let hasOthers: Bool

        init(_ sides: Worths.Sides, _ others: Money?) {
            hasOthers = others != nil
            guard let others, let (before, after) = sides.larger else { return }
            values = (others + before, others + after)
        }
    }

    /// Of equity; nil without one. A share beyond counting is no limit.
    private static func share(_ order: OrderContext, _ fraction: Rate) -> Money? {
        order.funds.equity.map { max($0, .zero).converted(at: fraction) ?? Money(raw: .max) }
    }

    private static func judge(
        _ order: OrderContext, _ reason: FindingReason, _ change: Change, _ limit: Money?, _ scope: LimitScope,
        _ findings: inout Findings
    ) {
        guard let limit, let (before, after) = change.values else {
            let isRateMissing = limit == nil || !change.hasOthers
            let missing = isRateMissing ? .noConversionRate : order.missingNotional
            return findings.add(Finding(.exposure, missing, scope: scope, limit: limit?.raw ?? 0))
        }
        guard after > before else { return }
        findings.judge(
            isBeyond: after > limit,
            Finding(.exposure, reason, scope: scope, observed: after.raw, limit: limit.raw, used: before.raw))
    }

    private static func judgeNet(
        _ order: OrderContext, _ book: OrderContext.Book, _ others: OrderContext.Others?, _ limit: Money,
        _ scope: LimitScope, _ worths: inout Worths, _ findings: inout Findings
    ) {
        let notional = worths.notional(order)
        guard let others, let own = order.signedNotional(book, with: notional) else {
            let missing = others == nil ? .noConversionRate : order.missingNotional
            return findings.add(Finding(.exposure, missing, scope: scope, limit: limit.raw))
        }
        // A buy can only raise the long end, a sell the short one.
        let reach = order.intent.side == .buy ? others.withBuys + own : -(others.withSells + own)
        var used: Int128? { notional.map { (reach - $0).raw } }
        findings.judge(
            isBeyond: reach > limit,
            Finding(.exposure, .netExposure, scope: scope, observed: reach.raw, limit: limit.raw, used: used))
    }
}
