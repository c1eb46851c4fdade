import Trading

/// risk.order-size: quantity and notional of one order, in every scope that limits them.
enum OrderSizeRule {
    static func check(_ order: OrderContext, _ scopes: Scopes, _ findings: inout Findings) {
        scopes.forEach { scope, state in
            let limits = state.pointee.limits
            guard !order.isReducing(scope) else { return }
            if let limit = limits.maxOrderQuantity, order.intent.quantity > limit {
                findings.add(
                    Finding(
                        .orderSize, .orderQuantity, scope: scope, observed: Int128(order.intent.quantity.raw),
                        limit: Int128(limit.raw)))
            }
            if let limit = limits.maxOrderNotional {
                check(order, notionalLimit: limit, scope, &findings)
            }
        }
    }

    private static func check(
        _ order: OrderContext, notionalLimit limit: Money, _ scope: LimitScope, _ findings: inout Findings
    ) {
        guard let notional = order.notional(of: order.intent.quantity) else {
            let reason: FindingReason = order.funds.rate == nil ? .noConversionRate : .noReference
            return findings.add(Finding(.orderSize, reason, scope: scope, limit: limit.raw))
        }
        if notional > limit {
            findings.add(
                Finding(.orderSize, .orderNotional, scope: scope, observed: notional.raw, limit: limit.raw))
        }
    }
}
