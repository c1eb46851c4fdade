import Trading

/// compliance.hedging: no opposite positions across the accounts of one owner, at worst case.
enum HedgingRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard terms.forbidsHedging else { return }
        findings.apply(.hedging)
        guard program.isOppositeHeld, !order.isReducing(.account),
            order.net.worstCase(order.intent.side, adding: order.intent.quantity).raw > 0
        else { return }
        findings.add(Finding(.hedging, .oppositeHeld, scope: .account))
    }
}
