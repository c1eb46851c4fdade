import CStrategyABI
import Controls
import Engine
import Execution
import ScriptedStrategies
import Testing
import Trading

@Suite("Protective orders beside other orders and latches")
struct ProtectionConflictTests {
    /// Long 2 from 100 with its pair, then what `orders` says.
    private static func long(_ setup: EngineSetup = .protected(), _ orders: IntentRecord...) -> Bench {
        let bench = Bench(setup, script: [[.submit(.buy, 2, tag: 1)], orders])
        bench.feed(.flat(1, 100), .flat(2, 100))
        _ = bench.news()
        return bench
    }

    // MARK: - The strategy's own exits

    @Test("an own exit passes beside the pair, which stays until it fills", arguments: [true, false])
    func ownExit(reduceOnly: Bool) {
        var setup = EngineSetup.protected()
        // As exits, they are exempt from limits that would refuse any order.
        setup.strategies[0].limits.maxOrderQuantity = 2
        setup.strategies[0].limits.maxOrdersPerSecond = 1
        let bench = Bench(
            setup,
            script: [[.submit(.buy, 2, tag: 1)], [.submit(.sell, 2, .limit, tag: 2, at: 107, reduceOnly: reduceOnly)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        bench.feed(.bar(3, 100, 108, 100, 107))
        #expect(bench.position() == 0 && bench.pair() == [])
        #expect(bench.story.filter { $0.hasPrefix("denied") } == [])
    }

    @Test(
        "when the stop closes the position, own exits go with it instead of opening the opposite",
        arguments: [true, false])
    func exitsGo(reduceOnly: Bool) {
        let bench = ProtectionConflictTests.long(
            .protected(), .submit(.sell, 2, .limit, tag: 2, at: 107, reduceOnly: reduceOnly))
        bench.feed(.bar(3, 99, 108, 94, 96), .bar(4, 96, 120, 90, 110))
        #expect(
            bench.news() == [
                "0 SUBMITTED triggered", "order 2 filled SELL 2 at 95", "0 FILLED fill", "round trip -10",
                "2 CANCELLED reduceOnly", "0 CANCELLED reduceOnly",
            ])
        #expect(bench.position() == 0)
    }

    @Test("an order that was to turn the position still opens what it was to open, and no more")
    func turningOrder() {
        let bench = ProtectionConflictTests.long(.protected(), .submit(.sell, 5, .limit, tag: 2, at: 107))
        bench.feed(.bar(3, 99, 99, 94, 96))
        #expect(bench.news().contains("2 SUBMITTED reduceOnly"))
        #expect(bench.engine.workingOrders(instrument: 0).map(\.remaining) == [3])
        bench.feed(.bar(4, 100, 120, 100, 110))
        #expect(bench.position() == -3)
    }

    @Test("an exit of which the stop leaves a part is shrunk to it")
    func partOfExit() {
        let bench = Bench(
            .protected(.trades),
            script: [[.submit(.buy, 5, tag: 1)], [.submit(.sell, 4, .limit, tag: 2, at: 107)]])
        bench.feed(.trade(1, 100), .trade(2, 100), .trade(3, 94, 3))
        #expect(bench.position() == 2)
        let exit = bench.engine.workingOrders(instrument: 0).first { $0.intent.tag == 2 }
        #expect(exit?.remaining == 2)
    }

    @Test("an operator closes at the market past the pair")
    func operatorCloses() {
        let bench = ProtectionConflictTests.long()
        let isApproved = bench.submit(
            OrderIntent(
                strategy: 0, instrument: 0, tag: 7, side: .sell, kind: .market, quantity: 2, reduceOnly: true,
                origin: .operator))
        bench.feed(.flat(3, 101))
        #expect(isApproved && bench.position() == 0 && bench.engine.workingOrderCount == 0)
    }

    // MARK: - Self-trade

    @Test("an own order that would meet the target makes it give way, and it comes back when that order is gone")
    func givesWay() {
        let bench = Bench(
            .protected(.quotes),
            script: [
                [.submit(.buy, 2, tag: 1)], [], [.submit(.buy, 1, .limit, tag: 2, at: 112)], [], [], [.cancel(tag: 2)],
            ])
        bench.feed(.quote(1, 99, 100), .quote(2, 99, 100))
        _ = bench.news()
        bench.feed(.quote(3, 99, 115))
        #expect(bench.news() == ["0 CANCELLED selfTrade", "accepted 2"])
        bench.feed(.quote(4, 99, 115), .quote(5, 99, 115), .quote(6, 99, 115))
        #expect(bench.news() == ["denied 0 compliance.self-trade", "2 CANCELLED cancelRequested"])
        #expect(bench.prices() == (95, nil))
        #expect(bench.isProtectionDue)
        bench.feed(.quote(7, 99, 115))
        #expect(bench.news() == ["accepted 0"])
        #expect(bench.prices() == (95, 110))
        #expect(!bench.isProtectionDue)
    }

    // MARK: - What the gate counts

    @Test("an account counts a pair once: stop and target cannot both trade", arguments: [(5, false), (6, true)])
    func countedOnce(limit: Quantity, isApproved: Bool) {
        var setup = EngineSetup.protected(strategies: 2)
        setup.strategies[1].protection = .none
        setup.accounts[0].limits.maxPositionQuantity = limit
        let bench = Bench(
            setup,
            [
                ScriptedStrategy(script: [[.submit(.buy, 5, tag: 1)]]),
                ScriptedStrategy(script: [[], [.submit(.sell, 5, tag: 1)]]),
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        #expect(bench.position(0) == 5 && bench.position(1) == -5)
        #expect(bench.engine.workingTotals(account: 0, instrument: 0).sells == 5)
        // Net 0; the pair may sell 5, this order one more.
        let verdict = bench.judge(
            OrderIntent(strategy: 1, instrument: 0, tag: 2, side: .sell, kind: .market, quantity: 1, origin: .operator))
        #expect(verdict.isApproved == isApproved)
    }

    @Test("an own exit raises nothing that an account counts")
    func exitCountsWithPair() {
        let bench = ProtectionConflictTests.long(.protected(), .submit(.sell, 2, .limit, tag: 2, at: 107))
        #expect(bench.engine.workingTotals(account: 0, instrument: 0).sells == 2)
        #expect(bench.engine.workingTotals(strategy: 0, instrument: 0).sells == 2)
        #expect(bench.engine.workingTotals(strategy: 0, instrument: 0).protective(.sell) == 2)
    }

    // MARK: - Latches, stops and faults

    @Test("while halted the stop acts, and a fill still gets its pair")
    func halted() {
        let bench = Bench(.protected(), script: [[.submit(.buy, 2, .limit, tag: 1, at: 100)]])
        bench.feed(.flat(1, 101))
        bench.engine.setTradingState(.halted, scope: .system)
        bench.feed(.bar(2, 101, 101, 99, 100))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        bench.feed(.bar(3, 99, 99, 90, 92))
        #expect(bench.position() == 0)
        #expect(bench.story.contains("order 2 filled SELL 2 at 95"))
    }

    @Test(
        "a stopped strategy keeps its pair under every policy; flatten closes past it", arguments: StopPolicy.allCases)
    func stopped(policy: StopPolicy) {
        let bench = ProtectionConflictTests.long(.protected(), .submit(.buy, 1, .limit, tag: 2, at: 90))
        bench.engine.disable(strategy: 0, policy: policy)
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        #expect(bench.engine.workingOrders(instrument: 0).contains { $0.intent.tag == 2 } == (policy == .keep))
        bench.feed(.bar(3, 96, 96, 94, 94))
        #expect(bench.position() == 0)
        #expect(bench.news().contains(policy == .flatten ? "round trip -8" : "round trip -10"))
        #expect(bench.pair() == [])
    }

    @Test("a strategy that breaks the contract keeps its pair")
    func faulted() {
        let bench = ProtectionConflictTests.long(.protected(), .submit(.buy, 1, .limit, tag: 2, at: 90))
        bench.strategies[0].process = { _, count, _ in count + 1 }
        bench.feed(.flat(3, 100))
        #expect(bench.engine.fault(strategy: 0) != nil)
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        #expect(bench.engine.workingOrderCount == 2)
    }

    // MARK: - Commands

    @Test("new terms re-price the pair at once; without terms it goes; terms that make no sense change nothing")
    func setProtection() {
        let bench = ProtectionConflictTests.long()
        #expect(bench.protect(ProtectionTerms(stopLoss: Rate("0.02"))))
        #expect(bench.pair() == ["SELL 2 stop 98"])
        for rate in [Rate.zero, Rate("-0.1"), Rate("1.1")] {
            #expect(!bench.protect(ProtectionTerms(stopLoss: rate)))
            #expect(!bench.protect(ProtectionTerms(takeProfit: rate)))
        }
        let kept = bench.engine.protectionTerms(strategy: 0, instrument: 0)
        #expect(kept == ProtectionTerms(stopLoss: Rate("0.02")))
        #expect(bench.protect(.none))
        #expect(bench.pair() == [] && bench.engine.workingOrderCount == 0)
    }

    @Test("suspended, the pair goes and stays away until it is wanted again")
    func suspended() {
        let bench = ProtectionConflictTests.long()
        bench.engine.suspendProtection(strategy: 0, true)
        bench.feed(.flat(3, 90))
        #expect(bench.pair() == [] && bench.position() == 2)
        bench.engine.suspendProtection(strategy: 0, false)
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        bench.feed(.flat(4, 90))
        #expect(bench.position() == 0)
    }

    @Test("a leg that an operator cancels comes back with the next event")
    func cancelledLeg() throws {
        let bench = ProtectionConflictTests.long()
        let stop = try #require(bench.engine.workingOrders(instrument: 0).first { $0.intent.kind == .stopLoss })
        #expect(bench.cancelOrder(id: stop.id))
        #expect(bench.pair() == ["SELL 2 target 110"])
        bench.feed(.flat(3, 100))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
    }

    // MARK: - Refusals

    @Test("a refused pair is one fact, tried again without another, and comes when the gate lets it")
    func refused() {
        var setup = EngineSetup.protected()
        setup.instruments[0].calendar = TradingCalendar(
            name: "pause",
            sessions: [.init(open: .minute(0), close: .minute(2)), .init(open: .minute(5), close: .minute(9))])
        let bench = Bench(setup, script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100), .flat(4, 100))
        let denied = "denied 0 compliance.trading-hours"
        #expect(
            bench.news() == ["accepted 1", "order 1 filled BUY 2 at 100", "1 FILLED fill", denied, denied])
        #expect(bench.prices() == (nil, nil))
        bench.feed(.flat(5, 100))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        bench.feed(.flat(6, 94))
        #expect(bench.position() == 0)
    }

    @Test("without room for working orders the pair is refused, and comes when there is")
    func noRoom() {
        var setup = EngineSetup.protected()
        setup.workingOrdersMax = 2
        let bench = Bench(
            setup,
            script: [[.submit(.buy, 2, tag: 1), .submit(.buy, 1, .limit, tag: 2, at: 90)], [], [.cancel(tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(bench.pair() == ["SELL 2 stop 95"])
        #expect(bench.story.last == "0 REJECTED venue")
        bench.feed(.flat(3, 100), .flat(4, 100))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
        #expect(bench.story.filter { $0 == "0 REJECTED venue" }.count == 1)
    }

    @Test("protective orders take nothing from a strategy's order rate")
    func orderRate() {
        var setup = EngineSetup.protected()
        setup.strategies[0].limits.maxOrdersPerMinute = 2
        let bench = ProtectionConflictTests.long(setup, .submit(.buy, 1, tag: 2))
        bench.feed(.flat(3, 100))
        #expect(bench.position() == 3)
        #expect(bench.pair() == ["SELL 3 stop 95", "SELL 3 target 110"])
    }

    @Test("a review after a recovery changes nothing that fits")
    func review() {
        let bench = ProtectionConflictTests.long()
        bench.engine.reviewProtections()
        bench.feed(.flat(3, 100))
        #expect(bench.news() == [] && !bench.isProtectionDue)
    }
}
