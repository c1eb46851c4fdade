import Trading

/// risk.reduce-only: reduce-only orders together never exceed the position that they reduce.
enum ReduceOnlyRule {
    static func check(_ order: OrderView, _ findings: inout Findings) {
        guard order.intent.reduceOnly else { return }
        let available = max(0, Int128(-order.intent.side.sign) * Int128(order.own.position.raw))
        let wanted = Int128(order.intent.quantity.raw) + Int128(order.reduceOnlyWorking.raw)
        guard wanted > available else { return }
        findings.add(
            Finding(
                .reduceOnly, available == 0 ? .nothingToReduce : .wouldGrow, scope: .strategy, observed: wanted,
                limit: available, used: Int128(order.reduceOnlyWorking.raw)))
    }
}
