import Controls
import Engine
import Portfolio
import ScriptedStrategies
import Testing
import Trading

/// Circuit breakers: each measure trips at its threshold, stops its scope in its mode at once, and is reset as it says.
@Suite("Circuit breakers")
struct BreakerTests {
    private static let second = Timestamp.nanosecondsPerSecond
    private static let unit: Int128 = 100_000_000

    private func bench(
        _ breaker: Breaker, _ setup: EngineSetup = .small(instruments: 2, strategies: 2),
        script: [[IntentRecord]]
    ) -> Bench {
        let scripts = [ScriptedStrategy(script: script), ScriptedStrategy()]
        let bench = Bench(setup, Array(scripts.prefix(setup.strategies.count)))
        bench.engine.setBreakers([breaker])
        return bench
    }

    private func trips(_ bench: Bench) -> [EmergencyStop] {
        bench.engine.takeBreakerNews().compactMap {
            if case .tripped(_, let stop, _, _) = $0 { stop } else { nil }
        }
    }

    // MARK: Measures

    @Test(
        "a day's loss beyond the threshold flattens the account in the event of the mark; at the threshold it does not"
    )
    func dailyLoss() {
        let breaker = Breaker(
            .dailyLoss, scope: .account, threshold: 20 * BreakerTests.unit, mode: .flatten)
        let bench = bench(breaker, script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 90))
        #expect(
            trips(bench).isEmpty && bench.engine.breakerStates[0].observed == 20 * BreakerTests.unit)
        bench.feed(.flat(4, Price(raw: 89_990_000_000)))
        #expect(trips(bench) == [EmergencyStop(id: 1, scope: .account, index: 0, mode: .flatten)])
        #expect(
            bench.engine.tradingState(scope: .account) == .halted && bench.engine.workingOrderCount == 1)
        bench.feed(.flat(5, 90))
        #expect(bench.position() == 0 && bench.engine.residuals(of: 1).isEmpty)
    }

    @Test("the strategy that the mark is given to next can send nothing any more")
    func beforeTheStrategy() {
        let breaker = Breaker(
            .dailyLoss, scope: .account, threshold: 20 * BreakerTests.unit, mode: .stop)
        let bench = bench(
            breaker,
            script: [
                [.submit(.buy, 2, tag: 1)], [], [.submit(.buy, 1, tag: 2)], [.submit(.buy, 1, tag: 3)],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 80), .flat(4, 80))
        #expect(bench.position() == 2 && bench.story.filter { $0.hasPrefix("denied") }.count == 2)
    }

    @Test(
        "a fall from the highest equity beyond the threshold trips; at the threshold it does not, and a new day changes nothing"
    )
    func drawdown() {
        // A thousand to begin with, two units from 100.
        var setup = EngineSetup.small(instruments: 2, strategies: 2)
        setup.accounts[0].terms.openingBalance = Money(raw: 1000 * 100_000_000)
        let breaker = Breaker(.drawdown, scope: .account, threshold: BreakerTests.unit / 10, mode: .flatten)
        let bench = bench(breaker, setup, script: [[.submit(.buy, 2, tag: 1)]])
        // Up to 1200, and down by a tenth of that.
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 200))
        bench.engine.advance(to: .minute(24 * 60 + 1))
        bench.feed(.flat(24 * 60 + 2, 140))
        #expect(trips(bench).isEmpty && bench.engine.breakerStates[0].observed == BreakerTests.unit / 10)
        bench.feed(.flat(24 * 60 + 3, Price(raw: 139_990_000_000)))
        #expect(trips(bench) == [EmergencyStop(id: 1, scope: .account, index: 0, mode: .flatten)])
        bench.feed(.flat(24 * 60 + 4, 140))
        #expect(bench.position() == 0 && bench.engine.tradingState(scope: .account) == .halted)
    }

    @Test("the drawdown of a strategy is measured from the opening balance with its own result")
    func ownDrawdown() {
        var setup = EngineSetup.small(instruments: 2, strategies: 2)
        setup.accounts[0].terms.openingBalance = Money(raw: 1000 * 100_000_000)
        let breaker = Breaker(.drawdown, scope: .strategy, index: 1, threshold: BreakerTests.unit / 10)
        let bench = bench(breaker, setup, script: [[.submit(.buy, 4, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 50))
        // The other strategy lost.
        #expect(trips(bench).isEmpty && bench.engine.breakerStates[0].observed == 0)
    }

    @Test("a range of marks within the window halts the instrument, and no other")
    func volatility() {
        let breaker = Breaker(
            .volatility, scope: .instrument, index: 1, threshold: 5_000_000,
            windowNanoseconds: 600 * BreakerTests.second)
        let bench = bench(breaker, script: [])
        bench.feed(
            .flat(1, 100, instrument: 1), .flat(2, 50), .flat(3, 100), .flat(4, 105, instrument: 1))
        #expect(trips(bench).isEmpty)
        // 100 is out of the window by now.
        bench.feed(.flat(14, 108, instrument: 1))
        #expect(trips(bench).isEmpty)
        bench.feed(.flat(15, 114, instrument: 1))
        #expect(trips(bench).map(\.scope) == [.instrument])
        #expect(bench.engine.tradingState(scope: .instrument, index: 1) == .halted)
        #expect(bench.engine.tradingState(scope: .instrument, index: 0) == .active)
    }

    @Test("more denials than the threshold within the window stop the strategy, and end its orders")
    func rejectRate() {
        var setup = EngineSetup.small()
        setup.strategies[0].limits.maxOrderQuantity = 10
        let breaker = Breaker(
            .rejectRate, scope: .strategy, threshold: 3 * BreakerTests.unit, mode: .cancel)
        let tooLarge = [IntentRecord.submit(.buy, 20, tag: 9)]
        let bench = bench(
            breaker, setup,
            script: [
                [.submit(.buy, 1, .limit, tag: 1, at: 50)], tooLarge, [], tooLarge, tooLarge + tooLarge,
            ])
        let events = (101...104 as ClosedRange<Int64>).map { EventRecord.quote(1, 100, Price($0)) }
        bench.feed(events)
        #expect(trips(bench).isEmpty && bench.engine.workingOrderCount == 1)
        bench.feed(.quote(1, 100, 105))
        #expect(trips(bench).count == 1 && bench.engine.workingOrderCount == 0)
        #expect(bench.engine.tradingState(scope: .strategy) == .halted)
    }

    @Test("denials of longer ago than the window are forgotten")
    func rejectWindow() {
        var setup = EngineSetup.small()
        setup.strategies[0].limits.maxOrderQuantity = 10
        let breaker = Breaker(.rejectRate, scope: .strategy, threshold: 3 * BreakerTests.unit)
        let bench = bench(
            breaker, setup, script: (1...20).map { [.submit(.buy, 20, tag: UInt64($0))] })
        bench.feed((1...20 as ClosedRange<Int64>).map { EventRecord.flat($0, 100) })
        #expect(trips(bench).isEmpty && bench.story.filter { $0.hasPrefix("denied") }.count == 20)
    }

    @Test("what a stop denies is not counted")
    func deniedByStop() {
        let breaker = Breaker(.rejectRate, scope: .strategy, threshold: 0)
        let bench = bench(breaker, script: (1...5).map { [.submit(.buy, 1, tag: UInt64($0))] })
        bench.engine.throwStop(EmergencyStop(id: 9, scope: .system, mode: .stop))
        bench.feed((1...5 as ClosedRange<Int64>).map { EventRecord.flat($0, 100) })
        #expect(trips(bench).isEmpty)
    }

    @Test("intents that cannot be taken are errors")
    func errorRate() {
        let breaker = Breaker(.errorRate, scope: .system, threshold: 1 * BreakerTests.unit)
        let bench = bench(
            breaker, script: [[.submit(.buy, 1, tag: 0)], [.submit(.buy, 1, tag: 0)], []])
        bench.feed(.flat(1, 100))
        #expect(trips(bench).isEmpty)
        bench.feed(.flat(1, 100))
        #expect(trips(bench).map(\.scope) == [.system])
    }

    @Test(
        "no price for longer than the threshold halts the instrument though no event comes; a new price does not release it"
    )
    func staleData() {
        let breaker = Breaker(
            .staleData, scope: .instrument, index: 0, threshold: 30 * BreakerTests.unit)
        let bench = bench(breaker, .small(.quotes, instruments: 2, strategies: 2), script: [])
        bench.feed(.quote(1, 100, 101))
        bench.engine.advance(to: .minute(1) + 30 * BreakerTests.second)
        #expect(trips(bench).isEmpty)
        bench.engine.advance(to: .minute(1) + 32 * BreakerTests.second)
        #expect(
            trips(bench).count == 1 && bench.engine.tradingState(scope: .instrument, index: 0) == .halted)
        bench.feed(.quote(2, 100, 101))
        #expect(bench.engine.tradingState(scope: .instrument, index: 0) == .halted)
    }

    // MARK: Resets

    @Test("by hand: released, it waits until the loss is within the threshold before it trips again")
    func byHand() {
        let breaker = Breaker(.dailyLoss, scope: .account, threshold: 10 * BreakerTests.unit)
        let bench = bench(breaker, script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 90))
        #expect(trips(bench).map(\.id) == [1])
        bench.engine.releaseStop(id: 1)
        bench.feed(.flat(4, 89))
        #expect(trips(bench).isEmpty && bench.engine.tradingState(scope: .account) == .active)
        bench.feed(.flat(5, 98), .flat(6, 90))
        #expect(trips(bench).map(\.id) == [2])
    }

    @Test("after a time it releases its stop by itself and says so")
    func afterTime() {
        let breaker = Breaker(
            .volatility, scope: .instrument, threshold: 0, windowNanoseconds: 60 * BreakerTests.second,
            reset: .after(nanoseconds: 90 * BreakerTests.second))
        let bench = bench(breaker, script: [])
        bench.feed(.quote(1, 100, 101), .flat(1, 100), .flat(1, 101))
        #expect(trips(bench).count == 1)
        bench.engine.advance(to: .minute(2))
        #expect(bench.engine.tradingState(scope: .instrument) == .halted)
        bench.engine.advance(to: .minute(3))
        #expect(
            bench.engine.tradingState(scope: .instrument) == .active && bench.engine.stopsInForce.isEmpty)
        #expect(bench.engine.takeBreakerNews() == [.reset(breaker: 0, stop: 1, time: .minute(3))])
    }

    @Test("with the next day, which a stop of a person outlives")
    func nextDay() {
        let breaker = Breaker(
            .dailyLoss, scope: .account, threshold: 10 * BreakerTests.unit, reset: .nextDay)
        let bench = bench(breaker, script: [[.submit(.buy, 2, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 90))
        #expect(trips(bench).count == 1)
        bench.engine.throwStop(EmergencyStop(id: 7, scope: .account, mode: .reduce))
        bench.engine.advance(to: .minute(24 * 60 + 1))
        #expect(bench.engine.tradingState(scope: .account) == .reducing)
        #expect(bench.engine.stopsInForce.map(\.id) == [7])
    }

    @Test("one that had tripped before a restart is put up with its stop, and does not throw another")
    func restarted() {
        let breaker = Breaker(.volatility, scope: .instrument, threshold: 0)
        let bench = bench(breaker, script: [])
        bench.engine.resumeStops([EmergencyStop(id: 4, scope: .instrument, mode: .stop)])
        bench.engine.setBreakers([breaker], stopIDs: [0: 4])
        bench.engine.numberStops(from: 5)
        bench.feed(.flat(1, 100), .flat(1, 110))
        #expect(trips(bench).isEmpty)
        bench.engine.releaseStop(id: 4)
        bench.feed(.flat(1, 100), .flat(1, 110))
        #expect(trips(bench).map(\.id) == [5])
    }
}
