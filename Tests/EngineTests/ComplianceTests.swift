import CStrategyABI
import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("What compliance programs look at and remember")
struct ComplianceTests {
    private static func setup(
        strategies: Int = 1, accounts: Int = 1, instruments: Int = 1, _ change: (inout EngineSetup) -> Void
    ) -> EngineSetup {
        var setup = EngineSetup.small(instruments: instruments, strategies: strategies, accounts: accounts)
        for index in setup.accounts.indices { setup.accounts[index].owner = "me" }
        change(&setup)
        return setup
    }

    /// A buy of one each minute.
    private static func buys(_ count: UInt64, from first: UInt64 = 1) -> [[IntentRecord]] {
        (first..<first + count).map { [.submit(.buy, 1, tag: $0)] }
    }

    private static func denials(_ bench: Bench) -> [String] { bench.story.filter { $0.hasPrefix("denied") } }

    @Test("messages and fills of an account's day are counted, and start anew with the next one")
    func orderToTrade() {
        let setup = Self.setup {
            $0.accounts[0].program.messagesPerFillMax = 2
            $0.accounts[0].program.freeMessages = 0
        }
        func resting(_ tag: UInt64) -> [IntentRecord] { [.submit(.buy, 1, .limit, tag: tag, at: 50)] }
        let bench = Bench(setup, script: [resting(1), resting(2), resting(3), [.cancel(tag: 1)], [], resting(4)])
        for minute in 1...4 as ClosedRange<Int64> { bench.feed(.flat(minute, 100)) }
        #expect(Self.denials(bench) == ["denied 3 compliance.order-to-trade"])
        bench.feed(.flat(24 * 60, 100), .flat(24 * 60 + 1, 100))
        #expect(bench.story.last == "accepted 4")
    }

    @Test("large orders that are cancelled too soon are counted within their window")
    func spoofing() {
        let setup = Self.setup {
            $0.accounts[0].program.spoofing = ComplianceTerms.Spoofing(
                notional: 500, restNanoseconds: 90 * Timestamp.nanosecondsPerSecond,
                windowNanoseconds: 600 * Timestamp.nanosecondsPerSecond, warnings: 1, denials: 2)
        }
        func large(_ tag: UInt64) -> IntentRecord { .submit(.buy, 10, .limit, tag: tag, at: 50) }
        let bench = Bench(
            setup,
            script: [
                [large(1), .submit(.buy, 1, .limit, tag: 9, at: 50)], [.cancel(tag: 1), .cancel(tag: 9)], [large(2)],
                [],
                [.cancel(tag: 2)], [large(3)], [.cancel(tag: 3), large(4)], [],
            ])
        for minute in 1...7 as ClosedRange<Int64> { bench.feed(.flat(minute, 100)) }
        // The second rested long enough, the small one never mattered.
        #expect(bench.story.filter { $0.hasPrefix("warned") } == ["warned 2 1", "warned 3 1"])
        #expect(Self.denials(bench) == ["denied 4 compliance.spoofing"])
    }

    @Test("round trips within a day are counted over a rolling window of days")
    func dayTrades() {
        let day: Int64 = 24 * 60
        let setup = Self.setup {
            $0.accounts[0].program.dayTradesMax = 1
            $0.accounts[0].program.dayTradeDays = 2
        }
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 1, tag: 1)], [.submit(.sell, 1, tag: 2)], [.submit(.buy, 1, tag: 3)],
                [.submit(.buy, 1, tag: 4)], [.submit(.buy, 1, tag: 5)],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100), .flat(day + 1, 100), .flat(2 * day + 1, 100))
        #expect(Self.denials(bench) == ["denied 3 compliance.day-trades", "denied 4 compliance.day-trades"])
        #expect(bench.story.last == "accepted 5")
    }

    @Test("position limits and opposite positions are seen across the accounts of an owner, and of nobody else")
    func owner() {
        func run(_ owner: String) -> [String] {
            let setup = Self.setup(strategies: 2, accounts: 2) {
                $0.accounts[1].owner = owner
                $0.accounts[1].program.hasPositionLimits = true
                $0.accounts[1].program.forbidsHedging = true
                $0.accounts[1].tables.positionLimits = [.init(instruments: [0], quantity: 12)]
            }
            let other = ScriptedStrategy(script: [
                [], [.submit(.buy, 3, tag: 2)], [.submit(.sell, 1, tag: 3), .submit(.buy, 2, tag: 4)],
            ])
            let bench = Bench(setup, [ScriptedStrategy(script: [[.submit(.buy, 10, tag: 1)]]), other])
            bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
            return bench.story.filter { $0.hasPrefix("denied") || $0.hasPrefix("accepted") }
        }
        #expect(
            run("me") == [
                "accepted 1", "denied 2 compliance.position-limit", "denied 3 compliance.hedging", "accepted 4",
            ])
        #expect(run("another") == ["accepted 1", "accepted 2", "accepted 3", "accepted 4"])
    }

    @Test("a group's notional counts every instrument of it, in all accounts")
    func group() {
        let setup = Self.setup(strategies: 2, accounts: 2, instruments: 2) {
            $0.accounts[1].program.hasPositionLimits = true
            $0.accounts[1].tables.positionLimits = [.init(instruments: [0, 1], notional: 1500)]
        }
        let second = ScriptedStrategy(script: [[], [], [], [.submit(.buy, 6, tag: 2), .submit(.buy, 5, tag: 3)]])
        let bench = Bench(setup, [ScriptedStrategy(script: [[.submit(.buy, 10, tag: 1, instrument: 1)]]), second])
        bench.feed(.flat(1, 100, instrument: 1), .flat(1, 100), .flat(2, 100, instrument: 1), .flat(2, 100))
        #expect(Self.denials(bench) == ["denied 2 compliance.position-limit"])
        #expect(bench.story.last == "accepted 3")
    }

    @Test("the leverage of an asset class counts what the account holds in its other instruments")
    func classLeverage() {
        let setup = Self.setup(instruments: 2) {
            $0.accounts[0].program.hasClassLeverage = true
            $0.accounts[0].tables.classLeverage = [([0, 1], Rate(raw: 1_500_000))]
        }
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 10, tag: 1, instrument: 1)], [], [],
                [.submit(.buy, 6, tag: 2), .submit(.buy, 5, tag: 3)],
            ])
        bench.feed(.flat(1, 100, instrument: 1), .flat(1, 100), .flat(2, 100, instrument: 1), .flat(2, 100))
        #expect(Self.denials(bench) == ["denied 2 compliance.leverage-class"])
    }

    @Test("stops, events, flat times and holding times come from the strategy, the tables and the position")
    func views() {
        func verdicts(_ change: (inout EngineSetup) -> Void) -> [String] {
            let bench = Bench(
                Self.setup(change),
                script: [[.submit(.buy, 1, tag: 1)], [.submit(.buy, 1, tag: 2)], [.submit(.sell, 5, tag: 3)]])
            bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 100))
            return Self.denials(bench)
        }
        #expect(verdicts { $0.accounts[0].program.requiresStop = true }.count == 3)
        #expect(
            verdicts {
                $0.accounts[0].program.requiresStop = true
                $0.strategies[0].protection.stopLoss = Rate(raw: 50_000_000)
            } == [])
        #expect(
            verdicts {
                $0.accounts[0].program.hasNewsWindows = true
                $0.accounts[0].tables.newsWindows[0] = TradingCalendar(
                    name: "news", sessions: [.init(open: .minute(2), close: .minute(3))])
            } == ["denied 2 compliance.news-blackout"])
        #expect(
            verdicts {
                $0.accounts[0].program.flatBeforeCloseNanoseconds = 120 * Timestamp.nanosecondsPerSecond
                $0.instruments[0].calendar = TradingCalendar(
                    name: "day", sessions: [.init(open: .minute(0), close: .minute(4))])
            } == ["denied 2 compliance.flat-by", "denied 3 compliance.flat-by"])
        #expect(
            verdicts { $0.accounts[0].program.minHoldingNanoseconds = 300 * Timestamp.nanosecondsPerSecond }
                == ["denied 3 compliance.min-holding"])
        #expect(verdicts { $0.accounts[0].program.shortSale = .located } == ["denied 3 compliance.short-sale"])
        #expect(
            verdicts {
                $0.accounts[0].program.shortSale = .located
                $0.accounts[0].tables.located = [0]
            } == [])
    }

    @Test("the program's limit for a day locks the account until the next one, though it was won back")
    func dailyLock() {
        let day: Int64 = 24 * 60
        let setup = Self.setup { $0.accounts[0].program.dailyLoss.amount = 50 }
        let bench = Bench(
            setup,
            script: [[.submit(.buy, 10, tag: 1)], [], [], [.submit(.buy, 1, tag: 2)], [.submit(.buy, 1, tag: 3)]])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 94), .flat(4, 100))
        #expect(bench.story.contains("account 0 broke compliance.daily-loss: 60"))
        #expect(bench.story.last == "denied 2 compliance.daily-loss")
        bench.feed(.flat(day + 1, 100))
        #expect(bench.story.last == "accepted 3")
    }

    @Test("the total drawdown locks the account until an admin releases it, and locks it again while it lasts")
    func totalLock() {
        let day: Int64 = 24 * 60
        let setup = Self.setup { $0.accounts[0].program.drawdown.amount = 50 }
        let bench = Bench(
            setup,
            script: [
                [.submit(.buy, 10, tag: 1)], [], [], [.submit(.buy, 1, tag: 2)], [.submit(.buy, 1, tag: 3)],
                [.submit(.buy, 1, tag: 4)],
            ])
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(3, 94), .flat(day + 1, 100))
        #expect(bench.story.last == "denied 2 compliance.total-drawdown")
        let isReleased = [bench.engine.releaseProgram(account: 0), bench.engine.releaseProgram(account: 0)]
        #expect(isReleased == [true, false])
        bench.feed(.flat(day + 2, 100))
        #expect(bench.story.last == "accepted 3")
        bench.feed(.flat(day + 3, 90))
        #expect(bench.story.contains("account 0 broke compliance.total-drawdown: 100"))
        #expect(bench.story.last == "denied 4 compliance.total-drawdown")
    }

    @Test("what is remembered comes back from the facts and from a checkpoint")
    func recovery() throws {
        let setup = Self.setup {
            $0.keepsDays = true
            $0.accounts[0].program.dailyLoss.amount = 50
            $0.accounts[0].program.washNanoseconds = 60 * Timestamp.nanosecondsPerSecond
            $0.accounts[0].program.dayTradesMax = 3
            $0.accounts[0].program.messagesPerFillMax = 1000
            $0.accounts[0].program.bestDayShareMax = .one
        }
        let bench = Bench(
            setup, script: [[.submit(.buy, 10, tag: 1)], [.submit(.sell, 10, tag: 2)], [.submit(.buy, 10, tag: 3)]])
        bench.feed(.flat(1, 100), .flat(2, 101), .flat(3, 102), .flat(4, 102), .flat(5, 90))
        #expect(bench.story.contains { $0.hasPrefix("account 0 broke") })
        let bytes = bench.engine.snapshot()
        var replayed = Engine(setup)
        for fact in bench.facts { try replayed.replay(fact, findings: bench.engine.factLog.findings) }
        _ = try replayed.finishRecovery()
        #expect(replayed.durableState() == bench.engine.durableState())
        var restored = Engine(setup)
        try restored.restore(bytes)
        #expect(restored.durableState() == bench.engine.durableState())
        let wanted = OrderIntent(
            strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: 1, origin: .operator)
        let verdicts = [restored.judgement(of: wanted), replayed.judgement(of: wanted)]
        // Facts do not bring the market back.
        #expect(verdicts.map { $0.failures.map(\.reason) } == [[.dayLocked], [.noReference, .dayLocked]])
    }

    @Test("warnings stand before the order that they are about, and change nothing")
    func warnings() {
        let setup = Self.setup {
            $0.accounts[0].program.warningThreshold = Rate(raw: 800_000_000)
            $0.strategies[0].limits.maxPositionQuantity = 10
        }
        let bench = Bench(setup, script: Self.buys(1) + [[.submit(.buy, 7, tag: 2)]])
        bench.feed(.flat(1, 100), .flat(2, 100))
        #expect(
            bench.story == ["accepted 1", "order 1 filled BUY 1 at 100", "1 FILLED fill", "warned 2 1", "accepted 2"])
        let finding = bench.engine.factLog.findings[0]
        #expect(finding.isWarning && finding.rule == .position && finding.observed == 800_000_000)
    }
}
