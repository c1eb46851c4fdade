import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

/// Working protective orders and commands around them, as short lines.
extension Bench {
    /// The pair of a strategy: "SELL 2 stop 95", "SELL 2 target 110".
    func pair(_ strategy: Int32 = 0, instrument: Int = 0) -> [String] {
        let legs = engine.workingOrders(instrument: instrument).filter {
            $0.intent.origin == .protective && $0.intent.strategy == strategy
        }
        return legs.map { order in
            let intent = order.intent
            let isStop = intent.kind == .stopLoss
            return "\(intent.side.name) \(order.remaining) "
                + (isStop ? "stop \(intent.stopPrice)" : "target \(intent.price)")
        }.sorted()
    }

    func prices(_ strategy: Int = 0, instrument: Int = 0) -> (stop: Price?, target: Price?) {
        engine.protection(strategy: strategy, instrument: instrument)
    }

    var isProtectionDue: Bool { engine.isProtectionDue(strategy: 0, instrument: 0) }

    func protect(_ terms: ProtectionTerms, strategy: Int = 0) -> Bool {
        engine.setProtection(strategy: strategy, terms)
    }
}

extension EngineSetup {
    /// As `small`, each strategy with a stop at 5 % and a target at 10 %.
    static func protected(
        _ feed: FeedKinds = .bars, _ terms: ProtectionTerms = .fiveAndTen, strategies: Int = 1
    ) -> EngineSetup {
        var setup = small(feed, strategies: strategies)
        for index in setup.strategies.indices { setup.strategies[index].protection = terms }
        return setup
    }
}

extension ProtectionTerms {
    static let fiveAndTen = ProtectionTerms(stopLoss: Rate("0.05"), takeProfit: Rate("0.1"))
}

@Suite("Protective stop and target")
struct ProtectionTests {
    @Test("a long position gets a sell stop below and a sell limit above its average entry, in the event of the fill")
    func long() {
        let bench = Bench(.protected(), script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        #expect(bench.prices() == (95, 110))
        #expect(
            bench.story == ["accepted 1", "order 1 filled BUY 2 at 100", "1 FILLED fill", "accepted 0", "accepted 0"])
        for order in bench.engine.workingOrders(instrument: 0) {
            #expect(order.intent.reduceOnly && order.intent.timeInForce == .goodTillCancelled)
        }
    }

    @Test("a short position gets its mirror image")
    func short() {
        let bench = Bench(.protected(), script: [[.submit(.sell, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.pair() == ["BUY 2 stop 105", "BUY 2 target 90"])
    }

    @Test(
        "prices lie on the tick away from the entry",
        arguments: [
            // 100.01 × 0.95 = 95.0095, × 1.1 = 110.011, × 1.05 = 105.0105, × 0.9 = 90.009
            (Side.buy, ["SELL 1 stop 95", "SELL 1 target 110.02"]),
            (Side.sell, ["BUY 1 stop 105.02", "BUY 1 target 90"]),
        ])
    func rounding(side: Side, expected: [String]) throws {
        let bench = Bench(.protected(), script: [[.submit(side, 1, tag: 1)]])
        let entry = try #require(Price("100.01"))
        bench.feed(.flat(1, entry), .flat(2, entry))
        #expect(bench.pair() == expected)
    }

    @Test("a stop of 100 percent of a long waits at the lowest tick")
    func wholeEntry() {
        let bench = Bench(.protected(.bars, ProtectionTerms(stopLoss: .one)), script: [[.submit(.buy, 1, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.pair() == ["SELL 1 stop 0.01"])
    }

    @Test("a new average re-prices and re-sizes both legs")
    func averageChanges() {
        let bench = Bench(.protected(), script: [[.submit(.buy, 2, tag: 1)], [.submit(.buy, 2, tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        _ = bench.news()
        bench.feed(.flat(3, 105))
        // (2 × 100 + 2 × 105) / 4 = 102.5; × 0.95 = 97.375, × 1.1 = 112.75
        #expect(bench.pair() == ["SELL 4 stop 97.37", "SELL 4 target 112.75"])
        #expect(
            bench.news() == [
                "order 4 filled BUY 2 at 105", "2 FILLED fill", "0 SUBMITTED modified", "0 SUBMITTED modified",
            ])
    }

    @Test("a partial close shrinks both legs and leaves their prices and places")
    func partialClose() {
        let bench = Bench(.protected(), script: [[.submit(.buy, 5, tag: 1)], [.submit(.sell, 3, tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        let before = bench.engine.workingOrders(instrument: 0).filter { $0.intent.origin == .protective }
        bench.feed(.flat(3, 104))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        #expect(bench.engine.workingOrders(instrument: 0).map(\.priority) == before.map(\.priority))
        #expect(bench.story.suffix(2) == ["0 SUBMITTED reduceOnly", "0 SUBMITTED reduceOnly"])
    }

    @Test("a flip replaces the pair")
    func flip() {
        let bench = Bench(.protected(), script: [[.submit(.buy, 2, tag: 1)], [.submit(.sell, 5, tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 104))
        #expect(bench.position() == -3)
        // 104 × 1.05 = 109.2, × 0.9 = 93.6
        #expect(bench.pair() == ["BUY 3 stop 109.2", "BUY 3 target 93.6"])
        #expect(
            bench.story.suffix(4) == ["0 CANCELLED reduceOnly", "0 CANCELLED reduceOnly", "accepted 0", "accepted 0"])
    }

    @Test("the stop closes the position at its price, and the target goes")
    func stopped() {
        let bench = Bench(.protected(), script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        _ = bench.news()
        bench.feed(.bar(3, 99, 99, 94, 96))
        #expect(
            bench.news() == [
                "0 SUBMITTED triggered", "order 2 filled SELL 2 at 95", "0 FILLED fill", "round trip -10",
                "0 CANCELLED reduceOnly",
            ])
        #expect(bench.position() == 0 && bench.engine.workingOrderCount == 0)
    }

    @Test("the target closes a short at its limit, and the stop goes")
    func targeted() {
        let bench = Bench(.protected(), script: [[.submit(.sell, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        _ = bench.news()
        bench.feed(.bar(3, 99, 99, 89, 91))
        #expect(
            bench.news() == ["order 3 filled BUY 2 at 90", "0 FILLED fill", "round trip 20", "0 CANCELLED reduceOnly"])
    }

    @Test("a gap through the stop fills at the open")
    func gap() {
        let bench = Bench(.protected(), script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .bar(3, 90, 92, 88, 91))
        #expect(bench.story.contains("order 2 filled SELL 2 at 90"))
    }

    @Test("with stop and target in one bar the stop comes first")
    func bothInOneBar() {
        let bench = Bench(.protected(), script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .bar(3, 100, 120, 80, 100))
        #expect(bench.story.suffix(2) == ["round trip -10", "0 CANCELLED reduceOnly"])
        #expect(bench.position() == 0)
    }

    @Test("a partial fill of the target shrinks the stop with it")
    func partialTarget() {
        let bench = Bench(.protected(.trades), script: [[.submit(.buy, 5, tag: 1)]])
        bench.feed(.trade(1, 100), .trade(2, 100))
        bench.feed(.trade(3, 111, 2))
        #expect(bench.position() == 3)
        #expect(bench.pair() == ["SELL 3 stop 95", "SELL 3 target 110"])
        // The stop, once triggered, sells what is left in parts; the target shrinks with each.
        bench.feed(.trade(4, 94, 1))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        bench.feed(.trade(5, 96, 7))
        #expect(bench.position() == 0 && bench.pair() == [])
    }

    @Test("a position larger than an order may be is closed part after part")
    func largerThanAnOrder() {
        var setup = EngineSetup.protected()
        setup.instruments[0].terms.maxQuantity = 3
        let bench = Bench(setup, script: [[.submit(.buy, 3, tag: 1), .submit(.buy, 2, tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.pair() == ["SELL 3 stop 95", "SELL 3 target 110"])
        bench.feed(.flat(3, 94))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        bench.feed(.flat(4, 94))
        #expect(bench.position() == 0 && bench.pair() == [])
    }

    @Test("the strategy hears of the pair as of external orders, and cannot cancel it")
    func external() {
        let bench = Bench(.protected(), script: [[.submit(.buy, 2, tag: 1)], [.cancel(tag: 0)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .bar(3, 99, 99, 94, 96))
        #expect(
            bench.strategies[0].seen.map(\.story) == [
                "started", "bar", "order 1 accepted", "order 1 fill", "more", "position 2", "external 0 accepted",
                "external 0 accepted", "bar", "external 0 triggered", "external 0 fill", "more", "position 0",
                "external 0 reduceOnly", "bar",
            ])
    }

    @Test("of two sources of terms the tighter distance wins each time")
    func tighter() {
        let strategy = ProtectionTerms(stopLoss: Rate("0.05"))
        let session = ProtectionTerms(stopLoss: Rate("0.02"), takeProfit: Rate("0.3"))
        #expect(strategy.tighter(session) == session)
        #expect(session.tighter(ProtectionTerms(takeProfit: Rate("0.1"))).takeProfit == Rate("0.1"))
        #expect(ProtectionTerms.none.tighter(.none) == .none)
    }
}
