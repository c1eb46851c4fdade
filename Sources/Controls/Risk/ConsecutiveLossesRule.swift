import Trading

/// risk.consecutive-losses: after losing round trips in a row, or after a stop-loss, nothing new for a while. Without a
/// length of the pause losses in a row stop the scope until its day ends; a stop-loss asks for a pause with a length.
enum ConsecutiveLossesRule {
    static func check(_ order: OrderView, _ scopes: Scopes, _ findings: inout Findings) {
        check(order, order.accountLosses, scopes[.system], .system, &findings)
        check(order, order.accountLosses, scopes[.account], .account, &findings)
        check(order, order.ownLosses, scopes[.strategy], .strategy, &findings)
    }

    private static func check(
        _ order: OrderView, _ streak: OrderContext.LossStreak?, _ state: UnsafeMutablePointer<ScopeState>,
        _ scope: LimitScope, _ findings: inout Findings
    ) {
        guard let streak, order.isKnown, !order.isExempt(scope) else { return }
        let pause = state.pointee.limits.cooldownNanoseconds
        if let limit = state.pointee.limits.maxConsecutiveLosses {
            let left = pause.map { $0 - passed(since: streak.lastLoss, order) } ?? (streak.dayEnd - order.time)
            let unit: Int128 = 100_000_000
            findings.judge(
                isBeyond: streak.count >= max(limit, 1) && left > 0,
                Finding(
                    .consecutiveLosses, .losingStreak, scope: scope, observed: Int128(streak.count) * unit,
                    limit: Int128(limit) * unit, used: Int128(streak.count) * unit))
        }
        guard let pause, streak.lastStop.nanoseconds != .min else { return }
        let age = passed(since: streak.lastStop, order)
        guard age < pause else { return }
        // In seconds of 1e-8.
        findings.add(
            Finding(
                .consecutiveLosses, .stoppedOut, scope: scope, observed: Int128(age) / 10,
                limit: Int128(pause) / 10))
    }

    /// Nanoseconds, 0 and up.
    private static func passed(since time: Timestamp, _ order: OrderView) -> Int64 {
        Int64(clamping: max(0, Int128(order.time.nanoseconds) - Int128(time.nanoseconds)))
    }
}
