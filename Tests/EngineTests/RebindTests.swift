import CStrategyABI
import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

/// Another instance, as a host puts it into a slot between two events: with the memory of the old one, so that it knows its
/// tags.
@Suite("Another instance in a running slot")
struct RebindTests {
    private static let event = (
        session: UInt16(STRATEGY_EVENT_SESSION), position: UInt16(STRATEGY_EVENT_POSITION),
        timer: UInt16(STRATEGY_EVENT_TIMER)
    )

    /// Long 2 at 100 in I0 with a pair, a resting buy at 80 and a timer of the tenth minute.
    private static func trading() -> (Bench, EngineSetup) {
        var setup = EngineSetup.small(instruments: 2)
        setup.strategies[0].protection = .fiveAndTen
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 2, tag: 1), .timer(tag: 7, due: .minute(10))], [],
                [.submit(.buy, 1, .limit, tag: 2, at: 80)],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        _ = bench.news()
        return (bench, setup)
    }

    private static func order(_ bench: Bench, tag: UInt64) -> Order? {
        bench.engine.workingOrders(instrument: 0).first { $0.intent.tag == tag && $0.intent.origin == .strategy }
    }

    @Test(
        "orders, position and timers stay, the new terms of protection hold at once, and the old instance is left alone"
    )
    func goesOn() {
        let (bench, setup) = RebindTests.trading()
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        let told = bench.strategies[0].seen.count
        let resting = RebindTests.order(bench, tag: 2)
        var terms = setup.strategies[0]
        terms.protection = ProtectionTerms(stopLoss: Rate("0.1"))
        let new = ScriptedStrategy(script: [[.modify(tag: 2, quantity: 1, at: 94)]])
        bench.engine.rebind(strategy: 0, terms, call: new.call())
        #expect(bench.isEnabled(0) && bench.position() == 2)
        #expect(bench.pair() == ["SELL 2 stop 90"])
        #expect(resting != nil && RebindTests.order(bench, tag: 2) == resting)
        let announced = ["started", "order 2 none", "position 2", "position 0"]
        #expect(new.seen.map(\.story) == announced, "its order that works, and what it holds in each instrument")
        bench.feed(.flat(4, 100))
        #expect(RebindTests.order(bench, tag: 2)?.intent.price == 94)
        bench.feed(.bar(5, 100, 100, 93, 98))
        // (2 × 100 + 94) ÷ 3 = 98, less ten percent.
        #expect(bench.position() == 3)
        #expect(bench.pair() == ["SELL 3 stop 88.2"])
        bench.feed(.flat(10, 100))
        #expect(new.seen.contains { $0.type == RebindTests.event.timer })
        #expect(bench.strategies[0].seen.count == told)
        #expect(bench.engine.counters(strategy: 0).orders == 4)
    }

    @Test("a new schedule and new limits judge the next order")
    func schedule() {
        let (bench, setup) = RebindTests.trading()
        var terms = setup.strategies[0]
        // 2024-01-01 is a Monday.
        terms.schedule = TradingSchedule(start: 0, end: 60, daysOfWeek: [1])
        terms.limits.maxOrderQuantity = 3
        let new = ScriptedStrategy(
            script: [
                [.submit(.buy, 4, .limit, tag: 3, at: 70), .submit(.buy, 1, .limit, tag: 4, at: 70)],
                [.submit(.buy, 1, .limit, tag: 5, at: 70)],
            ])
        bench.engine.rebind(strategy: 0, terms, call: new.call())
        bench.feed(.flat(30, 100))
        #expect(RebindTests.order(bench, tag: 3) == nil && RebindTests.order(bench, tag: 4) != nil)
        bench.feed(.flat(61, 100))
        #expect(RebindTests.order(bench, tag: 5) == nil)
        #expect(bench.engine.counters(strategy: 0).denials == 2)
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
    }

    @Test("a position in an instrument that is no longer bound keeps its pair, and the strategy cannot trade it")
    func unbound() {
        let (bench, setup) = RebindTests.trading()
        var terms = setup.strategies[0]
        terms.instruments = [1]
        let new = ScriptedStrategy { _, _ in [.submit(.sell, 2, tag: 9)] }
        bench.engine.rebind(strategy: 0, terms, call: new.call())
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        bench.feed(.flat(4, 100, instrument: 1))
        #expect(RebindTests.order(bench, tag: 9) == nil)
        bench.feed(.bar(5, 100, 100, 94, 94))
        #expect(bench.position() == 0 && bench.pair() == [])
    }

    @Test("a slot without code is out of service: its orders and its pair work on, its timers are gone")
    func withoutCode() {
        let (bench, setup) = RebindTests.trading()
        bench.engine.rebind(strategy: 0, setup.strategies[0], call: nil)
        #expect(!bench.isEnabled(0))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        bench.feed(.flat(11, 100), .bar(12, 100, 111, 100, 111))
        #expect(bench.position() == 0 && bench.pair() == [])
        #expect(RebindTests.order(bench, tag: 2) != nil)
        let new = ScriptedStrategy()
        bench.engine.rebind(strategy: 0, setup.strategies[0], call: new.call())
        #expect(!bench.isEnabled(0) && bench.enable(0))
        bench.feed(.flat(13, 100))
        #expect(!new.seen.contains { $0.type == RebindTests.event.timer })
    }

    @Test("an operator changes a strategy's orders, but not the legs of a pair")
    func modifyOrder() throws {
        let (bench, _) = RebindTests.trading()
        let own = try #require(RebindTests.order(bench, tag: 2))
        let changed = bench.engine.modifyOrder(id: own.id, quantity: 1, price: 81, stopPrice: .zero)
        #expect(changed != nil)
        #expect(RebindTests.order(bench, tag: 2)?.intent.price == 81)
        for leg in bench.engine.workingOrders(instrument: 0) where leg.intent.origin == .protective {
            let verdict = bench.engine.modifyOrder(
                id: leg.id, quantity: 1, price: leg.intent.price, stopPrice: leg.intent.stopPrice)
            #expect(verdict == nil)
        }
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
    }
}
