import CStrategyABI
import Controls
import Engine
import Execution
import Portfolio
import ScriptedStrategies
import Testing
import Trading

@Suite("Limits that look back")
struct RunningTotalsTests {
    private static func setup(_ change: (inout LimitSet) -> Void) -> EngineSetup {
        var setup = EngineSetup.small()
        change(&setup.accounts[0].limits)
        return setup
    }

    /// What a host would rebuild from its newest checkpoint.
    private static func restarted(_ engine: inout Engine, _ setup: EngineSetup) throws -> Engine {
        var other = Engine(setup)
        try other.restore(engine.snapshot())
        _ = try other.finishRecovery()
        return other
    }

    private static func buy(_ quantity: Quantity, of strategy: Int32 = 0) -> OrderIntent {
        OrderIntent(strategy: strategy, instrument: 0, tag: 99, side: .buy, kind: .market, quantity: quantity)
    }

    @Test("equity below its high denies what could lose more, in a run of blocks too, and a restart keeps the high")
    func drawdown() throws {
        let setup = RunningTotalsTests.setup { $0.maxDrawdown = Rate("0.001") }
        let bench = Bench(setup, script: [[.submit(.buy, 100, tag: 1)]])
        // 100 held at 100 of a million; 110 makes 1,001,000, a thousandth of which is 1,001.
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 110), .flat(4, 100))
        #expect(bench.engine.runningTotals(scope: .account, index: 0).peak == Money("1001000"))
        #expect(bench.judge(RunningTotalsTests.buy(1)).isApproved)
        bench.feed(.flat(5, 99))
        let findings = bench.judge(RunningTotalsTests.buy(1)).findings
        #expect(findings.map(\.rule) == [.drawdown])
        #expect(findings.first?.observed == Money("1100")?.raw && findings.first?.limit == Money("1001")?.raw)
        var again = try RunningTotalsTests.restarted(&bench.engine, setup)
        #expect(again.runningTotals(scope: .account, index: 0).peak == Money("1001000"))
        #expect(again.assess(RunningTotalsTests.buy(1)).map(\.rule) == [.drawdown])
        var sale = RunningTotalsTests.buy(1)
        sale.side = .sell
        #expect(again.assess(sale).isEmpty)
    }

    @Test("a denial by the drawdown has its high in the facts before it")
    func recordedHigh() {
        let setup = RunningTotalsTests.setup { $0.maxDrawdown = Rate("0.001") }
        let bench = Bench(setup, script: [[.submit(.buy, 100, tag: 1)], [], [], [], [.submit(.buy, 1, tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 110), .flat(4, 110), .flat(5, 99))
        #expect(bench.story.suffix(2) == ["account 0 high 1001000", "denied 2 risk.drawdown"])
    }

    @Test("more executions than the limit latch a strategy, through a restart, until a person releases it")
    func executions() throws {
        let setup = RunningTotalsTests.setup {
            $0.repeatLimit = 2
            $0.repeatWindowNanoseconds = 600 * 1_000_000_000
        }
        let script = (1...6).map { [IntentRecord.submit(.buy, 1, tag: $0)] }
        let bench = Bench(setup, script: script)
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100), .flat(4, 100))
        #expect(
            bench.story.suffix(3) == [
                "3 FILLED fill", "strategy 0 runs away: 3 executions", "denied 4 risk.repeat-execution",
            ])
        var again = try RunningTotalsTests.restarted(&bench.engine, setup)
        #expect(again.runaway(strategy: 0).isLatched)
        #expect(again.assess(RunningTotalsTests.buy(1)).map(\.rule) == [.repeatExecution])
        again.releaseRunaway(strategy: 0)
        #expect(again.assess(RunningTotalsTests.buy(1)).isEmpty)
        #expect(!again.runaway(strategy: 0).isLatched)
        // An operator was never held up.
        var order = RunningTotalsTests.buy(1)
        order.origin = .operator
        #expect(bench.submit(order))
    }

    @Test("executions further apart than the window are none in a row")
    func slowExecutions() {
        let setup = RunningTotalsTests.setup {
            $0.repeatLimit = 2
            $0.repeatWindowNanoseconds = 60 * 1_000_000_000
        }
        let bench = Bench(setup, script: (1...8).map { [.submit(.buy, 1, tag: $0)] })
        bench.feed((1...8).map { .flat($0, 100) })
        #expect(!bench.engine.runaway(strategy: 0).isLatched)
        #expect(bench.position() == 7)
    }

    @Test("denials in a row latch; one that passes between them begins anew")
    func denials() {
        let setup = RunningTotalsTests.setup {
            $0.rejectStreak = 2
            $0.maxOrderQuantity = 5
        }
        let sizes: [Quantity] = [9, 9, 1, 9, 9, 9, 1]
        let bench = Bench(setup, script: [sizes.enumerated().map { .submit(.buy, $1, tag: UInt64($0 + 1)) }])
        bench.feed(.flat(1, 100))
        #expect(
            bench.story.suffix(3) == [
                "denied 6 risk.order-size", "strategy 0 runs away: 3 denials", "denied 7 risk.repeat-execution",
            ])
    }

    @Test("losing round trips in a row pause the account for the rest of its day, through a restart")
    func losses() throws {
        let setup = RunningTotalsTests.setup { $0.maxConsecutiveLosses = 2 }
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 1, tag: 1)], [.submit(.sell, 1, tag: 2)], [.submit(.buy, 1, tag: 3)],
                [.submit(.sell, 1, tag: 4)],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 99), .flat(4, 99))
        #expect(bench.judge(RunningTotalsTests.buy(1)).isApproved)
        bench.feed(.flat(5, 98))
        #expect(bench.story.suffix(1) == ["round trip -1"])
        #expect(bench.judge(RunningTotalsTests.buy(1)).findings.map(\.reason) == [.losingStreak])
        var again = try RunningTotalsTests.restarted(&bench.engine, setup)
        #expect(again.assess(RunningTotalsTests.buy(1)).map(\.rule) == [.consecutiveLosses])
        again.advance(to: again.now + 24 * 3600 * 1_000_000_000)
        #expect(again.assess(RunningTotalsTests.buy(1)).isEmpty)
    }

    @Test("a stop-loss of the host pauses the account")
    func stopOut() {
        var setup = RunningTotalsTests.setup { $0.cooldownNanoseconds = 3600 * 1_000_000_000 }
        setup.strategies[0].protection = ProtectionTerms(stopLoss: Rate("0.01"), takeProfit: nil)
        let bench = Bench(setup, script: [[.submit(.buy, 1, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 98))
        #expect(bench.position() == .zero)
        #expect(bench.judge(RunningTotalsTests.buy(1)).findings.map(\.reason) == [.stoppedOut])
        bench.feed(.flat(64, 98))
        #expect(bench.judge(RunningTotalsTests.buy(1)).isApproved)
    }

    @Test("working orders are counted as they come and go, the host's protective ones left out")
    func openOrders() {
        var setup = RunningTotalsTests.setup { $0.maxOpenOrders = 2 }
        setup.strategies[0].protection = ProtectionTerms(stopLoss: Rate("0.01"), takeProfit: Rate("0.5"))
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 1, tag: 1)],
                [.submit(.buy, 1, .limit, tag: 2, at: 90), .submit(.buy, 1, .limit, tag: 3, at: 90)],
                [.submit(.buy, 1, .limit, tag: 4, at: 90), .cancel(tag: 2), .submit(.buy, 1, .limit, tag: 5, at: 90)],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
        #expect(bench.engine.workingTotals(strategy: 0, instrument: 0).stopSells == 1)
        #expect(bench.story.filter { $0.hasPrefix("denied") } == ["denied 4 risk.open-orders"])
        #expect(bench.story.contains("accepted 5"))
    }

    @Test("a market order is sent with the slippage limit as its worst price")
    func slippage() {
        let setup = RunningTotalsTests.setup { $0.maxSlippage = Rate("0.01") }
        let bench = Bench(setup, script: [[.submit(.buy, 1, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 102))
        #expect(bench.story.suffix(1) == ["1 CANCELLED protectionPrice"])
    }
}
