import CStrategyABI
import Trading

/// One-minute bars of a random walk around 100 (SplitMix64), the same for equal seeds.
struct SeededBars {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    func bars(_ count: Int) -> [Bar] {
        var dice = self
        var close: Int64 = 100_000
        return (0..<count).map { index in
            let open = close + dice.next(41) - 20
            close = max(open + dice.next(401) - 200, 1000)
            let high = max(open, close) + 1 + dice.next(100)
            let low = min(open, close) - 1 - dice.next(100)
            return SeededBars.bar(index, open, high, low, close, volume: 1 + dice.next(1_000_000))
        }
    }

    /// Bars in which nothing moves or trades.
    func flat(_ count: Int) -> [Bar] {
        (0..<count).map { SeededBars.bar($0, 100_000, 100_000, 100_000, 100_000, volume: 0) }
    }

    /// Prices in thousandths.
    static func bar(
        _ index: Int, _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64, volume: Int64
    ) -> Bar {
        func price(_ thousandths: Int64) -> Price { Price(raw: thousandths * 1_000_000) }
        return Bar(
            instrument: 0, closeTime: Timestamp(nanoseconds: 1_700_000_040_000_000_000 + Int64(index) * 60_000_000_000),
            interval: 60_000_000_000, open: price(open), high: price(high), low: price(low), close: price(close),
            volume: Quantity(raw: volume * 1_000_000))
    }

    private mutating func next(_ bound: Int64) -> Int64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int64((word ^ (word >> 31)) >> 1) % bound
    }
}
