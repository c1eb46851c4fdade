import CStrategyABI
import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("Limits, restrictions and capacity as strategies meet them")
struct LimitTests {
    /// Two strategies of one account: each sends its list on its first bar.
    private static func two(_ setup: EngineSetup, _ first: [IntentRecord], _ second: [IntentRecord]) -> Bench {
        Bench(setup, [ScriptedStrategy(script: [first]), ScriptedStrategy(script: [second])])
    }

    @Test("a position limit of the account looks at the net of its strategies and of what works")
    func accountPosition() {
        var setup = EngineSetup.small(strategies: 2)
        setup.accounts[0].limits.maxPositionQuantity = 10
        let bench = LimitTests.two(
            setup, [.submit(.buy, 6, tag: 1)], [.submit(.buy, 5, tag: 1), .submit(.buy, 4, tag: 2)])
        bench.feed(.flat(1, 100))
        #expect(bench.story == ["accepted 1", "denied 1 risk.position", "accepted 2"])
    }

    @Test("a position limit of a strategy looks at its own book only")
    func strategyPosition() {
        var setup = EngineSetup.small(strategies: 2)
        setup.strategies[1].limits.maxPositionQuantity = 10
        let bench = LimitTests.two(
            setup, [.submit(.sell, 20, .limit, tag: 1, at: 200)],
            [.submit(.buy, 11, tag: 1), .submit(.buy, 10, tag: 2), .submit(.buy, 1, tag: 3)])
        bench.feed(.flat(1, 100))
        #expect(bench.story == ["accepted 1", "denied 1 risk.position", "accepted 2", "denied 3 risk.position"])
    }

    @Test("the largest notional of a strategy's order binds that strategy alone, up to the limit itself")
    func strategyNotional() {
        var setup = EngineSetup.small(strategies: 2)
        setup.strategies[1].limits.maxOrderNotional = 500
        let list: [IntentRecord] = [
            .submit(.buy, 6, .limit, tag: 1, at: 100), .submit(.buy, 5, .limit, tag: 2, at: 100),
        ]
        let bench = LimitTests.two(setup, list, list)
        bench.feed(.flat(1, 100))
        #expect(bench.story == ["accepted 1", "accepted 2", "denied 1 risk.order-size", "accepted 2"])
    }

    @Test("kinds that a strategy may not send are denied, whatever their size")
    func strategyKinds() {
        var setup = EngineSetup.small(strategies: 2)
        setup.strategies[1].orderKinds = [.limit]
        let list: [IntentRecord] = [.submit(.buy, 1, tag: 1), .submit(.buy, 1, .limit, tag: 2, at: 100)]
        let bench = LimitTests.two(setup, list, list)
        bench.feed(.flat(1, 100))
        #expect(bench.story == ["accepted 1", "accepted 2", "denied 1 risk.instrument", "accepted 2"])
    }

    @Test("a limit never traps a holder: what only shrinks the position passes")
    func reducingIsExempt() {
        let bench = Bench(script: [[.submit(.buy, 10, tag: 1)], [.submit(.sell, 10, tag: 2)]])
        bench.feed(.flat(1, 100))
        var limits = LimitSet()
        limits.maxPositionQuantity = 1
        limits.maxOrderQuantity = 1
        limits.maxOrderNotional = 1
        limits.maxOrdersPerMinute = 0
        bench.engine.setLimits(limits, scope: .system)
        bench.feed(.flat(2, 100), .flat(3, 100))
        #expect(bench.position() == 0)
        #expect(bench.engine.workingOrderCount == 0)
    }

    @Test("a side on the account's restricted list is closed for openings, not for exits")
    func restricted() {
        var setup = EngineSetup.small(instruments: 2)
        setup.accounts[0].restricted = [1: .sell]
        let bench = Bench(
            setup,
            script: [
                [.submit(.sell, 1, tag: 1, instrument: 1), .submit(.buy, 2, tag: 2, instrument: 1)], [],
                [.submit(.sell, 1, tag: 3, instrument: 1), .submit(.sell, 5, tag: 4, instrument: 1)],
            ])
        bench.feed(.flat(1, 100, instrument: 1), .flat(2, 100, instrument: 1), .flat(3, 100, instrument: 1))
        #expect(
            bench.story.filter { !$0.contains("ill") } == [
                "denied 1 compliance.restricted-list", "accepted 2", "accepted 3",
                "denied 4 compliance.restricted-list",
            ])
    }

    @Test(
        "a closed market takes no order, reducing or not; a program may leave the hours unchecked",
        arguments: [true, false])
    func tradingHours(isChecked: Bool) {
        var setup = EngineSetup.small()
        setup.instruments[0].calendar = TradingCalendar(
            name: "mornings", sessions: [TradingCalendar.Session(open: .minute(0), close: .minute(2))])
        setup.accounts[0].checksTradingHours = isChecked
        let bench = Bench(setup, script: [[.submit(.buy, 1, tag: 1)], [.submit(.sell, 1, tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.story.last == (isChecked ? "denied 2 compliance.trading-hours" : "accepted 2"))
    }

    @Test("a strategy sends only the kinds of order that it is allowed; its operator any")
    func orderKinds() {
        var setup = EngineSetup.small()
        setup.strategies[0].orderKinds = [.limit]
        let bench = Bench(
            setup, script: [[.submit(.buy, 1, tag: 1), .submit(.buy, 1, .limit, tag: 2, at: 50)]])
        bench.feed(.flat(1, 100))
        #expect(bench.story == ["denied 1 risk.instrument", "accepted 2"])
        #expect(bench.engine.factLog.findings.map(\.reason) == [.unsupportedKind])
        let market = OrderIntent(
            strategy: 0, instrument: 0, tag: 3, side: .buy, kind: .market, quantity: 1, origin: .operator)
        #expect(bench.submit(market))
    }

    @Test("every failing rule is in one denial")
    func allFailures() {
        var setup = EngineSetup.small()
        setup.systemLimits.maxOrderQuantity = 5
        setup.strategies[0].limits.maxPositionQuantity = 5
        setup.accounts[0].restricted = [0: .both]
        let bench = Bench(setup, script: [[.submit(.buy, 2000, tag: 1)]])
        bench.engine.setTradingState(.halted, scope: .account, index: 0)
        bench.feed(.flat(1, 100_000))
        #expect(
            bench.story.last
                == "denied 1 risk.trading-state risk.instrument risk.order-size risk.position risk.buying-power compliance.restricted-list"
        )
        let bits: [RuleID] = [.tradingState, .instrument, .orderSize, .position, .buyingPower, .restrictedList]
        #expect(bench.strategies[0].seen.last?.asDenial.failed_rules == bits.reduce(0) { $0 | $1.mask })
    }

    @Test("when the order book of the host is full, a new order is rejected and told so; a place that frees is used")
    func full() {
        var setup = EngineSetup.small()
        setup.workingOrdersMax = 3
        let bench = Bench(
            setup,
            script: [
                (1...5).map { .submit(.buy, 1, .limit, tag: $0, at: 50) }, [.cancel(tag: 2)],
                [.submit(.buy, 1, .limit, tag: 6, at: 50)],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        #expect(
            bench.story == [
                "accepted 1", "accepted 2", "accepted 3", "4 REJECTED venue", "5 REJECTED venue",
                "2 CANCELLED cancelRequested", "accepted 6",
            ])
        #expect(bench.engine.workingOrderCount == 3)
        #expect(bench.strategies[0].seen.filter { $0.story.hasSuffix("venue") }.map(\.asOrderUpdate.state) == [5, 5])
    }
}
