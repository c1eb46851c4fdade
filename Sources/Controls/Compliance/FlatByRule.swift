import Trading

/// compliance.flat-by: nothing is opened any more when positions have to be flat before the end of the session or the week.
enum FlatByRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard terms.hasFlatWindows || terms.flatBeforeCloseNanoseconds != nil else { return }
        findings.apply(.flatBy)
        guard program.isPastFlatTime, !order.isReducingOwn else { return }
        findings.add(Finding(.flatBy, .pastFlatTime, scope: .account))
    }
}
