public import Trading

/// What happened in one interval.
public struct Candle: Sendable, BitwiseCopyable, Equatable {
    /// The interval's begin.
    public var time: Timestamp
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
    /// Trades in it; of bars without a count and of quotes 0.
    public var tradeCount: UInt64
    /// In 1e-8 of the instrument's unit; wider than a quantity, because many of those are added up.
    public var volume: Int128
    /// Σ price × quantity, in 1e-17; the least number of all = not known.
    var notional: Int128

    static let unknownNotional = Int128.min

    init(time: Int64, price: Int64) {
        self.time = Timestamp(nanoseconds: time)
        open = Price(raw: price)
        high = open
        low = open
        close = open
        tradeCount = 0
        volume = 0
        notional = 0
    }

    /// Σ price × quantity / Σ quantity, half to even to 1e-9; nil without volume, or where a bar in it did not say.
    public var vwap: Price? {
        guard volume > 0, notional != Candle.unknownNotional else { return nil }
        return Price(raw: Int64(clamping: Rounding.halfEven(notional, over: volume)))
    }

    /// A decimal number of the instrument's units.
    public var volumeText: String { DecimalText.format(volume, scale: Quantity.decimals) }

    mutating func add(price: Int64) {
        let price = Price(raw: price)
        if price > high { high = price }
        if price < low { low = price }
        close = price
    }

    mutating func add(volume more: Int128, notional value: Int128, trades: UInt64) {
        // Sums of 64-bit quantities: 2^64 of the largest still fit.
        volume &+= more
        tradeCount &+= trades
        guard notional != Candle.unknownNotional else { return }
        let (sum, overflow) = notional.addingReportingOverflow(value)
        notional = overflow || value == Candle.unknownNotional ? Candle.unknownNotional : sum
    }

    /// Puts an earlier candle in front of this one.
    mutating func prepend(_ earlier: Candle) {
        time = earlier.time
        open = earlier.open
        high = max(high, earlier.high)
        low = min(low, earlier.low)
        add(volume: earlier.volume, notional: earlier.notional, trades: earlier.tradeCount)
    }
}

/// A length that candles are asked for in. Candles begin at multiples of it since 1970-01-01T00:00:00Z.
public struct CandleLength: Sendable, Equatable {
    /// "1s" … "1d".
    public let name: String
    /// Nanoseconds.
    public let interval: Int64

    public static let all: [CandleLength] = [
        ("1s", 1), ("5s", 5), ("15s", 15), ("30s", 30), ("1m", 60), ("3m", 180), ("5m", 300), ("15m", 900),
        ("30m", 1800), ("1h", 3600), ("4h", 14_400), ("1d", 86_400),
    ].map { CandleLength(name: $0.0, interval: $0.1 * Timestamp.nanosecondsPerSecond) }

    private init(name: String, interval: Int64) {
        self.name = name
        self.interval = interval
    }

    /// nil for a length that is not kept, like "7m".
    public init?(name: String) {
        guard let known = CandleLength.all.first(where: { $0.name == name }) else { return nil }
        self = known
    }

    /// The begin of the candle that `time` lies in.
    public func begin(of time: Timestamp) -> Timestamp {
        Timestamp(nanoseconds: CandleLength.begin(of: time.nanoseconds, interval))
    }

    static func begin(of time: Int64, _ interval: Int64) -> Int64 {
        let rest = time % interval
        return time &- (rest < 0 ? rest + interval : rest)
    }
}
