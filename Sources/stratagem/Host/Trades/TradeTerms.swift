import API
import Journal
import Trading

/// What a trade was asked for, and what its variance made of it: with the seed all of it can be drawn again.
struct TradeTerms: Codable, Equatable {
    struct Levels: Codable, Equatable {
        var quantity: Int64
        var stopLoss: Int64
        var takeProfit: Int64
    }
    var kind: UInt8
    var price: Int64
    var asked: Levels
    /// What the seed gives; nil = there is no variance of size or level.
    var drawn: Levels?
    var delayMilliseconds: Int64 = 0
    var sizeVariance: Int64 = 0
    var levelVariance: Int64 = 0
    var seed: UInt64 = 0
    /// The gate would not have had what was drawn, and had what was asked for.
    var isExact = false
    /// Of its order: the signal that it executes; nil = none.
    var tag: UInt64?

    /// A text that another version wrote is read as a market order for nothing: its trade can be looked at and closed.
    init(json: String) {
        self =
            JournalText.decode(json)
            ?? TradeTerms(kind: OrderKind.market.rawValue, price: 0, asked: Levels(.zero, .zero, .zero))
    }

    private init(kind: UInt8, price: Int64, asked: Levels) {
        self.kind = kind
        self.price = price
        self.asked = asked
    }

    init(_ request: TradeRequest, seed: UInt64, _ instrument: InstrumentTerms) {
        self.init(
            kind: request.kind.rawValue, price: request.price?.raw ?? 0,
            asked: Levels(request.quantity, request.stopLoss ?? .zero, request.takeProfit ?? .zero))
        let variance = request.variance
        delayMilliseconds = variance.delayMilliseconds
        sizeVariance = variance.size.raw
        levelVariance = variance.levels.raw
        self.seed = seed
        guard variance.size > .zero || variance.levels > .zero else { return }
        drawn = asked.drawn(size: variance.size, levels: variance.levels, seed: seed, instrument)
    }

    /// With what was drawn, or exactly as asked for.
    func intent(of record: TradeRecord, isExact: Bool) -> OrderIntent {
        let levels = isExact ? asked : drawn ?? asked
        let kind = OrderKind(rawValue: kind) ?? .market
        let price = Price(raw: price)
        return OrderIntent(
            strategy: Int32(record.strategy), instrument: UInt32(record.instrument), tag: tag ?? 0, side: record.side,
            kind: kind, quantity: Quantity(raw: levels.quantity), price: kind.hasLimitPrice ? price : .zero,
            stopPrice: kind.hasStopPrice ? price : .zero, origin: .operator,
            conditions: OrderConditions(
                stopLoss: Price(raw: levels.stopLoss), takeProfit: Price(raw: levels.takeProfit)))
    }
}

extension TradeTerms.Levels {
    init(_ quantity: Quantity, _ stopLoss: Price, _ takeProfit: Price) {
        self.init(quantity: quantity.raw, stopLoss: stopLoss.raw, takeProfit: takeProfit.raw)
    }

    /// Size, stop and target moved by up to their amplitude, in this order; to the nearest lot and tick, at least one.
    func drawn(size: Rate, levels: Rate, seed: UInt64, _ terms: InstrumentTerms) -> TradeTerms.Levels {
        var draws = SeededDraws(seed: seed)
        return TradeTerms.Levels(
            quantity: Self.moved(quantity, by: size, draws.next(), unit: terms.lot.raw),
            stopLoss: Self.moved(stopLoss, by: levels, draws.next(), unit: terms.tick.raw),
            takeProfit: Self.moved(takeProfit, by: levels, draws.next(), unit: terms.tick.raw))
    }

    /// value × (1 + amplitude × draw); nothing stays nothing.
    private static func moved(_ value: Int64, by amplitude: Rate, _ draw: Int64, unit: Int64) -> Int64 {
        guard value != 0, amplitude > .zero else { return value }
        let one = Int128(Rate.one.raw)
        let factor = one * one + Int128(amplitude.raw) * Int128(draw)
        guard let units = Rounding.halfEven(Int128(value), times: factor, over: one * one * Int128(unit)) else {
            return value
        }
        return Int64(exactly: max(units, 1) * Int128(unit)) ?? value
    }
}

/// SplitMix64: the same seed gives the same draws, on any machine.
struct SeededDraws {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// −1…1 in 1e-9.
    mutating func next() -> Int64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Int64(z % 2_000_000_001) - 1_000_000_000
    }
}
