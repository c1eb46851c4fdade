import CStrategyABI
import Controls
import Engine
import Portfolio
import ScriptedStrategies
import Testing
import Trading

/// A strategy that comes while the engine runs, between two events.
@Suite("A strategy is added to a running engine")
struct GrowthTests {
    private static let limits: LimitSet = {
        var limits = LimitSet()
        limits.maxOrderQuantity = 3
        return limits
    }()

    /// Two accounts and instruments; S0 is long 2 in I0 with a pair and a resting order.
    private static func running(_ change: (inout EngineSetup) -> Void = { _ in }) -> (Bench, EngineSetup) {
        var setup = EngineSetup.small(instruments: 2, accounts: 2)
        setup.strategies[0].protection = .fiveAndTen
        change(&setup)
        let script: [[IntentRecord]] = [
            [.submit(.buy, 2, tag: 1)], [], [.submit(.buy, 1, .limit, tag: 2, at: 80)],
        ]
        let bench = Bench(setup, [ScriptedStrategy(script: script)])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        return (bench, setup)
    }

    private static func newcomer(_ account: Int = 1) -> EngineSetup.Strategy {
        var terms = EngineSetup.Strategy(id: "new", account: account, instruments: [0])
        terms.limits = limits
        terms.protection = ProtectionTerms(stopLoss: Rate("0.1"))
        return terms
    }

    @Test("it gets the next number, trades from the next event on, and has a book of its own")
    func trades() throws {
        let (bench, _) = GrowthTests.running()
        let before = bench.engine.workingOrders(instrument: 0)
        let index = try #require(bench.add(GrowthTests.newcomer()))
        #expect(index == 1 && bench.engine.strategyCount == 2)
        #expect(!bench.isEnabled(1) && bench.position(1) == 0 && bench.engine.counters(strategy: 1).calls == 0)
        #expect(bench.engine.workingOrders(instrument: 0) == before && bench.position() == 2)
        let strategy = ScriptedStrategy(script: [[.submit(.sell, 3, tag: 1)]])
        bench.engine.attach(strategy.call(), strategy: 1)
        #expect(bench.enable(1))
        bench.feed(.flat(4, 100), .flat(5, 100), .flat(6, 100, instrument: 1))
        #expect(bench.position(1) == -3 && bench.position(0) == 2)
        #expect(bench.engine.cash(account: 1, currency: 0) == 1_000_300)
        #expect(bench.pair(1) == ["BUY 3 stop 110"])
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        let seen = strategy.seen.filter { $0.kind == .bar }
        #expect(seen.map(\.instrument) == [0, 0], "it is not bound to the other instrument")
    }

    @Test("limits and latches of all scopes stay where they were, and its own bind it")
    func limits() throws {
        let (bench, _) = GrowthTests.running { setup in
            setup.instrumentLimits[1] = LimitSet()
            setup.instrumentLimits[1]?.maxOrderQuantity = 7
        }
        bench.engine.setTradingState(.reducing, scope: .instrument, index: 1)
        bench.engine.setTradingState(.halted, scope: .account, index: 0)
        let index = try #require(bench.add(GrowthTests.newcomer()))
        #expect(bench.engine.limits(scope: .instrument, index: 1).maxOrderQuantity == 7)
        #expect(bench.engine.limits(scope: .instrument, index: 0).maxOrderQuantity == nil)
        #expect(bench.engine.limits(scope: .strategy, index: index).maxOrderQuantity == 3)
        #expect(bench.engine.limits(scope: .strategy, index: 0).maxOrderQuantity == nil)
        #expect(bench.engine.tradingState(scope: .instrument, index: 1) == .reducing)
        #expect(bench.engine.tradingState(scope: .account, index: 0) == .halted)
        #expect(bench.engine.tradingState(scope: .strategy, index: index) == .active)
        let order = { (quantity: Quantity) in
            OrderIntent(
                strategy: 1, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: quantity, origin: .operator)
        }
        #expect(bench.judge(order(4)).findings.map(\.rule) == [.orderSize])
        #expect(bench.submit(order(3)))
    }

    @Test("it is refused when there is no room or its terms name what is not there, and nothing changes")
    func refused() {
        let (bench, _) = GrowthTests.running { $0.strategiesMax = 2 }
        let before = bench.engine.durableState()
        var terms = GrowthTests.newcomer()
        terms.instruments = [2]
        #expect(bench.add(terms) == nil)
        #expect(bench.add(GrowthTests.newcomer(2)) == nil)
        #expect(bench.add(GrowthTests.newcomer(-1)) == nil)
        terms = GrowthTests.newcomer()
        terms.protection = ProtectionTerms(stopLoss: Rate("1.5"))
        #expect(bench.add(terms) == nil)
        #expect(bench.engine.durableState() == before && bench.engine.strategyCount == 1)
        #expect(bench.add(GrowthTests.newcomer()) == 1)
        #expect(bench.add(GrowthTests.newcomer()) == nil)
    }

    @Test("one that was alone and given blocks goes on event by event, and sees each event once")
    func endsBlocks() throws {
        let alone = ScriptedStrategy()
        let bench = Bench(.small(), [alone])
        bench.feed((1...100).map { .flat($0, 100) })
        try #require(alone.callSizes.contains { $0 > 1 })
        let index = try #require(bench.add(EngineSetup.Strategy(id: "new", account: 0, instruments: [0])))
        let other = ScriptedStrategy()
        bench.engine.attach(other.call(), strategy: index)
        bench.engine.enable(strategy: index)
        bench.feed((101...200).map { .flat($0, 100) })
        let bars = alone.seen.filter { $0.kind == .bar }.map(\.time)
        #expect(bars == (1...200).map { Timestamp.minute($0).nanoseconds })
        #expect(other.seen.filter { $0.kind == .bar }.map(\.time) == Array(bars[100...]))
    }

    @Test("its day starts when the next moment passes, and its loss of the day is limited from then on")
    func day() throws {
        let (bench, _) = GrowthTests.running { $0.keepsDays = true }
        var terms = GrowthTests.newcomer()
        terms.limits.maxDailyLoss = 20
        terms.protection = .none
        let index = try #require(bench.add(terms))
        _ = bench.news()
        let strategy = ScriptedStrategy(script: [[.submit(.buy, 3, tag: 1)]])
        bench.engine.attach(strategy.call(), strategy: index)
        bench.engine.enable(strategy: index)
        bench.feed(.flat(4, 100))
        let starts = bench.facts.compactMap { fact in if case .dayStarted(let start) = fact { start } else { nil } }
        #expect(starts.last?.scope == .strategy && starts.last?.index == 1 && starts.last?.time == .minute(4))
        #expect(starts.count { $0.index == 0 && $0.scope == .strategy } == 1, "the others' day goes on")
        bench.feed(.flat(5, 100), .flat(6, 92))
        #expect(bench.engine.day(scope: .strategy, index: index).isBreached)
        #expect(bench.engine.tradingState(scope: .strategy, index: index) == .reducing)
    }

    @Test("it comes to the same as a strategy that was there from the start and was enabled then")
    func sameAsFromStart() throws {
        func play(_ grows: Bool) throws -> [UInt8] {
            var setup = EngineSetup.small(instruments: 2, accounts: 2)
            setup.strategies[0].protection = .fiveAndTen
            if !grows { setup.strategies.append(GrowthTests.newcomer()) }
            var engine = Engine(setup)
            let first = ScriptedStrategy { event, _ in
                event.kind == .bar && event.time % 7 == 0 ? [.submit(.buy, 1, tag: UInt64(event.time))] : []
            }
            let second = ScriptedStrategy { event, _ in
                event.kind == .bar ? [.submit(event.time % 2 == 0 ? .sell : .buy, 2, tag: UInt64(event.time))] : []
            }
            engine.attach(first.call(), strategy: 0)
            engine.enable(strategy: 0)
            func feed(_ minutes: ClosedRange<Int64>) {
                let events = minutes.map { EventRecord.flat($0, Price(90 + $0 % 17), instrument: UInt32($0 % 2)) }
                events.withUnsafeBufferPointer { engine.run($0) }
            }
            feed(1...50)
            let added = grows ? engine.add(strategy: GrowthTests.newcomer()) : 1
            #expect(added == 1)
            engine.attach(second.call(), strategy: 1)
            engine.enable(strategy: 1)
            feed(51...200)
            var bytes = CanonicalBytes()
            bytes.append(engine.factLog)
            #expect(engine.counters(strategy: 1).fills > 20)
            // Statistics of marks begin with the strategy; all else is the same.
            var books: [UInt8] = []
            engine.canonicalState(into: &books)
            return bytes.bytes + engine.durableState() + books
        }
        #expect(try play(true) == play(false))
    }

    @Test("a checkpoint of before and the facts since, and a checkpoint of after, rebuild the grown engine")
    func recovery() throws {
        let (bench, setup) = GrowthTests.running { $0.keepsDays = true }
        let early = bench.engine.snapshot()
        let factCount = bench.facts.count
        _ = try #require(bench.add(GrowthTests.newcomer()))
        let strategy = ScriptedStrategy(script: [[.submit(.sell, 3, tag: 1)], [], [.submit(.buy, 1, tag: 2)]])
        bench.engine.attach(strategy.call(), strategy: 1)
        bench.engine.enable(strategy: 1)
        bench.feed((4...9).map { .flat($0, Price(100 + $0)) })
        bench.engine.recordMarks()
        try #require(bench.position(1) == -2)
        var grown = setup
        grown.strategies.append(GrowthTests.newcomer())

        var fromFacts = Engine(grown)
        try fromFacts.restore(early)
        for fact in bench.facts[factCount...] {
            try fromFacts.replay(fact, findings: bench.engine.factLog.findings)
        }
        _ = try fromFacts.finishRecovery()
        #expect(fromFacts.durableState() == bench.engine.durableState())

        let late = bench.engine.snapshot()
        var fromCheckpoint = Engine(grown)
        try fromCheckpoint.restore(late)
        _ = try fromCheckpoint.finishRecovery()
        #expect(fromCheckpoint.snapshot() == late)
        // An engine that does not know of it cannot take it.
        var small = Engine(setup)
        #expect(throws: RecoveryFault.self) { try small.restore(late) }
    }

    @Test("nothing is added in the middle of a recovery")
    func inRecovery() throws {
        let (bench, setup) = GrowthTests.running()
        var engine = Engine(setup)
        try engine.restore(bench.engine.snapshot())
        let inside = engine.add(strategy: GrowthTests.newcomer())
        #expect(inside == nil)
        _ = try engine.finishRecovery()
        let after = engine.add(strategy: GrowthTests.newcomer())
        #expect(after == 1)
    }
}
