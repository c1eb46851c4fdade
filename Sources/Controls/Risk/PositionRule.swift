import Trading

/// risk.position: what the position can become on the order's side when everything that works fills. Strategy scope
/// sees the strategy's own book, the others the account's net.
enum PositionRule {
    static func check(
        _ order: OrderView, _ scopes: Scopes, _ worths: inout Worths, _ findings: inout Findings
    ) {
        let net = order.net.worstCase(order.intent.side, adding: order.intent.quantity)
        let own = order.own.worstCase(order.intent.side, adding: order.intent.quantity)
        let bindsNet = !order.isExempt(.account) && net.raw > 0
        let bindsOwn = !order.isExemptOwn && own.raw > 0
        if bindsNet {
            check(order, net, scopes[.system], .system, &worths, &findings)
            check(order, net, scopes[.account], .account, &worths, &findings)
        }
        if bindsOwn { check(order, own, scopes[.strategy], .strategy, &worths, &findings) }
        if bindsNet { check(order, net, scopes[.instrument], .instrument, &worths, &findings) }
    }

    @inline(never)
    private static func check(
        _ order: OrderView, _ reach: Quantity, _ state: UnsafeMutablePointer<ScopeState>, _ scope: LimitScope,
        _ worths: inout Worths, _ findings: inout Findings
    ) {
        if let limit = state.pointee.limits.maxPositionQuantity {
            findings.judge(
                isBeyond: reach > limit,
                Finding(
                    .position, .positionQuantity, scope: scope, observed: Int128(reach.raw),
                    limit: Int128(limit.raw), used: Int128(reach.raw) - Int128(order.intent.quantity.raw)))
        }
        if let limit = state.pointee.limits.maxPositionNotional {
            checkNotional(order, limit, scope, &worths, &findings)
        }
        if let fraction = state.pointee.limits.maxPositionEquityFraction {
            checkShare(order, fraction, scope, &worths, &findings)
        }
    }

    @inline(__always)
    private static func checkNotional(
        _ order: OrderView, _ limit: Money, _ scope: LimitScope, _ worths: inout Worths, _ findings: inout Findings
    ) {
        guard worths.values(order, scope) else {
            return findings.add(Finding(.position, order.missingNotional, scope: scope, limit: limit.raw))
        }
        let notional = scope == .strategy ? worths.own.own : worths.net.own
        let own = worths.notional(order)
        var used: Int128? { own.map { (notional - $0).raw } }
        findings.judge(
            isBeyond: notional > limit,
            Finding(
                .position, .positionNotional, scope: scope, observed: notional.raw, limit: limit.raw, used: used))
    }

    /// Against a share of equity. One beyond counting is no limit.
    @inline(__always)
    private static func checkShare(
        _ order: OrderView, _ share: Rate, _ scope: LimitScope, _ worths: inout Worths, _ findings: inout Findings
    ) {
        let equity = max(order.funds.equity ?? .zero, .zero)
        guard worths.values(order, scope) else {
            return findings.add(
                Finding(.position, order.missingNotional, scope: scope, limit: equity.share(share).raw))
        }
        let notional = scope == .strategy ? worths.own.own : worths.net.own
        let own = worths.notional(order)
        var used: Int128? { own.map { (notional - $0).raw } }
        findings.judge(
            isBeyond: notional.isAbove(share, of: equity) ?? false,
            Finding(
                .position, .positionEquityFraction, scope: scope, observed: notional.raw,
                limit: equity.share(share).raw, used: used))
    }
}
