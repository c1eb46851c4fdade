import Trading

/// compliance.mandatory-stop: an entry carries a stop.
enum MandatoryStopRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard terms.requiresStop else { return }
        findings.apply(.mandatoryStop)
        guard program.stopDistance == nil, !order.isReducingOwn else { return }
        findings.add(Finding(.mandatoryStop, .stopMissing, scope: .account))
    }
}
