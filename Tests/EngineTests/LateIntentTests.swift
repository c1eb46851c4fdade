import Engine
import ScriptedStrategies
import Testing
import Trading

/// Strategies beside the engine.
@Suite("Late intents")
struct LateIntentTests {
    private let late = LateStrategy()
    private let bench: Bench

    init() {
        bench = Bench(.small(), [ScriptedStrategy()])
        bench.engine.attach(late.call, strategy: 0)
        bench.feed(.flat(1, 100))
        _ = bench.news()
    }

    @Test("are taken when the host looks for them, after the newest event, and fill in the next")
    func taken() {
        late.say([.submit(.buy, 2, tag: 1)])
        late.say([.submit(.buy, 1, .limit, tag: 2, at: 80)])
        bench.engine.pollLate()
        #expect(bench.engine.workingOrderCount == 2 && bench.position() == 0)
        bench.feed(.flat(2, 100))
        #expect(bench.position() == 2 && late.waiting.isEmpty)
    }

    @Test("of a strategy that is switched off count for nothing, also after it is switched on again")
    func disabled() {
        bench.engine.disable(strategy: 0)
        late.say([.submit(.buy, 2, tag: 1)])
        late.say([.submit(.buy, 1, tag: 2)])
        bench.engine.pollLate()
        #expect(late.waiting.isEmpty && bench.engine.workingOrderCount == 0)
        #expect(bench.enable(0))
        bench.engine.pollLate()
        #expect(bench.engine.workingOrderCount == 0)
    }

    @Test("do not come in without end")
    func bounded() {
        for _ in 0..<1000 { late.say([.cancel(tag: 9)]) }
        bench.engine.pollLate()
        #expect(!late.waiting.isEmpty && late.waiting.count > 800)
    }

    @Test("a strategy that is gone is out of service at the next look or event, and its orders are cancelled")
    func gone() {
        for looks in [true, false] {
            let bench = Bench(.small(), [ScriptedStrategy()])
            let late = LateStrategy()
            bench.engine.attach(late.call, strategy: 0)
            bench.feed(.flat(1, 100))
            late.say([.submit(.buy, 1, .limit, tag: 2, at: 80)])
            bench.engine.pollLate()
            #expect(bench.engine.workingOrderCount == 1)
            late.isGone = true
            if looks { bench.engine.pollLate() } else { bench.feed(.flat(2, 100)) }
            #expect(bench.engine.fault(strategy: 0) == .workerEnded && !bench.isEnabled(0))
            #expect(bench.engine.workingOrderCount == 0)
            let facts = bench.engine.factLog.events.count
            bench.engine.pollLate()
            #expect(bench.engine.factLog.events.count == facts)
        }
    }

    @Test("-1 from a strategy of this process is a broken contract like any other count that cannot be")
    func inThisProcess() {
        let strategy = ScriptedStrategy()
        strategy.process = { _, _, _ in -1 }
        let bench = Bench(.small(), [strategy])
        #expect(bench.engine.fault(strategy: 0) == .badConsumedCount)
    }
}
