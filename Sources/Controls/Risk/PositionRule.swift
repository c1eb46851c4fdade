import Trading

/// risk.position: what the position can become on the order's side when everything that works fills. Strategy scope
/// sees the strategy's own book, the others the account's net.
enum PositionRule {
    static func check(
        _ order: OrderContext, _ scopes: Scopes, _ worths: inout Worths, _ findings: inout Findings
    ) {
        let own = Reach(order, order.own)
        let net = Reach(order, order.net)
        scopes.forEach { scope, state in
            check(order, scope == .strategy ? own : net, state, scope, &worths, &findings)
        }
    }

    /// The worst case of one book.
    private struct Reach {
        let isExempt: Bool
        let quantity: Quantity

        init(_ order: OrderContext, _ book: OrderContext.Book) {
            isExempt = order.isShrinking || book.isReduced(by: order.intent.quantity, on: order.intent.side)
            quantity = book.worstCase(order.intent.side, adding: order.intent.quantity)
        }
    }

    private static func check(
        _ order: OrderContext, _ reach: Reach, _ state: UnsafeMutablePointer<ScopeState>, _ scope: LimitScope,
        _ worths: inout Worths, _ findings: inout Findings
    ) {
        guard !reach.isExempt, reach.quantity.raw > 0 else { return }
        if let limit = state.pointee.limits.maxPositionQuantity {
            findings.judge(
                isBeyond: reach.quantity > limit,
                Finding(
                    .position, .positionQuantity, scope: scope, observed: Int128(reach.quantity.raw),
                    limit: Int128(limit.raw), used: Int128(reach.quantity.raw) - Int128(order.intent.quantity.raw)))
        }
        if let limit = state.pointee.limits.maxPositionNotional {
            check(order, .positionNotional, limit: limit, scope, &worths, &findings)
        }
        if let fraction = state.pointee.limits.maxPositionEquityFraction {
            // A share beyond counting is no limit.
            let share = max(order.funds.equity ?? .zero, .zero).converted(at: fraction) ?? Money(raw: .max)
            check(order, .positionEquityFraction, limit: share, scope, &worths, &findings)
        }
    }

    private static func check(
        _ order: OrderContext, _ reason: FindingReason, limit: Money, _ scope: LimitScope, _ worths: inout Worths,
        _ findings: inout Findings
    ) {
        let sides = scope == .strategy ? worths.own(order) : worths.net(order)
        guard let notional = sides.own else {
            return findings.add(Finding(.position, order.missingNotional, scope: scope, limit: limit.raw))
        }
        let own = worths.notional(order)
        var used: Int128? { own.map { (notional - $0).raw } }
        findings.judge(
            isBeyond: notional > limit,
            Finding(.position, reason, scope: scope, observed: notional.raw, limit: limit.raw, used: used))
    }
}
