import Trading

/// compliance.order-to-trade: orders, changes and cancels of the account's day stay in proportion to its fills. The first
/// ones of a day are free, and a cancel is never in question.
enum OrderToTradeRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard let most = terms.pointee.messagesPerFillMax else { return }
        findings.apply(.orderToTrade)
        guard order.purpose != .trigger, !order.intent.isHostSent, !order.isReducing(.account) else { return }
        let messages = program.pointee.messages + 1
        guard messages > terms.pointee.freeMessages else { return }
        // Before the first fill counts as one.
        let limit = Int128(most) * Int128(max(program.pointee.fills, 1)) * 100_000_000
        let observed = Int128(messages) * 100_000_000
        findings.judge(
            isBeyond: observed > limit,
            Finding(
                .orderToTrade, .messagesPerFill, scope: .account, observed: observed, limit: limit,
                used: observed - 100_000_000))
    }
}
