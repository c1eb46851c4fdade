import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

/// Another instance takes over between two events, after it has lived through what the running one was told.
@Suite("Swap of a running instance")
struct SwapTests {
    /// Asks for a limit order now and then, by the price alone, so that an instance that begins anywhere does the same; tags
    /// count on with what it has seen.
    private static func flipping(every: Int64 = 7) -> ScriptedStrategy.Answer {
        { event, _ in
            guard event.kind == .bar else { return [] }
            let minute = (event.time - Timestamp.minute(0).nanoseconds) / 60_000_000_000
            guard minute % every == 0 else { return [] }
            let tag = UInt64(minute)
            return minute % (2 * every) == 0
                ? [.submit(.buy, 1, tag: tag), .submit(.buy, 1, .limit, tag: tag + 1_000_000, at: 90)]
                : [.submit(.sell, 1, tag: tag), .timer(tag: tag, due: .minute(minute + 2))]
        }
    }

    private static let bars: [EventRecord] = {
        var dice = Dice(seed: 11)
        var price: Int64 = 100
        return (Int64(1)...400).map { minute in
            price = max(80, min(120, price + dice.number(-3...3)))
            return .bar(
                minute, Price(price), Price(price + 2), Price(max(price - 12, 1)), Price(price + dice.number(-1...1)))
        }
    }()

    @Test("swaps at any place leave every fact as it was, and the new instance has seen what the old one saw")
    func nothingShows() {
        let plain = Bench(.small(), [ScriptedStrategy(SwapTests.flipping())])
        plain.feed(SwapTests.bars)
        #expect(plain.facts.count > 100)

        let bench = Bench(.small(), [ScriptedStrategy(SwapTests.flipping())])
        var instances: [ScriptedStrategy] = []
        for start in stride(from: 0, to: SwapTests.bars.count, by: 40) {
            let next = ScriptedStrategy(SwapTests.flipping())
            let shadow = ShadowCall(next.call())
            bench.feed(Array(SwapTests.bars[start..<start + 10]))
            bench.engine.setTape(EventTape(capacity: 256), strategy: 0)
            bench.feed(Array(SwapTests.bars[start + 10..<start + 40]))
            guard let tape = bench.engine.setTape(nil, strategy: 0) else { return }
            shadow.catchUp(tape)
            #expect(tape.recordCount > 30 && !tape.isOverrun)
            #expect(shadow.comparison.differing == 0 && shadow.comparison.equal > 0)
            bench.engine.swap(strategy: 0, to: shadow)
            instances.append(next)
        }
        #expect(bench.canonicalBytes == plain.canonicalBytes)
        #expect(bench.engine.counters(strategy: 0).events == plain.engine.counters(strategy: 0).events)
        // Each saw 30 bars before its turn and 10 + 30 in it.
        #expect(instances[1].seen.filter { $0.kind == .bar }.count == 70)
        #expect(!instances.contains { $0.seen.contains { $0.story == "started" } })
    }

    @Test("a shadow is given what the running one is, and nothing comes of what it writes")
    func shadow() {
        let plain = Bench(.small(strategies: 2), (0..<2).map { _ in ScriptedStrategy(SwapTests.flipping()) })
        plain.feed(SwapTests.bars)
        let bench = Bench(.small(strategies: 2), (0..<2).map { _ in ScriptedStrategy(SwapTests.flipping()) })
        let other = ScriptedStrategy { event, _ in
            event.kind == .bar && (event.time / 60_000_000_000) % 10 == 0 ? [.submit(.sell, 3, tag: 5)] : []
        }
        let shadow = ShadowCall(other.call())
        bench.engine.setShadow(shadow, strategy: 0)
        bench.feed(SwapTests.bars)
        #expect(bench.canonicalBytes == plain.canonicalBytes)
        #expect(other.seen.filter { $0.kind == .bar }.count == 400)
        #expect(shadow.comparison.differing > 40 && shadow.comparison.differences.count == 20)
        let first = shadow.comparison.differences[0]
        #expect(first.running.map(\.tag) == [7, 7] && first.shadow.isEmpty)
        // Each order of its own ended for it at once.
        let ends = other.seen.filter { $0.story == "order 5 strategyStopped" }
        #expect(ends.count == 40)
        #expect(ends.allSatisfy { $0.asOrderUpdate.state == OrderState.cancelled.rawValue })
    }

    @Test("a twin of the running one answers the same everywhere")
    func twin() {
        let bench = Bench(.small(), [ScriptedStrategy(SwapTests.flipping())])
        let kept = ScriptedStrategy(SwapTests.flipping())
        let twin = ShadowCall(kept.call())
        bench.engine.setShadow(twin, strategy: 0)
        bench.feed(SwapTests.bars)
        #expect(twin.comparison.differing == 0 && twin.comparison.equal > 50)
        #expect(bench.engine.setShadow(nil, strategy: 0) === twin && !kept.seen.isEmpty)
    }

    @Test("orders that the new one never sent are cancelled at the swap, and timers that it alone set are set")
    func divergence() {
        let old = ScriptedStrategy(script: [
            [.submit(.buy, 1, .limit, tag: 1, at: 90)], [.submit(.buy, 1, .limit, tag: 2, at: 80)],
        ])
        let bench = Bench(.small(), [old])
        bench.feed(.flat(1, 100))
        let new = ScriptedStrategy(script: [[.timer(tag: 9, due: .minute(5))]])
        let shadow = ShadowCall(new.call())
        bench.engine.setShadow(shadow, strategy: 0)
        bench.feed(.flat(2, 100))
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.tag) == [1, 2])
        bench.engine.swap(strategy: 0, to: shadow)
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.tag) == [1])
        bench.feed(.flat(6, 100))
        #expect(new.seen.contains { $0.story == "timer 9" })
        #expect(!old.seen.contains { $0.story == "timer 9" })
    }

    @Test("a shadow that breaks the contract is called no more, and the running one goes on")
    func brokenShadow() {
        let bench = Bench(.small(), [ScriptedStrategy(SwapTests.flipping())])
        let broken = ScriptedStrategy()
        broken.process = { _, count, _ in count + 1 }
        let shadow = ShadowCall(broken.call())
        bench.engine.setShadow(shadow, strategy: 0)
        bench.feed(SwapTests.bars)
        #expect(shadow.fault == .badConsumedCount && broken.callSizes.count == 1)
        #expect(bench.isEnabled(0) && bench.engine.fault(strategy: 0) == nil)

        let greedy = ScriptedStrategy()
        greedy.process = { _, count, intents in
            intents.pointee.count = -1
            return count
        }
        let second = ShadowCall(greedy.call())
        bench.engine.setShadow(second, strategy: 0)
        bench.feed(.flat(500, 100))
        #expect(second.fault == .countBeyondCapacity)
    }

    @Test("a shadow that answers each end of its orders with a new one is not asked for ever")
    func endless() {
        let bench = Bench(.small(), [ScriptedStrategy()])
        let eager = ScriptedStrategy { event, _ in [.submit(.buy, 1, tag: UInt64(event.type) + 1)] }
        bench.engine.setShadow(ShadowCall(eager.call()), strategy: 0)
        bench.feed(.flat(1, 100))
        #expect((2...40).contains(eager.seen.count))
    }

    @Test("a tape that is full says so, and is good again after a rewind")
    func overrun() {
        let bench = Bench(.small(), [ScriptedStrategy()])
        let tape = EventTape(capacity: 8)
        bench.engine.setTape(tape, strategy: 0)
        bench.feed(Array(SwapTests.bars[..<8]))
        #expect(tape.recordCount == 8 && !tape.isOverrun)
        bench.feed(SwapTests.bars[8])
        #expect(tape.isOverrun)
        tape.rewind()
        bench.feed(SwapTests.bars[9])
        #expect(tape.recordCount == 1 && !tape.isOverrun)
    }
}
