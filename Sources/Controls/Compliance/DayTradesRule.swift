import Trading

/// compliance.day-trades: once the account has closed so many positions on the day that they were opened, within a rolling
/// window of days, nothing more is opened.
enum DayTradesRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard let most = terms.pointee.dayTradesMax else { return }
        findings.apply(.dayTrades)
        guard !order.isReducingOwn, !order.intent.isHostSent else { return }
        let used = Int128(program.pointee.dayTrades) * 100_000_000
        findings.judge(
            isBeyond: program.pointee.dayTrades >= most,
            Finding(
                .dayTrades, .dayTradeCount, scope: .account, observed: used + 100_000_000,
                limit: Int128(most) * 100_000_000, used: used))
    }
}
