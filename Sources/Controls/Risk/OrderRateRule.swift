import Trading

/// risk.order-rate: a token bucket per second and per minute in every scope that limits them. A trigger is no new order.
enum OrderRateRule {
    private static let second: Int64 = 1_000_000_000
    private static let minute: Int64 = 60_000_000_000

    static func check(_ order: OrderContext, _ scopes: Scopes, _ findings: inout Findings) {
        guard order.purpose != .trigger else { return }
        scopes.forEach { scope, state in
            guard !order.isReducing(scope) else { return }
            func judge(_ meter: RateMeter, _ limit: Int32?, _ period: Int64, _ reason: FindingReason) {
                guard let limit else { return }
                let load = limit > 0 ? meter.load(at: order.time, limit: limit, period: period) : 1
                guard load > Int64(limit) else { return }
                findings.add(
                    Finding(
                        .orderRate, reason, scope: scope, observed: Int128(load) * 100_000_000,
                        limit: Int128(limit) * 100_000_000))
            }
            judge(state.pointee.perSecond, state.pointee.limits.maxOrdersPerSecond, second, .perSecond)
            judge(state.pointee.perMinute, state.pointee.limits.maxOrdersPerMinute, minute, .perMinute)
        }
    }

    /// An approved order takes its token everywhere.
    static func count(_ order: OrderContext, _ scopes: Scopes) {
        guard order.purpose != .trigger else { return }
        scopes.forEach { _, state in
            if let limit = state.pointee.limits.maxOrdersPerSecond, limit > 0 {
                state.pointee.perSecond.count(at: order.time, limit: limit, period: second)
            }
            if let limit = state.pointee.limits.maxOrdersPerMinute, limit > 0 {
                state.pointee.perMinute.count(at: order.time, limit: limit, period: minute)
            }
        }
    }
}
