import Trading

/// compliance.spoofing: whoever cancels large resting orders too soon, again and again, is warned and then gets no further one.
enum SpoofingRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard let spoofing = terms.pointee.spoofing, order.isKnown else { return }
        findings.apply(.spoofing)
        guard !order.isMarket, !order.intent.isHostSent, !order.isReducing(.account),
            spoofing.isLarge(order.intent.quantity, at: order.intent.price, multiplier: order.terms.multiplier)
        else { return }
        func finding(_ limit: Int32) -> Finding {
            Finding(
                .spoofing, .quickCancels, scope: .account, observed: Int128(program.pointee.quickCancels) * 100_000_000,
                limit: Int128(limit) * 100_000_000)
        }
        if program.pointee.quickCancels >= spoofing.denials {
            findings.add(finding(spoofing.denials))
        } else if program.pointee.quickCancels >= spoofing.warnings {
            findings.warn(finding(spoofing.denials))
        }
    }
}
