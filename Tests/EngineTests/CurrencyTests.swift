import CStrategyABI
import Controls
import Engine
import Execution
import Portfolio
import ScriptedStrategies
import Testing
import Trading

@Suite("Several currencies in one account")
struct CurrencyTests {
    /// I0 quotes USDT, I1 quotes INR at 0.0118 USDT, I2 quotes EUR, for which there is no rate. The account counts USDT.
    private static func setup(_ settlement: Settlement = .cash) -> EngineSetup {
        var setup = EngineSetup.small(instruments: 3)
        setup.currencies = ["USDT", "INR", "EUR"]
        for index in 0..<3 {
            setup.instruments[index].quoteCurrency = setup.currencies[index]
            setup.instruments[index].terms.currency = UInt8(index)
            setup.instruments[index].terms.settlement = settlement
        }
        setup.accounts[0].terms.rates = [nil, Rate(raw: 11_800_000), nil]
        return setup
    }

    @Test("cash stays in the instrument's currency, equity is converted: INR→USDT")
    func cash() {
        var setup = CurrencyTests.setup()
        setup.venue.takerRate = Rate(raw: 1_000_000)
        let bench = Bench(setup, script: [[.submit(.buy, 10, tag: 1, instrument: 1)]])
        bench.feed(.flat(1, 20_000, instrument: 1), .flat(2, 20_000, instrument: 1), .flat(3, 21_000, instrument: 1))
        #expect(bench.engine.cash(account: 0, currency: 0) == 1_000_000)
        // 10 × 20,000 and a thousandth of it.
        #expect(bench.engine.cash(account: 0, currency: 1) == -200_200)
        // 1,000,000 + (10 × 21,000 − 200,200) × 0.0118
        #expect(bench.engine.equity(account: 0) == Money("1000115.64"))
        let totals = bench.engine.totals(strategy: 0)
        #expect(totals?.unrealized == Money("118"))
        #expect(totals?.commission == Money("2.36"))
    }

    @Test("linear settlement moves only the profit, in the instrument's currency")
    func linear() {
        let bench = Bench(
            CurrencyTests.setup(.linear),
            script: [[.submit(.sell, 10, tag: 1, instrument: 1)], [], [.submit(.buy, 10, tag: 2, instrument: 1)]])
        bench.feed(
            .flat(1, 20_000, instrument: 1), .flat(2, 20_000, instrument: 1), .flat(3, 19_000, instrument: 1),
            .flat(4, 19_000, instrument: 1))
        #expect(bench.engine.cash(account: 0, currency: 1) == 10_000)
        #expect(bench.engine.equity(account: 0) == Money("1000118"))
    }

    @Test("the largest notional of an order counts in the account's currency")
    func notional() {
        var setup = CurrencyTests.setup()
        setup.strategies[0].limits.maxOrderNotional = Money("2360")
        let bench = Bench(
            setup,
            script: [
                [
                    // 10 × 20,000 INR are 2,360 USDT.
                    .submit(.buy, 10, .limit, tag: 1, at: 20_000, instrument: 1),
                    .submit(.buy, 11, .limit, tag: 2, at: 20_000, instrument: 1),
                ]
            ])
        bench.feed(.flat(1, 20_000, instrument: 1))
        #expect(bench.story == ["accepted 1", "denied 2 risk.order-size"])
    }

    @Test("an order in a currency without a rate is denied, the others pass")
    func missingRate() {
        let bench = Bench(
            CurrencyTests.setup(),
            script: [
                [],
                [
                    .submit(.buy, 1, tag: 1, instrument: 2), .submit(.buy, 1, tag: 2, instrument: 1),
                    .submit(.buy, 1, .limit, tag: 3, at: 100),
                ],
            ])
        bench.feed(.flat(1, 100, instrument: 2), .flat(2, 20_000, instrument: 1))
        #expect(bench.story == ["denied 1 risk.buying-power", "accepted 2", "accepted 3"])
        #expect(bench.engine.factLog.findings.map(\.reason) == [.noConversionRate])
    }

    @Test("another account's orders in a currency without a rate here do not matter to a cash account")
    func otherAccountsCurrency() {
        var setup = CurrencyTests.setup()
        setup.strategies = (0..<2).map { EngineSetup.Strategy(id: "S\($0)", account: $0, instruments: [0, 2]) }
        setup.accounts.append(
            EngineSetup.Account(
                id: "euro", owner: "euro", terms: AccountTerms(currency: 2, openingBalance: 1_000_000)))
        setup.accounts[0].terms.isMargin = false
        let buyer = ScriptedStrategy(script: [[], [], [.submit(.buy, 1, .limit, tag: 1, at: 100)]])
        let euro = ScriptedStrategy(script: [[.submit(.buy, 1, .limit, tag: 2, at: 90, instrument: 2)]])
        let bench = Bench(setup, [buyer, euro])
        bench.feed(.flat(1, 100, instrument: 2), .flat(2, 100), .flat(3, 100))
        #expect(bench.story == ["accepted 2", "accepted 1"])
    }

    @Test("limits count in the account's currency")
    func limitInAccountCurrency() {
        var setup = CurrencyTests.setup()
        // 10 × 20,000 INR are 2,360 USDT.
        setup.accounts[0].limits.maxOrderNotional = 2360
        let bench = Bench(
            setup,
            script: [
                [],
                [
                    .submit(.buy, 10, .limit, tag: 1, at: 20_000, instrument: 1),
                    .submit(.buy, 10, .limit, tag: 2, at: Price(raw: 20_000_010_000_000), instrument: 1),
                ],
            ])
        bench.feed(.flat(1, 100), .flat(2, 20_000, instrument: 1))
        #expect(bench.story == ["accepted 1", "denied 2 risk.order-size"])
    }
}
