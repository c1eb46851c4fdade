import Trading

/// compliance.leverage-class: the account's worst-case exposure in an asset class stays within its leverage of equity.
enum LeverageClassRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ worths: inout Worths,
        _ findings: inout Findings
    ) {
        guard let leverage = program.classLeverage, order.isKnown, order.intent.quantity.raw > 0 else { return }
        findings.apply(.leverageClass)
        guard !order.isReducing(.account) else { return }
        guard let equity = order.funds.equity, let others = program.classOthers,
            let (before, after) = worths.net(order).larger
        else {
            let isRateMissing = order.funds.equity == nil || program.classOthers == nil
            let reason = isRateMissing ? .noConversionRate : order.missingNotional
            return findings.add(Finding(.leverageClass, reason, scope: .account))
        }
        let (old, new) = (others + before, others + after)
        guard new > old else { return }
        let limit = max(equity, .zero).converted(at: leverage) ?? Money(raw: .max)
        findings.judge(
            isBeyond: new > limit,
            Finding(
                .leverageClass, .classLeverage, scope: .account, observed: new.raw, limit: limit.raw, used: old.raw))
    }
}
