import Trading

/// compliance.leverage-class: the account's worst-case exposure in an asset class stays within its leverage of equity.
enum LeverageClassRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ worths: inout Worths,
        _ findings: inout Findings
    ) {
        guard let leverage = program.pointee.classLeverage, order.isKnown, order.intent.quantity.raw > 0 else { return }
        findings.apply(.leverageClass)
        guard !order.isReducing(.account) else { return }
        let change = worths.changeNet(order, program.pointee.classOthers)
        findings.judgeRise(order, .leverageClass, .classLeverage, change, share: leverage, .account)
    }
}
