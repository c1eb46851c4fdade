import Trading

/// compliance.hedging: no opposite positions across the accounts of one owner, at worst case.
enum HedgingRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard terms.pointee.forbidsHedging else { return }
        findings.apply(.hedging)
        guard program.pointee.isOppositeHeld, !order.isReducing(.account),
            order.net.worstCase(order.intent.side, adding: order.intent.quantity).raw > 0
        else { return }
        findings.add(Finding(.hedging, .oppositeHeld, scope: .account))
    }
}
