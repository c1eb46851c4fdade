import CStrategyABI
import Controls
import Engine
import Execution
import Portfolio
import ScriptedStrategies
import Testing
import Trading

@Suite("Exposure, stale prices and schedules in the engine")
struct ExposureTests {
    private static func twoInstruments(_ change: (inout LimitSet) -> Void) -> EngineSetup {
        var setup = EngineSetup.small(instruments: 2)
        change(&setup.accounts[0].limits)
        return setup
    }

    @Test("gross exposure adds what is held and what works over all instruments")
    func gross() {
        let setup = ExposureTests.twoInstruments { $0.maxGrossExposure = 3000 }
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 10, tag: 1)], [],
                [.submit(.sell, 10, .limit, tag: 2, at: 100, instrument: 1)],
                [
                    .submit(.buy, 10, .limit, tag: 3, at: 101), .submit(.buy, 10, .limit, tag: 4, at: 99),
                    .submit(.sell, 10, .limit, tag: 5, at: 110),
                ],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 90, instrument: 1), .flat(4, 100))
        // 1000 are held, 900 work at the mark of I1 and 1010 fit; then 2000 of I0 are there before 990 more.
        #expect(bench.story.suffix(3) == ["accepted 3", "denied 4 risk.exposure", "accepted 5"])
        #expect(bench.engine.factLog.findings.map(\.observed) == [389_000_000_000])
    }

    @Test("net exposure lets long and short make up for each other, and counts only what fills on the order's side")
    func net() {
        let setup = ExposureTests.twoInstruments { $0.maxNetExposure = 1000 }
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 10, tag: 1)], [], [.submit(.buy, 1, tag: 2, instrument: 1)],
                [.submit(.sell, 20, tag: 3)],
                [.submit(.sell, 1, tag: 4, instrument: 1)], [.submit(.buy, 20, tag: 5, instrument: 1)],
            ])
        bench.feed(
            .flat(1, 100), .flat(2, 100), .flat(3, 100, instrument: 1), .flat(4, 100), .flat(5, 100, instrument: 1),
            .flat(6, 100, instrument: 1))
        // 10 are long. The 20 that work to be sold can make it 10 short, and until they have it stays 10 long.
        #expect(
            bench.story.filter { !$0.contains("ill") && !$0.contains("trip") } == [
                "accepted 1", "denied 2 risk.exposure", "accepted 3", "denied 4 risk.exposure",
                "denied 5 risk.exposure",
            ])
        #expect(bench.engine.factLog.findings.map(\.observed) == [110_000_000_000, 110_000_000_000, 300_000_000_000])
    }

    @Test("what the other instruments come to follows marks, fills, working orders and an account that begins anew")
    func others() {
        var setup = ExposureTests.twoInstruments { $0.maxGrossExposure = 1_000_000 }
        setup.strategies[0].limits.maxGrossExposure = 1_000_000
        let bench = Bench(setup, script: [])
        func order(_ side: Side, _ quantity: Quantity, limit: Price = .zero, instrument: UInt32 = 1) -> OrderIntent {
            OrderIntent(
                strategy: 0, instrument: instrument, tag: 0, side: side, kind: limit == .zero ? .market : .limit,
                quantity: quantity, price: limit, origin: .operator)
        }
        /// Of an account and its only strategy, before an order in the first instrument.
        func held() -> [Int128?] {
            bench.engine.measures(order(.buy, 1, limit: 100, instrument: 0)).filter { $0.reason == .grossExposure }.map
            {
                $0.used.map { $0 / 100_000_000 }
            }
        }
        bench.feed(.flat(1, 100), .flat(1, 100, instrument: 1))
        #expect(held() == [0, 0])
        #expect(bench.submit(order(.buy, 10)))
        #expect(held() == [1000, 1000], "what works counts")
        bench.feed(.flat(2, 90, instrument: 1))
        #expect(bench.position(instrument: 1) == 10 && held() == [900, 900], "what is held counts at its mark")
        bench.feed(.flat(3, 120, instrument: 1))
        #expect(held() == [1200, 1200])
        #expect(bench.submit(order(.sell, 30, limit: 200)))
        #expect(held() == [2400, 2400], "of both sides the larger")
        #expect(bench.cancelOrder(id: 2))
        #expect(held() == [1200, 1200])
        bench.engine.disable(strategy: 0, policy: .keep)
        #expect(bench.resetAccount(0, 5000) && held() == [0, 0], "nothing is held any more")
    }

    @Test("a strategy's exposure is its own, the account's that of all")
    func scopes() {
        var setup = EngineSetup.small(strategies: 2)
        setup.strategies[0].limits.maxGrossExposure = 1500
        setup.accounts[0].limits.maxLeverage = Rate(raw: 2_700_000)
        let first = ScriptedStrategy(script: [[.submit(.buy, 10, tag: 1)], [], [.submit(.buy, 6, tag: 2)]])
        let second = ScriptedStrategy(
            script: [[], [.submit(.buy, 10, tag: 3)], [.submit(.buy, 10, tag: 4), .submit(.buy, 5, tag: 5)]])
        let bench = Bench(setup, [first, second])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        // 0.0027 of a million is 2700.
        #expect(
            bench.story.filter { !$0.contains("ill") } == [
                "accepted 1", "accepted 3", "denied 2 risk.exposure", "denied 4 risk.exposure", "accepted 5",
            ])
        #expect(bench.engine.factLog.findings.map(\.scope) == [.strategy, .account])
    }

    @Test("what the gate is asked beforehand is what it says")
    func assess() {
        let setup = ExposureTests.twoInstruments { $0.maxConcentration = Rate(raw: 1_000_000) }
        let bench = Bench(setup, script: [[]])
        bench.feed(.flat(1, 100))
        func order(_ quantity: Quantity) -> OrderIntent {
            OrderIntent(
                strategy: 0, instrument: 0, tag: 1, side: .buy, kind: .market, quantity: quantity, origin: .operator)
        }
        #expect(bench.judge(order(10)).isApproved)
        #expect(bench.judge(order(11)).findings.map(\.reason) == [.concentration])
        #expect(!bench.submit(order(11)) && bench.submit(order(10)))
    }

    @Test(
        "a quote and a trade grow old, a bar lasts for its length",
        arguments: [
            (FeedKinds.quotes, "denied 1 risk.stale-price"), (.trades, "denied 1 risk.stale-price"),
            (.bars, "accepted 1"),
        ])
    func stale(feed: FeedKinds, expected: String) {
        var setup = EngineSetup.small(feed, instruments: 2)
        setup.systemLimits.marketDataMaxAgeNanoseconds = 30_000_000_000
        let answer = ScriptedStrategy { event, _ in
            event.instrument == 1 ? [.submit(.buy, 1, .limit, tag: 1, at: 50)] : []
        }
        let bench = Bench(setup, [answer])
        func event(_ minute: Int64, _ instrument: UInt32) -> EventRecord {
            switch feed {
            case .quotes: .quote(minute, 100, 101, instrument: instrument)
            case .trades: .trade(minute, 100, instrument: instrument)
            default: .flat(minute, 100, instrument: instrument)
            }
        }
        // I1 speaks one minute after I0; its order is for I0.
        bench.feed(event(1, 0), event(2, 1))
        #expect(bench.story == [expected])
    }

    @Test("a strategy sends within its schedule, and its operator at any time")
    func schedule() {
        var setup = EngineSetup.small()
        // Minutes 2 and 3 of Monday, the first of January 2024.
        setup.strategies[0].schedule = TradingSchedule(start: 2, end: 4, daysOfWeek: [1])
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 1, tag: 1)], [.submit(.buy, 1, tag: 2)], [.submit(.buy, 1, tag: 3)],
                [.submit(.buy, 1, tag: 4), .submit(.sell, 1, tag: 5)],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100), .flat(4, 100))
        #expect(
            bench.story.filter { !$0.contains("ill") } == [
                "denied 1 risk.schedule", "accepted 2", "accepted 3", "denied 4 risk.schedule", "accepted 5",
            ])
        #expect(
            bench.submit(
                OrderIntent(
                    strategy: 0, instrument: 0, tag: 6, side: .buy, kind: .market, quantity: 1, origin: .operator)))
    }
}
