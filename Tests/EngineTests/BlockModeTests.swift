import CStrategyABI
import Engine
import Portfolio
import ScriptedStrategies
import Testing
import Trading

/// A strategy alone is given blocks of events; it must not be able to tell, nor may anything come out differently.
@Suite("Blocks of events and single events give the same facts")
struct BlockModeTests {
    @Test("a strategy alone is given many events in one call")
    func blocksAreLong() {
        let strategy = ScriptedStrategy()
        let bench = Bench(.small(), [strategy])
        bench.feed((1...200).map { .flat($0, 100) })
        #expect(strategy.callSizes == [1, 200])
        #expect(bench.engine.counters(strategy: 0).calls == 2)
        #expect(bench.engine.counters(strategy: 0).events == 201)
    }

    @Test("no block while an order works or a timer waits")
    func noBlockWithOrders() {
        let strategy = ScriptedStrategy { event, _ in
            event.time == Timestamp.minute(3).nanoseconds && event.story == "bar"
                ? [.submit(.buy, 1, .limit, tag: 1, at: 50)] : []
        }
        let bench = Bench(.small(), [strategy])
        bench.feed((1...10).map { .flat($0, 100) })
        // Started; the block (which it leaves after the third bar); its verdict; seven bars one by one.
        #expect(strategy.callSizes == [1, 10, 1] + Array(repeating: 1, count: 7))
    }

    @Test("random scripts: one block, single events, and beside an idle strategy", arguments: 1...60)
    func sameFacts(seed: UInt64) {
        let events = BlockModeTests.bars(400, seed: seed)
        func run(_ strategyCount: Int, _ feed: (Bench) -> Void) -> (facts: [String], seen: [String]) {
            let strategies = (0..<strategyCount).map { _ in ScriptedStrategy() }
            strategies[0].answer = BlockModeTests.script(seed: seed)
            let bench = Bench(.small(strategies: strategyCount), strategies)
            feed(bench)
            return (bench.story, strategies[0].seen.map { "\($0.story) \($0.time)" })
        }
        let block = run(1) { $0.feed(events) }
        #expect(block.facts.count > 5)
        let single = run(1) { $0.feedOneByOne(events) }
        #expect(single == block)
        let besideIdle = run(2) { $0.feed(events) }
        #expect(besideIdle == block)
    }

    @Test("the canonical bytes of a block run are those of an event-by-event run", arguments: 1...10)
    func sameBytes(seed: UInt64) {
        let events = BlockModeTests.bars(300, seed: seed)
        func run(_ feed: (Bench) -> Void) -> [UInt8] {
            let bench = Bench(.small(), [ScriptedStrategy(BlockModeTests.script(seed: seed))])
            feed(bench)
            return bench.canonicalBytes
        }
        #expect(run { $0.feed(events) } == run { $0.feedOneByOne(events) })
    }

    @Test(
        "statistics over days, with one instrument held, both or none, are those of event by event", arguments: 1...10)
    func sameStatistics(seed: UInt64) {
        let events = BlockModeTests.mixed(1000, seed: seed)
        func run(_ strategyCount: Int) -> Bench {
            let strategies = (0..<strategyCount).map { _ in ScriptedStrategy() }
            var random = Dice(seed: seed &+ 2000)
            strategies[0].answer = { _, _ in
                guard random.chance(1, in: 20) else { return [] }
                let side: Side = random.chance(1, in: 2) ? .buy : .sell
                let instrument = UInt32(random.number(0...1))
                return [.submit(side, 2, tag: UInt64(random.number(1...1000)), instrument: instrument)]
            }
            let bench = Bench(
                .small([.quotes, .trades], instruments: 2, strategies: strategyCount), strategies)
            bench.feed(events)
            #expect(strategies[0].callSizes.contains { $0 > 100 } == (strategyCount == 1))
            return bench
        }
        let (alone, besideIdle) = (run(1), run(2))
        #expect(alone.engine.counters(strategy: 0).fills > 20)
        #expect(alone.engine.performance(strategy: 0) == besideIdle.engine.performance(strategy: 0))
        let returns = [alone, besideIdle].map { $0.engine.dailyReturns(strategy: 0) }
        #expect(returns[0] == returns[1])
        #expect(returns[0].values.count == 3)
        #expect((0...1).allSatisfy { alone.engine.mark($0) == besideIdle.engine.mark($0) })
        #expect(alone.engine.equity(account: 0) == besideIdle.engine.equity(account: 0))
    }

    /// Quotes and trades of two instruments over two days, in stretches of one of them.
    static func mixed(_ count: Int64, seed: UInt64) -> [EventRecord] {
        var random = Dice(seed: seed)
        var prices: [Int64] = [100, 50]
        var instrument: UInt32 = 0
        return (1...count).map { event in
            let minute = 3 * event
            if random.chance(1, in: 9) { instrument = 1 - instrument }
            let price = max(prices[Int(instrument)] + random.number(-1...1), 10)
            prices[Int(instrument)] = price
            if random.chance(1, in: 3) { return .trade(minute, Price(price), instrument: instrument) }
            return .quote(minute, Price(price), Price(price + random.number(1...2)), instrument: instrument)
        }
    }

    /// Bars that walk at random between 50 and 150, some with a MORE record.
    static func bars(_ count: Int64, seed: UInt64) -> [EventRecord] {
        var random = Dice(seed: seed)
        var price = Int64(10_000)
        return (1...count).flatMap { minute -> [EventRecord] in
            let open = price
            price = min(max(price + random.number(-300...300), 5000), 15_000)
            func cents(_ value: Int64) -> Price { Price(raw: value * 10_000_000) }
            var bar = EventRecord.bar(
                minute, cents(open), cents(max(open, price) + random.number(0...100)),
                cents(min(open, price) - random.number(0...100)), cents(price))
            guard random.chance(1, in: 5) else { return [bar] }
            bar.flags |= UInt16(STRATEGY_FLAG_MORE)
            var more = BarMore()
            more.type = EventType.more.rawValue
            more.time = bar.time
            return [bar, EventRecord(more)]
        }
    }

    /// Orders, timers, cancels and nonsense now and then, long calm stretches between them.
    static func script(seed: UInt64) -> ScriptedStrategy.Answer {
        var random = Dice(seed: seed &+ 1000)
        var tag: UInt64 = 0
        return { event, _ in
            guard random.chance(1, in: 12) else { return [] }
            tag += 1
            let side: Side = random.chance(1, in: 2) ? .buy : .sell
            let price = Price(random.number(60...140))
            switch random.number(0...7) {
            case 0, 1: return [.submit(side, Quantity(random.number(1...5)), tag: tag)]
            case 2: return [.submit(side, 2, .limit, tag: tag, at: price, timeInForce: .day)]
            case 3: return [.submit(side, 2, .stopLoss, tag: tag, stop: price)]
            case 4: return [.cancel(tag: 0), .submit(side, 1, tag: tag), .submit(side, 1, tag: 0)]
            case 5:
                let due = Timestamp(nanoseconds: event.time + random.number(1...5) * 30_000_000_000)
                return [.timer(tag: tag, due: due)]
            case 6: return [.modify(tag: tag - 1, quantity: 3, at: price)]
            default: return [.signal(strength: 0.5), .bare(99)]
            }
        }
    }
}
