import CStrategyABI
import Controls
import Engine
import Execution
import ScriptedStrategies
import Testing
import Trading

@Suite("The order in which a strategy hears of things")
struct EventOrderTests {
    @Test("a verdict arrives before the next market event")
    func verdictBeforeNextEvent() {
        let strategy = ScriptedStrategy { event, _ in
            event.story == "bar" && event.time == Timestamp.minute(1).nanoseconds ? [.submit(.buy, 1, tag: 7)] : []
        }
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100), .flat(2, 101))
        #expect(
            strategy.seen.map(\.story) == [
                "started", "bar", "order 7 accepted", "order 7 fill", "more", "position 1", "bar",
            ])
    }

    @Test("a denial arrives before the next market event, with its tag and the rule")
    func denialBeforeNextEvent() throws {
        let strategy = ScriptedStrategy { event, _ in
            event.story == "bar" && event.time == Timestamp.minute(1).nanoseconds
                ? [.submit(.buy, 2000, .limit, tag: 9, at: 1)] : []
        }
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100), .flat(2, 101))
        #expect(strategy.seen.map(\.story) == ["started", "bar", "denial 9", "bar"])
        let denial = try #require(strategy.seen.first { $0.story == "denial 9" }).asDenial
        #expect(denial.failed_rules == RuleID.instrument.mask)
        #expect(denial.first_rule == UInt32(RuleID.instrument.rawValue))
        #expect(denial.observed == Quantity(2000).raw)
        #expect(denial.limit == Quantity(1000).raw)
        #expect(denial.headroom == Quantity(1000).raw)
        #expect(bench.engine.counters(strategy: 0).denials == 1)
    }

    @Test("a fill is told as order update, commission, position – and only then the event that made it")
    func fillBeforeItsEvent() throws {
        var setup = EngineSetup.small()
        setup.venue.takerRate = Rate(raw: 1_000_000)
        var positionAtBar: [Quantity] = []
        var held = Quantity.zero
        let strategy = ScriptedStrategy { event, _ in
            if event.story.hasPrefix("position") { held = Quantity(raw: event.asPosition.quantity) }
            guard event.story == "bar" else { return [] }
            positionAtBar.append(held)
            return event.time == Timestamp.minute(1).nanoseconds ? [.submit(.buy, 2, tag: 1)] : []
        }
        let bench = Bench(setup, [strategy])
        bench.feed(.flat(1, 100), .bar(2, 110, 120, 100, 115), .flat(3, 115))
        #expect(positionAtBar == [0, 2, 2])

        let update = try #require(strategy.seen.first { $0.story == "order 1 fill" }).asOrderUpdate
        #expect(update.state == OrderState.filled.rawValue)
        #expect(update.last_price == Price(110).raw)
        #expect(update.last_quantity == Quantity(2).raw)
        #expect(update.filled_quantity == Quantity(2).raw)
        #expect(update.side == Side.buy.rawValue)
        let more = unsafeBitCast(
            try #require(strategy.seen.first { $0.kind == .more }), to: strategy_commission_more_v1_t.self)
        // 2 × 110 × 0.001
        #expect(more.commission == 22_000_000)
        #expect(withUnsafeBytes(of: more.currency) { Array($0.prefix(5)) } == Array("USDT\0".utf8))
        let position = try #require(strategy.seen.first { $0.story == "position 2" }).asPosition
        #expect(position.average_price == Price(110).raw)
        #expect(position.realized_pnl == -22_000_000)
        #expect(position.opened_at == Timestamp.minute(2).nanoseconds)
        #expect(position.position_id == 1)
    }

    @Test("an order on a bar's close fills at the next bar's open")
    func closeFillsAtNextOpen() {
        let strategy = ScriptedStrategy { event, _ in
            event.story == "bar" && event.time == Timestamp.minute(1).nanoseconds ? [.submit(.sell, 3, tag: 1)] : []
        }
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100))
        #expect(bench.news() == ["accepted 1"])
        bench.feed(.bar(2, 107, 120, 90, 95))
        #expect(bench.news() == ["order 1 filled SELL 3 at 107", "1 FILLED fill"])
        #expect(bench.position() == -3)
    }

    @Test("what one strategy does is told to nobody else")
    func verdictsArePrivate() {
        let trader = ScriptedStrategy { event, _ in event.story == "bar" ? [.submit(.buy, 1, tag: 1)] : [] }
        let other = ScriptedStrategy()
        let bench = Bench(.small(strategies: 2), [trader, other])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(other.seen.map(\.story) == ["started", "bar", "bar"])
    }

    @Test("a strategy sees the event kinds it asked for, of the instruments it is bound to")
    func onlyWantedEvents() {
        var setup = EngineSetup.small([.quotes, .trades], instruments: 2)
        setup.strategies[0].instruments = [1]
        let strategy = ScriptedStrategy()
        let bench = Bench(setup, [strategy], events: EventType.quote.mask)
        bench.feed(
            .quote(1, 99, 100), .trade(1, 100, instrument: 1), .quote(2, 99, 100, instrument: 1),
            .quote(3, 99, 100, instrument: 9))
        #expect(strategy.seen.map(\.story) == ["started", "quote"])
        #expect(strategy.seen[1].instrument == 1)
        #expect(bench.engine.mark(1).raw == Price(199).raw / 2)
    }

    @Test("a strategy with a timeframe sees bars of that length only, alone and beside another", arguments: [1, 2])
    func timeframe(strategyCount: Int) {
        var setup = EngineSetup.small(strategies: strategyCount)
        setup.strategies[0].timeframe = .oneMinute
        let strategies = (0..<strategyCount).map { _ in ScriptedStrategy() }
        let bench = Bench(setup, strategies)
        var long = EventRecord.flat(2, 90).asBar
        long.interval = 300_000_000_000
        bench.feed(.flat(1, 100), .flat(2, 101), EventRecord(long), .flat(3, 102))
        #expect(strategies[0].seen.map(\.story) == ["started", "bar", "bar", "bar"])
        if strategyCount == 2 { #expect(strategies[1].seen.count == 5) }
        #expect(bench.engine.mark(0) == 102)
    }

    @Test("MORE records reach the strategy with their event", arguments: [1, 2])
    func moreStaysWithItsEvent(strategyCount: Int) {
        var gathered: [Int] = []
        let strategies = (0..<strategyCount).map { _ in ScriptedStrategy() }
        strategies[0].answer = { event, more in
            if event.story == "bar" { gathered.append(more.count) }
            return []
        }
        let bench = Bench(.small(strategies: strategyCount), strategies)
        bench.feed(EventOrderTests.barsWithMore(300))
        #expect(gathered == Array(repeating: 1, count: 300))
        #expect(bench.engine.sequence == 300)
    }

    @Test("a strategy that consumes a bar without its MORE record never sees that record alone")
    func moreIsNeverAnEventOfItsOwn() {
        var firsts: [UInt16] = []
        let strategy = ScriptedStrategy()
        strategy.process = { events, _, _ in
            firsts.append(events[0].type)
            return 1
        }
        let bench = Bench(.small(), [strategy])
        bench.feed(EventOrderTests.barsWithMore(5))
        #expect(firsts == [UInt16(STRATEGY_EVENT_SESSION)] + Array(repeating: EventType.bar.rawValue, count: 5))
        #expect(bench.engine.sequence == 5)
        #expect(bench.isEnabled(0))
    }

    static func barsWithMore(_ count: Int64) -> [EventRecord] {
        (1...count).flatMap { minute -> [EventRecord] in
            var bar = EventRecord.flat(minute, 100)
            bar.flags |= UInt16(STRATEGY_FLAG_MORE)
            var more = BarMore()
            more.type = EventType.more.rawValue
            more.time = bar.time
            return [bar, EventRecord(more)]
        }
    }
}
