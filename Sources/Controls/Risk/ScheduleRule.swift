import Trading

/// risk.schedule: a strategy's own orders go out only within its schedule, a stop of its own that triggers included. An
/// operator's order, a liquidation and what only reduces pass.
enum ScheduleRule {
    static func check(_ order: OrderView, _ findings: inout Findings) {
        guard !order.isScheduled, order.intent.origin == .strategy, !order.isExemptOwn else { return }
        findings.add(Finding(.schedule, .outsideSchedule, scope: .strategy))
    }
}
