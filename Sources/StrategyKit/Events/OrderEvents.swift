public import CStrategyABI

/// A change of one of the strategy's orders. Valid during the callback.
@frozen public struct OrderUpdate {
    @usableFromInline let record: UnsafePointer<strategy_order_update_v1_t>
    @usableFromInline let more: UnsafePointer<strategy_commission_more_v1_t>?

    @usableFromInline
    init(_ event: UnsafePointer<strategy_event_v1_t>, more: UnsafePointer<strategy_event_v1_t>?) {
        record = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_order_update_v1_t.self)
        self.more = more.map { UnsafeRawPointer($0).assumingMemoryBound(to: strategy_commission_more_v1_t.self) }
    }

    public var instrument: InstrumentIndex { record.pointee.instrument }
    public var time: Timestamp { Timestamp(nanoseconds: record.pointee.time) }
    public var tag: OrderTag { OrderTag(record.pointee.tag) }
    /// The host's number of the order.
    public var orderID: UInt64 { record.pointee.order_id }
    public var state: OrderState { OrderState(rawValue: record.pointee.state) ?? .rejected }
    public var reason: OrderReason { OrderReason(rawValue: record.pointee.reason) ?? .unspecified }
    public var side: Side? { Side(rawValue: record.pointee.side) }
    /// All fills so far.
    public var filledQuantity: Quantity { Quantity(raw: record.pointee.filled_quantity) }
    /// Of this fill, else zero.
    public var lastQuantity: Quantity { Quantity(raw: record.pointee.last_quantity) }
    public var lastPrice: Price { Price(raw: record.pointee.last_price) }
    /// Of this fill, in 1e-8 of its currency; nil when the update has none. Negative = rebate.
    public var commission: Int64? { more?.pointee.commission }
    /// An operator's order under this strategy, not one of its own.
    public var isExternal: Bool { Int(record.pointee.type) == STRATEGY_EVENT_EXTERNAL_ORDER }
}

public enum OrderState: UInt8, Sendable, BitwiseCopyable {
    case pending = 0
    case submitted, partiallyFilled, filled, cancelled, rejected, expired, denied
    /// The order has ended.
    @inlinable public var isTerminal: Bool { rawValue >= OrderState.filled.rawValue }
}

/// Why an order update was sent: STRATEGY_REASON_*.
public enum OrderReason: UInt16, Sendable, BitwiseCopyable {
    case unspecified = 0
    case accepted, fill, modified, modifyDenied, cancelRequested, triggered, notFillable, dayEnd, protectionPrice
    case triggerDenied, halted, strategyStopped, sessionEnd, selfTrade, unknownOrder, expireTime, reduceOnly, venue
    case postOnly, bracket
}

/// The gate said no. Valid during the callback.
@frozen public struct Denial {
    @usableFromInline let record: UnsafePointer<strategy_denial_v1_t>

    @usableFromInline init(_ event: UnsafePointer<strategy_event_v1_t>) {
        record = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_denial_v1_t.self)
    }

    public var instrument: InstrumentIndex { record.pointee.instrument }
    public var time: Timestamp { Timestamp(nanoseconds: record.pointee.time) }
    public var tag: OrderTag { OrderTag(record.pointee.tag) }
    /// Bit n set = rule n of the host's list failed.
    public var failedRules: UInt64 { record.pointee.failed_rules }
    /// The first failing rule; `observed`, `limit` and `headroom` are its numbers, in 1e-8 of their unit; headroom
    /// is what the limit leaves without the order, and 0 where the rule has no measure.
    public var firstRule: UInt32 { record.pointee.first_rule }
    public var observed: Int64 { record.pointee.observed }
    public var limit: Int64 { record.pointee.limit }
    public var headroom: Int64 { record.pointee.headroom }
}

/// The strategy's own position in one instrument.
@frozen public struct Position: Sendable, BitwiseCopyable, Codable, Equatable {
    /// Above zero long, below zero short.
    public var quantity: Quantity = .zero
    /// Zero when flat.
    public var averagePrice: Price = .zero
    /// Of this strategy in this instrument, commission included, in 1e-8 of the quote currency.
    public var realizedPnL: Int64 = 0
    /// Meaningless when flat.
    public var openedAt = Timestamp(nanoseconds: 0)
    /// 0 when flat; a flip opens a position with a new id.
    public var id: UInt64 = 0

    @inlinable public init() {}

    init(_ record: strategy_position_v1_t) {
        quantity = Quantity(raw: record.quantity)
        averagePrice = Price(raw: record.average_price)
        realizedPnL = record.realized_pnl
        openedAt = Timestamp(nanoseconds: record.opened_at)
        id = record.position_id
    }

    @inlinable public var isFlat: Bool { quantity == .zero }
    @inlinable public var isLong: Bool { quantity > .zero }
    @inlinable public var isShort: Bool { quantity < .zero }
    /// Gain at `price` in percent of the average price, positive when it is a gain for the side held; 0 when flat.
    @inlinable public func gainPercent(at price: Price) -> Double {
        guard !isFlat, averagePrice > .zero else { return 0 }
        let change = (price / averagePrice - 1) * 100
        return isLong ? change : -change
    }
}

/// A change of trading state, feed, instrument or session.
public enum StatusChange: Sendable, Equatable {
    public enum TradingState: UInt32, Sendable { case active = 0, reducing, halted }
    public enum Feed: UInt32, Sendable { case fresh = 0, gap, stale }
    public enum Instrument: UInt32, Sendable { case open = 0, closed, halted, expired }
    public enum Session: UInt32, Sendable { case started = 0, stopping }

    case trading(TradingState)
    case feed(Feed)
    case instrument(Instrument)
    case session(Session)

    /// nil for a code that this kit does not know.
    init?(type: Int, code: UInt32) {
        switch type {
        case STRATEGY_EVENT_TRADING_STATE:
            guard let state = TradingState(rawValue: code) else { return nil }
            self = .trading(state)
        case STRATEGY_EVENT_FEED:
            guard let feed = Feed(rawValue: code) else { return nil }
            self = .feed(feed)
        case STRATEGY_EVENT_INSTRUMENT:
            guard let instrument = Instrument(rawValue: code) else { return nil }
            self = .instrument(instrument)
        case STRATEGY_EVENT_SESSION:
            guard let session = Session(rawValue: code) else { return nil }
            self = .session(session)
        default: return nil
        }
    }
}
