import Trading

/// risk.repeat-execution: a strategy that ran away – executions or denials in a row, faster than the limit – sends nothing
/// more until a person enables it again. The engine counts and latches; what only reduces passes.
enum RepeatExecutionRule {
    static func check(_ order: OrderView, _ findings: inout Findings) {
        guard let latch = order.runaway, latch.isLatched, order.intent.origin == .strategy, !order.isExemptOwn else {
            return
        }
        let unit: Int128 = 100_000_000
        findings.add(
            Finding(
                .repeatExecution, latch.cause == .executions ? .runawayExecutions : .runawayDenials, scope: .strategy,
                observed: Int128(latch.count) * unit, limit: Int128(latch.limit) * unit,
                used: Int128(latch.count) * unit))
    }
}
