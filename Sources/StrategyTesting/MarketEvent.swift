import CStrategyABI
public import StrategyKit

/// A market event to play: the host's record, made by hand.
public struct MarketEvent: Sendable {
    var records: [strategy_event_v1_t]

    var type: Int { Int(records[0].type) }
    public var instrument: InstrumentIndex { records[0].instrument }
    public var time: Timestamp { Timestamp(nanoseconds: records[0].time) }

    private init<Record: BitwiseCopyable>(_ record: Record) {
        records = [eventRecord(record)]
    }

    /// A bar that ends at `time`. High and low default to the larger and the smaller of open and close.
    public static func bar(
        open: Price, high: Price? = nil, low: Price? = nil, close: Price, volume: Quantity = 1, vwap: Price? = nil,
        at time: Timestamp, interval: Duration = .seconds(60), instrument: InstrumentIndex = 0
    ) -> MarketEvent {
        var record = strategy_bar_v1_t()
        record.type = UInt16(STRATEGY_EVENT_BAR)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.open = open.raw
        record.high = (high ?? max(open, close)).raw
        record.low = (low ?? min(open, close)).raw
        record.close = close.raw
        record.volume = volume.raw
        record.interval = interval.nanoseconds
        guard let vwap else { return MarketEvent(record) }
        record.flags = UInt16(STRATEGY_FLAG_MORE)
        var more = strategy_bar_more_v1_t()
        more.type = UInt16(STRATEGY_EVENT_MORE)
        more.instrument = instrument
        more.time = time.nanoseconds
        more.vwap = vwap.raw
        more.trade_count = 1
        var event = MarketEvent(record)
        event.records.append(eventRecord(more))
        return event
    }

    public static func trade(
        _ price: Price, _ quantity: Quantity = 1, aggressor: Side? = nil, at time: Timestamp,
        instrument: InstrumentIndex = 0
    ) -> MarketEvent {
        var record = strategy_trade_v1_t()
        record.type = UInt16(STRATEGY_EVENT_TRADE)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.price = price.raw
        record.quantity = quantity.raw
        record.aggressor = aggressor?.rawValue ?? 0
        return MarketEvent(record)
    }

    public static func quote(
        bid: Price, _ bidQuantity: Quantity = 1, ask: Price, _ askQuantity: Quantity = 1, at time: Timestamp,
        instrument: InstrumentIndex = 0
    ) -> MarketEvent {
        var record = strategy_quote_v1_t()
        record.type = UInt16(STRATEGY_EVENT_QUOTE)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.bid_price = bid.raw
        record.bid_quantity = bidQuantity.raw
        record.ask_price = ask.raw
        record.ask_quantity = askQuantity.raw
        return MarketEvent(record)
    }

    /// Values of the features that the strategy names, in the order of the names; play it before the bar that they are of.
    public static func features(
        _ values: [Double?], at time: Timestamp, instrument: InstrumentIndex = 0
    ) -> MarketEvent {
        var record = strategy_features_v1_t()
        record.type = UInt16(STRATEGY_EVENT_FEATURES)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.count = UInt32(values.count)
        withUnsafeMutableBytes(of: &record.values) { put(values.prefix(5), into: $0) }
        var event = MarketEvent(record)
        for start in stride(from: 5, to: values.count, by: 6) {
            var more = strategy_features_more_v1_t()
            more.type = UInt16(STRATEGY_EVENT_MORE)
            more.instrument = instrument
            more.time = time.nanoseconds
            withUnsafeMutableBytes(of: &more.values) { put(values.dropFirst(start).prefix(6), into: $0) }
            event.records[event.records.count - 1].flags |= UInt16(STRATEGY_FLAG_MORE)
            event.records.append(eventRecord(more))
        }
        return event
    }

    private static func put(_ values: ArraySlice<Double?>, into bytes: UnsafeMutableRawBufferPointer) {
        for (index, value) in values.enumerated() {
            bytes.storeBytes(of: value ?? .nan, toByteOffset: 8 * index, as: Double.self)
        }
    }

    /// A whole order book, up to ten levels a side, best first.
    public static func depth(
        bids: [(Price, Quantity)], asks: [(Price, Quantity)], at time: Timestamp, instrument: InstrumentIndex = 0
    ) -> MarketEvent {
        var record = strategy_depth_v1_t()
        record.type = UInt16(STRATEGY_EVENT_DEPTH)
        record.flags = UInt16(STRATEGY_FLAG_MORE)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.side = Side.buy.rawValue
        record.price = bids.first?.0.raw ?? 0
        record.quantity = bids.first?.1.raw ?? 0
        var event = MarketEvent(record)
        for index in 0..<7 {
            // Level 0 of the bids is in the record itself.
            let isAsk = index >= 3
            let levels = isAsk ? asks : bids
            let first = isAsk ? (index - 3) * 3 : index * 3 + 1
            var more = strategy_depth_more_v1_t()
            more.type = UInt16(STRATEGY_EVENT_MORE)
            more.flags = UInt16(first) << UInt16(STRATEGY_DEPTH_SHIFT)
            if isAsk { more.flags |= UInt16(STRATEGY_DEPTH_ASK) }
            if index < 6 { more.flags |= UInt16(STRATEGY_FLAG_MORE) }
            more.instrument = instrument
            more.time = time.nanoseconds
            func level(_ offset: Int) -> (price: Int64, quantity: Int64) {
                let place = first + offset
                guard place < min(levels.count, Int(STRATEGY_DEPTH_LEVELS)) else { return (0, 0) }
                return (levels[place].0.raw, levels[place].1.raw)
            }
            more.price = (level(0).price, level(1).price, level(2).price)
            more.quantity = (level(0).quantity, level(1).quantity, level(2).quantity)
            event.records.append(eventRecord(more))
        }
        return event
    }

    /// The record as another layout; the caller has looked at `type`.
    func read<Record: BitwiseCopyable>(as layout: Record.Type) -> Record {
        unsafeBitCast(records[0], to: Record.self)
    }
}
