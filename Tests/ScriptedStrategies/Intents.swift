public import CStrategyABI
public import Trading

// Intent records as a plugin would write them.

extension IntentRecord {
    public static func submit(
        _ side: Side, _ quantity: Quantity, _ kind: OrderKind = .market, tag: UInt64, at price: Price = .zero,
        stop: Price = .zero, timeInForce: TimeInForce = .goodTillCancelled, reduceOnly: Bool = false,
        conditions: OrderConditions = .none, instrument: UInt32 = 0
    ) -> IntentRecord {
        var record = strategy_submit_v1_t()
        record.type = UInt16(STRATEGY_INTENT_SUBMIT)
        record.instrument = instrument
        record.tag = tag
        record.quantity = quantity.raw
        record.price = price.raw
        record.stop_price = stop.raw
        record.side = side.rawValue
        record.kind = kind.rawValue
        record.time_in_force = timeInForce.rawValue
        record.options =
            (reduceOnly ? UInt8(STRATEGY_OPTION_REDUCE_ONLY) : 0)
            | (conditions.postOnly ? UInt8(STRATEGY_OPTION_POST_ONLY) : 0)
            | (conditions.trail.isFraction ? UInt8(STRATEGY_OPTION_TRAIL_FRACTION) : 0)
        record.trail = conditions.trail.raw
        record.expire_time = conditions.expireTime.nanoseconds
        return IntentRecord(record)
    }

    /// A SUBMIT and its bracket, from the stop and target in `conditions`.
    public static func bracket(
        _ side: Side, _ quantity: Quantity, _ kind: OrderKind = .market, tag: UInt64, at price: Price = .zero,
        stopLoss: Price = .zero, takeProfit: Price = .zero, instrument: UInt32 = 0
    ) -> [IntentRecord] {
        submit(side, quantity, kind, tag: tag, at: price, instrument: instrument)
            .with(stopLoss: stopLoss, takeProfit: takeProfit)
    }

    /// This SUBMIT with a bracket.
    public func with(stopLoss: Price, takeProfit: Price) -> [IntentRecord] {
        var head = self
        head.flags |= UInt16(STRATEGY_FLAG_MORE)
        var more = strategy_bracket_more_v1_t()
        more.type = UInt16(STRATEGY_INTENT_MORE)
        more.stop_loss = stopLoss.raw
        more.take_profit = takeProfit.raw
        return [head, unsafeBitCast(more, to: IntentRecord.self)]
    }

    public static func modify(
        tag: UInt64, quantity: Quantity, at price: Price = .zero, stop: Price = .zero, instrument: UInt32 = 0
    ) -> IntentRecord {
        var record = strategy_modify_v1_t()
        record.type = UInt16(STRATEGY_INTENT_MODIFY)
        record.instrument = instrument
        record.tag = tag
        record.quantity = quantity.raw
        record.price = price.raw
        record.stop_price = stop.raw
        return unsafeBitCast(record, to: IntentRecord.self)
    }

    /// Tag 0 cancels all of the instrument.
    public static func cancel(tag: UInt64, instrument: UInt32 = 0) -> IntentRecord {
        var record = IntentRecord()
        record.type = UInt16(STRATEGY_INTENT_CANCEL)
        record.instrument = instrument
        record.tag = tag
        return record
    }

    public static func timer(tag: UInt64, due: Timestamp) -> IntentRecord {
        var record = IntentRecord()
        record.type = UInt16(STRATEGY_INTENT_TIMER)
        record.tag = tag
        record.payload.0 = UInt64(bitPattern: due.nanoseconds)
        return record
    }

    public static func signal(strength: Double, price: Price = .zero, instrument: UInt32 = 0) -> IntentRecord {
        var record = IntentRecord()
        record.type = UInt16(STRATEGY_INTENT_SIGNAL)
        record.instrument = instrument
        record.payload.0 = strength.bitPattern
        record.payload.1 = UInt64(bitPattern: price.raw)
        return record
    }

    /// A record of any type with nothing in it.
    public static func bare(_ type: Int, flags: UInt16 = 0, instrument: UInt32 = 0, tag: UInt64 = 0) -> IntentRecord {
        var record = IntentRecord()
        record.type = UInt16(type)
        record.flags = flags
        record.instrument = instrument
        record.tag = tag
        return record
    }

    /// A MORE record that announces another one or not.
    public static func more(announcesMore: Bool = false) -> IntentRecord {
        bare(STRATEGY_INTENT_MORE, flags: announcesMore ? UInt16(STRATEGY_FLAG_MORE) : 0)
    }

    /// A log line: 40 bytes in its head, 48 in each MORE record.
    public static func log(_ bytes: [UInt8], level: UInt32 = UInt32(STRATEGY_LOG_INFO)) -> [IntentRecord] {
        var head = IntentRecord.bare(STRATEGY_INTENT_LOG)
        head.payload.0 = UInt64(level) | UInt64(bytes.count) << 32
        var records = [head.with(bytes.prefix(40), at: 24)]
        var rest = bytes.dropFirst(40)
        while !rest.isEmpty {
            records[records.count - 1].flags |= UInt16(STRATEGY_FLAG_MORE)
            records.append(more().with(rest.prefix(48), at: 16))
            rest = rest.dropFirst(48)
        }
        return records
    }

    public static func log(_ text: String) -> [IntentRecord] { log(Array(text.utf8)) }

    /// A SUBMIT whose fields the test sets itself.
    public init(_ record: strategy_submit_v1_t) { self = unsafeBitCast(record, to: IntentRecord.self) }

    /// This record, read as a SUBMIT and changed.
    public func changed(_ change: (inout strategy_submit_v1_t) -> Void) -> IntentRecord {
        var record = unsafeBitCast(self, to: strategy_submit_v1_t.self)
        change(&record)
        return IntentRecord(record)
    }

    /// This record with `bytes` from an offset on.
    public func with(_ bytes: some Collection<UInt8>, at offset: Int) -> IntentRecord {
        var record = self
        withUnsafeMutableBytes(of: &record) { memory in
            for (index, byte) in bytes.enumerated() { memory[offset + index] = byte }
        }
        return record
    }
}
