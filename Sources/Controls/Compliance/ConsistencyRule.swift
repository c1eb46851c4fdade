import Trading

/// compliance.consistency: the best day is not too large a share of the profit of all days. It only warns.
enum ConsistencyRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard let share = terms.pointee.bestDayShareMax else { return }
        findings.apply(.consistency)
        guard !order.isReducing(.account), program.pointee.profit > .zero,
            program.pointee.bestDay.isAbove(share, of: program.pointee.profit) ?? false
        else { return }
        findings.warn(
            Finding(
                .consistency, .bestDayShare, scope: .account, observed: program.pointee.bestDay.raw,
                limit: program.pointee.profit.share(share).raw))
    }
}
