import Trading

/// risk.position: what the position can become on the order's side when everything that works fills. Strategy scope
/// sees the strategy's own book, the others the account's net.
enum PositionRule {
    static func check(_ order: OrderContext, _ scopes: Scopes, _ findings: inout Findings) {
        var own = Reach(order, order.own)
        var net = Reach(order, order.net)
        scopes.forEach { scope, state in
            if scope == .strategy {
                check(order, &own, state.pointee.limits, scope, &findings)
            } else {
                check(order, &net, state.pointee.limits, scope, &findings)
            }
        }
    }

    /// The worst case of one book; valued once, and only when some scope asks.
    private struct Reach {
        let book: OrderContext.Book
        let isExempt: Bool
        let quantity: Quantity
        private var value: Money??

        init(_ order: OrderContext, _ book: OrderContext.Book) {
            self.book = book
            isExempt = order.isShrinking || book.isReduced(by: order.intent.quantity, on: order.intent.side)
            quantity = book.worstCase(order.intent.side, adding: order.intent.quantity)
        }

        mutating func notional(_ order: OrderContext) -> Money? {
            if let value { return value }
            let fresh = order.worstCaseNotional(book, order.intent.side, adding: order.intent.quantity)
            value = .some(fresh)
            return fresh
        }
    }

    private static func check(
        _ order: OrderContext, _ reach: inout Reach, _ limits: LimitSet, _ scope: LimitScope,
        _ findings: inout Findings
    ) {
        guard !reach.isExempt, reach.quantity.raw > 0 else { return }
        if let limit = limits.maxPositionQuantity {
            findings.judge(
                isBeyond: reach.quantity > limit,
                Finding(
                    .position, .positionQuantity, scope: scope, observed: Int128(reach.quantity.raw),
                    limit: Int128(limit.raw), used: Int128(reach.quantity.raw) - Int128(order.intent.quantity.raw)))
        }
        if let limit = limits.maxPositionNotional {
            check(order, reach.notional(order), .positionNotional, limit: limit, scope, &findings)
        }
        if let fraction = limits.maxPositionEquityFraction {
            // A share beyond counting is no limit.
            let share = max(order.funds.equity ?? .zero, .zero).converted(at: fraction) ?? Money(raw: .max)
            check(
                order, reach.notional(order), .positionEquityFraction, limit: share, scope, &findings)
        }
    }

    private static func check(
        _ order: OrderContext, _ notional: Money?, _ reason: FindingReason, limit: Money, _ scope: LimitScope,
        _ findings: inout Findings
    ) {
        guard let notional else {
            return findings.add(Finding(.position, order.missingNotional, scope: scope, limit: limit.raw))
        }
        var used: Int128? { order.notional(of: order.intent.quantity).map { (notional - $0).raw } }
        findings.judge(
            isBeyond: notional > limit,
            Finding(.position, reason, scope: scope, observed: notional.raw, limit: limit.raw, used: used))
    }
}
