import CStrategyABI
import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("A stop that triggers passes the gate again")
struct StopTriggerTests {
    /// Long 2 from 100, then what `orders` says, working.
    private static func long(_ setup: EngineSetup = .small(), _ orders: IntentRecord...) -> Bench {
        let bench = Bench(setup, script: [[.submit(.buy, 2, tag: 1)], orders])
        bench.feed(.flat(1, 100), .flat(2, 100))
        _ = bench.news()
        return bench
    }

    @Test("while halted a protective reduce-only stop still acts")
    func protectiveStopActs() {
        let bench = StopTriggerTests.long(.small(), .submit(.sell, 2, .stopLoss, tag: 2, stop: 95, reduceOnly: true))
        bench.engine.setTradingState(.halted, scope: .system)
        bench.feed(.bar(3, 99, 99, 90, 92))
        #expect(
            bench.news() == [
                "system 0 halted", "2 SUBMITTED triggered", "order 2 filled SELL 2 at 95", "2 FILLED fill",
                "round trip -10",
            ])
        #expect(bench.position() == 0)
    }

    @Test("while halted a stop that would open is refused and ends")
    func openingStopRefused() {
        let bench = StopTriggerTests.long(.small(), .submit(.buy, 1, .stopLoss, tag: 2, stop: 105))
        bench.engine.setTradingState(.halted, scope: .instrument, index: 0)
        bench.feed(.bar(3, 101, 110, 101, 108))
        #expect(
            bench.news() == ["instrument 0 halted", "denied 2 risk.trading-state", "2 CANCELLED triggerDenied"])
        #expect(bench.position() == 2)
        #expect(bench.strategies[0].seen.suffix(3).map(\.story) == ["denial 2", "order 2 triggerDenied", "bar"])
    }

    @Test("a limit that was lowered since refuses the stop when it triggers")
    func limitAtTrigger() {
        let bench = StopTriggerTests.long(.small(), .submit(.buy, 5, .stopLoss, tag: 2, stop: 105))
        var limits = LimitSet()
        limits.maxPositionQuantity = 6
        bench.engine.setLimits(limits, scope: .account, index: 0)
        bench.feed(.bar(3, 101, 110, 101, 108))
        #expect(bench.news() == ["denied 2 risk.position", "2 CANCELLED triggerDenied"])
    }

    @Test("a stop-limit that triggers rests at its limit from the next event on")
    func stopLimitRests() {
        let bench = StopTriggerTests.long(.small(), .submit(.buy, 1, .stopLimit, tag: 2, at: 103, stop: 105))
        bench.feed(.bar(3, 106, 108, 106, 107), .bar(4, 107, 107, 104, 105), .bar(5, 104, 104, 102, 102))
        #expect(bench.news() == ["2 SUBMITTED triggered", "order 2 filled BUY 1 at 103", "2 FILLED fill"])
    }

    @Test("a triggered stop-limit is judged as a limit order when it is modified: it may not cross an own order")
    func modifiedAfterTrigger() {
        var setup = EngineSetup.small()
        setup.strategies[0].limits.maxPositionQuantity = 100
        let bench = Bench(
            setup,
            script: [
                [
                    .submit(.buy, 1, .stopLimit, tag: 2, at: 103, stop: 105),
                    .submit(.sell, 1, .limit, tag: 3, at: 120),
                ],
                [], [.modify(tag: 2, quantity: 1, at: 121, stop: 105)],
            ])
        bench.feed(.flat(1, 100), .bar(2, 106, 108, 106, 107), .bar(3, 107, 107, 106, 106))
        #expect(
            bench.story == ["accepted 2", "accepted 3", "2 SUBMITTED triggered", "denied 2 compliance.self-trade"])
    }

    @Test("a reduce-only stop shrinks with the position that it protects")
    func shrinks() {
        let bench = Bench(script: [
            [.submit(.buy, 5, tag: 1)],
            [
                .submit(.sell, 5, .stopLoss, tag: 2, stop: 90, reduceOnly: true),
                .submit(.sell, 3, .limit, tag: 3, at: 110),
            ],
        ])
        bench.feed(.flat(1, 100), .flat(2, 100), .bar(3, 100, 111, 100, 111))
        #expect(
            bench.story.suffix(3) == ["order 3 filled SELL 3 at 110", "3 FILLED fill", "2 SUBMITTED reduceOnly"])
        #expect(bench.engine.workingOrders(instrument: 0).map(\.remaining) == [2])
        bench.feed(.bar(4, 111, 111, 80, 80))
        #expect(bench.position() == 0)
    }

    @Test("a protective stop that shrank below the instrument's minimum still acts")
    func belowMinimum() {
        var setup = EngineSetup.small()
        setup.instruments[0].terms.minQuantity = 2
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 5, tag: 1)],
                [
                    .submit(.sell, 5, .stopLoss, tag: 2, stop: 90, reduceOnly: true),
                    .submit(.sell, 4, .limit, tag: 3, at: 110),
                ],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .bar(3, 100, 111, 100, 111))
        #expect(bench.engine.workingOrders(instrument: 0).map(\.remaining) == [1])
        bench.feed(.bar(4, 111, 111, 80, 80))
        #expect(bench.position() == 0)
    }
}
