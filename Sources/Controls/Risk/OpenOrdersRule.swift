import Trading

/// risk.open-orders: how many orders may work at once, the new one included. A modify or a trigger adds none; the host's
/// protective orders and the legs of brackets neither count nor wait.
enum OpenOrdersRule {
    static func check(_ order: OrderView, _ scopes: Scopes, _ findings: inout Findings) {
        guard let open = order.openOrders, order.purpose == .submit, !order.intent.isHostSent else { return }
        scopes.forEach { scope, state in
            guard let limit = state.pointee.limits.maxOpenOrders, !order.isReducing(scope) else { return }
            let count = open.count(scope)
            let unit: Int128 = 100_000_000
            findings.judge(
                isBeyond: count >= limit,
                Finding(
                    .openOrders, .openOrders, scope: scope, observed: (Int128(count) + 1) * unit,
                    limit: Int128(limit) * unit, used: Int128(count) * unit))
        }
    }
}
