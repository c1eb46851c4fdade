import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("Two strategies of one owner never trade with each other")
struct SelfTradeTests {
    /// The maker holds 2 and rests a buy of 3 at 99.5; the taker then sends `wanted`.
    private static func bench(_ setup: EngineSetup, taker wanted: [[IntentRecord]]) -> Bench {
        let maker = ScriptedStrategy(script: [[.submit(.buy, 3, .limit, tag: 1, at: Price(raw: 99_500_000_000))]])
        let taker = ScriptedStrategy(script: wanted)
        let bench = Bench(setup, [maker, taker])
        bench.feed(.quote(1, 99, 101), .quote(2, 99, 101))
        return bench
    }

    private static func onQuotes(_ change: (inout EngineSetup) -> Void = { _ in }) -> EngineSetup {
        var setup = EngineSetup.small(.quotes, strategies: 2, accounts: 2)
        for index in 0..<2 { setup.accounts[index].owner = "me" }
        change(&setup)
        return setup
    }

    @Test("an opening order that would meet the other's resting order is denied, across accounts")
    func denied() {
        let bench = SelfTradeTests.bench(
            SelfTradeTests.onQuotes(), taker: [[], [.submit(.sell, 1, .limit, tag: 1, at: 99)]])
        #expect(bench.story == ["accepted 1", "denied 1 compliance.self-trade"])
        #expect(bench.engine.workingOrderCount == 1)
    }

    @Test("a price that does not reach the resting order passes")
    func besides() {
        let bench = SelfTradeTests.bench(
            SelfTradeTests.onQuotes(), taker: [[], [.submit(.sell, 1, .limit, tag: 1, at: 100)]])
        #expect(bench.story == ["accepted 1", "accepted 1"])
    }

    @Test("another owner's orders are a market like any other")
    func otherOwner() {
        let setup = SelfTradeTests.onQuotes { $0.accounts[1].owner = "someone else" }
        let bench = SelfTradeTests.bench(setup, taker: [[], [.submit(.sell, 1, .limit, tag: 1, at: 99)]])
        #expect(bench.story == ["accepted 1", "accepted 1"])
    }

    @Test("an account whose program does not check self-trades may")
    func unchecked() {
        let setup = SelfTradeTests.onQuotes { $0.accounts[1].checksSelfTrade = false }
        let bench = SelfTradeTests.bench(setup, taker: [[], [.submit(.sell, 1, .limit, tag: 1, at: 99)]])
        #expect(bench.story == ["accepted 1", "accepted 1"])
    }

    @Test("a reducing order cancels the resting side first, and its owner is told")
    func reducing() {
        let bench = SelfTradeTests.bench(
            SelfTradeTests.onQuotes(), taker: [[.submit(.buy, 2, tag: 1)], [.submit(.sell, 2, .limit, tag: 2, at: 99)]])
        #expect(
            bench.story == [
                "accepted 1", "accepted 1", "order 2 filled BUY 2 at 101", "1 FILLED fill", "1 CANCELLED selfTrade",
                "accepted 2",
            ])
        #expect(bench.strategies[0].seen.last?.story == "order 1 selfTrade")
    }

    @Test("a reducing order that is modified to cross cancels the resting side first")
    func reducingByModify() {
        let bench = SelfTradeTests.bench(
            SelfTradeTests.onQuotes(),
            taker: [
                [.submit(.buy, 2, tag: 1)], [.submit(.sell, 2, .limit, tag: 2, at: 120)],
                [.modify(tag: 2, quantity: 2, at: 99)],
            ])
        bench.feed(.quote(3, 98, 101))
        #expect(bench.story.suffix(3) == ["accepted 2", "1 CANCELLED selfTrade", "2 SUBMITTED modified"])
    }

    @Test(
        "an exit leaves a resting order alone that lies deeper than the book it needs",
        arguments: [(Quantity(2), "accepted 2"), (Quantity(5), "1 CANCELLED selfTrade")])
    func deeper(_ held: Quantity, _ news: String) {
        var setup = EngineSetup.small([.quotes, .depth], strategies: 2, accounts: 2)
        for index in 0..<2 { setup.accounts[index].owner = "me" }
        let maker = ScriptedStrategy(script: [[.submit(.buy, 1, .limit, tag: 1, at: 95)]])
        let taker = ScriptedStrategy(script: [[.submit(.buy, held, tag: 1)], [.submit(.sell, held, tag: 2)]])
        let bench = Bench(setup, [maker, taker])
        for minute in Int64(1)..<3 { bench.feed(DepthTests.book(minute) + [.quote(minute, 99, 101)]) }
        _ = bench.news()
        bench.feed(DepthTests.book(3) + [.quote(3, 99, 101)])
        #expect(bench.story.contains(news) && bench.position(1) == .zero)
        #expect(bench.engine.workingOrderCount == (held == Quantity(2) ? 1 : 0))
    }

    @Test("a strategy may not cross its own resting order either")
    func ownOrder() {
        let bench = Bench(script: [
            [.submit(.sell, 1, .limit, tag: 1, at: 110), .submit(.buy, 1, .limit, tag: 2, at: 110)]
        ])
        bench.feed(.flat(1, 100))
        #expect(bench.story == ["accepted 1", "denied 2 compliance.self-trade"])
    }
}
