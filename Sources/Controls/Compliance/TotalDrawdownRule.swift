import Trading

/// compliance.total-drawdown: the program's limit for the loss since the opening balance, or since the highest start of a day.
/// Once it is broken only reducing orders pass until an admin releases the account.
enum TotalDrawdownRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard !terms.pointee.drawdown.isNone, order.isKnown else { return }
        findings.apply(.totalDrawdown)
        guard !order.isReducing(.account) else { return }
        guard let equity = order.funds.equity else {
            return findings.add(Finding(.totalDrawdown, .noConversionRate, scope: .account))
        }
        let start = program.pointee.drawdownStart
        let loss = start - equity
        let isLocked = program.pointee.lock == .total
        findings.judge(
            isBeyond: isLocked || terms.pointee.drawdown.isBroken(by: loss, of: start),
            Finding(
                .totalDrawdown, isLocked ? .totalLocked : .programDrawdown, scope: .account, observed: loss.raw,
                limit: terms.pointee.drawdown.amount(of: start)?.raw ?? 0, used: loss.raw))
    }
}
