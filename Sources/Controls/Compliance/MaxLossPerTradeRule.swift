import Trading

/// compliance.max-loss-per-trade: what an entry loses when its stop is met stays within a share of the account's equity. Without
/// a stop all of its value is at risk.
enum MaxLossPerTradeRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ worths: inout Worths,
        _ findings: inout Findings
    ) {
        guard let share = terms.lossPerTradeMax, order.isKnown else { return }
        findings.apply(.maxLossPerTrade)
        guard !order.isReducingOwn else { return }
        guard let equity = order.funds.equity, let notional = worths.notional(order),
            let loss = notional.converted(at: program.stopDistance ?? .one)
        else {
            let reason = order.funds.equity == nil ? .noConversionRate : order.missingNotional
            return findings.add(Finding(.maxLossPerTrade, reason, scope: .account))
        }
        let limit = max(equity, .zero).converted(at: share) ?? Money(raw: .max)
        findings.judge(
            isBeyond: loss > limit,
            Finding(.maxLossPerTrade, .lossPerTrade, scope: .account, observed: loss.raw, limit: limit.raw, used: 0))
    }
}
