import Engine
import Portfolio
import ScriptedStrategies
import Testing
import Trading

@Suite("Marks and faults over a stop")
struct MarkRecordTests {
    private static func recovered(_ bench: Bench, _ setup: EngineSetup) throws -> Engine {
        var engine = Engine(setup)
        for event in bench.facts { try engine.replay(event, findings: bench.engine.factLog.findings) }
        _ = try engine.finishRecovery()
        return engine
    }

    @Test("a mark is written down when it has changed since the last time, and never by the market alone")
    func onlyChanges() {
        let bench = Bench(.small(.quotes, instruments: 2), script: [])
        bench.feed(.quote(1, 100, 102), .quote(2, 104, 106, instrument: 1))
        #expect(bench.news() == [])
        bench.engine.recordMarks()
        #expect(bench.news() == ["mark 0 101", "mark 1 105"])
        bench.feed(.quote(3, 104, 106, instrument: 1), .quote(4, 101, 101))
        bench.feed(.quote(5, 100, 102))
        bench.engine.recordMarks()
        #expect(bench.news() == [])
        bench.feed(.quote(6, 100, 104))
        bench.engine.recordMarks()
        #expect(bench.news() == ["mark 0 102"])
    }

    @Test("that a limit order rests is written down once, and anew after its price changed")
    func rests() {
        let bench = Bench(
            .small(.quotes),
            script: [[.submit(.buy, 1, .limit, tag: 1, at: 90)], [], [.modify(tag: 1, quantity: 1, at: 91)]])
        bench.feed(.quote(1, 100, 100))
        bench.engine.recordMarks()
        #expect(bench.news() == ["accepted 1", "mark 0 100"])
        bench.feed(.quote(2, 100, 100))
        bench.engine.recordMarks()
        bench.engine.recordMarks()
        #expect(bench.news() == ["order 1 rests"])
        bench.feed(.quote(3, 100, 100), .quote(4, 100, 100))
        bench.engine.recordMarks()
        #expect(bench.news() == ["1 SUBMITTED modified", "order 1 rests"])
    }

    @Test("marks of one instant reach the statistics together: no equity that never was")
    func together() throws {
        let setup = EngineSetup.small(.quotes, instruments: 2)
        let bench = Bench(setup, script: [[.submit(.buy, 100, tag: 1), .submit(.sell, 100, tag: 2, instrument: 1)]])
        bench.feed(.quote(1, 100, 100), .quote(2, 100, 100), .quote(2, 100, 100, instrument: 1))
        bench.engine.recordMarks()
        // Both legs jump; what one of them makes in between is no result of the pair.
        bench.feed(.quote(3, 150, 150), .quote(3, 150, 150, instrument: 1))
        bench.engine.recordMarks()
        bench.feed(.quote(4, 151, 151))
        bench.engine.recordMarks()
        let engine = try Self.recovered(bench, setup)
        let performance = engine.performance(strategy: 0)
        #expect(performance.maxDrawdown == 0)
        #expect(performance.totalReturn == bench.engine.performance(strategy: 0).totalReturn)
        #expect(performance.totalReturn.map { $0 > 0 } == true)
        #expect(engine.totals(strategy: 0) == bench.engine.totals(strategy: 0))
        #expect(engine.equity(account: 0) == bench.engine.equity(account: 0))
    }

    @Test("a strategy that was taken out of service stays out after a stop, until a person clears it")
    func faultStays() throws {
        let setup = EngineSetup.small()
        let broken = ScriptedStrategy()
        broken.process = { _, _, _ in 0 }
        let bench = Bench(setup, [broken])
        bench.feed(.flat(1, 100))
        #expect(bench.engine.fault(strategy: 0) == .badConsumedCount)
        var engine = try Self.recovered(bench, setup)
        let healthy = ScriptedStrategy()
        engine.attach(healthy.call(), strategy: 0)
        let isEnabled = engine.enable(strategy: 0)
        #expect(!isEnabled && engine.fault(strategy: 0) == .badConsumedCount)
        engine.clearFault(strategy: 0)
        let isEnabledNow = engine.enable(strategy: 0)
        #expect(isEnabledNow)
        withExtendedLifetime(healthy) {}
    }
}
