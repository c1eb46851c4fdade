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

    /// The record as another layout; the caller has looked at `type`.
    func read<Record: BitwiseCopyable>(as layout: Record.Type) -> Record {
        unsafeBitCast(records[0], to: Record.self)
    }
}
