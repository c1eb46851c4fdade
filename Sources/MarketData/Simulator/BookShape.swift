internal import CStrategyABI
internal import Trading

/// The order book around a simulated quote. It draws nothing: which prices hold orders, and how many lots, is a hash of
/// the price and of a slow clock, so an order book keeps its look from quote to quote and a queue can be followed.
struct BookShape: BitwiseCopyable {
    private let key: UInt64
    private let tick: Int64
    private let lot: Int64
    private let sizeLots: Int64
    /// Orders gather at multiples of so many ticks.
    private let gridTicks: Int64

    init(_ spec: SimulatedInstrument, key: UInt64) {
        self.key = key
        tick = spec.instrument.terms.tick.raw
        lot = spec.instrument.terms.lot.raw
        sizeLots = spec.sizeLots
        gridTicks = max(1, spec.spreadTicks / 8)
    }

    /// The book whose best levels are the quote.
    func book(around quote: Quote) -> OrderBook {
        OrderBook(
            bids: side(.buy, price: quote.bid_price, quantity: quote.bid_quantity, time: quote.time),
            asks: side(.sell, price: quote.ask_price, quantity: quote.ask_quantity, time: quote.time),
            at: Timestamp(nanoseconds: quote.time))
    }

    private func side(_ side: Side, price: Int64, quantity: Int64, time: Int64) -> BookSide {
        var levels = BookSide()
        levels.append(BookLevel(price: Price(raw: price), quantity: Quantity(raw: quantity)), side)
        let grid = gridTicks * tick
        let step = side == .buy ? -1 : Int64(1)
        // The first multiple of the grid that is worse than the quote.
        var place = side == .buy ? (price - 1) / grid : price / grid + 1
        while levels.count < BookSide.levelsMax, place > 0 {
            let lots = lots(at: place, level: Int64(levels.count), time: time)
            let level = BookLevel(price: Price(raw: place * grid), quantity: Quantity(raw: lots * lot))
            levels.append(level, side)
            place += step
        }
        return levels
    }

    /// Grows with the distance from the best price; one price in four is empty, the others change every four seconds.
    @inline(__always)
    private func lots(at place: Int64, level: Int64, time: Int64) -> Int64 {
        let home = BookShape.mixed(key &+ UInt64(bitPattern: place))
        if home >> 62 == 0 { return 0 }
        // Each price has its own moment of change.
        let period = (UInt64(bitPattern: time) &+ (home & 0xffff_ffff)) >> 32
        let chance = Int64(((home &+ period) &* 0x9e37_79b9_7f4a_7c15) >> 56)
        return max(1, (sizeLots * (256 + 96 * level) * (64 + 3 * chance)) >> 16)
    }

    /// The finalizer of SplitMix64.
    @inline(__always)
    private static func mixed(_ word: UInt64) -> UInt64 {
        var z = word &* 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
