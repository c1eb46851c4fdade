import Trading

/// compliance.spoofing: whoever cancels large resting orders too soon, again and again, is warned and then gets no further one.
enum SpoofingRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard let spoofing = terms.spoofing, order.isKnown else { return }
        findings.apply(.spoofing)
        guard !order.isMarket, !order.intent.isHostSent, !order.isReducing(.account),
            spoofing.isLarge(order.intent.quantity, at: order.intent.price, multiplier: order.terms.multiplier)
        else { return }
        func finding(_ limit: Int32) -> Finding {
            Finding(
                .spoofing, .quickCancels, scope: .account, observed: Int128(program.quickCancels) * 100_000_000,
                limit: Int128(limit) * 100_000_000)
        }
        if program.quickCancels >= spoofing.denials {
            findings.add(finding(spoofing.denials))
        } else if program.quickCancels >= spoofing.warnings {
            findings.warn(finding(spoofing.denials))
        }
    }
}
