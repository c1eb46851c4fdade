import Trading

/// compliance.min-holding: a position is held for some time before it is turned round, and where the program says so before it
/// is reduced. A liquidation and the host's own protection are never in question.
enum MinHoldingRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard let least = terms.pointee.minHoldingNanoseconds else { return }
        findings.apply(.minHolding)
        guard let since = program.pointee.heldSince, order.intent.origin != .liquidation, !order.intent.isHostSent,
            order.intent.quantity.raw > 0,
            Int128(order.own.position.raw) * Int128(order.intent.side.sign) < 0
        else { return }
        guard terms.pointee.minHoldingBindsReducing || !order.isReducingOwn else { return }
        let held = Int128(order.time.nanoseconds) - Int128(since.nanoseconds)
        guard held < Int128(least) else { return }
        // In seconds of 1e-8, rounded down: what is too short never looks long enough.
        findings.add(
            Finding(
                .minHolding, .heldTooShort, scope: .strategy, observed: held / 10, limit: (Int128(least) + 9) / 10))
    }
}
