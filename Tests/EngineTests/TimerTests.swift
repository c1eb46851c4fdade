import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("Timers")
struct TimerTests {
    /// Sets what `wanted` says in answer to the first bar.
    private static func setter(_ wanted: IntentRecord...) -> ScriptedStrategy {
        ScriptedStrategy { event, _ in
            event.story == "bar" && event.time == Timestamp.minute(1).nanoseconds ? wanted : []
        }
    }

    @Test("a timer fires before the first market event at or after its time, and says when it was due")
    func firesBeforeEvent() {
        let strategy = TimerTests.setter(.timer(tag: 5, due: .minute(3)))
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100), .flat(4, 100))
        #expect(strategy.seen.map(\.story) == ["started", "bar", "bar", "timer 5", "bar", "bar"])
        #expect(strategy.seen[3].time == Timestamp.minute(3).nanoseconds)
    }

    @Test("timers fire in the order of their times, equal ones in the order of setting")
    func order() {
        let strategy = TimerTests.setter(
            .timer(tag: 1, due: .minute(4)), .timer(tag: 2, due: .minute(2)), .timer(tag: 3, due: .minute(4)))
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100), .flat(9, 100))
        #expect(strategy.seen.map(\.story) == ["started", "bar", "timer 2", "timer 1", "timer 3", "bar"])
    }

    @Test("the same tag moves a timer, due 0 drops it")
    func moveAndDrop() {
        let strategy = TimerTests.setter(
            .timer(tag: 1, due: .minute(2)), .timer(tag: 2, due: .minute(2)), .timer(tag: 1, due: .minute(3)),
            .timer(tag: 2, due: Timestamp(nanoseconds: 0)))
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        #expect(strategy.seen.map(\.story) == ["started", "bar", "bar", "timer 1", "bar"])
        #expect(bench.engine.counters(strategy: 0).refusedIntents == 0)
    }

    @Test("a timer that is not in the future is refused and counted")
    func notInFuture() {
        let strategy = TimerTests.setter(
            .timer(tag: 1, due: .minute(1)), .timer(tag: 2, due: Timestamp(nanoseconds: .min)))
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.story == ["refused 1 badTimer", "refused 1 badTimer"])
        #expect(bench.engine.counters(strategy: 0).refusedIntents == 2)
    }

    @Test("time that passes without an event fires timers, too")
    func advance() {
        let strategy = TimerTests.setter(.timer(tag: 1, due: .minute(3)))
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100))
        bench.engine.advance(to: .minute(2))
        #expect(strategy.seen.last?.story == "bar")
        bench.engine.advance(to: .minute(3))
        #expect(strategy.seen.last?.story == "timer 1")
    }

    @Test("an order given on a timer can trade in the very next event")
    func orderOnTimer() {
        let strategy = ScriptedStrategy { event, _ in
            switch event.story {
            case "bar" where event.time == Timestamp.minute(1).nanoseconds: [.timer(tag: 1, due: .minute(2))]
            case "timer 1": [.submit(.buy, 1, tag: 1)]
            default: []
            }
        }
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100), .bar(3, 105, 105, 105, 105))
        #expect(bench.story == ["accepted 1", "order 1 filled BUY 1 at 105", "1 FILLED fill"])
    }

    @Test("one strategy's timers leave room for the others'")
    func timersPerStrategy() {
        var setup = EngineSetup.small(strategies: 2)
        setup.timersMax = 8
        let greedy = ScriptedStrategy { event, _ in
            event.story == "bar" ? (1...20).map { .timer(tag: $0, due: .minute(50)) } : []
        }
        let modest = TimerTests.setter(.timer(tag: 1, due: .minute(3)))
        let bench = Bench(setup, [greedy, modest])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        #expect(bench.engine.counters(strategy: 0).refusedIntents == 3 * 12)
        #expect(bench.engine.counters(strategy: 1).refusedIntents == 0)
        #expect(modest.seen.map(\.story).contains("timer 1"))
    }

    @Test("a strategy whose timers never end is taken out of service, and the market goes on", .timeLimit(.minutes(10)))
    func timerStorm() {
        var setup = EngineSetup.small(strategies: 2)
        setup.timersPerEventMax = 1000
        let storm = ScriptedStrategy { event, _ in
            [.timer(tag: 1, due: Timestamp(nanoseconds: event.time + 1))]
        }
        let other = ScriptedStrategy()
        let bench = Bench(setup, [storm, other])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        #expect(bench.engine.fault(strategy: 0) == .intentLoop)
        #expect(other.seen.map(\.story) == ["started", "bar", "bar", "bar"])
    }
}
