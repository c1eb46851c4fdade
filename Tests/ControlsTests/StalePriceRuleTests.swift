import Controls
import Testing
import Trading

@Suite("risk.stale-price")
struct StalePriceRuleTests {
    @Test("how old a market may be", arguments: ages)
    func marketAge(_ row: RuleCase) { row.check() }

    @Test("how old a rate's market may be", arguments: conversions)
    func rateAge(_ row: RuleCase) { row.check() }

    private static let fiveSeconds: [LimitScope: LimitSet] = [
        .account: limits { $0.marketDataMaxAgeNanoseconds = 5 * second }
    ]

    private static func after(_ nanoseconds: Int64) -> @Sendable (inout OrderContext) -> Void {
        { $0.time = noon + nanoseconds }
    }

    static let ages = [
        RuleCase("exactly as old as it may be", fiveSeconds, change: after(5 * second)),
        RuleCase(
            "older", fiveSeconds, finds: ["risk.stale-price stalePrice account 6.5 5 -1.5"],
            change: after(6_500_000_000)),
        RuleCase("no limit, no age", change: after(1000 * second)),
        RuleCase("a fresh trade is enough", fiveSeconds) {
            $0.time = noon + 60 * second
            $0.market.lastTime = noon + 59 * second
        },
        RuleCase("a fresh quote is enough", fiveSeconds) {
            $0.time = noon + 60 * second
            $0.market.quoteTime = noon + 59 * second
        },
        RuleCase(
            "a quote without a side is none", fiveSeconds,
            finds: ["risk.stale-price stalePrice account 60 5 -55"]
        ) {
            $0.time = noon + 60 * second
            $0.market.quoteTime = $0.time
            $0.market.bid = .zero
            $0.market.ask = .zero
        },
        RuleCase("a bar is fresh for its own length", fiveSeconds) {
            $0.time = noon + 60 * second
            $0.market = bar(60 * second)
        },
        RuleCase(
            "and no longer", fiveSeconds, finds: ["risk.stale-price stalePrice account 60.1 60 -0.1"]
        ) {
            $0.time = noon + 60_100_000_000
            $0.market = bar(60 * second)
        },
        RuleCase(
            "a limit longer than the bar counts", fiveSeconds, finds: ["risk.stale-price stalePrice account 6 5 -1"]
        ) {
            $0.time = noon + 6 * second
            $0.market = bar(second)
        },
        RuleCase(
            "no market at all", fiveSeconds, finds: ["risk.stale-price noReference account 0 5 5"]
        ) { $0.market = OrderContext.Market() },
        RuleCase(
            "a reducing order passes with a warning", fiveSeconds,
            warns: ["risk.stale-price stalePrice account 60 5 -55"]
        ) {
            $0.time = noon + 60 * second
            $0.hold("2")
            $0.sell("1")
        },
        RuleCase("what triggers a stop is a new price", fiveSeconds, purpose: .trigger) {
            $0.becomeStop(at: "100")
            $0.time = noon + 60 * second
        },
        RuleCase(
            "the strictest scope counts",
            [
                .account: limits { $0.marketDataMaxAgeNanoseconds = 5 * second },
                .instrument: limits { $0.marketDataMaxAgeNanoseconds = second },
            ],
            finds: ["risk.stale-price stalePrice instrument 2 1 -1"], change: after(2 * second)),
    ]

    static let conversions = [
        RuleCase("a fresh rate", fiveSeconds) { $0.funds.rateMarket = bar(second) },
        RuleCase(
            "an old one", fiveSeconds, finds: ["risk.stale-price staleConversion account 60 5 -55"]
        ) {
            $0.time = noon + 60 * second
            $0.market.quoteTime = $0.time
            $0.funds.rateMarket = bar(second)
        },
        RuleCase("a fixed rate has no age", fiveSeconds),
    ]

    private static func bar(_ interval: Int64) -> OrderContext.Market {
        var market = OrderContext.Market()
        market.last = price("100")
        market.lastTime = noon
        market.barInterval = interval
        return market
    }
}
