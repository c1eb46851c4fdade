import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("A strategy that answers late, while another instance takes over")
struct HeldCallTests {
    private static func bench(_ strategy: LateStrategy) -> Bench {
        let bench = Bench(.small(), [ScriptedStrategy()])
        bench.engine.rebind(strategy: 0, EngineSetup.small().strategies[0], call: strategy.call)
        return bench
    }

    private static func buyEveryThird(_ event: EventRecord) -> [IntentRecord] {
        guard event.kind == .bar, event.minute % 3 == 0 else { return [] }
        return [.submit(.buy, 1, .limit, tag: UInt64(event.minute), at: 50)]
    }

    private static func bars(_ minutes: ClosedRange<Int64>) -> [EventRecord] { minutes.map { .flat($0, 100) } }

    @Test("what waits goes to the new one in order, what the old one still says counts once, nothing is announced")
    func release() throws {
        let old = LateStrategy(Self.buyEveryThird)
        let bench = Self.bench(old)
        bench.feed(Self.bars(1...9))
        let made = bench.engine.hold(strategy: 0, on: EventTape(capacity: 64))
        let held = try #require(made)
        bench.feed(Self.bars(10...14))
        bench.engine.pollLate()
        #expect(old.minutes == Array(1...9) && old.waiting.isEmpty)
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.tag) == [3, 6, 9])
        let new = LateStrategy(Self.buyEveryThird)
        bench.engine.release(held, strategy: 0, to: new.call)
        bench.feed(Self.bars(15...18))
        bench.engine.pollLate()
        #expect(old.minutes == Array(1...9) && new.minutes == Array(10...18))
        // The verdicts on what the old one said last were for the new one, between the events that it was to be given.
        #expect(Set(new.seen.filter { $0.story.hasPrefix("order ") }.map(\.asOrderUpdate.tag)).isSuperset(of: [9, 12]))
        #expect(!new.seen.contains { $0.story == "started" })
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.tag) == [3, 6, 9, 12, 15, 18])
        #expect(bench.isEnabled(0) && !bench.engine.isHeld(held, strategy: 0))
    }

    @Test("given up, the old one goes on with all that waited")
    func givenUp() throws {
        let old = LateStrategy()
        let bench = Self.bench(old)
        bench.feed(Self.bars(1...3))
        let made = bench.engine.hold(strategy: 0, on: EventTape(capacity: 64))
        let held = try #require(made)
        bench.feed(Self.bars(4...6))
        #expect(old.minutes == [1, 2, 3])
        bench.engine.endHold(held, strategy: 0)
        bench.feed(Self.bars(7...8))
        #expect(old.minutes == Array(1...8))
    }

    @Test("with more than the tape holds the old one goes on, and misses nothing")
    func overrun() throws {
        let old = LateStrategy()
        let bench = Self.bench(old)
        let made = bench.engine.hold(strategy: 0, on: EventTape(capacity: 4))
        let held = try #require(made)
        bench.feed(Self.bars(1...9))
        #expect(held.isBroken && old.minutes == Array(1...9))
        bench.engine.endHold(held, strategy: 0)
        bench.feed(.flat(10, 100))
        #expect(old.minutes == Array(1...10))
    }

    @Test("one that answers at once is not held")
    func atOnce() {
        let bench = Bench(.small(), [ScriptedStrategy()])
        #expect(bench.engine.hold(strategy: 0, on: EventTape(capacity: 4)) == nil)
    }
}
