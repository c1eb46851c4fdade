import CStrategyABI
import Controls
import Engine
import Execution
import Portfolio
import ScriptedStrategies
import Testing
import Trading

@Suite("Conversion rates that follow an instrument")
struct QuotedRateTests {
    /// I0 quotes USD and I1 is EUR_USD; the account counts EUR (an inverse rate), or USD where `isDirect` and I0 quotes EUR.
    private static func setup(isDirect: Bool = false) -> EngineSetup {
        var setup = EngineSetup.small(.quotes, instruments: 2)
        setup.currencies = isDirect ? ["USD", "EUR"] : ["EUR", "USD"]
        setup.instruments[0].terms.currency = 1
        setup.instruments[1].terms.currency = isDirect ? 0 : 1
        setup.quotedRates = [QuotedRate(account: 0, currency: 1, instrument: 1, isInverse: !isDirect)]
        return setup
    }

    /// EUR_USD at 1.07 / 1.09.
    private static func euro(_ minute: Int64, _ bid: String = "1.07", _ ask: String = "1.09") -> EventRecord {
        .quote(minute, Price(bid)!, Price(ask)!, instrument: 1)
    }

    @Test("the account's currency is the base: 1 / mid, rounded half-even to 1e-9")
    func inverse() {
        let bench = Bench(QuotedRateTests.setup(), script: [[], [.submit(.buy, 10, tag: 1)]])
        bench.feed(QuotedRateTests.euro(1), .quote(2, 99, 101), .quote(3, 99, 101))
        #expect(bench.story == ["accepted 1", "order 1 filled BUY 10 at 101", "1 FILLED fill"])
        #expect(bench.engine.cash(account: 0, currency: 1) == -1010)
        // (10 × 100 − 1010) × 0.925925926 = −9.25925926
        #expect(bench.engine.equity(account: 0) == Money("999990.74074074"))
        bench.feed(QuotedRateTests.euro(4, "1.24", "1.26"))
        // At 1.25 the rate is 0.8.
        #expect(bench.engine.equity(account: 0) == 999_992)
        #expect(bench.engine.totals(strategy: 0)?.net == -8)
    }

    @Test("the account's currency is the quote: the mid itself")
    func direct() {
        let bench = Bench(QuotedRateTests.setup(isDirect: true), script: [[], [.submit(.buy, 10, tag: 1)]])
        bench.feed(QuotedRateTests.euro(1), .quote(2, 99, 101), .quote(3, 99, 101))
        #expect(bench.engine.equity(account: 0) == Money("999989.2"))
        bench.feed(QuotedRateTests.euro(4, "1.083333333", "1.083333335"))
        // The mid is 1.083333334.
        #expect(bench.engine.equity(account: 0) == Money("999989.16666666"))
    }

    @Test(
        "before the first price orders are denied, or the fixed rate holds where there is one",
        arguments: [false, true])
    func before(hasFixed: Bool) {
        var setup = QuotedRateTests.setup()
        if hasFixed { setup.accounts[0].terms.rates = [nil, Rate("0.9")] }
        let bench = Bench(setup, script: [[.submit(.buy, 10, tag: 1)]])
        bench.feed(.quote(1, 99, 101))
        #expect(bench.story == [hasFixed ? "accepted 1" : "denied 1 risk.buying-power"])
        #expect(bench.engine.factLog.findings.map(\.reason) == (hasFixed ? [] : [.noConversionRate]))
    }

    @Test("one side of a quote is no price")
    func oneSided() {
        let bench = Bench(QuotedRateTests.setup(), script: [[], [.submit(.buy, 10, tag: 1)]])
        bench.feed(.quote(1, 1, 0, instrument: 1), .quote(2, 99, 101))
        #expect(bench.story == ["denied 1 risk.buying-power"])
    }

    @Test("limits count at the rate of the moment")
    func limits() {
        var setup = QuotedRateTests.setup()
        // 10 × 101 USD are 935.185185 EUR at 1.08 and 808 EUR at 1.25.
        setup.accounts[0].limits.maxOrderNotional = 900
        let bench = Bench(
            setup, script: [[], [.submit(.buy, 10, tag: 1)], [], [.submit(.buy, 10, tag: 2)]])
        bench.feed(
            QuotedRateTests.euro(1), .quote(2, 99, 101), QuotedRateTests.euro(3, "1.24", "1.26"), .quote(4, 99, 101))
        #expect(bench.story == ["denied 1 risk.order-size", "accepted 2"])
        #expect(bench.engine.factLog.findings.map(\.observed) == [93_518_518_526])
    }

    @Test("an order waits for a fresh rate as it does for a fresh market")
    func staleRate() {
        var setup = QuotedRateTests.setup()
        setup.systemLimits.marketDataMaxAgeNanoseconds = 60_000_000_000
        let bench = Bench(
            setup, script: [[], [.submit(.buy, 1, tag: 1)], [.submit(.buy, 1, .limit, tag: 2, at: 50)]])
        bench.feed(QuotedRateTests.euro(1), .quote(2, 99, 101), .quote(3, 99, 101))
        #expect(bench.story.last == "denied 2 risk.stale-price")
        #expect(bench.engine.factLog.findings.map(\.reason) == [.staleConversion])
    }

    @Test("a rate that moves can lose more than a day may")
    func dailyLoss() {
        var setup = QuotedRateTests.setup()
        setup.accounts[0].limits.maxDailyLoss = 50
        let bench = Bench(setup, script: [[], [.submit(.sell, 100, tag: 1)]])
        bench.feed(QuotedRateTests.euro(1), .quote(2, 99, 99), .quote(3, 99, 99))
        #expect(bench.engine.tradingState(scope: .account) == .active)
        bench.feed(.quote(4, Price("99.5")!, Price("99.5")!))
        #expect(bench.engine.tradingState(scope: .account) == .active)
        // Short 100 at 99, −50 USD at 99.5 were −46.30 EUR and are −62.50 EUR.
        bench.feed(QuotedRateTests.euro(5, "0.8", "0.8"))
        #expect(bench.story.suffix(2) == ["account 0 lost 62.5 of 50", "account 0 reducing"])
    }
}
