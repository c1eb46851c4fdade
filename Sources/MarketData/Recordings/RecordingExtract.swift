internal import CStrategyABI
internal import Trading

/// Picks one instrument's events out of a recording, and looks at each one: a checksum says that a record is as it was
/// written, not that it makes sense.
struct RecordingExtract: ~Copyable {
    struct Fault: Error {
        var code: MarketDataError.Code
        var record: Int
        var reason: String
    }

    private let name: String
    private let recorded: RecordedInstrument
    private let index: UInt32
    private let options: CSVOptions
    private var output = OutputBuffer(capacity: 1 << 10)
    private var kinds: FeedKinds = []
    /// The length of the shortest bars; 0 = no bars are wanted.
    private var barInterval: Int64
    private var rows = 0
    /// Prices are multiples of it; 0 = there was none.
    private var tick: Int64 = 0
    private var lastTime = Int64.min

    init(_ recording: MarketRecording, _ index: UInt32, _ options: CSVOptions) {
        name = recording.name
        recorded = recording.header.instruments[Int(index)]
        self.index = index
        self.options = options
        let records = recording.events.records
        var hasFiner = false
        var shortest = Int64.max
        for record in records where record.instrument == index {
            switch record.kind {
            case .trade, .quote: hasFiner = true
            case .bar: shortest = min(shortest, max(record.asBar.interval, 1))
            default: break
            }
        }
        barInterval = hasFiner || shortest == Int64.max ? 0 : shortest
        withExtendedLifetime(recording.events) {}
    }

    mutating func take(_ records: UnsafeBufferPointer<EventRecord>) throws(Fault) {
        var position = 0
        while position < records.count {
            var end = position + 1
            while end < records.count, records[end].kind == .more { end += 1 }
            let record = records[position]
            if record.instrument == index {
                if record.time < lastTime {
                    throw Fault(code: .outOfOrder, record: position, reason: "goes back in time")
                }
                lastTime = record.time
                if let reason = fault(record) { throw Fault(code: .badRecord, record: position, reason: reason) }
                if isWanted(record) { append(UnsafeBufferPointer(rebasing: records[position..<end])) }
            }
            position = end
        }
    }

    /// FUNDING, FEED and INSTRUMENT events come from the market too; orders and timers do not.
    private static let plainTypes = UInt16(STRATEGY_EVENT_FUNDING)...UInt16(STRATEGY_EVENT_INSTRUMENT)

    private func isWanted(_ record: EventRecord) -> Bool {
        var time = record.time
        switch record.kind {
        case .trade, .quote, .depth: break
        case .bar:
            let bar = record.asBar
            guard bar.interval == barInterval else { return false }
            time = bar.time - bar.interval
        default:
            guard RecordingExtract.plainTypes.contains(record.type), record.type != STRATEGY_EVENT_TRADING_STATE else {
                return false
            }
        }
        if let from = options.from, time < from.nanoseconds { return false }
        if let to = options.to, time >= to.nanoseconds { return false }
        return true
    }

    private mutating func append(_ records: UnsafeBufferPointer<EventRecord>) {
        rows += 1
        switch records[0].kind {
        case .trade: kinds.insert(.trades)
        case .quote: kinds.insert(.quotes)
        case .depth: kinds.insert(.depth)
        case .bar: kinds.insert(.bars)
        default: break
        }
        for record in records {
            var record = record
            record.instrument = options.instrument
            output.append(record)
        }
    }

    /// What is wrong with a record; the prices of good ones are counted for the tick.
    private mutating func fault(_ record: EventRecord) -> String? {
        switch record.kind {
        case .trade:
            let trade = record.asTrade
            guard trade.price > 0, trade.quantity >= 0 else {
                return "is a trade at \(trade.price) of \(trade.quantity)"
            }
            count(trade.price)
        case .quote:
            let quote = record.asQuote
            guard min(quote.bid_price, quote.ask_price, quote.bid_quantity, quote.ask_quantity) >= 0 else {
                return "is a quote with a number below 0"
            }
            count(quote.bid_price)
            count(quote.ask_price)
        case .bar:
            let bar = record.asBar
            guard bar.low > 0, bar.low <= min(bar.open, bar.close), bar.high >= max(bar.open, bar.close),
                bar.volume >= 0, bar.interval > 0, !bar.time.subtractingReportingOverflow(bar.interval).overflow
            else { return "is a bar whose numbers contradict each other" }
            for price in [bar.open, bar.high, bar.low, bar.close] { count(price) }
        case .depth:
            let level = unsafeBitCast(record, to: DepthLevel.self)
            guard level.price >= 0, level.quantity >= 0 else { return "is a depth level with a number below 0" }
        default: break
        }
        return nil
    }

    private mutating func count(_ price: Int64) {
        // Most prices are multiples of the divisor at hand.
        if price > 0, tick == 0 || price % tick != 0 { tick = RecordingExtract.commonDivisor(tick, price) }
    }

    private static func commonDivisor(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : commonDivisor(b, a % b) }

    consuming func finish() throws(MarketDataError) -> MarketFile {
        let events = MarketEvents(output)
        let id = recorded.instrument.id
        guard let first = events.records.first, let last = events.records.last(where: { $0.kind != .more }) else {
            throw MarketDataError(.empty, file: name, reason: "has no event of \(id) in the time asked for")
        }
        guard !kinds.isDisjoint(with: [.trades, .quotes, .bars]) else {
            throw MarketDataError(.empty, file: name, reason: "has no trade, quote or bar of \(id)")
        }
        var decimals = Price.decimals
        while decimals > 0, tick % 10 == 0 {
            tick /= 10
            decimals -= 1
        }
        let kind: MarketFile.Kind =
            switch kinds {
            case .trades: .trades
            case .quotes: .quotes
            case .bars: .bars
            default: .events
            }
        return MarketFile(
            name: name, kind: kind, kinds: kinds, events: events, first: first.timestamp, last: last.timestamp,
            rows: rows, priceDecimals: decimals, interval: barInterval, skipped: [], described: recorded.instrument)
    }
}
