import CStrategyABI
import Controls
import Engine
import Execution
import ScriptedStrategies
import Testing
import Trading

@Suite("Cancel and modify")
struct CancelModifyTests {
    @Test("cancels one order by its tag")
    func cancelByTag() {
        let bench = Bench(script: [
            [.submit(.buy, 1, .limit, tag: 1, at: 50), .submit(.buy, 1, .limit, tag: 2, at: 51)], [.cancel(tag: 1)],
        ])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.story == ["accepted 1", "accepted 2", "1 CANCELLED cancelRequested"])
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.tag) == [2])
    }

    @Test("tag 0 cancels everything of the instrument and nothing of another, or of another strategy")
    func cancelAll() {
        let strategy = ScriptedStrategy(script: [
            [
                .submit(.buy, 1, .limit, tag: 1, at: 50), .submit(.sell, 1, .limit, tag: 2, at: 150),
                .submit(.buy, 1, .limit, tag: 3, at: 50, instrument: 1),
            ],
            [], [.cancel(tag: 0)],
        ])
        let other = ScriptedStrategy { event, _ in
            event.story == "bar" && event.time == Timestamp.minute(1).nanoseconds
                ? [.submit(.buy, 1, .limit, tag: 1, at: 40)] : []
        }
        let bench = Bench(.small(instruments: 2, strategies: 2), [strategy, other])
        bench.feed(.flat(1, 100), .flat(2, 100, instrument: 1), .flat(3, 100))
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.strategy) == [1])
        #expect(bench.engine.workingOrders(instrument: 1).map(\.intent.tag) == [3])
        #expect(strategy.seen.map(\.story).filter { $0.hasSuffix("cancelRequested") }.count == 2)
    }

    @Test("a strategy cannot cancel or change what an operator sent under its book")
    func operatorsOrdersStay() {
        let bench = Bench(script: [
            [], [.cancel(tag: 0), .cancel(tag: 5), .modify(tag: 5, quantity: 9, at: 1)],
        ])
        bench.feed(.flat(1, 100))
        let intent = OrderIntent(
            strategy: 0, instrument: 0, tag: 5, side: .buy, kind: .limit, quantity: 1, price: 50, origin: .operator)
        #expect(bench.submit(intent))
        bench.feed(.flat(2, 100))
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent) == [intent])
        #expect(bench.strategies[0].seen.suffix(2).map(\.story) == ["order 5 unknownOrder", "order 5 unknownOrder"])
    }

    @Test("a cancel or modify of nothing is answered, not refused")
    func unknownOrder() {
        let bench = Bench(script: [[.cancel(tag: 8), .modify(tag: 9, quantity: 1, at: 1)]])
        bench.feed(.flat(1, 100))
        #expect(
            bench.strategies[0].seen.map(\.story) == ["started", "bar", "order 8 unknownOrder", "order 9 unknownOrder"])
        #expect(bench.engine.counters(strategy: 0).refusedIntents == 0)
    }

    @Test("a modify keeps the order's id and says so")
    func modify() throws {
        let bench = Bench(script: [
            [.submit(.buy, 1, .limit, tag: 1, at: 50)], [.modify(tag: 1, quantity: 3, at: 60)],
        ])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.story == ["accepted 1", "1 SUBMITTED modified"])
        let order = try #require(bench.engine.workingOrders(instrument: 0).first)
        #expect(order.id == 1)
        #expect(order.intent.quantity == 3)
        #expect(order.intent.price == 60)
        #expect(bench.strategies[0].seen.last?.story == "order 1 modified")
    }

    @Test("a denied modify leaves the order as it was")
    func modifyDenied() throws {
        let bench = Bench(script: [
            [.submit(.buy, 1, .limit, tag: 1, at: 50)],
            [
                .modify(tag: 1, quantity: 5000, at: 60), .modify(tag: 1, quantity: 1, at: Price(raw: 1)),
                .modify(tag: 1, quantity: 0, at: 50), .modify(tag: 1, quantity: 1, at: 50, stop: 3),
            ],
        ])
        bench.feed(.flat(1, 100))
        let before = bench.engine.workingOrders(instrument: 0)
        bench.feed(.flat(2, 100))
        #expect(bench.engine.workingOrders(instrument: 0) == before)
        #expect(bench.story == ["accepted 1"] + Array(repeating: "denied 1 risk.instrument", count: 4))
        #expect(
            bench.strategies[0].seen.suffix(8).map(\.story)
                == (0..<4).flatMap { _ in ["denial 1", "order 1 modifyDenied"] })
    }

    @Test("a modify's quantity is the total, fills so far included")
    func modifyTotal() throws {
        var setup = EngineSetup.small()
        setup.venue.volumeShare = Rate(raw: 100_000_000)
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 10, .limit, tag: 1, at: 100)], [.modify(tag: 1, quantity: 4, at: 100)],
                [.modify(tag: 1, quantity: 6, at: 100)],
            ])
        // A tenth of 40 trades in each bar: after the first one 4 of 10 are filled, and a total of 4 leaves no rest.
        bench.feed(.flat(1, 100), .bar(2, 100, 100, 99, 100, volume: 40))
        #expect(bench.story.last == "denied 1 risk.instrument")
        bench.feed(.bar(3, 101, 101, 101, 101, volume: 0))
        let order = try #require(bench.engine.workingOrders(instrument: 0).first)
        #expect(order.filled == 4)
        #expect(order.remaining == 2)
        bench.feed(.bar(4, 100, 100, 99, 100, volume: 40))
        #expect(bench.position() == 6)
        #expect(bench.engine.workingOrderCount == 0)
    }

    @Test("an order is done once: modify and cancel after its end find nothing")
    func afterTheEnd() {
        let bench = Bench(script: [
            [.submit(.buy, 1, tag: 1)], [.cancel(tag: 1), .modify(tag: 1, quantity: 2)],
        ])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.strategies[0].seen.suffix(2).map(\.story) == ["order 1 unknownOrder", "order 1 unknownOrder"])
        #expect(bench.position() == 1)
    }
}
