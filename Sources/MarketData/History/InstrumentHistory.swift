internal import CStrategyABI
internal import Trading

/// One instrument's recent market.
struct InstrumentHistory: ~Copyable {
    private let source: BarSource
    private(set) var ticks: Ring<MarketTick>
    /// Candles of a second, or of bars that are shorter than a minute.
    private(set) var seconds: CandleRing
    /// Candles of a minute, or of bars that are longer.
    private(set) var minutes: CandleRing
    private(set) var quote: Quote?
    /// 0 = nothing has come yet.
    private(set) var lastPrice: Int64 = 0
    private(set) var lastTime: Int64 = 0
    /// The length of the bars that count; longer ones repeat what these said.
    private var barInterval: Int64 = 0

    init(_ kinds: FeedKinds, _ limits: MarketHistory.Limits) {
        source = BarSource(kinds)
        ticks = Ring(capacity: limits.ticks)
        seconds = CandleRing(interval: InstrumentHistory.second, capacity: limits.seconds)
        minutes = CandleRing(interval: InstrumentHistory.minute, capacity: limits.minutes)
    }

    private static let second = Timestamp.nanosecondsPerSecond
    private static let minute = 60 * Timestamp.nanosecondsPerSecond
    /// Times whose candles begin and end within what a time can be.
    private static let usableTimes =
        (Int64.min + 2 * Timestamp.nanosecondsPerDay)...(Int64.max - 2 * Timestamp.nanosecondsPerDay)

    /// Takes an event; `more` is the record behind it where that belongs to it.
    mutating func take(_ record: UnsafePointer<EventRecord>, more: UnsafePointer<EventRecord>?) {
        guard InstrumentHistory.usableTimes.contains(record.pointee.time) else { return }
        switch record.pointee.kind {
        case .trade: take(record.pointee.asTrade)
        case .quote: take(record.pointee.asQuote)
        case .bar where source == .bars: take(record.pointee.asBar, more.map { $0.pointee })
        default: break
        }
    }

    private mutating func take(_ trade: Trade) {
        guard trade.price > 0, trade.quantity >= 0 else { return }
        ticks.append(MarketTick(trade))
        guard source == .trades else { return }
        lastPrice = trade.price
        lastTime = trade.time
        let volume = Int128(trade.quantity)
        let notional = Int128(trade.price) * volume
        seconds.add(time: trade.time, price: trade.price, volume: volume, notional: notional, trades: 1)
        minutes.add(time: trade.time, price: trade.price, volume: volume, notional: notional, trades: 1)
    }

    private mutating func take(_ quote: Quote) {
        guard quote.bid_price > 0, quote.ask_price > 0 else { return }
        self.quote = quote
        guard source == .quotes else { return }
        // (bid + ask) / 2 without its overflow, for a crossed quote as well.
        let mid = (quote.bid_price & quote.ask_price) + ((quote.bid_price ^ quote.ask_price) >> 1)
        lastPrice = mid
        lastTime = quote.time
        seconds.add(time: quote.time, price: mid, volume: 0, notional: 0, trades: 0)
        minutes.add(time: quote.time, price: mid, volume: 0, notional: 0, trades: 0)
    }

    private mutating func take(_ bar: Bar, _ next: EventRecord?) {
        guard bar.interval > 0, bar.low > 0, bar.low <= bar.high, bar.volume >= 0 else { return }
        let (began, overflow) = bar.time.subtractingReportingOverflow(bar.interval)
        guard !overflow, InstrumentHistory.usableTimes.contains(began) else { return }
        if barInterval != bar.interval {
            guard barInterval == 0 || bar.interval < barInterval else { return }
            start(bar.interval)
        }
        lastPrice = bar.close
        lastTime = bar.time
        let more = next.map { unsafeBitCast($0, to: BarMore.self) }
        let notional = more.map { Int128($0.vwap) * Int128(bar.volume) }
        let value = notional ?? (bar.volume == 0 ? 0 : Candle.unknownNotional)
        let trades = more?.trade_count ?? 0
        if seconds.interval > 0 { seconds.add(bar: bar, began: began, notional: value, trades: trades) }
        minutes.add(bar: bar, began: began, notional: value, trades: trades)
    }

    /// The first bar says which length the feed has; should a shorter one come, what was kept begins anew.
    private mutating func start(_ interval: Int64) {
        barInterval = interval
        let fine = max(interval, InstrumentHistory.second)
        seconds.restart(interval: fine < InstrumentHistory.minute ? fine : 0)
        minutes.restart(interval: max(interval, InstrumentHistory.minute))
    }

    // MARK: Queries

    /// Empty as well for a length that the feed's bars cannot be joined to.
    func candles(_ length: Int64, from: Int64, to: Int64, limit: Int) -> [Candle] {
        if length % minutes.interval == 0 { return minutes.joined(length, from: from, to: to, limit: limit) }
        guard seconds.interval > 0, length % seconds.interval == 0 else { return [] }
        return seconds.joined(length, from: from, to: to, limit: limit)
    }

    func latestTicks(from: Int64, to: Int64, limit: Int) -> [MarketTick] {
        var result: [MarketTick] = []
        var age = 0
        while age < ticks.count, result.count < limit {
            let tick = ticks.newest(age)
            if tick.time.nanoseconds >= from, tick.time.nanoseconds < to { result.append(tick) }
            age += 1
        }
        result.reverse()
        return result
    }
}
