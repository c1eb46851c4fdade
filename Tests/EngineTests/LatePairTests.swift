import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

/// A shadow beside a running one, where both answer late.
@Suite("A shadow beside a strategy that answers late")
struct LatePairTests {
    private static func bars(_ minutes: ClosedRange<Int64>) -> [EventRecord] { minutes.map { .flat($0, 100) } }

    /// A limit order every so many minutes.
    private static func buying(every: Int64 = 3) -> (EventRecord) -> [IntentRecord] {
        { event in
            guard event.kind == .bar, event.minute % every == 0 else { return [] }
            return [.submit(.buy, 1, .limit, tag: UInt64(event.minute), at: 50)]
        }
    }

    /// The running one has seen minutes 1 to 4 when the shadow joins; minutes 5 and 6 wait for both.
    private static func pair(
        _ running: LateStrategy, _ new: LateStrategy, isNew: Bool = false
    ) throws -> (bench: Bench, shadow: ShadowCall) {
        let bench = Bench(.small(), [ScriptedStrategy()])
        bench.engine.rebind(strategy: 0, EngineSetup.small().strategies[0], call: running.call)
        bench.feed(bars(1...4))
        let made = bench.engine.hold(strategy: 0, on: EventTape(capacity: 64))
        let held = try #require(made)
        bench.feed(bars(5...6))
        bench.engine.pollLate()
        let shadow = ShadowCall(new.call)
        let isPaired = bench.engine.pair(held, strategy: 0, with: shadow, isNew: isNew)
        #expect(isPaired && bench.engine.shadow(strategy: 0) === shadow)
        return (bench, shadow)
    }

    @Test("both are given the same, answers are matched by event however late either is, and only one's count")
    func twin() throws {
        let running = LateStrategy(Self.buying())
        let new = LateStrategy(Self.buying())
        let (bench, shadow) = try Self.pair(running, new)
        for (minutes, sleeper) in [(Int64(7)...15, running), (16...24, new)] {
            sleeper.isAsleep = true
            bench.feed(Self.bars(minutes))
            bench.engine.pollLate()
            let equal = shadow.comparison.equal
            sleeper.isAsleep = false
            bench.engine.pollLate()
            #expect(shadow.comparison.equal == equal + 3)
        }
        #expect(running.minutes == Array(1...24) && new.minutes == Array(5...24))
        // Minutes 6 to 24; what was said to minute 3 is older than the shadow.
        #expect(shadow.comparison.equal == 7 && shadow.comparison.differing == 0 && shadow.fault == nil)
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.tag) == [3, 6, 9, 12, 15, 18, 21, 24])
    }

    @Test("what differs is listed, and an order of the shadow's own ends for it, between events that stay matched")
    func differs() throws {
        let running = LateStrategy(Self.buying())
        let new = LateStrategy { event in
            guard event.kind == .bar, event.minute % 3 == 0 else { return [] }
            let tag = UInt64(event.minute)
            return [.submit(.buy, 1, .limit, tag: event.minute == 9 ? 1009 : tag, at: 50)]
        }
        let (bench, shadow) = try Self.pair(running, new)
        for minute in Int64(7)...18 {
            bench.feed(.flat(minute, 100))
            bench.engine.pollLate()
        }
        #expect(shadow.comparison.equal == 4 && shadow.comparison.differing == 1)
        let difference = try #require(shadow.comparison.differences.first)
        #expect(difference.running.map(\.tag) == [9] && difference.shadow.map(\.tag) == [1009])
        let ends = new.seen.filter { $0.story == "order 1009 strategyStopped" }
        #expect(ends.count == 1)
        #expect(!running.seen.contains { $0.story == "order 1009 strategyStopped" })
    }

    @Test("what the shadow says to the end of its own order is compared with nothing")
    func ownReplies() throws {
        let running = LateStrategy()
        let new = LateStrategy { event in
            if event.kind == .bar, event.minute == 8 { return [.submit(.buy, 1, tag: 5)] }
            return event.story == "order 5 strategyStopped" ? [.submit(.buy, 1, tag: 6)] : []
        }
        let (bench, shadow) = try Self.pair(running, new)
        for minute in Int64(7)...12 {
            bench.feed(.flat(minute, 100))
            bench.engine.pollLate()
        }
        #expect(shadow.comparison.differing == 2 && shadow.comparison.equal == 0)
        let isAlone = shadow.comparison.differences.allSatisfy { $0.running.isEmpty }
        #expect(isAlone)
        #expect(bench.engine.workingOrderCount == 0 && bench.position() == 0)
    }

    @Test("promoted, it takes over with what waited, and orders that it never sent are cancelled")
    func promoted() throws {
        let running = LateStrategy(Self.buying())
        let new = LateStrategy(Self.buying(every: 6))
        let (bench, shadow) = try Self.pair(running, new)
        bench.feed(Self.bars(7...12))
        bench.engine.pollLate()
        #expect(shadow.comparison.equal == 2 && shadow.comparison.differing == 1)
        let made = bench.engine.hold(strategy: 0, on: EventTape(capacity: 64))
        let held = try #require(made)
        bench.feed(Self.bars(13...18))
        bench.engine.promote(held, strategy: 0)
        bench.engine.pollLate()
        bench.feed(Self.bars(19...24))
        bench.engine.pollLate()
        #expect(running.minutes == Array(1...12) && new.minutes == Array(5...24))
        // 3 was sent before the shadow came, 9 by the running one alone.
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.tag) == [3, 6, 12, 18, 24])
        #expect(bench.engine.shadow(strategy: 0) == nil && bench.isEnabled(0))
    }

    @Test("given up or discarded, the running one goes on with all that waited")
    func discarded() throws {
        let running = LateStrategy(Self.buying())
        let new = LateStrategy(Self.buying())
        let (bench, shadow) = try Self.pair(running, new)
        let made = bench.engine.hold(strategy: 0, on: EventTape(capacity: 64))
        let held = try #require(made)
        bench.feed(Self.bars(7...9))
        bench.engine.endHold(held, strategy: 0)
        bench.engine.pollLate()
        #expect(shadow.comparison.equal == 2)
        #expect(bench.engine.setShadow(nil, strategy: 0) === shadow)
        bench.feed(Self.bars(10...12))
        bench.engine.pollLate()
        #expect(running.minutes == Array(1...12) && new.minutes == Array(5...9))
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.tag) == [3, 6, 9, 12])
    }

    @Test("one that begins anew is told so, alone; a shadow that is gone harms nobody; the running one's end ends both")
    func ends() throws {
        let running = LateStrategy(Self.buying())
        let new = LateStrategy(Self.buying())
        let (bench, shadow) = try Self.pair(running, new, isNew: true)
        let starts = [new, running].map { $0.seen.filter { $0.story == "started" }.count }
        #expect(starts == [1, 1] && new.seen.first?.story == "started")
        bench.feed(Self.bars(7...9))
        bench.engine.pollLate()
        #expect(shadow.comparison.equal == 2 && shadow.comparison.differing == 0)
        new.isGone = true
        bench.feed(Self.bars(10...12))
        bench.engine.pollLate()
        #expect(shadow.fault == .workerEnded && bench.isEnabled(0))
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.tag) == [3, 6, 9, 12])
        running.isGone = true
        bench.engine.pollLate()
        #expect(bench.engine.fault(strategy: 0) == .workerEnded)
        let next = LateStrategy(Self.buying())
        bench.engine.attach(next.call, strategy: 0)
        #expect(bench.engine.shadow(strategy: 0) == nil)
    }
}
