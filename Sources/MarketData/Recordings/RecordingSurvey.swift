internal import CStrategyABI
internal import Trading

/// A look at every record of one instrument before any of them is used: a checksum says that a record is as it was
/// written, not that it makes sense.
struct RecordingSurvey {
    /// What one block has of the instrument.
    struct Block {
        var kinds: FeedKinds = []
        /// Market events, MORE records not counted.
        var rows = 0
        /// All of its records are market events of this instrument.
        var isPure = true
        /// Lengths of its bars.
        var shortestBar = Int64.max
        var longestBar: Int64 = 0
    }

    let instrument: UInt32
    private(set) var blocks: [Block] = []
    /// The length of the bars that are wanted; 0 = none, as there is something finer.
    private(set) var barInterval: Int64 = 0

    private struct Fault: Error {
        var code: MarketDataError.Code
        var record: Int
        var reason: String
    }

    /// FUNDING, FEED and INSTRUMENT events come from the market too; orders and timers do not.
    private static let plainTypes = UInt16(STRATEGY_EVENT_FUNDING)...UInt16(STRATEGY_EVENT_INSTRUMENT)

    @inline(__always)
    static func isPlain(_ record: EventRecord) -> Bool {
        plainTypes.contains(record.type) && record.type != STRATEGY_EVENT_TRADING_STATE
    }

    init(_ recording: MappedRecording, _ index: UInt32, _ options: CSVOptions) throws(MarketDataError) {
        instrument = index
        blocks.reserveCapacity(recording.blocks.count)
        var first = 0
        var lastTime = Int64.min
        for block in recording.blocks {
            do throws(Fault) {
                blocks.append(try survey(block.records, from: first, &lastTime))
            } catch {
                throw MarketDataError(
                    error.code, file: recording.name, reason: "record \(error.record) \(error.reason)",
                    goodRows: error.record)
            }
            first += block.count
        }
        let shortest = blocks.map(\.shortestBar).min() ?? .max
        barInterval =
            blocks.contains { !$0.kinds.isDisjoint(with: [.trades, .quotes]) } || shortest == .max ? 0 : shortest
    }

    private func survey(
        _ records: UnsafeBufferPointer<EventRecord>, from first: Int, _ lastTime: inout Int64
    ) throws(Fault) -> Block {
        var block = Block()
        for position in records.indices {
            let record = records[position]
            guard record.kind != .more else {
                if record.instrument != instrument { block.isPure = false }
                continue
            }
            guard record.instrument == instrument else {
                block.isPure = false
                continue
            }
            if record.time < lastTime {
                throw Fault(code: .outOfOrder, record: first + position, reason: "goes back in time")
            }
            lastTime = record.time
            if let reason = RecordingSurvey.fault(record) {
                throw Fault(code: .badRecord, record: first + position, reason: reason)
            }
            switch record.kind {
            case .trade: block.kinds.insert(.trades)
            case .quote: block.kinds.insert(.quotes)
            case .depth: block.kinds.insert(.depth)
            case .bar:
                block.kinds.insert(.bars)
                block.shortestBar = min(block.shortestBar, record.asBar.interval)
                block.longestBar = max(block.longestBar, record.asBar.interval)
            default:
                if !RecordingSurvey.isPlain(record) {
                    block.isPure = false
                    continue
                }
            }
            block.rows += 1
        }
        return block
    }

    /// What is wrong with a record.
    @inline(__always)
    private static func fault(_ record: EventRecord) -> String? {
        switch record.kind {
        case .trade:
            let trade = record.asTrade
            guard trade.price > 0, trade.quantity >= 0 else {
                return "is a trade at \(trade.price) of \(trade.quantity)"
            }
        case .quote:
            let quote = record.asQuote
            guard min(quote.bid_price, quote.ask_price, quote.bid_quantity, quote.ask_quantity) >= 0 else {
                return "is a quote with a number below 0"
            }
        case .bar:
            let bar = record.asBar
            guard bar.low > 0, bar.low <= min(bar.open, bar.close), bar.high >= max(bar.open, bar.close),
                bar.volume >= 0, bar.interval > 0, !bar.time.subtractingReportingOverflow(bar.interval).overflow
            else { return "is a bar whose numbers contradict each other" }
        case .depth:
            let level = unsafeBitCast(record, to: DepthLevel.self)
            guard level.price >= 0, level.quantity >= 0 else { return "is a depth level with a number below 0" }
        default: break
        }
        return nil
    }
}
