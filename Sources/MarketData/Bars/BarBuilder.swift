public import CStrategyABI
public import Trading

/// Builds bars of several lengths out of trades, quotes or shorter bars.
///
/// Bars start at multiples of their length since 1970-01-01T00:00:00Z. A bar's time is its end; it is written when the
/// first event (of any kind and instrument) at or after its end arrives, or when the clock passes it. An interval in
/// which nothing happened has no bar, and what has not ended when the data ends is not written. Each bar is followed by
/// a MORE record with vwap (Σ price × quantity / Σ quantity, half to even to 1e-9; 0 without volume) and trade count.
///
/// * Trades: where the feed has them, nothing else counts.
/// * Quotes: bars of the mid, (bid + ask) / 2 rounded down, of two-sided quotes; volume and trade count are 0.
/// * Bars: those that lie inside one longer bar. Without vwap and trade count in all of them the result has none.
///
/// Events come in time order; one that is late counts for the bar at hand. Memory is allocated at the start only.
public struct BarBuilder: ~Copyable {
    private let sources: FixedBuffer<BarSource>
    private var lengths: FixedBuffer<BarLength>
    /// By instrument, then by length from the shortest.
    private var buckets: FixedBuffer<BarBucket>
    /// The earliest due time of all buckets.
    private var nextDue = Int64.max
    /// A bar that waits for the MORE record behind it; type 0 = none.
    private var waiting = EventRecord()
    /// Bars that were not written because their volume is beyond what a quantity can hold.
    public private(set) var unrepresentableBars = 0
    /// Input bars that lie across the border of a longer bar: they cannot be split, so they did not count for it.
    public private(set) var unalignedBars = 0

    /// `kinds` says by instrument index what there is to build from.
    public init(kinds: [FeedKinds], timeframes: [Timeframe]) {
        var sources = FixedBuffer<BarSource>(count: kinds.count, repeating: .none)
        for (index, kind) in kinds.enumerated() { sources[index] = BarSource(kind) }
        self.sources = sources
        let wanted = Timeframe.allCases.filter { $0 != .other && timeframes.contains($0) }
        var lengths = FixedBuffer<BarLength>(count: wanted.count, repeating: BarLength(timeframe: .other, interval: 1))
        for (index, timeframe) in wanted.enumerated() {
            lengths[index] = BarLength(timeframe: timeframe, interval: timeframe.interval)
        }
        self.lengths = lengths
        buckets = FixedBuffer(count: kinds.count * wanted.count, repeating: BarBucket())
    }

    /// Builds bars of one more length from now on; the first begins with the next event that counts. Allocates.
    public mutating func add(_ timeframe: Timeframe) {
        let known = (0..<lengths.count).map { lengths[$0] }
        guard timeframe != .other, !known.contains(where: { $0.timeframe == timeframe }) else { return }
        let place = known.firstIndex { $0.interval > timeframe.interval } ?? known.count
        var grown = FixedBuffer<BarBucket>(count: sources.count * (known.count + 1), repeating: BarBucket())
        for instrument in 0..<sources.count {
            for length in known.indices {
                grown[instrument * (known.count + 1) + (length < place ? length : length + 1)] =
                    buckets[instrument * known.count + length]
            }
        }
        buckets = grown
        var all = known
        all.insert(BarLength(timeframe: timeframe, interval: timeframe.interval), at: place)
        lengths = FixedBuffer(all)
    }

    /// Takes an event and writes the bars that are complete with it. Those of trades and quotes ended at or before the
    /// event and stand before it in time order; a longer bar that ends with the input bar stands behind that.
    public mutating func consume(_ event: EventRecord, into output: inout OutputBuffer) {
        writeBars(before: event, into: &output)
        add(event, into: &output)
    }

    /// The same, with the event itself in its place between the bars.
    public mutating func pass(_ event: EventRecord, into output: inout OutputBuffer) {
        writeBars(before: event, into: &output)
        output.append(event)
        add(event, into: &output)
    }

    /// The clock says that it is `time` now: bars that ended by then are complete. Bars of shorter bars wait for the
    /// last of those, so they end before `time`.
    public mutating func advance(to time: Timestamp, into output: inout OutputBuffer) {
        if time.nanoseconds >= nextDue { writeDue(at: time.nanoseconds, into: &output) }
    }

    // MARK: Input

    private mutating func writeBars(before event: EventRecord, into output: inout OutputBuffer) {
        if event.kind == .more { return }
        if waiting.type != 0 { addWaiting(detail: nil, into: &output) }
        if event.time >= nextDue { writeDue(at: event.time, into: &output) }
    }

    private mutating func add(_ event: EventRecord, into output: inout OutputBuffer) {
        let instrument = Int(event.instrument)
        guard instrument < sources.count, BarBuilder.usableTimes.contains(event.time) else { return }
        switch (event.kind, sources[instrument]) {
        case (.trade, .trades):
            let trade = event.asTrade
            guard trade.price > 0, trade.quantity >= 0 else { return }
            addTrade(trade, instrument)
        case (.quote, .quotes):
            let quote = event.asQuote
            guard quote.bid_price > 0, quote.ask_price > 0 else { return }
            addMid(Int64((Int128(quote.bid_price) + Int128(quote.ask_price)) / 2), at: quote.time, instrument)
        case (.bar, .bars):
            waiting = event
            if !event.hasMore { addWaiting(detail: nil, into: &output) }
        case (.more, .bars):
            if waiting.type != 0, waiting.instrument == event.instrument { addWaiting(detail: event, into: &output) }
        default: break
        }
    }

    private mutating func addTrade(_ trade: Trade, _ instrument: Int) {
        let notional = Int128(trade.price) * Int128(trade.quantity)
        for length in 0..<lengths.count {
            let index = instrument * lengths.count + length
            startIfEmpty(index, length, at: trade.time, price: trade.price, dueDelay: 0)
            buckets[index].add(high: trade.price, low: trade.price, close: trade.price)
            buckets[index].add(volume: trade.quantity, notional: notional, tradeCount: 1)
        }
    }

    private mutating func addMid(_ mid: Int64, at time: Int64, _ instrument: Int) {
        for length in 0..<lengths.count {
            let index = instrument * lengths.count + length
            startIfEmpty(index, length, at: time, price: mid, dueDelay: 0)
            buckets[index].add(high: mid, low: mid, close: mid)
        }
    }

    /// Counts the bar that waited, with what its MORE record said.
    private mutating func addWaiting(detail: EventRecord?, into output: inout OutputBuffer) {
        let bar = waiting.asBar
        waiting.type = 0
        guard bar.interval > 0, bar.low > 0, bar.volume >= 0 else { return }
        let more = detail.map { unsafeBitCast($0, to: BarMore.self) }
        let (opened, overflow) = bar.time.subtractingReportingOverflow(bar.interval)
        guard !overflow, BarBuilder.usableTimes.contains(opened) else { return }
        for length in 0..<lengths.count where lengths[length].interval > bar.interval {
            let index = Int(bar.instrument) * lengths.count + length
            let end = buckets[index].isEmpty ? BarBuilder.end(of: opened, lengths[length].interval) : buckets[index].end
            guard bar.time <= end else {
                unalignedBars += 1
                continue
            }
            // A bar of another instrument may come before the last one of this: wait until the end has passed.
            startIfEmpty(index, length, at: opened, price: bar.open, dueDelay: 1)
            buckets[index].add(high: bar.high, low: bar.low, close: bar.close)
            let notional = Int128(more?.vwap ?? 0) * Int128(bar.volume)
            buckets[index].add(volume: bar.volume, notional: notional, tradeCount: more?.trade_count ?? 0)
            if more == nil { buckets[index].hasDetail = false }
            if bar.time == end { write(index, into: &output) }
        }
    }

    private mutating func startIfEmpty(_ index: Int, _ length: Int, at time: Int64, price: Int64, dueDelay: Int64) {
        guard buckets[index].isEmpty else { return }
        let end = BarBuilder.end(of: time, lengths[length].interval)
        buckets[index].start(end: end, due: end &+ dueDelay, price: price)
        nextDue = min(nextDue, end &+ dueDelay)
    }

    /// Times whose bars end, and begin, within what a time can be.
    private static let usableTimes =
        (Int64.min + 2 * Timestamp.nanosecondsPerDay)...(Int64.max - 2 * Timestamp.nanosecondsPerDay)

    /// The next multiple of `interval` behind `time`.
    private static func end(of time: Int64, _ interval: Int64) -> Int64 {
        let rest = time % interval
        return time &- (rest < 0 ? rest + interval : rest) &+ interval
    }

    // MARK: Output

    /// Writes what is due by `now`: by end, then by instrument, then the shorter bar first.
    private mutating func writeDue(at now: Int64, into output: inout OutputBuffer) {
        // Empty buckets are due at the end of time, which never comes.
        let now = min(now, Int64.max - 1)
        while nextDue <= now {
            var end = Int64.max
            for index in 0..<buckets.count where buckets[index].due <= now { end = min(end, buckets[index].end) }
            var due = Int64.max
            for index in 0..<buckets.count {
                if buckets[index].end == end, buckets[index].due <= now { write(index, into: &output) }
                due = min(due, buckets[index].due)
            }
            nextDue = due
        }
    }

    private mutating func write(_ index: Int, into output: inout OutputBuffer) {
        if buckets[index].isOverflown {
            unrepresentableBars += 1
        } else {
            let length = lengths[index % lengths.count]
            buckets[index].write(
                instrument: UInt32(index / lengths.count), timeframe: length.timeframe, interval: length.interval,
                into: &output)
        }
        buckets[index] = BarBucket()
    }
}
