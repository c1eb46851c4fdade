import Trading

/// compliance.consistency: the best day is not too large a share of the profit of all days. It only warns.
enum ConsistencyRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard let share = terms.bestDayShareMax else { return }
        findings.apply(.consistency)
        guard !order.isReducing(.account), program.profit > .zero,
            let limit = program.profit.converted(at: share), program.bestDay > limit
        else { return }
        findings.warn(
            Finding(
                .consistency, .bestDayShare, scope: .account, observed: program.bestDay.raw, limit: limit.raw))
    }
}
