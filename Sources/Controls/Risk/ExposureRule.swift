import Trading

/// risk.exposure: what the account, or the strategy, can come to hold over all instruments when everything that works
/// fills. An order fails only where it makes a number larger that is then above its limit.
///
///     gross          Σ over instruments of the larger side's worst-case value
///     net            |Σ of signed values| with every working order of the order's side filled
///     concentration  worst-case value in the order's instrument ≤ equity × limit
///     leverage       gross ≤ equity × limit
enum ExposureRule {
    static func check(_ order: OrderContext, _ scopes: Scopes, _ findings: inout Findings) {
        guard order.isKnown, order.intent.quantity.raw > 0 else { return }
        if hasLimit(scopes[.system]) { checkAccount(order, scopes[.system].pointee.limits, .system, &findings) }
        if hasLimit(scopes[.account]) { checkAccount(order, scopes[.account].pointee.limits, .account, &findings) }
        let limits = scopes[.strategy].pointee.limits
        guard limits.maxGrossExposure != nil || limits.maxNetExposure != nil, !order.isExemptOwn else { return }
        if let limit = limits.maxGrossExposure {
            judge(order, .grossExposure, Change(order, order.own, order.ownOthers?.gross), limit, .strategy, &findings)
        }
        if let limit = limits.maxNetExposure {
            judgeNet(order, order.own, order.ownOthers, limit, .strategy, &findings)
        }
    }

    /// Looked at in place: mostly there is none, and all limits together are large.
    private static func hasLimit(_ scope: UnsafeMutablePointer<ScopeState>) -> Bool {
        scope.pointee.limits.maxGrossExposure != nil || scope.pointee.limits.maxNetExposure != nil
            || scope.pointee.limits.maxConcentration != nil || scope.pointee.limits.maxLeverage != nil
    }

    private static func checkAccount(
        _ order: OrderContext, _ limits: LimitSet, _ scope: LimitScope, _ findings: inout Findings
    ) {
        guard !order.isExempt(.account) else { return }
        let gross = Change(order, order.net, order.funds.otherExposure)
        if let limit = limits.maxGrossExposure { judge(order, .grossExposure, gross, limit, scope, &findings) }
        if let limit = limits.maxNetExposure {
            judgeNet(order, order.net, order.netOthers, limit, scope, &findings)
        }
        if let fraction = limits.maxConcentration {
            let own = Change(order, order.net, .zero)
            judge(order, .concentration, own, share(order, fraction), scope, &findings)
        }
        if let leverage = limits.maxLeverage {
            judge(order, .leverage, gross, share(order, leverage), scope, &findings)
        }
    }

    /// A gross value before and after the order; nil where something cannot be valued.
    private struct Change {
        var values: (before: Money, after: Money)?
        let hasOthers: Bool

        init(_ order: OrderContext, _ book: OrderContext.Book, _ others: Money?) {
            hasOthers = others != nil
            let side = order.intent.side
            guard let others, let opposite = order.worstCaseNotional(book, side.opposite, adding: .zero),
                let before = order.worstCaseNotional(book, side, adding: .zero),
                let after = order.worstCaseNotional(book, side, adding: order.intent.quantity)
            else { return }
            values = (others + max(before, opposite), others + max(after, opposite))
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
        _ scope: LimitScope, _ findings: inout Findings
    ) {
        guard let others, let own = order.signedNotional(book) else {
            let missing = others == nil ? .noConversionRate : order.missingNotional
            return findings.add(Finding(.exposure, missing, scope: scope, limit: limit.raw))
        }
        // A buy can only raise the long end, a sell the short one.
        let reach = order.intent.side == .buy ? others.withBuys + own : -(others.withSells + own)
        var used: Int128? { order.notional(of: order.intent.quantity).map { (reach - $0).raw } }
        findings.judge(
            isBeyond: reach > limit,
            Finding(.exposure, .netExposure, scope: scope, observed: reach.raw, limit: limit.raw, used: used))
    }
}
