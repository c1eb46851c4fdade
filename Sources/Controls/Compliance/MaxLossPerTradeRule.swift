import Trading

/// compliance.max-loss-per-trade: what an entry loses when its stop is met stays within a share of the account's equity. Without
/// a stop all of its value is at risk.
enum MaxLossPerTradeRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ worths: inout Worths,
        _ findings: inout Findings
    ) {
        guard let share = terms.pointee.lossPerTradeMax, order.isKnown else { return }
        findings.apply(.maxLossPerTrade)
        guard !order.isReducingOwn else { return }
        guard let equity = order.funds.equity, let notional = worths.notional(order),
            let loss = notional.converted(at: program.pointee.stopDistance ?? .one)
        else {
            let reason = order.funds.equity == nil ? .noConversionRate : order.missingNotional
            return findings.add(Finding(.maxLossPerTrade, reason, scope: .account))
        }
        findings.judge(
            isBeyond: loss.isAbove(share, of: max(equity, .zero)) ?? false,
            Finding(
                .maxLossPerTrade, .lossPerTrade, scope: .account, observed: loss.raw,
                limit: max(equity, .zero).share(share).raw, used: 0))
    }
}
