import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

/// Emergency stops: what each mode ends, what it lets pass, and how a flattening one comes to its end.
@Suite("Emergency stops")
struct EmergencyTests {
    private static func stop(
        _ mode: EmergencyStop.Mode, _ scope: LimitScope = .system, _ index: Int = 0, id: UInt64 = 1
    ) -> EmergencyStop {
        EmergencyStop(id: id, scope: scope, index: index, mode: mode)
    }

    /// Long 2 at 100 in each instrument with a pair around it, and a resting buy at 50.
    private func holding(_ setup: EngineSetup = .protected()) -> Bench {
        let bench = Bench(setup, script: [[.submit(.buy, 2, tag: 1), .submit(.buy, 1, .limit, tag: 2, at: 50)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        _ = bench.news()
        return bench
    }

    @Test("stop leaves what works, the protective pair too, and nothing new passes")
    func stop() {
        let bench = holding()
        bench.engine.throwStop(EmergencyTests.stop(.stop))
        #expect(bench.news() == ["system 0 halted"])
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"] && bench.engine.workingOrderCount == 3)
        #expect(!bench.submit(.operator(.sell, 1)) && bench.submit(.operator(.sell, 1, reduceOnly: true)))
    }

    @Test("cancel ends the protective pair too, and keeps it away until it is released")
    func cancel() {
        let bench = holding()
        bench.engine.throwStop(EmergencyTests.stop(.cancel))
        #expect(bench.engine.workingOrderCount == 0)
        #expect(bench.news().filter { $0.hasSuffix("CANCELLED halted") }.count == 3)
        bench.feed(.flat(3, 100), .flat(4, 90))
        #expect(bench.engine.workingOrderCount == 0 && bench.position() == 2)
        #expect(bench.engine.releaseStop(id: 1) && !bench.engine.releaseStop(id: 1))
        #expect(bench.pair() == ["SELL 2 stop 95", "SELL 2 target 110"])
    }

    @Test("flatten closes at the market with the next event, and says what is left until then")
    func flatten() {
        let bench = holding()
        bench.engine.throwStop(EmergencyTests.stop(.flatten))
        let left = bench.engine.residuals(of: 1)
        #expect(left.count == 1 && left[0].quantity == 2 && left[0].working == 2 && left[0].attempts == 1)
        bench.feed(.flat(3, 100))
        #expect(bench.position() == 0 && bench.engine.residuals(of: 1).isEmpty && bench.engine.workingOrderCount == 0)
        #expect(bench.engine.tradingState(scope: .system) == .halted)
    }

    @Test("a large position is closed in parts of the instrument's largest order")
    func parts() {
        var setup = EngineSetup.small()
        setup.instruments[0].terms.maxQuantity = 5
        let bench = Bench(setup, script: [[.submit(.buy, 5, tag: 1), .submit(.buy, 4, tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        bench.engine.throwStop(EmergencyTests.stop(.flatten))
        #expect(bench.engine.workingOrders(instrument: 0).map(\.intent.quantity) == [5, 4])
        bench.feed(.flat(3, 100))
        #expect(bench.position() == 0)
    }

    @Test("while its market is closed it is asked again and again, and denied once; it closes when the market opens")
    func closedMarket() {
        var setup = EngineSetup.small()
        setup.instruments[0].calendar = TradingCalendar(
            name: "short",
            sessions: [
                TradingCalendar.Session(open: .minute(0), close: .minute(3)),
                TradingCalendar.Session(open: .minute(60), close: .minute(100)),
            ])
        let bench = Bench(setup, script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(4, 100))
        bench.engine.throwStop(EmergencyTests.stop(.flatten))
        for minute in 5..<30 { bench.feed(.flat(Int64(minute), 100)) }
        #expect(bench.story.filter { $0.hasPrefix("denied") }.count == 1, "\(bench.story)")
        let left = bench.engine.residuals(of: 1)
        #expect(left.count == 1 && left[0].refusal == .marketClosed && left[0].attempts > 5 && left[0].working == 0)
        for minute in 61..<70 { bench.feed(.flat(Int64(minute), 100)) }
        #expect(bench.position() == 0 && bench.engine.residuals(of: 1).isEmpty)
    }

    @Test(
        "acts on its own scope only",
        arguments: [
            (LimitScope.account, 0, [0: 0, 1: 2]), (.strategy, 1, [0: 2, 1: 0]), (.system, 0, [0: 0, 1: 0]),
            (.instrument, 0, [0: 0, 1: 0]),
        ])
    func scopes(_ scope: LimitScope, _ index: Int, _ left: [Int: Quantity]) {
        let scripts = (0..<2).map { _ in ScriptedStrategy(script: [[.submit(.buy, 2, tag: 1)]]) }
        let bench = Bench(.small(instruments: 2, strategies: 2, accounts: 2), scripts)
        bench.feed(.flat(1, 100), .flat(2, 100))
        bench.engine.throwStop(EmergencyTests.stop(.flatten, scope, index))
        bench.feed(.flat(3, 100))
        for (strategy, quantity) in left { #expect(bench.position(strategy) == quantity) }
    }

    @Test("several on one scope: the strictest holds until it is released, and others go on closing")
    func several() {
        let bench = holding()
        bench.engine.throwStop(EmergencyTests.stop(.reduce, id: 1))
        bench.engine.throwStop(EmergencyTests.stop(.stop, id: 2))
        #expect(bench.engine.tradingState(scope: .system) == .halted)
        bench.engine.releaseStop(id: 2)
        #expect(bench.engine.tradingState(scope: .system) == .reducing)
        bench.engine.releaseStop(id: 1)
        #expect(bench.engine.tradingState(scope: .system) == .active && bench.engine.stopsInForce.isEmpty)
    }

    @Test("a released one stops closing what is not flat yet")
    func releasedEarly() {
        var setup = EngineSetup.small()
        setup.instruments[0].calendar = TradingCalendar(
            name: "short",
            sessions: [
                TradingCalendar.Session(open: .minute(0), close: .minute(3)),
                TradingCalendar.Session(open: .minute(60), close: .minute(100)),
            ])
        let bench = Bench(setup, script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(4, 100))
        bench.engine.throwStop(EmergencyTests.stop(.flatten))
        bench.engine.releaseStop(id: 1)
        for minute in 61..<70 { bench.feed(.flat(Int64(minute), 100)) }
        #expect(bench.position() == 2)
    }

    @Test("an operator's orders that came meanwhile give way to the closing ones")
    func operatorOrders() {
        let bench = holding()
        bench.engine.throwStop(EmergencyTests.stop(.stop))
        #expect(bench.submit(.operator(.sell, 1, .limit, at: 200, reduceOnly: true)))
        bench.engine.throwStop(EmergencyTests.stop(.flatten, id: 2))
        bench.feed(.flat(3, 100))
        #expect(bench.position() == 0 && bench.engine.workingOrderCount == 0)
    }

    @Test("a checkpoint has no stops: put back after it, a flattening one goes on where it was")
    func resumed() throws {
        let bench = holding()
        bench.engine.throwStop(EmergencyTests.stop(.flatten))
        let bytes = bench.engine.snapshot()
        let other = Bench(.protected(), [])
        try other.engine.restore(bytes)
        _ = try other.engine.finishRecovery()
        #expect(other.engine.tradingState(scope: .system) == .halted)
        other.engine.resumeStops([EmergencyTests.stop(.flatten)])
        #expect(other.engine.residuals(of: 1).map(\.working) == [2])
        other.feed(.flat(3, 100))
        #expect(other.position() == 0 && other.engine.residuals(of: 1).isEmpty)
        #expect(other.engine.workingOrderCount == 0)
    }

    @Test("the journal's block halts the system beside all stops")
    func blocked() {
        let bench = holding()
        bench.engine.blockOrders(true)
        bench.engine.throwStop(EmergencyTests.stop(.reduce))
        #expect(bench.engine.tradingState(scope: .system) == .halted)
        bench.engine.blockOrders(false)
        #expect(bench.engine.tradingState(scope: .system) == .reducing)
    }
}

extension OrderIntent {
    fileprivate static func `operator`(
        _ side: Side, _ quantity: Quantity, _ kind: OrderKind = .market, at price: Price = .zero,
        reduceOnly: Bool = false
    ) -> OrderIntent {
        OrderIntent(
            strategy: 0, instrument: 0, tag: 0, side: side, kind: kind, quantity: quantity, price: price,
            reduceOnly: reduceOnly, origin: .operator)
    }
}
