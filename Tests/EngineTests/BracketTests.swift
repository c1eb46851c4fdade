import Controls
import Engine
import Execution
import ScriptedStrategies
import Testing
import Trading

/// An entry with stop and target as one unit.
@Suite("Brackets")
struct BracketTests {
    private static func entry(_ quantity: Quantity = 2, at price: Price = 100, tag: UInt64 = 1) -> [IntentRecord] {
        IntentRecord.bracket(.buy, quantity, .limit, tag: tag, at: price, stopLoss: 95, takeProfit: 110)
    }

    private static func working(_ bench: Bench) -> [String] {
        bench.engine.workingOrders(instrument: 0).map {
            "\($0.intent.tag) \($0.intent.kind.name) \($0.remaining) at \($0.intent.kind == .limit ? $0.intent.price : $0.intent.stopPrice)"
        }
    }

    /// Bid and ask a unit apart, `size` shown.
    private static func quote(_ minute: Int64, _ bid: Int64, size: Quantity = 0) -> EventRecord {
        .quote(minute, Price(bid), Price(bid + 1), size: size)
    }

    @Test("legs follow partial fills, and a leg's fill takes as much from the other and ends the entry")
    func partialFills() {
        let bench = Bench(.small(.quotes), script: [Self.entry()])
        bench.feedOneByOne([Self.quote(0, 102), Self.quote(1, 99, size: Quantity(raw: 50_000_000))])
        #expect(
            Self.working(bench) == ["1 LIMIT 1.5 at 100", "2 STOP_LOSS 0.5 at 95", "3 LIMIT 0.5 at 110"])
        bench.feedOneByOne([Self.quote(2, 99, size: 1)])
        #expect(Self.working(bench) == ["1 LIMIT 0.5 at 100", "2 STOP_LOSS 1.5 at 95", "3 LIMIT 1.5 at 110"])
        _ = bench.news()
        bench.feedOneByOne([Self.quote(3, 111, size: 1)])
        #expect(
            bench.news() == [
                "order 3 filled SELL 1 at 110", "3 PARTIALLY_FILLED fill", "2 SUBMITTED bracket", "1 CANCELLED bracket",
            ])
        #expect(Self.working(bench) == ["2 STOP_LOSS 0.5 at 95", "3 LIMIT 0.5 at 110"])
        bench.feedOneByOne([Self.quote(4, 111, size: 1)])
        #expect(Self.working(bench).isEmpty && bench.position() == 0)
    }

    @Test("the stop takes the target with it, and counts once with it")
    func stop() {
        let bench = Bench(.small(.quotes), script: [Self.entry()])
        bench.feedOneByOne([Self.quote(0, 102), Self.quote(1, 99)])
        #expect(bench.engine.workingTotals(strategy: 0, instrument: 0).sells == 2)
        bench.feedOneByOne([Self.quote(2, 94)])
        #expect(
            bench.story.suffix(5) == [
                "2 SUBMITTED triggered", "order 2 filled SELL 2 at 94", "2 FILLED fill", "round trip -12",
                "3 CANCELLED bracket",
            ])
    }

    @Test(
        "a position with a bracket can be added to by a market order, which trades no farther than the tick before the target"
    )
    func addsToPosition() {
        var setup = EngineSetup.small(.quotes)
        // The bound of the collar lies beyond the target.
        setup.systemLimits.priceCollar = Rate(raw: 200_000_000)
        let bench = Bench(setup, script: [Self.entry(), [], [.submit(.buy, 1, tag: 7)]])
        bench.feedOneByOne([Self.quote(0, 102), Self.quote(1, 99), Self.quote(2, 100)])
        #expect(bench.engine.workingOrders(instrument: 0).last?.protection == Price(raw: 109_990_000_000))
        bench.feedOneByOne([Self.quote(3, 101)])
        #expect(bench.position() == 3 && Self.working(bench).contains("3 LIMIT 2 at 110"))
    }

    @Test("a cancelled target leaves the stop, a cancelled stop ends the target; tag 0 cancels all of the three")
    func cancels() {
        func run(_ intent: IntentRecord) -> [String] {
            let bench = Bench(.small(.quotes), script: [Self.entry(), [], [intent]])
            bench.feedOneByOne([Self.quote(0, 102), Self.quote(1, 99), Self.quote(2, 99)])
            return Self.working(bench)
        }
        #expect(run(.cancel(tag: 3)) == ["2 STOP_LOSS 2 at 95"])
        #expect(run(.cancel(tag: 2)).isEmpty)
        #expect(run(.cancel(tag: 0)).isEmpty)
    }

    @Test("the price of a leg can be modified, its quantity stays the host's")
    func modify() {
        let bench = Bench(.small(.quotes), script: [Self.entry(), [], [.modify(tag: 3, quantity: 7, at: 108)]])
        bench.feedOneByOne([Self.quote(0, 102), Self.quote(1, 99), Self.quote(2, 99)])
        #expect(Self.working(bench) == ["2 STOP_LOSS 2 at 95", "3 LIMIT 2 at 108"])
    }

    @Test(
        "legs are judged with their entry: prices on the wrong side, off the tick, reduce-only, or tags in use deny all"
    )
    func judged() {
        func denied(_ records: [IntentRecord]) -> Bool {
            let bench = Bench(.small(.quotes), script: [records])
            bench.feedOneByOne([Self.quote(0, 102)])
            return bench.story.count == 1 && bench.story[0].hasPrefix("denied 1 risk.instrument")
        }
        let entry = IntentRecord.submit(.buy, 2, .limit, tag: 1, at: 100)
        #expect(denied(entry.with(stopLoss: 100, takeProfit: 110)))
        #expect(denied(entry.with(stopLoss: 95, takeProfit: 99)))
        #expect(denied(entry.with(stopLoss: Price(raw: 95_001_000_000), takeProfit: 0)))
        #expect(
            denied(
                IntentRecord.submit(.buy, 2, .limit, tag: 1, at: 100, reduceOnly: true).with(
                    stopLoss: 95, takeProfit: 0)))
        let bench = Bench(.small(.quotes), script: [Self.entry() + [.submit(.buy, 1, .limit, tag: 3, at: 90)]])
        bench.feedOneByOne([Self.quote(0, 102)])
        #expect(bench.story == ["accepted 1", "denied 3 risk.instrument"])
    }

    @Test("legs are placed while trading is halted, and survive a stop of the strategy that keeps what protects")
    func halted() {
        let bench = Bench(.small(.quotes), script: [Self.entry()])
        bench.feedOneByOne([Self.quote(0, 102)])
        bench.engine.setTradingState(.halted, scope: .system)
        bench.feedOneByOne([Self.quote(1, 99)])
        #expect(Self.working(bench).count == 2)
        bench.engine.disable(strategy: 0, policy: .cancel)
        #expect(Self.working(bench) == ["2 STOP_LOSS 2 at 95", "3 LIMIT 2 at 110"])
    }

    @Test("flatten takes the legs away and closes the position")
    func flatten() {
        let bench = Bench(.small(.quotes), script: [Self.entry()])
        bench.feedOneByOne([Self.quote(0, 102), Self.quote(1, 99)])
        bench.engine.disable(strategy: 0, policy: .flatten)
        bench.feedOneByOne([Self.quote(2, 99)])
        #expect(Self.working(bench).isEmpty && bench.position() == 0)
    }

    @Test("a close makes room for itself: legs shrink with a partial one and go with a whole one")
    func closes() {
        let bench = Bench(.small(.quotes), script: [Self.entry()])
        bench.feedOneByOne([Self.quote(0, 102), Self.quote(1, 99)])
        func close(_ quantity: Quantity) -> Bool {
            bench.submit(
                OrderIntent(
                    strategy: 0, instrument: 0, tag: 0, side: .sell, kind: .market, quantity: quantity,
                    reduceOnly: true, origin: .operator))
        }
        #expect(close(Quantity(raw: 50_000_000)))
        #expect(Self.working(bench).prefix(2) == ["2 STOP_LOSS 1.5 at 95", "3 LIMIT 1.5 at 110"])
        #expect(!close(3))
        bench.feedOneByOne([Self.quote(2, 99)])
        #expect(close(Quantity(raw: 150_000_000)))
        bench.feedOneByOne([Self.quote(3, 99)])
        #expect(Self.working(bench).isEmpty && bench.position() == 0)
    }

    @Test("an operator's entry has legs without tags")
    func operators() {
        let bench = Bench(.small(.quotes), script: [])
        bench.feedOneByOne([Self.quote(0, 102)])
        let intent = OrderIntent(
            strategy: 0, instrument: 0, tag: 0, side: .sell, kind: .market, quantity: 1, origin: .operator,
            conditions: OrderConditions(stopLoss: 120, takeProfit: 90))
        #expect(bench.submit(intent))
        bench.feedOneByOne([Self.quote(1, 102)])
        #expect(Self.working(bench) == ["0 STOP_LOSS 1 at 120", "0 LIMIT 1 at 90"])
    }
}
