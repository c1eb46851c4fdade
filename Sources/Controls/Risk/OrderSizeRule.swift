import Trading

/// risk.order-size: quantity and notional of one order, in every scope that limits them.
enum OrderSizeRule {
    static func check(
        _ order: OrderView, _ scopes: Scopes, _ worths: inout Worths, _ findings: inout Findings
    ) {
        scopes.forEach { scope, state in
            guard !order.isExempt(scope) else { return }
            if let limit = state.pointee.limits.maxOrderQuantity {
                findings.judge(
                    isBeyond: order.intent.quantity > limit,
                    Finding(
                        .orderSize, .orderQuantity, scope: scope, observed: Int128(order.intent.quantity.raw),
                        limit: Int128(limit.raw), used: 0))
            }
            guard let limit = state.pointee.limits.maxOrderNotional else { return }
            guard let value = worths.notional(order) else {
                return findings.add(Finding(.orderSize, order.missingNotional, scope: scope, limit: limit.raw))
            }
            findings.judge(
                isBeyond: value > limit,
                Finding(.orderSize, .orderNotional, scope: scope, observed: value.raw, limit: limit.raw, used: 0))
        }
    }
}
