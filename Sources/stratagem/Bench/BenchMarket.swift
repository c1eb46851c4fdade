import CStrategyABI
import Controls
import Engine
import Execution
import Portfolio
import Trading

/// The market and the limits of the benchmarks: one instrument, bars of a seeded random walk, every limit set in every
/// scope so that each rule has something to decide, and none of them binding.
enum BenchMarket {
    /// Bars of one round of `bench --work`.
    static let roundEvents = 4096

    static let instrument = Instrument(
        id: "BENCH_USD", quoteCurrency: "USD",
        terms: InstrumentTerms(
            tick: Price(raw: 100_000_000), lot: Quantity(raw: 1), minQuantity: Quantity(raw: 1),
            maxQuantity: Quantity(raw: 1_000_000 * Quantity.one.raw)))

    /// One-minute bars around 50,000; the walk is SplitMix64 (Steele, Lea, Flood 2014), the same in every run.
    static func bars(_ count: Int) -> [EventRecord] {
        var state: UInt64 = 1
        var price: Int64 = 50_000
        return (0..<count).map { index in
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            let open = price
            price = min(max(price + Int64((word >> 32) % 61) - 30, 10_000), 90_000)
            return EventRecord(
                Bar(
                    instrument: 0, closeTime: Timestamp(nanoseconds: Int64(index + 1) * 60_000_000_000),
                    interval: 60_000_000_000, open: tenths(open), high: tenths(max(open, price) + 5),
                    low: tenths(min(open, price) - 5), close: tenths(price), volume: .one))
        }
    }

    private static func tenths(_ dollars: Int64) -> Price { Price(raw: dollars * 1_000_000_000) }

    static var setup: EngineSetup {
        let account = EngineSetup.Account(
            id: "bench", terms: AccountTerms(openingBalance: Money(raw: 1_000_000_000 * 100_000_000)))
        var setup = EngineSetup(
            instruments: [instrument], feeds: [.bars], currencies: ["USD"], accounts: [account],
            strategies: [EngineSetup.Strategy(id: "bench", instruments: [0])])
        setup.venue.takerRate = Rate(raw: 200_000)
        setup.keepsFacts = false
        setup.systemLimits = limits
        setup.instrumentLimits[0] = limits
        setup.accounts[0].limits = limits
        setup.strategies[0].limits = limits
        return setup
    }

    private static var limits: LimitSet {
        var limits = LimitSet()
        limits.maxOrderQuantity = Quantity(raw: 1000 * Quantity.one.raw)
        limits.maxOrderNotional = Money(raw: 100_000_000 * 100_000_000)
        limits.maxPositionQuantity = Quantity(raw: 1000 * Quantity.one.raw)
        limits.maxPositionNotional = Money(raw: 100_000_000 * 100_000_000)
        limits.maxPositionEquityFraction = .one
        limits.priceCollar = Rate(raw: 500_000_000)
        limits.maxOrdersPerSecond = 1_000_000
        limits.maxOrdersPerMinute = 10_000_000
        limits.marketDataMaxAgeNanoseconds = 3_600_000_000_000
        return limits
    }
}
