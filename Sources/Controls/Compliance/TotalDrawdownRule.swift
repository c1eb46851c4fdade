import Trading

/// compliance.total-drawdown: the program's limit for the loss since the opening balance, or since the highest start of a day.
/// Once it is broken only reducing orders pass until an admin releases the account.
enum TotalDrawdownRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard !terms.drawdown.isNone, order.isKnown else { return }
        findings.apply(.totalDrawdown)
        guard !order.isReducing(.account) else { return }
        guard let equity = order.funds.equity else {
            return findings.add(Finding(.totalDrawdown, .noConversionRate, scope: .account))
        }
        let loss = program.drawdownStart - equity
        let limit = terms.drawdown.amount(of: program.drawdownStart) ?? .zero
        let isLocked = program.lock == .total
        findings.judge(
            isBeyond: isLocked || loss > limit,
            Finding(
                .totalDrawdown, isLocked ? .totalLocked : .programDrawdown, scope: .account, observed: loss.raw,
                limit: limit.raw, used: loss.raw))
    }
}
