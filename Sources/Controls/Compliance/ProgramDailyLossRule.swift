import Trading

/// compliance.daily-loss: the program's limit for a day's loss. Once it is broken, at a mark or at an order, only reducing orders
/// pass until the account's next day.
enum ProgramDailyLossRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard !terms.dailyLoss.isNone, order.isKnown else { return }
        findings.apply(.programDailyLoss)
        guard !order.isReducing(.account) else { return }
        guard let day = program.day else {
            return findings.add(Finding(.programDailyLoss, .noConversionRate, scope: .account))
        }
        let start = day.start(terms.dailyLossBase)
        let loss = start - day.equity
        let limit = terms.dailyLoss.amount(of: start) ?? .zero
        let isLocked = program.lock == .day
        findings.judge(
            isBeyond: isLocked || loss > limit,
            Finding(
                .programDailyLoss, isLocked ? .dayLocked : .programDailyLoss, scope: .account, observed: loss.raw,
                limit: limit.raw, used: loss.raw))
    }
}
