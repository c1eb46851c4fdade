import Controls
import Engine
import Portfolio
import ScriptedStrategies
import Testing
import Trading

@Suite("An account that begins anew")
struct AccountResetTests {
    private static func recovered(_ bench: Bench, _ setup: EngineSetup) throws -> Engine {
        var engine = Engine(setup)
        for event in bench.facts { try engine.replay(event, findings: bench.engine.factLog.findings) }
        _ = try engine.finishRecovery()
        return engine
    }

    /// A position at a loss with a stop behind it, and an order that rests; the strategy is off again.
    private static func traded(_ setup: EngineSetup) -> Bench {
        let bench = Bench(
            setup,
            script: [[.submit(.buy, 100, tag: 1)], [.submit(.buy, 1, .limit, tag: 2, at: 50)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 98), .flat(4, 98))
        bench.engine.disable(strategy: 0, policy: .keep)
        return bench
    }

    private static var setup: EngineSetup {
        var setup = EngineSetup.small()
        setup.strategies[0].protection = ProtectionTerms(stopLoss: Rate("0.2"))
        setup.accounts[0].limits.maxDailyLoss = Money("150")
        setup.accounts[0].limits.maxDrawdown = Rate("0.5")
        return setup
    }

    @Test("orders end, positions are gone without a trade, and cash is what was given")
    func books() throws {
        let bench = AccountResetTests.traded(AccountResetTests.setup)
        #expect(bench.position() == Quantity("100") && bench.engine.tradingState(scope: .account) == .reducing)
        #expect(bench.engine.dayLoss(scope: .account, index: 0, base: .equity) == Money("200"))
        _ = bench.news()
        #expect(bench.resetAccount(0, Money("5000")!))
        #expect(
            bench.news() == [
                "0 CANCELLED halted", "2 CANCELLED halted", "account 0 begins anew with 5000",
                "account 0 day 5000 5000", "account 0 active", "strategy 0 day 0 0",
            ])
        #expect(bench.position() == .zero && bench.engine.equity(account: 0) == Money("5000"))
        #expect(bench.engine.openingBalance(account: 0) == Money("5000"))
        #expect(bench.engine.dayLoss(scope: .account, index: 0, base: .equity) == .zero)
        #expect(bench.engine.runningTotals(scope: .account, index: 0).peak == Money("5000"))
        #expect(bench.engine.performance(strategy: 0).totalTrades == 0)
        bench.feed(.flat(5, 90), .flat(6, 90))
        #expect(bench.news() == [] && bench.engine.equity(account: 0) == Money("5000"))
    }

    @Test("a strategy that goes on afterwards is told that it holds nothing, and trades from there")
    func believes() {
        let bench = AccountResetTests.traded(AccountResetTests.setup)
        let held = { bench.strategies[0].seen.map(\.story).last { $0.hasPrefix("position") } }
        #expect(held() == "position 100")
        #expect(bench.resetAccount(0, Money("5000")!))
        #expect(bench.enable(0))
        #expect(held() == "position 0")
    }

    @Test("a replay of the facts, and a checkpoint, come to the same books")
    func recovery() throws {
        let setup = AccountResetTests.setup
        let bench = AccountResetTests.traded(setup)
        #expect(bench.resetAccount(0, Money("5000")!))
        bench.engine.recordMarks()
        let replayed = try AccountResetTests.recovered(bench, setup)
        #expect(replayed.durableState() == bench.engine.durableState())
        #expect(replayed.equity(account: 0) == Money("5000") && replayed.tradingState(scope: .account) == .active)
        #expect(bench.enable(0))
        bench.feed(.flat(5, 90))
        bench.engine.recordMarks()
        var restored = Engine(setup)
        try restored.restore(bench.engine.snapshot())
        _ = try restored.finishRecovery()
        #expect(restored.durableState() == bench.engine.durableState())
        #expect(
            restored.runningTotals(scope: .account, index: 0) == bench.engine.runningTotals(scope: .account, index: 0))
        #expect(restored.openingBalance(account: 0) == Money("5000"))
    }

    @Test("not while a strategy of the account trades")
    func enabled() {
        let bench = Bench(AccountResetTests.setup, script: [])
        bench.feed(.flat(1, 100))
        #expect(!bench.resetAccount(0, Money("5000")!))
        #expect(bench.engine.equity(account: 0) == Money("1000000"))
    }

    @Test("facts that cannot be are refused")
    func impossibleFacts() {
        let setup = AccountResetTests.setup
        let bench = AccountResetTests.traded(setup)
        let time = Timestamp(nanoseconds: 5_000_000_000)
        for fact in [
            TradingEvent.accountReset(account: 0, balance: Money("5000")!, time: time),
            .accountReset(account: 1, balance: Money("5000")!, time: time),
            .accountReset(account: 0, balance: .zero, time: time),
        ] {
            var engine = Engine(setup)
            #expect(throws: Never.self) {
                for event in bench.facts { try engine.replay(event, findings: bench.engine.factLog.findings) }
            }
            #expect(throws: RecoveryFault.self) { try engine.replay(fact) }
        }
    }
}
