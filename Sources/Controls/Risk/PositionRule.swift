import Trading

/// risk.position: what the position can become on the order's side when everything that works fills. Strategy scope
/// sees the strategy's own book, the others the account's net.
enum PositionRule {
    static func check(_ order: OrderContext, _ scopes: Scopes, _ findings: inout Findings) {
        scopes.forEach { scope, state in
            let limits = state.pointee.limits
            guard !order.isReducing(scope) else { return }
            let book = scope == .strategy ? order.own : order.net
            let reach = book.worstCase(order.intent.side, adding: order.intent.quantity)
            guard reach.raw > 0 else { return }
            if let limit = limits.maxPositionQuantity, reach > limit {
                findings.add(
                    Finding(
                        .position, .positionQuantity, scope: scope, observed: Int128(reach.raw),
                        limit: Int128(limit.raw)))
            }
            if let limit = limits.maxPositionNotional {
                check(order, reach, .positionNotional, limit: limit, scope, &findings)
            }
            if let fraction = limits.maxPositionEquityFraction {
                let equity = max(order.funds.equity ?? .zero, .zero)
                check(order, reach, .positionEquityFraction, limit: equity.times(fraction), scope, &findings)
            }
        }
    }

    private static func check(
        _ order: OrderContext, _ reach: Quantity, _ reason: FindingReason, limit: Money, _ scope: LimitScope,
        _ findings: inout Findings
    ) {
        guard let notional = order.notional(of: reach) else {
            let cause: FindingReason = order.funds.rate == nil ? .noConversionRate : .noReference
            return findings.add(Finding(.position, cause, scope: scope, limit: limit.raw))
        }
        if notional > limit {
            findings.add(Finding(.position, reason, scope: scope, observed: notional.raw, limit: limit.raw))
        }
    }
}
