import Trading

/// risk.duplicate: a strategy may not send the same order – instrument, side, kind, quantity, prices, time in force and
/// conditions (bracket, trail, end, post-only) – again within the window since it last passed. Of each strategy the last 16 orders are known.
enum DuplicateRule {
    static func check(
        _ order: OrderView, _ scopes: Scopes, _ recent: UnsafePointer<RecentOrders>, _ findings: inout Findings
    ) {
        guard order.purpose == .submit, !order.intent.isHostSent,
            let last = RecentOrders.lastTime(of: RecentOrders.Entry(order.intent, at: order.time), in: recent)
        else { return }
        let age = Int128(order.time.nanoseconds) - Int128(last)
        scopes.forEach { scope, state in
            guard let window = state.pointee.limits.duplicateWindowNanoseconds, !order.isReducing(scope),
                age < Int128(window)
            else { return }
            // In seconds of 1e-8.
            findings.add(
                Finding(
                    .duplicate, .duplicateOrder, scope: scope, observed: age / 10, limit: Int128(window) / 10))
        }
    }
}
