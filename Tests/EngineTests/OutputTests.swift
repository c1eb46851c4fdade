import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("Signals, log lines and other output of a strategy")
struct OutputTests {
    @Test("a signal reaches the other strategies of its instrument before the next market event")
    func signals() throws {
        var setup = EngineSetup.small(instruments: 2, strategies: 3)
        setup.strategies[2].instruments = [1]
        let sender = ScriptedStrategy(script: [[.signal(strength: -0.25, price: 99)]])
        let listener = ScriptedStrategy()
        let elsewhere = ScriptedStrategy()
        let bench = Bench(setup, [sender, listener, elsewhere])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(listener.seen.map(\.story) == ["started", "bar", "signal -0.25", "bar"])
        #expect(listener.seen[2].asSignal.price == Price(99).raw)
        #expect(listener.seen[2].asSignal.source == 0)
        #expect(elsewhere.seen.map(\.story) == ["started"])
        #expect(sender.seen.map(\.story) == ["started", "bar", "bar"])
        #expect(bench.engine.counters(strategy: 0).signals == 1)
        let taken = bench.engine.takeSignals()
        #expect(taken.map(\.strategy) == [0] && taken.map(\.strength) == [-0.25] && taken[0].price == Price(99))
        #expect(bench.engine.takeSignals() == [])
    }

    @Test("signals that nobody takes are kept up to a number, and cost no memory beyond it")
    func untakenSignals() {
        let sender = ScriptedStrategy { event, _ in event.story == "bar" ? [.signal(strength: 0.5)] : [] }
        let bench = Bench(.small(strategies: 1), [sender])
        for time in 1...1100 { bench.feed(.flat(Int64(time), 100)) }
        #expect(bench.engine.counters(strategy: 0).signals == 1100)
        #expect(bench.engine.takeSignals().count == 1024)
    }

    @Test("an order in answer to a signal can trade in the next event")
    func orderOnSignal() {
        let sender = ScriptedStrategy(script: [[.signal(strength: 1)]])
        let follower = ScriptedStrategy { event, _ in event.story == "signal 1.0" ? [.submit(.buy, 1, tag: 1)] : [] }
        let bench = Bench(.small(strategies: 2), [sender, follower])
        bench.feed(.flat(1, 100), .flat(2, 105))
        #expect(bench.story == ["accepted 1", "order 1 filled BUY 1 at 105", "1 FILLED fill"])
    }

    @Test(
        "a signal that is no number in −1…1 is refused and reaches nobody", arguments: [Double.nan, .infinity, 1.5, -2])
    func badSignal(strength: Double) {
        let listener = ScriptedStrategy()
        let bench = Bench(
            .small(strategies: 2), [ScriptedStrategy(script: [[.signal(strength: strength)]]), listener])
        bench.feed(.flat(1, 100))
        #expect(listener.seen.map(\.story) == ["started", "bar"])
        #expect(bench.engine.counters(strategy: 0).refusedIntents == 1)
    }

    @Test("log lines are kept with time and level, over several records", arguments: [0, 1, 40, 41, 88, 200, 808])
    func logLines(length: Int) {
        let text = String(repeating: "ä", count: length / 2) + String(repeating: "x", count: length % 2)
        let bench = Bench(script: [
            [IntentRecord.bare(STRATEGY_INTENT_METRIC)] + IntentRecord.log(text)
        ])
        bench.feed(.flat(1, 100))
        #expect(bench.engine.lines.map(\.text) == [text])
        #expect(bench.engine.lines.first?.time == .minute(1))
        #expect(bench.engine.lines.first?.level == UInt32(STRATEGY_LOG_INFO))
        #expect(bench.engine.lines.first?.strategy == 0)
        #expect(bench.engine.counters(strategy: 0).logLines == 1)
        #expect(bench.engine.counters(strategy: 0).metrics == 1)
        let taken = bench.engine.takeLines()
        #expect(taken.count == 1)
        #expect(bench.engine.lines.isEmpty)
    }

    @Test("lines that nobody takes do not pile up")
    func linesAreBounded() {
        let strategy = ScriptedStrategy { event, _ in
            event.story == "bar" ? (0..<50).flatMap { IntentRecord.log("line \($0)") } : []
        }
        let bench = Bench(.small(), [strategy])
        bench.feed((1...300).map { .flat($0, 100) })
        #expect(bench.engine.counters(strategy: 0).logLines == 15_000)
        #expect(bench.engine.lines.count <= 10_000)
        #expect(bench.engine.lines.last?.text == "line 49")
    }
}
