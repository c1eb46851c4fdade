public import StrategyKit

/// Seeded price paths for scenarios: the same seed gives the same prices for ever.
public struct SyntheticMarket {
    public var random: SeededRandom
    public private(set) var price: Price
    public private(set) var time: Timestamp
    public let interval: Duration
    public let instrument: InstrumentIndex

    public init(
        seed: UInt64, start: Price = 100, at time: Timestamp = Timestamp(nanoseconds: 1_700_000_000_000_000_000),
        interval: Duration = .seconds(1), instrument: InstrumentIndex = 0
    ) {
        random = SeededRandom(seed: seed)
        price = start
        self.time = time
        self.interval = interval
        self.instrument = instrument
    }

    /// A steady climb (or fall) of `percentPerBar` with noise of `noisePercent` and `surge` times the usual volume.
    public mutating func trend(
        bars: Int, percentPerBar: Double, noisePercent: Double = 0.02, surge: Double = 1
    ) -> [MarketEvent] {
        (0..<bars).map { _ in next(percent: percentPerBar + noisePercent * random.normal(), volume: surge) }
    }

    /// Swings around the present price: each bar goes back `pull` of the way and adds noise.
    public mutating func range(bars: Int, noisePercent: Double = 0.1, pull: Double = 0.2) -> [MarketEvent] {
        let center = price
        return (0..<bars).map { _ in
            next(percent: pull * (center / price - 1) * 100 + noisePercent * random.normal())
        }
    }

    /// The next bar opens `percent` away from the last close.
    public mutating func gap(percent: Double) -> [MarketEvent] {
        price = moved(percent)
        return [next(percent: 0)]
    }

    /// A fast climb to `percent` above the present price with `surge` times the volume (a dump when below zero), then a
    /// fall back by half of it.
    public mutating func pump(bars: Int = 10, percent: Double = 3, surge: Double = 8) -> [MarketEvent] {
        let step = percent / Double(max(bars, 1))
        return (0..<bars).map { _ in next(percent: step, volume: surge) }
            + (0..<bars).map { _ in next(percent: -step / 2, volume: surge / 2) }
    }

    private func moved(_ percent: Double) -> Price { max(price * (1 + percent / 100), Price(raw: 1)) }

    private mutating func next(percent: Double, volume: Double = 1) -> MarketEvent {
        let open = price
        price = moved(percent)
        time = time + interval
        let wick = 1 + 0.0001 * random.uniform()
        return .bar(
            open: open, high: max(open, price) * wick, low: min(open, price) * (2 - wick), close: price,
            volume: Quantity(volume * (0.5 + random.uniform())), at: time, interval: interval, instrument: instrument)
    }
}
