import Trading

/// compliance.flat-by: nothing is opened any more when positions have to be flat before the end of the session or the week.
enum FlatByRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard terms.pointee.hasFlatWindows || terms.pointee.flatBeforeCloseNanoseconds != nil else { return }
        findings.apply(.flatBy)
        guard program.pointee.isPastFlatTime, !order.isReducingOwn else { return }
        findings.add(Finding(.flatBy, .pastFlatTime, scope: .account))
    }
}
