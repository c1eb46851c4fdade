import Trading

/// compliance.mandatory-stop: an entry carries a stop.
enum MandatoryStopRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard terms.pointee.requiresStop else { return }
        findings.apply(.mandatoryStop)
        guard program.pointee.stopDistance == nil, !order.isReducingOwn else { return }
        findings.add(Finding(.mandatoryStop, .stopMissing, scope: .account))
    }
}
