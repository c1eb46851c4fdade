import Trading

/// compliance.daily-loss: the program's limit for a day's loss. Once it is broken, at a mark or at an order, only reducing orders
/// pass until the account's next day.
enum ProgramDailyLossRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard !terms.pointee.dailyLoss.isNone, order.isKnown else { return }
        findings.apply(.programDailyLoss)
        guard !order.isReducing(.account) else { return }
        guard let day = program.pointee.day else {
            return findings.add(Finding(.programDailyLoss, .noConversionRate, scope: .account))
        }
        let start = day.start(terms.pointee.dailyLossBase)
        let loss = start - day.equity
        let isLocked = program.pointee.lock == .day
        findings.judge(
            isBeyond: isLocked || terms.pointee.dailyLoss.isBroken(by: loss, of: start),
            Finding(
                .programDailyLoss, isLocked ? .dayLocked : .programDailyLoss, scope: .account, observed: loss.raw,
                limit: terms.pointee.dailyLoss.amount(of: start)?.raw ?? 0, used: loss.raw))
    }
}
