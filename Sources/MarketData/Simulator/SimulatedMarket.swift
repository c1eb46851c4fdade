public import Trading

/// An instrument of the simulator and how it moves.
public struct SimulatedInstrument: Sendable {
    public var instrument: Instrument
    public var startPrice: Price
    /// Standard deviation of the return over one second in a calm trend, 1e-9.
    public var volatility: Int64
    /// Index of the common factor of its asset class.
    var factor: Int
    /// Part of the return's deviation that is the whole market's and its class's, 1e-3; the rest is its own.
    var marketLoading: Int64
    var classLoading: Int64
    /// Usual distance of bid and ask, in ticks.
    var spreadTicks: Int64
    /// Usual size of a quote's side or a trade, in lots.
    var sizeLots: Int64
    /// Quotes and trades in 1,000 seconds of a calm trend.
    var quoteRate: Int64
    var tradeRate: Int64
    /// Total move of a pump or a dump, 1e-6.
    var burstMove: ClosedRange<Int64>
    /// Of 100 regimes so many are a pump or a dump.
    var burstShare: Int64
    /// Seconds that a regime other than these lasts.
    var calmSeconds: ClosedRange<Int64>
    /// Which stream of random numbers is its own, so that it moves alike whatever else is simulated.
    var stream: Int
}

/// The nine instruments that the simulator knows.
public enum SimulatedMarket {
    public static let instruments: [Instrument] = all.map(\.instrument)

    public static func find(_ id: String) -> SimulatedInstrument? { all.first { $0.instrument.id == id } }

    public static let all: [SimulatedInstrument] = [
        crypto(
            "BTC_USDT", "Bitcoin", price: 65_000, tick: 10_000_000, lot: 1_000, volatility: 98_000, spread: 50,
            size: 5_000, max: 10_000, quotes: 7_000, trades: 4_000),
        crypto(
            "ETH_USDT", "Ether", price: 3_200, tick: 10_000_000, lot: 10_000, volatility: 120_000, spread: 10,
            size: 8_000, max: 200_000, quotes: 6_000, trades: 3_500),
        crypto(
            "SOL_USDT", "Solana", price: 150, tick: 10_000_000, lot: 100_000, volatility: 150_000, spread: 2,
            size: 15_000, max: 5_000_000, quotes: 5_000, trades: 3_000),
        crypto(
            "ADA_USDT", "Cardano", pricePerMille: 450, tick: 100_000, lot: 10_000_000, volatility: 150_000,
            spread: 1, size: 30_000, max: 1_000_000_000, quotes: 5_000, trades: 2_500),
        currency(
            "EUR_USD", "Euro in US dollars", pricePerMille: 1_080, volatility: 14_000, spread: 6,
            size: 250_000, marketLoading: 200, quotes: 6_000),
        currency(
            "GBP_USD", "Pound sterling in US dollars", pricePerMille: 1_270, volatility: 16_000, spread: 9,
            size: 150_000, marketLoading: 200, quotes: 5_000),
        currency(
            "AUD_USD", "Australian dollar in US dollars", pricePerMille: 660, volatility: 18_000, spread: 8,
            size: 150_000, marketLoading: 400, quotes: 5_000),
        index("NIFTY", "Nifty 50", price: 24_000, volatility: 25_000, spread: 20, size: 75),
        index("BANKNIFTY", "Nifty Bank", price: 51_000, volatility: 32_000, spread: 60, size: 35),
    ].enumerated().map { index, instrument in
        var instrument = instrument
        instrument.stream = index
        return instrument
    }

    private static func crypto(
        _ id: String, _ name: String, price: Int64 = 0, pricePerMille: Int64 = 0, tick: Int64, lot: Int64,
        volatility: Int64, spread: Int64, size: Int64, max: Int64, quotes: Int64, trades: Int64
    ) -> SimulatedInstrument {
        let terms = InstrumentTerms(
            tick: Price(raw: tick), lot: Quantity(raw: lot), minQuantity: Quantity(raw: lot),
            maxQuantity: Quantity(raw: max * Quantity.one.raw), minNotional: Money(raw: 500_000_000))
        return SimulatedInstrument(
            instrument: Instrument(id: id, name: name, quoteCurrency: "USDT", assetClass: "crypto", terms: terms),
            startPrice: Price(raw: price * Price.one.raw + pricePerMille * 1_000_000), volatility: volatility,
            factor: 0,
            marketLoading: 350, classLoading: 700, spreadTicks: spread, sizeLots: size, quoteRate: quotes,
            tradeRate: trades, burstMove: 8_000...25_000, burstShare: 35, calmSeconds: 10...45, stream: 0)
    }

    private static func currency(
        _ id: String, _ name: String, pricePerMille: Int64, volatility: Int64, spread: Int64, size: Int64,
        marketLoading: Int64, quotes: Int64
    ) -> SimulatedInstrument {
        let terms = InstrumentTerms(
            tick: Price(raw: 10_000), lot: .one, minQuantity: .one,
            maxQuantity: Quantity(raw: 100_000_000 * Quantity.one.raw))
        return SimulatedInstrument(
            instrument: Instrument(id: id, name: name, quoteCurrency: "USD", assetClass: "fx", terms: terms),
            startPrice: Price(raw: pricePerMille * 1_000_000), volatility: volatility, factor: 1,
            marketLoading: marketLoading, classLoading: 600, spreadTicks: spread, sizeLots: size, quoteRate: quotes,
            tradeRate: 2_000, burstMove: 500...1_500, burstShare: 10, calmSeconds: 20...90, stream: 0)
    }

    private static func index(
        _ id: String, _ name: String, price: Int64, volatility: Int64, spread: Int64, size: Int64
    ) -> SimulatedInstrument {
        let terms = InstrumentTerms(
            tick: Price(raw: 50_000_000), lot: .one, minQuantity: .one,
            maxQuantity: Quantity(raw: 100_000 * Quantity.one.raw), settlement: .linear)
        return SimulatedInstrument(
            instrument: Instrument(id: id, name: name, quoteCurrency: "INR", assetClass: "index", terms: terms),
            startPrice: Price(raw: price * Price.one.raw), volatility: volatility, factor: 2, marketLoading: 450,
            classLoading: 700, spreadTicks: spread, sizeLots: size, quoteRate: 5_000, tradeRate: 2_500,
            burstMove: 1_500...5_000, burstShare: 10, calmSeconds: 20...90, stream: 0)
    }

    /// Crypto, currencies, indices.
    static let factorCount = 3
}
