import GRDB
import Trading

/// The rows that facts leave for queries.
struct FactRows {
    private var order: BoundStatement
    private var decision: BoundStatement
    private var rule: BoundStatement
    private var fill: BoundStatement
    private var trip: BoundStatement
    private var day: BoundStatement
    private var payment: BoundStatement
    private var forgottenDays: BoundStatement

    init(_ db: Database) throws {
        order = try BoundStatement(db, FactRows.orderSQL)
        decision = try BoundStatement(db, FactRows.decisionSQL)
        rule = try BoundStatement(db, "INSERT INTO denial_rules (rule, time, sequence) VALUES (?, ?, ?)")
        fill = try BoundStatement(db, FactRows.fillSQL)
        trip = try BoundStatement(db, FactRows.tripSQL)
        day = try BoundStatement(
            db,
            "INSERT OR REPLACE INTO day_starts (scope, number, day, balance, equity, time) VALUES (?, ?, ?, ?, ?, ?)")
        payment = try BoundStatement(
            db,
            "INSERT INTO financing (time, account, strategy, instrument, kind, rate, quantity, mark, paid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        forgottenDays = try BoundStatement(db, "DELETE FROM day_starts WHERE scope = ? AND number = ?")
    }

    static let intentColumns = """
        strategy, account, instrument, tag, side, kind, time_in_force, reduce_only, origin, quantity, price, stop_price, \
        conditions
        """

    /// What never changes of an order is written once; so no index is touched again.
    private static let orderSQL = """
        INSERT INTO orders (id, \(intentColumns), protection, state, is_triggered, filled, filled_value, priority, \
        reason, submitted_at, updated_at, wall_time) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
        ON CONFLICT (id) DO UPDATE SET time_in_force = excluded.time_in_force, reduce_only = excluded.reduce_only, \
        quantity = excluded.quantity, price = excluded.price, stop_price = excluded.stop_price, \
        protection = excluded.protection, state = excluded.state, is_triggered = excluded.is_triggered, \
        filled = excluded.filled, filled_value = excluded.filled_value, priority = excluded.priority, \
        reason = excluded.reason, updated_at = excluded.updated_at
        """
    private static let decisionSQL = """
        INSERT INTO decisions (sequence, order_id, \(intentColumns), is_denied, failed_rules, findings, time, \
        wall_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let fillSQL = """
        INSERT INTO fills (id, order_id, strategy, account, instrument, side, liquidity, price, quantity, value, \
        commission, time, wall_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let tripSQL = """
        INSERT INTO round_trips (id, strategy, instrument, side, quantity, entry_time, entry_price, exit_time, \
        exit_price, commission, pnl) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    mutating func upsert(_ touched: TouchedOrder) throws {
        let value = touched.order
        order.put(value.id)
        order.put(value.intent, account: value.account)
        order.put(value.protection)
        order.put(value.state.rawValue)
        order.put(value.isTriggered)
        order.put(value.filled)
        order.put(value.filledValue)
        order.put(value.priority)
        order.put(touched.reason.rawValue)
        order.put(value.submittedAt)
        order.put(value.updatedAt)
        order.put(touched.wallTime)
        try order.run()
    }

    /// `warnings`: what the gate remarked on it.
    mutating func insertDecision(
        _ accepted: Order, warnings: ArraySlice<Finding>, sequence: UInt64, wallTime: Timestamp, _ bytes: inout [UInt8]
    ) throws {
        decision.put(sequence)
        decision.put(accepted.id)
        decision.put(accepted.intent, account: accepted.account)
        decision.put(false)
        decision.put(0)
        if warnings.isEmpty { decision.putNull() } else { put(warnings, &bytes) }
        decision.put(accepted.updatedAt)
        decision.put(wallTime)
        try decision.run()
    }

    /// A change of a working order that passed with warnings.
    mutating func insertDecision(
        _ warning: OrderWarning, findings: ArraySlice<Finding>, sequence: UInt64, wallTime: Timestamp,
        _ bytes: inout [UInt8]
    ) throws {
        decision.put(sequence)
        decision.put(warning.orderID)
        decision.put(warning.intent, account: warning.account)
        decision.put(false)
        decision.put(0)
        put(findings, &bytes)
        decision.put(warning.time)
        decision.put(wallTime)
        try decision.run()
    }

    private mutating func put(_ findings: ArraySlice<Finding>, _ bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        var writer = ByteWriter(taking: &bytes)
        for finding in findings { writer.put(finding) }
        writer.finish(into: &bytes)
        decision.put(bytes)
    }

    mutating func insertDecision(
        _ denial: Denial, findings: ArraySlice<Finding>, sequence: UInt64, wallTime: Timestamp, _ bytes: inout [UInt8]
    ) throws {
        decision.put(sequence)
        decision.put(denial.orderID)
        decision.put(denial.intent, account: denial.account)
        decision.put(true)
        decision.put(denial.failedRules)
        put(findings, &bytes)
        decision.put(denial.time)
        decision.put(wallTime)
        try decision.run()
        var rest = denial.failedRules
        while rest != 0 {
            rule.put(rest.trailingZeroBitCount)
            rule.put(denial.time)
            rule.put(sequence)
            try rule.run()
            rest &= rest - 1
        }
    }

    mutating func insert(_ value: Fill, wallTime: Timestamp) throws {
        fill.put(value.id)
        fill.put(value.orderID)
        fill.put(value.strategy)
        fill.put(value.account)
        fill.put(value.instrument)
        fill.put(value.side.rawValue)
        fill.put(value.liquidity.rawValue)
        fill.put(value.price)
        fill.put(value.quantity)
        fill.put(value.value)
        fill.put(value.commission)
        fill.put(value.time)
        fill.put(wallTime)
        try fill.run()
    }

    mutating func insert(_ value: RoundTrip) throws {
        trip.put(value.id)
        trip.put(value.strategy)
        trip.put(value.instrument)
        trip.put(value.side.rawValue)
        trip.put(value.quantity)
        trip.put(value.entryTime)
        trip.put(value.entryPrice)
        trip.put(value.exitTime)
        trip.put(value.exitPrice)
        trip.put(value.commission)
        trip.put(value.pnl)
        try trip.run()
    }

    mutating func insert(_ value: Financing) throws {
        payment.put(value.time)
        payment.put(value.account)
        payment.put(value.strategy)
        payment.put(value.instrument)
        payment.put(value.kind.rawValue)
        payment.put(value.rate)
        payment.put(value.quantity)
        payment.put(value.mark)
        payment.put(value.paid)
        try payment.run()
    }

    mutating func insert(_ value: DayStart) throws {
        day.put(value.scope.rawValue)
        day.put(value.index)
        day.put(value.day)
        day.put(value.balance)
        day.put(value.equity)
        day.put(value.time)
        try day.run()
    }

    /// What an account made is counted from its new beginning; the facts keep what was.
    mutating func forgetDays(ofAccount account: Int32) throws {
        forgottenDays.put(LimitScope.account.rawValue)
        forgottenDays.put(account)
        try forgottenDays.run()
    }
}

extension BoundStatement {
    /// The columns `FactRows.intentColumns`.
    fileprivate mutating func put(_ intent: OrderIntent, account: Int32) {
        put(intent.strategy)
        put(account)
        put(intent.instrument)
        put(intent.tag)
        put(intent.side.rawValue)
        put(intent.kind.rawValue)
        put(intent.timeInForce.rawValue)
        put(intent.reduceOnly)
        put(intent.origin.rawValue)
        put(intent.quantity)
        put(intent.price)
        put(intent.stopPrice)
        guard !intent.conditions.isNone else { return putNull() }
        var writer = ByteWriter()
        writer.put(intent.conditions)
        put(writer.bytes)
    }
}
