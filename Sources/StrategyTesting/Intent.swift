import CStrategyABI
public import StrategyKit

/// What a strategy asked for, read back from its records.
public enum Intent: Sendable, Equatable {
    case submit(SubmittedOrder)
    case modify(tag: OrderTag, quantity: Quantity, limitPrice: Price, stopPrice: Price)
    /// `tag` nil = all orders of the instrument.
    case cancel(tag: OrderTag?, instrument: InstrumentIndex)
    /// `due` nil drops the timer.
    case timer(id: UInt64, due: Timestamp?)
    case signal(strength: Double, price: Price)
    case metric(name: String, value: Double)
    case log(level: LogLevel, text: String)
    /// A record that the ABI does not know.
    case unknown(type: UInt16)

    /// The intent in `records` from `index` on, and how many records it takes.
    static func read(_ records: UnsafeBufferPointer<strategy_intent_v1_t>, at index: Int) -> (Intent, Int) {
        let head = records[index]
        var count = 1
        var last = head
        while last.flags & UInt16(STRATEGY_FLAG_MORE) != 0, index + count < records.count {
            last = records[index + count]
            count += 1
        }
        let intent = read(head, text: { textOf(records[index..<index + count]) })
        guard case .submit(var order) = intent, count == 2 else { return (intent, count) }
        let bracket = unsafeBitCast(records[index + 1], to: strategy_bracket_more_v1_t.self)
        order.stopLoss = bracket.stop_loss == 0 ? nil : Price(raw: bracket.stop_loss)
        order.takeProfit = bracket.take_profit == 0 ? nil : Price(raw: bracket.take_profit)
        return (.submit(order), count)
    }

    private static func read(_ head: strategy_intent_v1_t, text: () -> (LogLevel, String)) -> Intent {
        switch Int(head.type) {
        case STRATEGY_INTENT_SUBMIT: return .submit(SubmittedOrder(unsafeBitCast(head, to: strategy_submit_v1_t.self)))
        case STRATEGY_INTENT_MODIFY:
            let record = unsafeBitCast(head, to: strategy_modify_v1_t.self)
            return .modify(
                tag: OrderTag(record.tag), quantity: Quantity(raw: record.quantity),
                limitPrice: Price(raw: record.price), stopPrice: Price(raw: record.stop_price))
        case STRATEGY_INTENT_CANCEL:
            return .cancel(tag: head.tag == 0 ? nil : OrderTag(head.tag), instrument: head.instrument)
        case STRATEGY_INTENT_TIMER:
            let record = unsafeBitCast(head, to: strategy_set_timer_v1_t.self)
            return .timer(id: record.tag, due: record.due == 0 ? nil : Timestamp(nanoseconds: record.due))
        case STRATEGY_INTENT_SIGNAL:
            let record = unsafeBitCast(head, to: strategy_emit_signal_v1_t.self)
            return .signal(strength: record.strength, price: Price(raw: record.price))
        case STRATEGY_INTENT_METRIC:
            let record = unsafeBitCast(head, to: strategy_metric_v1_t.self)
            let name = withUnsafeBytes(of: record.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return .metric(name: name, value: record.value)
        case STRATEGY_INTENT_LOG:
            let (level, line) = text()
            return .log(level: level, text: line)
        default: return .unknown(type: head.type)
        }
    }

    /// The text starts behind the log record's head, and goes on in the payloads of its MORE records.
    private static func textOf(_ records: Slice<UnsafeBufferPointer<strategy_intent_v1_t>>) -> (LogLevel, String) {
        var bytes: [UInt8] = []
        var head = strategy_log_v1_t()
        for (index, record) in records.enumerated() {
            if index == 0 { head = unsafeBitCast(record, to: strategy_log_v1_t.self) }
            withUnsafeBytes(of: record) { bytes.append(contentsOf: $0.dropFirst(index == 0 ? 24 : 16)) }
        }
        let text = String(decoding: bytes.prefix(Int(head.length)), as: UTF8.self)
        return (LogLevel(rawValue: head.level) ?? .error, text)
    }
}

extension TrailingDistance {
    func trigger(behind best: Price, _ side: Side) -> Price {
        let distance =
            switch self {
            case .offset(let price): price
            case .fraction(let part): best * part
            }
        return side == .buy ? best + distance : best - distance
    }
}

/// An order as the strategy submitted it.
public struct SubmittedOrder: Sendable, Equatable {
    public var tag: OrderTag
    public var instrument: InstrumentIndex
    public var side: Side?
    /// STRATEGY_KIND_*.
    public var kind: Int
    public var quantity: Quantity
    public var limitPrice: Price
    public var stopPrice: Price
    public var timeInForce: TimeInForce?
    public var reduceOnly: Bool
    public var postOnly: Bool
    /// Of a good-till-date order.
    public var expires: Timestamp?
    /// Of a trailing stop.
    public var trail: TrailingDistance?
    /// Of a bracket.
    public var stopLoss: Price?
    public var takeProfit: Price?

    init(_ record: strategy_submit_v1_t) {
        tag = OrderTag(record.tag)
        instrument = record.instrument
        side = Side(rawValue: record.side)
        kind = Int(record.kind)
        quantity = Quantity(raw: record.quantity)
        limitPrice = Price(raw: record.price)
        stopPrice = Price(raw: record.stop_price)
        timeInForce = TimeInForce(rawValue: record.time_in_force)
        let options = UInt32(record.options)
        reduceOnly = options & STRATEGY_OPTION_REDUCE_ONLY != 0
        postOnly = options & STRATEGY_OPTION_POST_ONLY != 0
        expires = record.expire_time == 0 ? nil : Timestamp(nanoseconds: record.expire_time)
        guard kind == STRATEGY_KIND_TRAILING_STOP else { return }
        let isFraction = options & STRATEGY_OPTION_TRAIL_FRACTION != 0
        let distance = Price(raw: record.trail)
        trail = isFraction ? .fraction(distance.double) : .offset(distance)
    }

    /// What a fill of `quantity` brings: the stop and the target of its bracket.
    func legs(_ quantity: Quantity) -> [SubmittedOrder] {
        var legs: [SubmittedOrder] = []
        for (tag, kind, price) in [
            (tag.stopLoss, STRATEGY_KIND_STOP_LOSS, stopLoss), (tag.takeProfit, STRATEGY_KIND_LIMIT, takeProfit),
        ] {
            guard let price else { continue }
            var leg = self
            leg.tag = tag
            leg.side = side?.opposite
            leg.kind = kind
            leg.quantity = quantity
            leg.limitPrice = kind == STRATEGY_KIND_LIMIT ? price : .zero
            leg.stopPrice = kind == STRATEGY_KIND_LIMIT ? .zero : price
            leg.timeInForce = .goodTillCancelled
            leg.reduceOnly = true
            leg.postOnly = false
            leg.expires = nil
            leg.trail = nil
            leg.stopLoss = nil
            leg.takeProfit = nil
            legs.append(leg)
        }
        return legs
    }
}
