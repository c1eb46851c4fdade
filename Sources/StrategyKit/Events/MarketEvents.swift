public import CStrategyABI

// Views of the host's records: a pointer each, nothing is copied. They are valid during the callback that got them;
// that they are not Codable keeps them out of a strategy's stored properties.

/// A finished bar; `time` is its close.
@frozen public struct Bar {
    @usableFromInline let record: UnsafePointer<strategy_bar_v1_t>
    @usableFromInline let more: UnsafePointer<strategy_bar_more_v1_t>?

    @inlinable @inline(__always)
    init(_ event: UnsafePointer<strategy_event_v1_t>, more: UnsafePointer<strategy_event_v1_t>?) {
        record = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_bar_v1_t.self)
        self.more = more.map { UnsafeRawPointer($0).assumingMemoryBound(to: strategy_bar_more_v1_t.self) }
    }

    @inlinable public var instrument: InstrumentIndex { record.pointee.instrument }
    @inlinable public var time: Timestamp { Timestamp(nanoseconds: record.pointee.time) }
    @inlinable public var open: Price { Price(raw: record.pointee.open) }
    @inlinable public var high: Price { Price(raw: record.pointee.high) }
    @inlinable public var low: Price { Price(raw: record.pointee.low) }
    @inlinable public var close: Price { Price(raw: record.pointee.close) }
    @inlinable public var volume: Quantity { Quantity(raw: record.pointee.volume) }
    /// From open to close.
    @inlinable public var interval: Duration { .nanoseconds(record.pointee.interval) }
    /// Volume-weighted average price; nil when the feed does not tell or nothing was traded.
    @inlinable public var vwap: Price? {
        guard let more, more.pointee.vwap > 0 else { return nil }
        return Price(raw: more.pointee.vwap)
    }
    /// Trades in the bar; nil when the feed does not tell.
    @inlinable public var tradeCount: UInt64? { more?.pointee.trade_count }
}

/// A trade that the market printed.
@frozen public struct Trade {
    @usableFromInline let record: UnsafePointer<strategy_trade_v1_t>

    @inlinable @inline(__always)
    init(_ event: UnsafePointer<strategy_event_v1_t>) {
        record = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_trade_v1_t.self)
    }

    @inlinable public var instrument: InstrumentIndex { record.pointee.instrument }
    @inlinable public var time: Timestamp { Timestamp(nanoseconds: record.pointee.time) }
    @inlinable public var price: Price { Price(raw: record.pointee.price) }
    @inlinable public var quantity: Quantity { Quantity(raw: record.pointee.quantity) }
    @inlinable public var id: UInt64 { record.pointee.trade_id }
    /// The side that took liquidity; nil when the feed does not tell.
    @inlinable public var aggressor: Side? { Side(rawValue: record.pointee.aggressor) }
}

/// Best bid and offer.
@frozen public struct Quote {
    @usableFromInline let record: UnsafePointer<strategy_quote_v1_t>

    @inlinable @inline(__always)
    init(_ event: UnsafePointer<strategy_event_v1_t>) {
        record = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_quote_v1_t.self)
    }

    @inlinable public var instrument: InstrumentIndex { record.pointee.instrument }
    @inlinable public var time: Timestamp { Timestamp(nanoseconds: record.pointee.time) }
    /// Zero when nobody bids.
    @inlinable public var bid: Price { Price(raw: record.pointee.bid_price) }
    @inlinable public var bidQuantity: Quantity { Quantity(raw: record.pointee.bid_quantity) }
    /// Zero when nobody offers.
    @inlinable public var ask: Price { Price(raw: record.pointee.ask_price) }
    @inlinable public var askQuantity: Quantity { Quantity(raw: record.pointee.ask_quantity) }
    /// (bid + ask) / 2, nil when a side is empty.
    @inlinable public var mid: Price? {
        guard bid > .zero, ask > .zero else { return nil }
        return Price(raw: bid.raw + (ask.raw - bid.raw) / 2)
    }
}
