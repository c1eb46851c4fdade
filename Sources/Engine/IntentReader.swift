import CStrategyABI
import Trading

/// Reads what a plugin wrote, record by record, and believes none of it.
struct IntentReader {
    enum Intent {
        case submit(OrderIntent)
        /// `quantity` is the order's total.
        case modify(OrderIntent)
        /// Tag 0 = all of the instrument.
        case cancel(instrument: UInt32, tag: UInt64)
        case timer(tag: UInt64, due: Timestamp)
        case signal(instrument: UInt32, strength: Double, price: Price)
        case metric
        case log(level: UInt32, text: String)
        case reply
        /// `tag` and `instrument` are what the record said, so that the strategy can be told.
        case refused(IntentFault, type: UInt16, instrument: UInt32, tag: UInt64)
    }

    private let records: UnsafeBufferPointer<IntentRecord>
    private let strategy: Int32
    private let instrumentCount: Int
    private var index = 0

    init(_ records: UnsafeBufferPointer<IntentRecord>, strategy: Int, instrumentCount: Int) {
        self.records = records
        self.strategy = Int32(strategy)
        self.instrumentCount = instrumentCount
    }

    /// Records that have not been read.
    var rest: Slice<UnsafeBufferPointer<IntentRecord>> { records[index...] }

    mutating func next() -> Intent? {
        guard index < records.count else { return nil }
        let head = records[index]
        let first = index
        index += 1
        if head.type == UInt16(STRATEGY_INTENT_MORE) { return refuse(head, .moreWithoutHead) }
        guard let more = skipMore(after: head) else { return refuse(head, .tooManyMore) }
        switch Int(head.type) {
        case STRATEGY_INTENT_SUBMIT: return submit(head, first: first, more: more)
        case STRATEGY_INTENT_MODIFY: return modify(head)
        case STRATEGY_INTENT_CANCEL:
            guard isKnown(head) else { return refuse(head, .unknownInstrument) }
            return .cancel(instrument: head.instrument, tag: head.tag)
        case STRATEGY_INTENT_TIMER:
            return .timer(tag: head.tag, due: Timestamp(nanoseconds: Int64(bitPattern: head.payload.0)))
        case STRATEGY_INTENT_SIGNAL:
            guard isKnown(head) else { return refuse(head, .unknownInstrument) }
            let strength = Double(bitPattern: head.payload.0)
            let price = Price(raw: Int64(bitPattern: head.payload.1))
            // No number fails the comparison, too.
            guard strength.magnitude <= 1, price.raw >= 0 else { return refuse(head, .badSignal) }
            return .signal(instrument: head.instrument, strength: strength, price: price)
        case STRATEGY_INTENT_METRIC: return .metric
        case STRATEGY_INTENT_LOG: return log(head, first: first, more: more)
        case STRATEGY_INTENT_REPLY: return .reply
        default: return refuse(head, .unknownType)
        }
    }

    private func refuse(_ head: IntentRecord, _ fault: IntentFault) -> Intent {
        .refused(fault, type: head.type, instrument: head.instrument, tag: head.tag)
    }

    private func isKnown(_ head: IntentRecord) -> Bool { Int(head.instrument) < instrumentCount }

    /// Steps over the MORE records that belong to `head`; nil when they are too many or one is missing.
    private mutating func skipMore(after head: IntentRecord) -> Int? {
        var count = 0
        var flags = head.flags
        while flags & UInt16(STRATEGY_FLAG_MORE) != 0 {
            guard index < records.count, records[index].type == UInt16(STRATEGY_INTENT_MORE) else {
                return nil
            }
            flags = records[index].flags
            index += 1
            count += 1
        }
        return count <= Int(STRATEGY_MORE_MAX) ? count : nil
    }

    private func submit(_ head: IntentRecord, first: Int, more: Int) -> Intent {
        let record = unsafeBitCast(head, to: strategy_submit_v1_t.self)
        guard isKnown(head) else { return refuse(head, .unknownInstrument) }
        guard record.tag != 0 else { return refuse(head, .zeroTag) }
        guard let side = Side(rawValue: record.side) else { return refuse(head, .badSide) }
        guard let kind = OrderKind(rawValue: record.kind) else { return refuse(head, .badKind) }
        guard let timeInForce = TimeInForce(rawValue: record.time_in_force) else {
            return refuse(head, .badTimeInForce)
        }
        guard record.options & ~IntentReader.options == 0, record.expire_time == 0 || timeInForce == .goodTillDate
        else { return refuse(head, .badOption) }
        guard record.quantity >= 0, record.price >= 0, record.stop_price >= 0, record.expire_time >= 0 else {
            return refuse(head, .negativeQuantity)
        }
        var intent = OrderIntent(
            strategy: strategy, instrument: record.instrument, tag: record.tag, side: side, kind: kind,
            quantity: Quantity(raw: record.quantity), price: Price(raw: record.price),
            stopPrice: Price(raw: record.stop_price), timeInForce: timeInForce,
            reduceOnly: record.options & UInt8(STRATEGY_OPTION_REDUCE_ONLY) != 0)
        intent.conditions.expireTime = Timestamp(nanoseconds: record.expire_time)
        intent.conditions.postOnly = record.options & UInt8(STRATEGY_OPTION_POST_ONLY) != 0
        if kind == .trailingStop {
            let isFraction = record.options & UInt8(STRATEGY_OPTION_TRAIL_FRACTION) != 0
            intent.conditions.trail = TrailingDistance(raw: record.trail, isFraction: isFraction)
        } else if record.options & UInt8(STRATEGY_OPTION_TRAIL_FRACTION) != 0 {
            return refuse(head, .badOption)
        }
        guard more > 0 else { return .submit(intent) }
        let bracket = unsafeBitCast(records[first + 1], to: strategy_bracket_more_v1_t.self)
        guard more == 1, bracket.stop_loss != 0 || bracket.take_profit != 0 else { return refuse(head, .badOption) }
        guard bracket.stop_loss >= 0, bracket.take_profit >= 0 else { return refuse(head, .negativeQuantity) }
        intent.conditions.stopLoss = Price(raw: bracket.stop_loss)
        intent.conditions.takeProfit = Price(raw: bracket.take_profit)
        return .submit(intent)
    }

    private static let options = UInt8(
        STRATEGY_OPTION_REDUCE_ONLY | STRATEGY_OPTION_POST_ONLY | STRATEGY_OPTION_TRAIL_FRACTION)

    /// Side, kind and options of the wanted order are those of the working one; the engine fills them in.
    private func modify(_ head: IntentRecord) -> Intent {
        let record = unsafeBitCast(head, to: strategy_modify_v1_t.self)
        guard isKnown(head) else { return refuse(head, .unknownInstrument) }
        guard record.tag != 0 else { return refuse(head, .zeroTag) }
        guard record.quantity >= 0, record.price >= 0, record.stop_price >= 0 else {
            return refuse(head, .negativeQuantity)
        }
        return .modify(
            OrderIntent(
                strategy: strategy, instrument: record.instrument, tag: record.tag, side: .buy, kind: .limit,
                quantity: Quantity(raw: record.quantity), price: Price(raw: record.price),
                stopPrice: Price(raw: record.stop_price)))
    }

    /// 40 bytes in the head, 48 in each MORE record; `length` says how many of them are text.
    private func log(_ head: IntentRecord, first: Int, more: Int) -> Intent {
        let record = unsafeBitCast(head, to: strategy_log_v1_t.self)
        guard (1...4).contains(record.level), Int(record.length) <= 40 + 48 * more else {
            return refuse(head, .badText)
        }
        var bytes: [UInt8] = []
        for index in first...(first + more) {
            withUnsafeBytes(of: records[index]) { bytes.append(contentsOf: $0[(index == first ? 24 : 16)...]) }
        }
        guard let text = String(validating: bytes.prefix(Int(record.length)), as: UTF8.self) else {
            return refuse(head, .badText)
        }
        return .log(level: record.level, text: text)
    }
}
