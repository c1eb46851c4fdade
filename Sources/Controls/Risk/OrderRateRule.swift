import Trading

/// risk.order-rate: a token bucket per second and per minute in every scope that limits them. A trigger is no new
/// order, and the host's protective orders and the legs of brackets follow fills, so that they neither wait nor use up what
/// a strategy has. Modifies of one order at one instant, one after the other, leave as one message and take one token.
enum OrderRateRule {
    private static let second: Int64 = 1_000_000_000
    private static let minute: Int64 = 60_000_000_000

    static func check(
        _ order: OrderView, _ scopes: Scopes, after last: LastModify, _ findings: inout Findings
    ) {
        guard order.purpose != .trigger, covers(order.intent), !last.covers(order) else { return }
        scopes.forEach { scope, state in
            guard !order.isReducing(scope) else { return }
            func judge(_ meter: RateMeter, _ limit: Int32?, _ period: Int64, _ reason: FindingReason) {
                guard let limit else { return }
                let load = limit > 0 ? meter.load(at: order.time, limit: limit, period: period) : 1
                findings.judge(
                    isBeyond: load > Int64(limit),
                    Finding(
                        .orderRate, reason, scope: scope, observed: Int128(load) * 100_000_000,
                        limit: Int128(limit) * 100_000_000, used: Int128(load - 1) * 100_000_000))
            }
            judge(state.pointee.perSecond, state.pointee.limits.maxOrdersPerSecond, second, .perSecond)
            judge(state.pointee.perMinute, state.pointee.limits.maxOrdersPerMinute, minute, .perMinute)
        }
    }

    /// Whether new orders and modifications of this kind take tokens.
    static func covers(_ intent: OrderIntent) -> Bool { !intent.isProtective && !intent.isLeg }

    /// An approved order takes its token everywhere.
    static func count(_ order: OrderView, _ scopes: Scopes, after last: LastModify) {
        guard order.purpose != .trigger, covers(order.intent), !last.covers(order) else { return }
        count(at: order.time, scopes)
    }

    static func count(at time: Timestamp, _ scopes: Scopes) {
        scopes.forEach { _, state in
            if let limit = state.pointee.limits.maxOrdersPerSecond, limit > 0 {
                state.pointee.perSecond.count(at: time, limit: limit, period: second)
            }
            if let limit = state.pointee.limits.maxOrdersPerMinute, limit > 0 {
                state.pointee.perMinute.count(at: time, limit: limit, period: minute)
            }
        }
    }
}
