internal import CStrategyABI
internal import Trading

/// The price of one simulated instrument, and its quotes and trades.
struct InstrumentPath: BitwiseCopyable {
    /// 2^-10 of 1e-9: finer than any tick, so that the smallest step counts.
    private(set) var fair: Int64
    private let anchor: Int64
    private var random: RandomStream
    private(set) var state = RegimeState()
    /// Deviation of one step's return, 2^-40, in its three parts.
    private let stepDeviation: Int64
    private let marketDeviation: Int64
    private let classDeviation: Int64
    private let ownDeviation: Int64
    let factor: Int
    private let tick: Int64
    private let lot: Int64
    private let spread: Int64
    private let sizeLots: Int64
    /// Chances of 2^16 of a quote and of a trade in one step of a calm trend.
    private let quoteChance: Int64
    private let tradeChance: Int64
    private var bid: Int64 = 0
    private var ask: Int64 = 0
    private var tradeID: UInt64 = 0

    init(_ spec: SimulatedInstrument, random: RandomStream) {
        fair = spec.startPrice.raw << 10
        anchor = fair
        self.random = random
        // √50 steps in a second, in 1e-9.
        stepDeviation = Int64((Int128(spec.volatility) << 40) / 7_071_067_812)
        marketDeviation = stepDeviation * spec.marketLoading / 1_000
        classDeviation = stepDeviation * spec.classLoading / 1_000
        let own = 1_000_000 - spec.marketLoading * spec.marketLoading - spec.classLoading * spec.classLoading
        ownDeviation = stepDeviation * InstrumentPath.squareRoot(own) / 1_000
        factor = spec.factor
        tick = spec.instrument.terms.tick.raw
        lot = spec.instrument.terms.lot.raw
        spread = spec.spreadTicks * tick
        sizeLots = spec.sizeLots
        quoteChance = spec.quoteRate * 65_536 / 1_000 / MarketSimulator.stepsPerSecond
        tradeChance = spec.tradeRate * 65_536 / 1_000 / MarketSimulator.stepsPerSecond
    }

    private static func squareRoot(_ number: Int64) -> Int64 {
        var root: Int64 = 0
        while (root + 1) * (root + 1) <= number { root += 1 }
        return root
    }

    var needsRegime: Bool { state.stepsLeft == 0 }

    /// Moves the price by one step; the factors are normal draws with deviation 65536.
    @inline(__always)
    mutating func move(market: Int64, classFactor: Int64) {
        state.stepsLeft -= 1
        let chance = marketDeviation * market + classDeviation * classFactor + ownDeviation * random.normal()
        let move = ((chance >> 16) * state.traits.volatility) >> 8
        let wide = fair.multipliedFullWidth(by: move &+ state.drift &+ state.pull(at: fair))
        fair &+= wide.high << 24 | Int64(bitPattern: UInt64(wide.low >> 40))
        keepInBounds()
    }

    /// The way back in `RegimeState.next` keeps prices far inside of these bounds; a scenario may reach them.
    @inline(__always)
    private mutating func keepInBounds() { fair = min(max(fair, anchor >> 4), anchor << 4) }

    /// A scenario moves the price, and what a range comes back to.
    mutating func shift(by move: Int64) {
        fair &+= move
        state.centre &+= move
        keepInBounds()
    }

    mutating func switchRegime(_ spec: SimulatedInstrument) {
        state = RegimeState.next(
            of: spec, fair: fair, deviation: (fair - anchor) / (anchor / 1_000), stepDeviation: stepDeviation,
            random: &random)
    }

    /// The quote or trade of this step, if there is one; a time within the step, and no instrument yet.
    @inline(__always)
    mutating func event(stepStart: Int64) -> EventRecord? {
        let draw = random.below(65_536) << 8
        let quotes = quoteChance * state.traits.activity
        let trades = tradeChance * state.traits.activity
        if draw >= quotes + trades, ask > 0 { return nil }
        let time = stepStart + random.below(MarketSimulator.stepNanoseconds / 1_000) * 1_000
        return draw < quotes || ask == 0 ? quote(at: time) : trade(at: time)
    }

    private mutating func quote(at time: Int64) -> EventRecord {
        let price = fair >> 10
        // From half to one and a half of the usual spread.
        let width = (spread * state.traits.spread) >> 8
        let half = (width / 2 + (width * random.below(65_536)) >> 16) / 2
        bid = max((price - half) / tick, 1) * tick
        ask = max((price + half + tick - 1) / tick * tick, bid + tick)
        var quote = Quote()
        quote.type = EventType.quote.rawValue
        quote.time = time
        quote.bid_price = bid
        quote.ask_price = ask
        quote.bid_quantity = size(256)
        quote.ask_quantity = size(256)
        return EventRecord(bytesOf: quote)
    }

    private mutating func trade(at time: Int64) -> EventRecord {
        let isBuy = random.below(256) < state.buys
        tradeID += 1
        var trade = Trade()
        trade.type = EventType.trade.rawValue
        trade.time = time
        trade.price = isBuy ? ask : bid
        trade.quantity = size(state.traits.size)
        trade.trade_id = tradeID
        trade.aggressor = isBuy ? Side.buy.rawValue : Side.sell.rawValue
        return EventRecord(bytesOf: trade)
    }

    /// At least one lot, exponential around the usual size times `scale` / 256.
    private mutating func size(_ scale: Int64) -> Int64 {
        max(1, (((sizeLots * random.exponential()) >> 16) * scale) >> 8) * lot
    }
}
