public import Trading

/// An instrument's last 24 hours, to the full minute (of a feed of longer bars, to the full bar).
public struct MarketStatistics: Sendable, Equatable {
    /// Of the last price.
    public var time: Timestamp
    /// Of the last trade, else the last mid, else the last bar's close.
    public var lastPrice: Price
    /// What the change is counted from: the last price before the 24 hours, else the first one in them.
    public var referencePrice: Price
    public var high: Price
    public var low: Price
    /// In 1e-8 of the instrument's unit.
    public var volume: Int128
    /// lastPrice − referencePrice.
    public var change: Price
    /// change / referencePrice, half to even to 1e-9: 0.015 = 1.5 %.
    public var changeRate: Rate

    /// A decimal number of the instrument's units.
    public var volumeText: String { DecimalText.format(volume, scale: Quantity.decimals) }

    /// nil before the first price.
    init?(_ history: borrowing InstrumentHistory, now: Int64) {
        guard history.lastPrice > 0, history.minutes.count > 0 else { return nil }
        let newest = history.minutes.newest(0)
        var high = newest.high
        var low = newest.low
        var volume: Int128 = 0
        var reference = newest.open
        // The candle that `now` lies in, and those that begin within the 24 hours before its end.
        let begin = Int128(CandleLength.begin(of: max(now, newest.time.nanoseconds), history.minutes.interval))
        let start = begin + Int128(history.minutes.interval) - Int128(Timestamp.nanosecondsPerDay)
        var age = 0
        while age < history.minutes.count {
            let candle = history.minutes.newest(age)
            if Int128(candle.time.nanoseconds) < start {
                reference = candle.close
                break
            }
            high = max(high, candle.high)
            low = min(low, candle.low)
            volume += candle.volume
            reference = candle.open
            age += 1
        }
        // Long ago nothing happened but the last price.
        self.time = Timestamp(nanoseconds: history.lastTime)
        lastPrice = Price(raw: history.lastPrice)
        referencePrice = reference
        self.high = age == 0 ? lastPrice : high
        self.low = age == 0 ? lastPrice : low
        self.volume = volume
        change = Price(raw: lastPrice.raw - reference.raw)
        let rate = Rounding.halfEven(Int128(change.raw) * Int128(Rate.one.raw), over: Int128(reference.raw))
        changeRate = Rate(raw: Int64(clamping: rate))
    }
}
