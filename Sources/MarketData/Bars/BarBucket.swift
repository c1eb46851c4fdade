internal import CStrategyABI
internal import Trading

/// One bar while it grows.
struct BarBucket: BitwiseCopyable {
    /// The bar's close; `Int64.max` = nothing has happened yet.
    var end = Int64.max
    /// The first time at which the bar is known to be complete; `Int64.max` = not waiting.
    var due = Int64.max
    var open: Int64 = 0
    var high: Int64 = 0
    var low: Int64 = 0
    var close: Int64 = 0
    var volume: Int64 = 0
    var tradeCount: UInt64 = 0
    /// Σ price × quantity, in 1e-17: within Int128 as long as the volume is within Int64.
    var notional: Int128 = 0
    var isOverflown = false
    /// vwap and trade count are known.
    var hasDetail = true

    var isEmpty: Bool { end == Int64.max }

    /// Starts at the first prices of an interval.
    mutating func start(end: Int64, due: Int64, price: Int64) {
        self = BarBucket()
        self.end = end
        self.due = due
        open = price
        high = price
        low = price
        close = price
    }

    mutating func add(high: Int64, low: Int64, close: Int64) {
        self.high = max(self.high, high)
        self.low = min(self.low, low)
        self.close = close
    }

    mutating func add(volume added: Int64, notional more: Int128, tradeCount count: UInt64) {
        let sum = volume.addingReportingOverflow(added)
        if sum.overflow { isOverflown = true }
        volume = sum.partialValue
        notional &+= more
        tradeCount &+= count
    }

    /// The finished bar, and behind it the MORE record.
    func write(instrument: UInt32, timeframe: Timeframe, interval: Int64, into output: inout OutputBuffer) {
        var bar = Bar()
        bar.type = EventType.bar.rawValue
        bar.flags = UInt16(timeframe.rawValue) << UInt16(STRATEGY_TIMEFRAME_SHIFT)
        if hasDetail { bar.flags |= UInt16(STRATEGY_FLAG_MORE) }
        bar.instrument = instrument
        bar.time = end
        bar.open = open
        bar.high = high
        bar.low = low
        bar.close = close
        bar.volume = volume
        bar.interval = interval
        output.append(EventRecord(bytesOf: bar))
        guard hasDetail else { return }
        var more = BarMore()
        more.type = EventType.more.rawValue
        more.instrument = instrument
        more.time = end
        more.vwap = volume > 0 ? Int64(Rounding.halfEven(notional, over: Int128(volume))) : 0
        more.trade_count = tradeCount
        output.append(EventRecord(bytesOf: more))
    }
}

/// What an instrument's bars are built from.
enum BarSource: BitwiseCopyable {
    case none, trades, quotes, bars

    init(_ kinds: FeedKinds) {
        if kinds.contains(.trades) {
            self = .trades
        } else if kinds.contains(.quotes) {
            self = .quotes
        } else {
            self = kinds.contains(.bars) ? .bars : .none
        }
    }
}

/// A length to build, with its interval looked up once.
struct BarLength: BitwiseCopyable {
    var timeframe: Timeframe
    var interval: Int64
}
