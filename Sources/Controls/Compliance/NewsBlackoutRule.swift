import Trading

/// compliance.news-blackout: nothing is opened in the windows around listed events.
enum NewsBlackoutRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard terms.pointee.hasNewsWindows else { return }
        findings.apply(.newsBlackout)
        guard program.pointee.isInNewsWindow, !order.isReducingOwn else { return }
        findings.add(Finding(.newsBlackout, .newsEvent, scope: .account))
    }
}
