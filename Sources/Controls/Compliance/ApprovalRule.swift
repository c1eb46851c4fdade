import Trading

/// compliance.approval: an order above the program's notional waits for a second person. It fails with `needsApproval`
/// until one has approved it; `Verdict.needsApproval` says that nothing else is in its way.
enum ApprovalRule {
    static func check(
        _ order: OrderView, _ terms: UnsafePointer<ComplianceTerms>, _ worths: inout Worths,
        _ findings: inout Findings
    ) {
        guard let limit = terms.pointee.approvalNotional, order.isKnown else { return }
        findings.apply(.approval)
        // A trigger was approved with its order.
        guard order.purpose != .trigger, !order.isExemptOwn, !order.isApprovedBySecond else { return }
        guard let notional = worths.notional(order) else {
            return findings.add(Finding(.approval, order.missingNotional, scope: .account, limit: limit.raw))
        }
        guard notional > limit else { return }
        findings.add(
            Finding(.approval, .needsApproval, scope: .account, observed: notional.raw, limit: limit.raw, used: 0))
    }
}
