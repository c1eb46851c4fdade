import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

/// A plugin whose call itself cannot be believed is taken out of service; its orders are cancelled, the rest goes on.
@Suite("A strategy that breaks the contract")
struct BrokenContractTests {
    /// The broken one works an order from its first bar on and misbehaves on the third, beside a good one or alone.
    private static func bench(alone: Bool = false, _ misbehave: @escaping ScriptedStrategy.Process) -> Bench {
        var bars = 0
        let broken = ScriptedStrategy()
        broken.process = { events, count, intents in
            guard events[0].kind == .bar else { return count }
            bars += 1
            if bars == 1 {
                intents.write([.submit(.buy, 1, .limit, tag: 1, at: 50)])
                return 1
            }
            return bars == 3 ? misbehave(events, count, intents) : 1
        }
        let good = ScriptedStrategy { event, _ in event.story == "bar" ? [.submit(.buy, 1, tag: 1)] : [] }
        let bench = Bench(.small(strategies: alone ? 1 : 2), alone ? [broken] : [broken, good])
        bench.feed((1...6).map { .flat($0, 100) })
        return bench
    }

    private static func check(_ bench: Bench, _ fault: IntentFault, _ source: SourceLocation = #_sourceLocation) {
        #expect(bench.engine.fault(strategy: 0) == fault, sourceLocation: source)
        #expect(!bench.isEnabled(0), sourceLocation: source)
        #expect(!bench.enable(0), sourceLocation: source)
        #expect(bench.story.contains("refused 1 \(fault)"), sourceLocation: source)
        #expect(bench.story.contains("1 CANCELLED strategyStopped"), sourceLocation: source)
        #expect(bench.engine.counters(strategy: 0).refusedIntents == 1, sourceLocation: source)
        #expect(!bench.engine.workingOrders(instrument: 0).contains { $0.intent.strategy == 0 }, sourceLocation: source)
        if bench.strategies.count > 1 { #expect(bench.position(1) == 5, sourceLocation: source) }
        #expect(bench.engine.sequence == 6, sourceLocation: source)
    }

    @Test("its policy says what becomes of its orders and its position", arguments: StopPolicy.allCases)
    func policy(_ policy: StopPolicy) {
        var setup = EngineSetup.small()
        setup.strategies[0].onFault = policy
        let bench = Bench(setup, BrokenContractTests.holder(brokenAt: 3))
        bench.feed((1...6).map { .flat($0, 100) })
        #expect(bench.engine.fault(strategy: 0) == .badConsumedCount)
        #expect(bench.engine.workingOrderCount == (policy == .keep ? 1 : 0))
        #expect(bench.position() == (policy == .flatten ? 0 : 2))
    }

    @Test("one that failed elsewhere is stopped the same way, and hears nothing of it", arguments: StopPolicy.allCases)
    func failedElsewhere(_ policy: StopPolicy) {
        var setup = EngineSetup.small()
        setup.strategies[0].onFault = policy
        let bench = Bench(setup, BrokenContractTests.holder(brokenAt: 99))
        bench.feed((1...3).map { .flat($0, 100) })
        let seen = bench.strategies[0].seen.count
        bench.engine.stopFailed(strategy: 0)
        bench.engine.stopFailed(strategy: 0)
        bench.feed((4...6).map { .flat($0, 100) })
        #expect(bench.strategies[0].seen.count == seen && !bench.isEnabled(0))
        #expect(bench.engine.fault(strategy: 0) == nil)
        #expect(bench.engine.workingOrderCount == (policy == .keep ? 1 : 0))
        #expect(bench.position() == (policy == .flatten ? 0 : 2))
        #expect(bench.enable(0), "with new code it may run again")
    }

    /// Holds 2 and works an order, then breaks the contract on that bar.
    private static func holder(brokenAt last: Int) -> [ScriptedStrategy] {
        let strategy = ScriptedStrategy()
        var bars = 0
        strategy.process = { events, count, intents in
            guard events[0].kind == .bar else { return count }
            bars += 1
            if bars == last { return 0 }
            guard bars == 1 else { return 1 }
            intents.write([.submit(.buy, 2, tag: 1), .submit(.buy, 1, .limit, tag: 2, at: 50)])
            return 1
        }
        return [strategy]
    }

    @Test("the call mark names the slot while it is called, and nobody otherwise")
    func callMark() {
        let mark = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        defer { mark.deallocate() }
        mark.pointee = 0
        var seen: [[UInt64]] = [[], []]
        let strategies = (0..<2).map { slot in
            ScriptedStrategy { _, _ in
                seen[slot].append(mark.pointee)
                return []
            }
        }
        let bench = Bench(.small(strategies: 2), strategies)
        seen = [[], []]
        bench.engine.markCalls(at: mark)
        bench.feed((1...3).map { .flat($0, 100) })
        #expect(mark.pointee == 0)
        for slot in 0..<2 {
            #expect(seen[slot].count == 3 && seen[slot].allSatisfy { CallMark.slot($0) == slot })
            #expect(Set(seen[slot]).count == 3, "each call has its number")
        }
    }

    @Test("consumes nothing", arguments: [true, false])
    func consumesNothing(alone: Bool) {
        BrokenContractTests.check(BrokenContractTests.bench(alone: alone) { _, _, _ in 0 }, .badConsumedCount)
    }

    @Test("consumes more than it was given", arguments: [2, 1_000_000, Int.max, -1, Int.min])
    func consumesTooMuch(consumed: Int) {
        BrokenContractTests.check(BrokenContractTests.bench { _, _, _ in consumed }, .badConsumedCount)
    }

    @Test("counts more intents than fit", arguments: [1025, 1_000_000, Int.max, -1, Int.min])
    func countsTooMany(count: Int) {
        let bench = BrokenContractTests.bench { _, given, intents in
            intents.pointee.count = count
            return given
        }
        BrokenContractTests.check(bench, .countBeyondCapacity)
    }

    @Test("fills the buffer to the last record")
    func fillsTheBuffer() {
        let bench = BrokenContractTests.bench { _, given, intents in
            intents.write(Array(repeating: .bare(99), count: 2000))
            return given
        }
        #expect(bench.engine.fault(strategy: 0) == nil)
        #expect(bench.engine.counters(strategy: 0).refusedIntents == 1024)
        #expect(bench.position(1) == 5)
    }

    @Test("swaps the pointer of the buffer: the host reads its own memory")
    func swapsThePointer() {
        let bench = BrokenContractTests.bench { _, given, intents in
            intents.pointee.records = UnsafeMutablePointer(bitPattern: 64)
            intents.pointee.capacity = .max
            intents.pointee.count = 0
            return given
        }
        #expect(bench.engine.fault(strategy: 0) == nil)
        #expect(bench.position(1) == 5)
    }

    @Test("answers every denial with a new order", .timeLimit(.minutes(10)))
    func intentLoop() {
        let loop = ScriptedStrategy { event, _ in
            event.story == "bar" || event.story.hasPrefix("denial") ? [.submit(.buy, 5000, tag: 1)] : []
        }
        let good = ScriptedStrategy { event, _ in event.story == "bar" ? [.submit(.buy, 1, tag: 1)] : [] }
        let bench = Bench(.small(strategies: 2), [loop, good])
        bench.feed((1...3).map { .flat($0, 100) })
        #expect(bench.engine.fault(strategy: 0) == .intentLoop)
        #expect(bench.position(1) == 2)
    }

    @Test("two that answer each other's signals without end are both stopped", .timeLimit(.minutes(10)))
    func signalLoop() {
        let players = (0..<2).map { _ in
            ScriptedStrategy { event, _ in
                event.story == "bar" || event.story.hasPrefix("signal") ? [.signal(strength: 1)] : []
            }
        }
        let good = ScriptedStrategy { event, _ in event.story == "bar" ? [.submit(.buy, 1, tag: 1)] : [] }
        let bench = Bench(.small(strategies: 3), players + [good])
        bench.feed((1...3).map { .flat($0, 100) })
        #expect(bench.engine.fault(strategy: 0) == .intentLoop || bench.engine.fault(strategy: 1) == .intentLoop)
        #expect(bench.engine.fault(strategy: 2) == nil)
        #expect(bench.position(2) == 2)
    }

    @Test("many fills in one event are no loop")
    func manyFills() {
        var setup = EngineSetup.small()
        setup.workingOrdersMax = 2000
        setup.answersPerEventMax = 1000
        let grid = ScriptedStrategy { event, _ in
            let base = UInt64(event.time / 60_000_000_000) * 100
            return event.story == "bar" && event.asBar.close == Price(100).raw
                ? (1...64).map { .submit(.buy, Quantity(raw: 1_000_000), .limit, tag: base + $0, at: 50) } : []
        }
        let bench = Bench(setup, [grid])
        bench.feed((1...20).map { .flat($0, 100) })
        #expect(bench.engine.workingOrderCount == 20 * 64)
        bench.feed(.flat(21, 40))
        #expect(bench.engine.fault(strategy: 0) == nil)
        #expect(bench.position() == Quantity(raw: 20 * 64 * 1_000_000))
    }
}
