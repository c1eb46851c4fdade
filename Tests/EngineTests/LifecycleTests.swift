import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("Enable, disable and what becomes of orders and positions")
struct LifecycleTests {
    /// Long 5 with a resting sell and a resting buy.
    private static func trading(_ setup: EngineSetup = .small()) -> Bench {
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 5, tag: 1)],
                [.submit(.sell, 2, .limit, tag: 2, at: 150), .submit(.buy, 2, .limit, tag: 3, at: 50)],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100))
        _ = bench.news()
        return bench
    }

    @Test("cancel: working orders end, the position stays")
    func cancelPolicy() {
        let bench = LifecycleTests.trading()
        bench.engine.disable(strategy: 0, policy: .cancel)
        bench.feed(.flat(3, 100))
        #expect(bench.news() == ["2 CANCELLED strategyStopped", "3 CANCELLED strategyStopped"])
        #expect(bench.position() == 5)
        #expect(!bench.isEnabled(0))
    }

    @Test("keep: working orders stay and trade on")
    func keepPolicy() {
        let bench = LifecycleTests.trading()
        bench.engine.disable(strategy: 0, policy: .keep)
        bench.feed(.bar(3, 100, 160, 100, 155))
        #expect(bench.news() == ["order 2 filled SELL 2 at 150", "2 FILLED fill"])
        #expect(bench.position() == 3)
    }

    @Test("flatten: orders are cancelled first, then the position is closed at the market")
    func flattenPolicy() {
        let bench = LifecycleTests.trading()
        bench.engine.disable(strategy: 0, policy: .flatten)
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.origin) == [.liquidation])
        bench.feed(.flat(3, 101))
        #expect(
            bench.news() == [
                "2 CANCELLED strategyStopped", "3 CANCELLED strategyStopped", "accepted 0",
                "order 4 filled SELL 5 at 101", "0 FILLED fill", "round trip 5",
            ])
        #expect(bench.position() == 0)
    }

    @Test("flatten closes every instrument, and works while halted")
    func flattenHalted() {
        let strategy = ScriptedStrategy { event, _ in
            guard event.story == "bar", event.time == Timestamp.minute(1).nanoseconds else { return [] }
            return [.submit(event.instrument == 0 ? .buy : .sell, 3, tag: 1, instrument: event.instrument)]
        }
        let bench = Bench(.small(instruments: 2), [strategy])
        for minute in 1...2 as ClosedRange<Int64> {
            bench.feed(.flat(minute, 100), .flat(minute, 100, instrument: 1))
        }
        #expect(bench.position(instrument: 0) == 3)
        #expect(bench.position(instrument: 1) == -3)
        bench.engine.setTradingState(.halted, scope: .system)
        bench.engine.disable(strategy: 0, policy: .flatten)
        bench.feed(.flat(3, 100), .flat(3, 100, instrument: 1))
        #expect(bench.position(instrument: 0) == 0)
        #expect(bench.position(instrument: 1) == 0)
    }

    @Test("flatten closes a position that is larger than one order may be")
    func flattenLarge() {
        var setup = EngineSetup.small()
        setup.instruments[0].terms.maxQuantity = 4
        let bench = Bench(
            setup, script: [[.submit(.buy, 4, tag: 1), .submit(.buy, 4, tag: 2), .submit(.buy, 3, tag: 3)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.position() == 11)
        bench.engine.disable(strategy: 0, policy: .flatten)
        bench.feed(.flat(3, 100))
        #expect(bench.position() == 0)
    }

    @Test("a stopping strategy is told, its last intents count, then it hears nothing")
    func lastWords() {
        let strategy = ScriptedStrategy { event, _ in
            switch event.story {
            case "bar" where event.time == Timestamp.minute(1).nanoseconds: [.submit(.buy, 1, .limit, tag: 1, at: 50)]
            case "stopping": [.submit(.buy, 1, .limit, tag: 2, at: 51), .timer(tag: 1, due: .minute(3))]
            default: []
            }
        }
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100))
        bench.engine.disable(strategy: 0, policy: .keep)
        bench.feed(.flat(2, 100), .flat(4, 100))
        #expect(strategy.seen.map(\.story) == ["started", "bar", "order 1 accepted", "stopping", "order 2 accepted"])
        #expect(bench.engine.workingOrderCount == 2)
    }

    @Test("enabled again it is told what it holds before it sees the market")
    func enabledAgain() {
        let bench = LifecycleTests.trading()
        bench.engine.disable(strategy: 0, policy: .cancel)
        let seen = bench.strategies[0].seen.count
        #expect(bench.enable(0))
        bench.feed(.flat(3, 100))
        #expect(bench.strategies[0].seen[seen...].map(\.story) == ["started", "position 5", "bar"])
    }

    @Test("a slot without code cannot be enabled; enabling and disabling twice change nothing")
    func twice() {
        #expect(!Bench(.small(), []).enable(0))
        let bench = Bench(.small(), [ScriptedStrategy()])
        #expect(bench.enable(0))
        bench.engine.disable(strategy: 0)
        bench.engine.disable(strategy: 0)
        #expect(bench.strategies[0].seen.map(\.story) == ["started", "stopping"])
    }

    @Test("cancels and liquidations of a stopped strategy leave the other strategies alone")
    func othersGoOn() {
        let strategies = (0..<2).map { index in
            ScriptedStrategy { event, _ in
                guard event.story == "bar", event.time == Timestamp.minute(1).nanoseconds else { return [] }
                return [.submit(.buy, 1, tag: 1), .submit(.buy, 1, .limit, tag: 2, at: Price(Int64(50 + index)))]
            }
        }
        let bench = Bench(.small(strategies: 2), strategies)
        bench.feed(.flat(1, 100), .flat(2, 100))
        bench.engine.disable(strategy: 0, policy: .flatten)
        bench.feed(.flat(3, 100))
        #expect(bench.position(0) == 0)
        #expect(bench.position(1) == 1)
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.strategy) == [1])
    }
}
