import Trading

/// compliance.news-blackout: nothing is opened in the windows around listed events.
enum NewsBlackoutRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard terms.hasNewsWindows else { return }
        findings.apply(.newsBlackout)
        guard program.isInNewsWindow, !order.isReducingOwn else { return }
        findings.add(Finding(.newsBlackout, .newsEvent, scope: .account))
    }
}
