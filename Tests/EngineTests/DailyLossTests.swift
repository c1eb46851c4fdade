import CStrategyABI
import Controls
import Engine
import Execution
import Portfolio
import ScriptedStrategies
import Testing
import Trading

@Suite("The account's day and its loss")
struct DailyLossTests {
    private static let day: Int64 = 24 * 60

    /// Buys 10 at 100, then tries to buy one more with each bar.
    private static func buyer() -> ScriptedStrategy {
        ScriptedStrategy(script: [[.submit(.buy, 10, tag: 1)]] + (2...20).map { [.submit(.buy, 1, tag: $0)] })
    }

    private static func limited(_ limit: Money, _ change: (inout EngineSetup) -> Void = { _ in }) -> EngineSetup {
        var setup = EngineSetup.small()
        setup.accounts[0].limits.maxDailyLoss = limit
        change(&setup)
        return setup
    }

    @Test("a mark beyond the limit latches the account into reducing, and the next day releases it")
    func latch() {
        let bench = Bench(DailyLossTests.limited(100), [DailyLossTests.buyer()])
        bench.feed(.flat(1, 100), .flat(2, 100))
        _ = bench.news()
        // 11 are held at 100: a loss of 99 is within the limit, one of 110 is not.
        bench.feed(.flat(3, 91))
        #expect(bench.news() == ["order 2 filled BUY 1 at 91", "2 FILLED fill", "accepted 3"])
        bench.feed(.flat(4, 90))
        #expect(
            bench.news() == [
                "order 3 filled BUY 1 at 90", "3 FILLED fill", "account 0 lost 101 of 100", "account 0 reducing",
                "denied 4 risk.trading-state risk.daily-loss",
            ])
        #expect(bench.engine.tradingState(scope: .account) == .reducing)
        #expect(bench.strategies[0].seen.contains { $0.story == "state 1" })
        // A loss that shrinks leaves the latch.
        bench.feed(.flat(5, 100))
        #expect(bench.news() == ["denied 5 risk.trading-state"])
        bench.feed(.flat(DailyLossTests.day, 95))
        #expect(
            bench.news() == [
                "account 0 day 1000000 1000019", "account 0 active", "strategy 0 day 0 19", "accepted 6",
            ])
        #expect(bench.engine.tradingState(scope: .account) == .active)
        #expect(bench.strategies[0].seen.contains { $0.story == "state 0" })
    }

    @Test("reducing orders pass while the account is latched")
    func reducing() {
        let bench = Bench(
            DailyLossTests.limited(100), script: [[.submit(.buy, 10, tag: 1)], [], [.submit(.sell, 10, tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 50), .flat(4, 50))
        #expect(
            bench.story.suffix(5) == [
                "account 0 reducing", "accepted 2", "order 2 filled SELL 10 at 50", "2 FILLED fill", "round trip -500",
            ])
    }

    @Test("a strategy's own limit latches it alone, and counts its own profit and loss")
    func ownLimit() {
        var setup = EngineSetup.small(strategies: 2)
        setup.strategies[0].limits.maxDailyLoss = 50
        let short = ScriptedStrategy(script: [[.submit(.sell, 10, tag: 1)]])
        let bench = Bench(setup, [DailyLossTests.buyer(), short])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 94))
        #expect(
            bench.story.suffix(3) == [
                "strategy 0 lost 60 of 50", "strategy 0 reducing", "denied 3 risk.trading-state risk.daily-loss",
            ])
        #expect(bench.engine.tradingState(scope: .account) == .active)
        #expect(bench.engine.tradingState(scope: .strategy, index: 1) == .active)
        #expect(bench.engine.day(scope: .strategy, index: 0).isLatched)
        #expect(!bench.engine.day(scope: .strategy, index: 1).isBreached)
    }

    @Test("the system's limit holds for each account on its own")
    func systemLimit() {
        var setup = EngineSetup.small(strategies: 2, accounts: 2)
        setup.systemLimits.maxDailyLoss = 50
        let bench = Bench(setup, [DailyLossTests.buyer(), ScriptedStrategy()])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 90))
        #expect(bench.engine.tradingState(scope: .account, index: 0) == .reducing)
        #expect(bench.engine.tradingState(scope: .account, index: 1) == .active)
        #expect(bench.engine.tradingState(scope: .system) == .active)
    }

    @Test(
        "a loss that was open at the day's start counts by the balance, and not by equity",
        arguments: DailyLossBase.allCases)
    func base(_ base: DailyLossBase) {
        let setup = DailyLossTests.limited(100) { $0.accounts[0].limits.dailyLossBase = base }
        let bench = Bench(setup, script: [[.submit(.buy, 10, tag: 1)]])
        // 80 are lost on the first day and 30 on the second.
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 92), .flat(DailyLossTests.day, 89))
        #expect((bench.engine.tradingState(scope: .account) == .reducing) == (base != .equity))
        #expect(bench.engine.day(scope: .account, index: 0).balance == 1_000_000)
        #expect(bench.engine.day(scope: .account, index: 0).equity == 999_920)
    }

    @Test("the day turns at the account's own hour, at the marks from before, also when time only passes")
    func turn() {
        var setup = DailyLossTests.limited(1_000_000)
        setup.accounts[0].terms.dayOffset = 22 * 3_600_000_000_000
        let bench = Bench(setup, script: [[.submit(.buy, 10, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 101))
        _ = bench.news()
        bench.engine.advance(to: .minute(22 * 60 - 1))
        #expect(bench.news() == [])
        bench.engine.advance(to: .minute(22 * 60))
        #expect(bench.news() == ["account 0 day 1000000 1000010", "strategy 0 day 0 10"])
        bench.feed(.flat(22 * 60 + 1, 50))
        #expect(bench.news() == [])
    }

    @Test("a person's latch is a person's to release, and a release holds until the next day")
    func person() {
        let bench = Bench(DailyLossTests.limited(50), [DailyLossTests.buyer()])
        bench.feed(.flat(1, 100), .flat(2, 100))
        bench.engine.setTradingState(.halted, scope: .account)
        bench.feed(.flat(3, 90))
        #expect(bench.engine.tradingState(scope: .account) == .halted)
        #expect(!bench.engine.day(scope: .account, index: 0).isLatched)
        bench.engine.setTradingState(.active, scope: .account)
        _ = bench.news()
        bench.feed(.flat(4, 90))
        #expect(bench.news() == ["denied 4 risk.daily-loss"])
        bench.engine.setTradingState(.halted, scope: .account)
        bench.feed(.flat(DailyLossTests.day, 90))
        #expect(bench.engine.tradingState(scope: .account) == .halted)
    }

    @Test("a raised limit and a release let trading go on until that limit is passed, too")
    func raised() {
        let bench = Bench(DailyLossTests.limited(50), [DailyLossTests.buyer()])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 90))
        var limits = LimitSet()
        limits.maxDailyLoss = 150
        bench.engine.setLimits(limits, scope: .account)
        #expect(bench.engine.tradingState(scope: .account) == .reducing)
        bench.engine.setTradingState(.active, scope: .account)
        _ = bench.news()
        bench.feed(.flat(4, 90))
        #expect(bench.news() == ["accepted 4"])
        bench.feed(.flat(5, 80))
        #expect(bench.engine.tradingState(scope: .account) == .reducing)
    }

    @Test("without a limit no day is written down, unless it is asked for; it turns all the same")
    func quiet() {
        for keepsDays in [false, true] {
            var setup = EngineSetup.small()
            setup.keepsDays = keepsDays
            let bench = Bench(setup, [ScriptedStrategy()])
            bench.feed(.flat(1, 100), .flat(DailyLossTests.day, 100), .flat(3 * DailyLossTests.day, 100))
            let days = ["account 0 day 1000000 1000000", "strategy 0 day 0 0"]
            #expect(bench.story == (keepsDays ? days + days + days : []))
            #expect(bench.engine.day(scope: .account, index: 0).day == Timestamp.minute(3 * DailyLossTests.day).day())
        }
    }

    @Test("days that were put back go on as they were")
    func restore() {
        let bench = Bench(DailyLossTests.limited(100), [ScriptedStrategy(script: [[.submit(.buy, 1, tag: 1)]])])
        var day = DayTotals(balance: 1_000_000, equity: 1_000_150)
        day.day = Timestamp.minute(1).day()
        bench.engine.restoreDays(accounts: [day], strategies: [DayTotals(balance: .zero, equity: .zero)])
        bench.feed(.flat(1, 100))
        // The account's day had begun; its equity is 150 below that start.
        #expect(
            bench.story == [
                "strategy 0 day 0 0", "account 0 lost 150 of 100", "account 0 reducing",
                "denied 1 risk.trading-state risk.daily-loss",
            ])
    }
}
