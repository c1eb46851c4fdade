public import CStrategyABI
public import Trading

/// A trade that the market printed.
public struct MarketTick: Sendable, BitwiseCopyable, Equatable {
    public var time: Timestamp
    public var price: Price
    public var quantity: Quantity
    /// The market's number; 0 = it gave none.
    public var id: UInt64
    /// Who took; nil = not known.
    public var aggressor: Side?

    init(_ trade: Trade) {
        time = Timestamp(nanoseconds: trade.time)
        price = Price(raw: trade.price)
        quantity = Quantity(raw: trade.quantity)
        id = trade.trade_id
        aggressor = Side(rawValue: trade.aggressor)
    }
}

/// The recent market of every instrument: latest trades and quote, and candles.
///
/// It takes the very events that the engine gets. Candles are built from trades where the feed has them, else from the
/// mids of two-sided quotes, else from the shortest bars. Memory is claimed at the start, by `Limits`; taking an event
/// allocates nothing. It has no lock: whoever feeds it asks it.
public struct MarketHistory: ~Copyable, @unchecked Sendable {
    /// What is kept of one instrument. An interval in which nothing happened takes no place, so a quiet market reaches
    /// further back.
    public struct Limits: Sendable, Equatable {
        /// Trades.
        public var ticks = 4096
        /// Candles of a second: an hour of them.
        public var seconds = 3600
        /// Candles of a minute: seven days of them.
        public var minutes = 7 * 24 * 60
        public init() {}

        /// Bytes that one instrument takes when everything has filled up.
        public var bytes: Int {
            ticks * MemoryLayout<MarketTick>.stride + (seconds + minutes) * MemoryLayout<Candle>.stride
        }
    }

    private let histories: UnsafeMutablePointer<InstrumentHistory>
    public let instrumentCount: Int
    /// Of the latest event of any instrument; `Int64.min` = none has come.
    private var latest = Int64.min

    /// `feeds` says by instrument index what there is to build candles from.
    public init(feeds: [FeedKinds], limits: Limits = Limits()) {
        instrumentCount = feeds.count
        histories = .allocate(capacity: max(feeds.count, 1))
        for (index, kinds) in feeds.enumerated() {
            (histories + index).initialize(to: InstrumentHistory(kinds, limits))
        }
    }

    deinit {
        histories.deinitialize(count: instrumentCount)
        histories.deallocate()
    }

    /// Takes events in time order; MORE records stand in the same block as the record that they belong to. What is not
    /// of the market, or of an instrument that is not kept, is passed over.
    public mutating func take(_ events: UnsafeBufferPointer<EventRecord>) {
        guard let base = events.baseAddress else { return }
        var index = 0
        while index < events.count {
            let record = base + index
            index += 1
            guard record.pointee.kind != .more, record.pointee.instrument < UInt32(truncatingIfNeeded: instrumentCount)
            else { continue }
            let hasMore = record.pointee.hasMore && index < events.count && base[index].kind == .more
            if record.pointee.time > latest { latest = record.pointee.time }
            histories[Int(record.pointee.instrument)].take(record, more: hasMore ? base + index : nil)
        }
    }

    // MARK: Queries

    /// The time of the latest event; nil = none has come.
    public var time: Timestamp? { latest == Int64.min ? nil : Timestamp(nanoseconds: latest) }

    /// Trades in `from..<to`, the latest `limit` of them, in the order in which they came.
    public func ticks(
        _ instrument: Int, from: Timestamp? = nil, to: Timestamp? = nil, limit: Int = .max
    ) -> [MarketTick] {
        guard holds(instrument) else { return [] }
        return histories[instrument].latestTicks(
            from: from?.nanoseconds ?? .min, to: to?.nanoseconds ?? .max, limit: limit)
    }

    /// Candles that begin in `from..<to`, the latest `limit` of them, ascending. The last one may still grow: it is final
    /// when `time` has reached its end. Lengths below a minute reach back as far as the candles of a second, the others as
    /// far as those of a minute; a length that the feed's bars are too long for has none.
    public func candles(
        _ instrument: Int, _ length: CandleLength, from: Timestamp? = nil, to: Timestamp? = nil, limit: Int = .max
    ) -> [Candle] {
        guard holds(instrument) else { return [] }
        return histories[instrument].candles(
            length.interval, from: from?.nanoseconds ?? .min, to: to?.nanoseconds ?? .max, limit: limit)
    }

    /// The latest quote with both sides.
    public func quote(_ instrument: Int) -> Quote? { holds(instrument) ? histories[instrument].quote : nil }

    /// The 24 hours before `now` (before the latest event, where nobody says); nil before the first price.
    public func statistics(_ instrument: Int, now: Timestamp? = nil) -> MarketStatistics? {
        guard holds(instrument) else { return nil }
        return MarketStatistics(histories[instrument], now: now?.nanoseconds ?? latest)
    }

    private func holds(_ instrument: Int) -> Bool { instrument >= 0 && instrument < instrumentCount }
}
