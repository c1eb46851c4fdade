import Engine
import ScriptedStrategies
import Testing
import Trading

/// Trailing stops, GTD and post-only as a strategy sends them.
@Suite("Order conditions")
struct OrderConditionTests {
    private static func trailing(
        _ side: Side, _ distance: TrailingDistance, stop: Price = .zero, tag: UInt64 = 1
    ) -> IntentRecord {
        .submit(
            side, 1, .trailingStop, tag: tag, stop: stop, conditions: OrderConditions(trail: distance))
    }

    /// Quotes a tick of 1 wide.
    private static func quotes(_ bids: [Int64]) -> [EventRecord] {
        bids.enumerated().map { minute, bid in .quote(Int64(minute), Price(bid), Price(bid + 1)) }
    }

    @Test("a sell's trigger follows the best bid and never goes back, and it trades where the bid meets it")
    func follows() {
        let bench = Bench(.small(.quotes), script: [[Self.trailing(.sell, .offset(5))]])
        bench.feedOneByOne(Self.quotes([100, 103, 110, 106]))
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.stopPrice) == [105])
        bench.feedOneByOne(Self.quotes([100, 103, 110, 106, 104]).suffix(1))
        #expect(
            bench.story == [
                "accepted 1", "1 SUBMITTED triggered", "order 1 filled SELL 1 at 104", "1 FILLED fill",
            ])
    }

    @Test("a buy's follows the lowest ask, by a fraction on the tick away from it")
    func buys() {
        let bench = Bench(.small(.quotes), script: [[Self.trailing(.buy, .fraction(Rate(raw: 25_000_000)))]])
        bench.feedOneByOne(Self.quotes([100]))
        // 101 × 1.025 = 103.525
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.stopPrice) == [Price(raw: 103_530_000_000)])
        bench.feedOneByOne(Self.quotes([0, 80, 95]).suffix(2))
        // 81 × 1.025 = 83.025, and the ask of 96 is beyond.
        #expect(bench.story.suffix(2) == ["order 1 filled BUY 1 at 96", "1 FILLED fill"])
    }

    @Test("of a bar the trigger from before it counts; what the bar reached counts after it")
    func bars() {
        let bench = Bench(script: [[], [Self.trailing(.sell, .offset(5))]])
        bench.feedOneByOne([
            .flat(1, 100), .flat(2, 100), .bar(3, 100, 120, 96, 118), .bar(4, 117, 118, 110, 112),
        ])
        #expect(
            bench.story == ["accepted 1", "1 SUBMITTED triggered", "order 1 filled SELL 1 at 115", "1 FILLED fill"])
    }

    @Test("a first trigger may be named; without one and without a market it is denied")
    func firstTrigger() {
        let named = Bench(.small(.quotes), script: [[Self.trailing(.sell, .offset(5), stop: 98)]])
        named.feedOneByOne(Self.quotes([100]))
        #expect(named.engine.workingOrders(instrument: 0).map(\.intent.stopPrice) == [98])
        let verdict = Bench(.small(.quotes), script: []).judge(
            OrderIntent(
                strategy: 0, instrument: 0, tag: 1, side: .sell, kind: .trailingStop, quantity: 1, origin: .operator,
                conditions: OrderConditions(trail: .offset(5))))
        #expect(verdict.findings.contains { $0.rule == .instrument && $0.reason == .noReference })
    }

    @Test("a modify changes the quantity of a trailing stop and leaves its trigger to the market")
    func modify() {
        let bench = Bench(
            .small(.quotes), script: [[Self.trailing(.sell, .offset(5))], [], [.modify(tag: 1, quantity: 2, stop: 1)]])
        bench.feedOneByOne(Self.quotes([100, 110, 108]))
        let order = bench.engine.workingOrders(instrument: 0)[0]
        #expect(order.intent.stopPrice == 105 && order.intent.quantity == 2)
    }

    @Test("a GTD order ends with the first event at its time; one that is over, or without a time, is denied")
    func goodTillDate() {
        func order(_ tag: UInt64, _ minute: Int64) -> IntentRecord {
            let time: Timestamp? = minute == 0 ? nil : .minute(minute)
            return .submit(
                .buy, 1, .limit, tag: tag, at: 50, timeInForce: .goodTillDate,
                conditions: OrderConditions(expireTime: time))
        }
        let bench = Bench(.small(.quotes), script: [[order(1, 2), order(2, 0), order(3, -1)]])
        bench.feedOneByOne(Self.quotes([100, 100]))
        #expect(bench.story == ["accepted 1", "denied 2 risk.instrument", "denied 3 risk.instrument"])
        bench.feedOneByOne([.quote(2, 100, 101)])
        #expect(bench.story.last == "1 EXPIRED expireTime")
    }

    @Test("a post-only order is cancelled when it would take on arrival, and trades as maker once it rests")
    func postOnly() {
        func order(_ tag: UInt64, at price: Price, _ kind: OrderKind = .limit, _ force: TimeInForce = .day)
            -> IntentRecord
        {
            .submit(
                .buy, 1, kind, tag: tag, at: price, timeInForce: force, conditions: OrderConditions(postOnly: true))
        }
        let bench = Bench(
            .small(.quotes),
            script: [
                [order(1, at: 101), order(2, at: 99), order(3, at: 0, .market), order(4, at: 99, .limit, .fillOrKill)]
            ])
        bench.feedOneByOne(Self.quotes([100, 100, 98]))
        #expect(
            bench.story == [
                "accepted 1", "accepted 2", "denied 3 risk.instrument", "denied 4 risk.instrument",
                "1 CANCELLED postOnly", "order 2 filled BUY 1 at 99", "2 FILLED fill",
            ])
        let fills = bench.facts.compactMap { fact in if case .orderFilled(let fill) = fact { fill } else { nil } }
        #expect(fills.map(\.liquidity) == [.maker])
    }

    @Test("an order at another price arrives anew, and post-only is asked again")
    func postOnlyModified() {
        let order = IntentRecord.submit(
            .buy, 1, .limit, tag: 1, at: 90, conditions: OrderConditions(postOnly: true))
        let bench = Bench(.small(.quotes), script: [[order], [], [.modify(tag: 1, quantity: 1, at: 105)]])
        bench.feedOneByOne(Self.quotes([100, 100, 100, 100]))
        #expect(bench.story == ["accepted 1", "1 SUBMITTED modified", "1 CANCELLED postOnly"])
    }
}
