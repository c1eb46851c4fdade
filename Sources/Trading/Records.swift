public import CStrategyABI

// The ABI's 64-byte records are the core's own events: nothing is converted between a feed, the engine and a plugin.

public typealias EventRecord = strategy_event_v1_t
public typealias Bar = strategy_bar_v1_t
public typealias BarMore = strategy_bar_more_v1_t
public typealias Quote = strategy_quote_v1_t
public typealias Trade = strategy_trade_v1_t
public typealias DepthLevel = strategy_depth_v1_t
public typealias IntentRecord = strategy_intent_v1_t

/// The number in a record's `type`.
@frozen public struct EventType: Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
    @inlinable public static var more: EventType { EventType(rawValue: 1) }
    @inlinable public static var trade: EventType { EventType(rawValue: 2) }
    @inlinable public static var quote: EventType { EventType(rawValue: 3) }
    @inlinable public static var depth: EventType { EventType(rawValue: 4) }
    @inlinable public static var bar: EventType { EventType(rawValue: 5) }
    @inlinable public static var funding: EventType { EventType(rawValue: 12) }
    @inlinable public static var features: EventType { EventType(rawValue: 21) }
    /// Bit of this type in a descriptor's `events`.
    @inlinable public var mask: UInt64 { rawValue < 64 ? 1 << UInt64(rawValue) : 0 }
}

/// The bar lengths that the host builds and names.
public enum Timeframe: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case other = 0
    case oneSecond = 1
    case fiveSeconds, oneMinute, fiveMinutes, fifteenMinutes, oneHour, oneDay

    /// Nanoseconds from open to close; 0 for `other`.
    public var interval: Int64 {
        switch self {
        case .other: 0
        case .oneSecond: 1_000_000_000
        case .fiveSeconds: 5_000_000_000
        case .oneMinute: 60_000_000_000
        case .fiveMinutes: 300_000_000_000
        case .fifteenMinutes: 900_000_000_000
        case .oneHour: 3_600_000_000_000
        case .oneDay: 86_400_000_000_000
        }
    }

    /// "1s" … "1d", as configuration files and the API name it.
    public var name: String {
        switch self {
        case .other: "other"
        case .oneSecond: "1s"
        case .fiveSeconds: "5s"
        case .oneMinute: "1m"
        case .fiveMinutes: "5m"
        case .fifteenMinutes: "15m"
        case .oneHour: "1h"
        case .oneDay: "1d"
        }
    }

    public init?(name: String) {
        guard name != "other", let match = Timeframe.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    public init(interval: Int64) {
        self = Timeframe.allCases.first { $0 != .other && $0.interval == interval } ?? .other
    }
}

extension EventRecord {
    @inlinable public var kind: EventType { EventType(rawValue: type) }
    @inlinable public var timestamp: Timestamp { Timestamp(nanoseconds: time) }
    /// Type, flags and instrument, as one word to compare.
    @inlinable public var head: UInt64 { UInt64(type) | UInt64(flags) << 16 | UInt64(instrument) << 32 }
    /// The next record is a MORE record of this one.
    @inlinable public var hasMore: Bool { flags & UInt16(STRATEGY_FLAG_MORE) != 0 }

    /// The bytes of a record in its own layout. Not `unsafeBitCast`: optimised code (Swift 6.3) then leaves out the zeros of
    /// fields that nobody set, and equal runs differ.
    @inlinable
    public init<Layout: BitwiseCopyable>(bytesOf layout: Layout) {
        precondition(MemoryLayout<Layout>.size == MemoryLayout<EventRecord>.size, "a record has 64 bytes")
        self = withUnsafeBytes(of: layout) { $0.loadUnaligned(as: EventRecord.self) }
    }

    @inlinable public init(_ bar: Bar) { self.init(bytesOf: bar) }
    @inlinable public init(_ more: BarMore) { self.init(bytesOf: more) }
    @inlinable public init(_ quote: Quote) { self.init(bytesOf: quote) }
    @inlinable public init(_ trade: Trade) { self.init(bytesOf: trade) }
    @inlinable public init(_ level: DepthLevel) { self.init(bytesOf: level) }

    /// This record read as one of the layouts; the caller has looked at `kind`.
    @inlinable public var asBar: Bar { unsafeBitCast(self, to: Bar.self) }
    @inlinable public var asQuote: Quote { unsafeBitCast(self, to: Quote.self) }
    @inlinable public var asDepth: DepthLevel { unsafeBitCast(self, to: DepthLevel.self) }
    @inlinable public var asTrade: Trade { unsafeBitCast(self, to: Trade.self) }
}

extension Bar {
    /// A bar that ends at `close time`; the MORE flag is set by whoever adds a `BarMore` after it.
    public init(
        instrument: UInt32, closeTime: Timestamp, interval: Int64, open: Price, high: Price, low: Price, close: Price,
        volume: Quantity
    ) {
        self.init()
        type = EventType.bar.rawValue
        flags = UInt16(Timeframe(interval: interval).rawValue) << UInt16(STRATEGY_TIMEFRAME_SHIFT)
        self.instrument = instrument
        time = closeTime.nanoseconds
        self.open = open.raw
        self.high = high.raw
        self.low = low.raw
        self.close = close.raw
        self.volume = volume.raw
        self.interval = interval
    }

    public var timeframe: Timeframe { Timeframe(rawValue: UInt8(flags >> UInt16(STRATEGY_TIMEFRAME_SHIFT))) ?? .other }
    public var openTime: Timestamp { Timestamp(nanoseconds: time - interval) }
}

extension Quote {
    public init(
        instrument: UInt32, time: Timestamp, bid: Price, bidQuantity: Quantity, ask: Price, askQuantity: Quantity
    ) {
        self.init()
        type = EventType.quote.rawValue
        self.instrument = instrument
        self.time = time.nanoseconds
        bid_price = bid.raw
        bid_quantity = bidQuantity.raw
        ask_price = ask.raw
        ask_quantity = askQuantity.raw
    }
}

extension DepthLevel {
    /// A level that changed; a quantity of zero takes it away.
    public init(instrument: UInt32, time: Timestamp, side: Side, level: UInt8, price: Price, quantity: Quantity) {
        self.init()
        type = EventType.depth.rawValue
        self.instrument = instrument
        self.time = time.nanoseconds
        self.side = side.rawValue
        self.level = level
        self.price = price.raw
        self.quantity = quantity.raw
    }
}

extension Trade {
    public init(
        instrument: UInt32, time: Timestamp, price: Price, quantity: Quantity, id: UInt64 = 0, aggressor: Side? = nil
    ) {
        self.init()
        type = EventType.trade.rawValue
        self.instrument = instrument
        self.time = time.nanoseconds
        self.price = price.raw
        self.quantity = quantity.raw
        trade_id = id
        self.aggressor = aggressor?.rawValue ?? 0
    }
}
