import CStrategyABI
import Controls
import Portfolio
import Trading

// What a strategy is told about its own orders, as event records.

extension Order {
    /// An ORDER event; `fill` is the execution that caused it.
    func update(_ reason: OrderReason, fill: Fill? = nil, at time: Timestamp) -> EventRecord {
        var record = strategy_order_update_v1_t()
        record.type = UInt16(
            intent.isOfStrategy ? STRATEGY_EVENT_ORDER : STRATEGY_EVENT_EXTERNAL_ORDER)
        record.instrument = intent.instrument
        record.time = time.nanoseconds
        record.tag = intent.tag
        record.order_id = id
        record.filled_quantity = filled.raw
        record.last_quantity = fill?.quantity.raw ?? 0
        record.last_price = fill?.price.raw ?? 0
        record.state = state.rawValue
        record.side = intent.side.rawValue
        record.reason = reason.rawValue
        return EventRecord(bytesOf: record)
    }
}

extension EventRecord {
    /// MORE of a fill's ORDER event: what it cost.
    static func commission(of fill: Fill, currency: InlineArray<16, UInt8>) -> EventRecord {
        var record = strategy_commission_more_v1_t()
        record.type = UInt16(STRATEGY_EVENT_MORE)
        record.instrument = fill.instrument
        record.time = fill.time.nanoseconds
        record.commission = Int64(clamping: fill.commission.raw)
        withUnsafeMutableBytes(of: &record.currency) { bytes in
            for index in 0..<16 { bytes[index] = currency[index] }
        }
        return EventRecord(bytesOf: record)
    }

    static func denial(
        _ instrument: UInt32, tag: UInt64, failedRules: UInt64, first finding: Finding, at time: Timestamp
    ) -> EventRecord {
        var record = strategy_denial_v1_t()
        record.type = UInt16(STRATEGY_EVENT_DENIAL)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.tag = tag
        record.failed_rules = failedRules
        record.first_rule = UInt32(finding.rule.rawValue)
        record.observed = Int64(clamping: finding.observed)
        record.limit = Int64(clamping: finding.limit)
        record.headroom = Int64(clamping: finding.headroom ?? 0)
        return EventRecord(bytesOf: record)
    }

    static func position(
        _ position: Position, instrument: UInt32, multiplier: Int64, at time: Timestamp
    ) -> EventRecord {
        var record = strategy_position_v1_t()
        record.type = UInt16(STRATEGY_EVENT_POSITION)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.quantity = position.quantity.raw
        record.average_price = position.averagePrice(multiplier: multiplier).raw
        record.realized_pnl = Int64(clamping: (position.realized - position.commission).raw)
        record.opened_at = position.openedAt.nanoseconds
        record.position_id = position.id
        return EventRecord(bytesOf: record)
    }

    static func funding(
        _ instrument: UInt32, rate: Rate, paid: Money, next: Timestamp?, at time: Timestamp
    ) -> EventRecord {
        var record = strategy_funding_v1_t()
        record.type = UInt16(STRATEGY_EVENT_FUNDING)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.rate = rate.raw
        record.amount = Int64(clamping: -paid.raw)
        record.next_time = next?.nanoseconds ?? 0
        return EventRecord(bytesOf: record)
    }

    static func timer(tag: UInt64, due: Timestamp) -> EventRecord {
        var record = strategy_timer_v1_t()
        record.type = UInt16(STRATEGY_EVENT_TIMER)
        record.time = due.nanoseconds
        record.timer_id = tag
        return EventRecord(bytesOf: record)
    }

    /// TRADING_STATE and SESSION events.
    static func status(_ type: Int, code: UInt32, at time: Timestamp) -> EventRecord {
        var record = strategy_status_v1_t()
        record.type = UInt16(type)
        record.time = time.nanoseconds
        record.code = code
        return EventRecord(bytesOf: record)
    }

    static func signal(_ instrument: UInt32, source: Int, strength: Double, price: Price, at time: Timestamp)
        -> EventRecord
    {
        var record = strategy_signal_v1_t()
        record.type = UInt16(STRATEGY_EVENT_SIGNAL)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.strength = strength
        record.price = price.raw
        record.source = UInt64(source)
        return EventRecord(bytesOf: record)
    }
}
