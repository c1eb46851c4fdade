import CStrategyABI
import Engine
import Portfolio
import ScriptedStrategies
import Testing
import Trading

@Suite("What holding a position costs")
struct FinancingTests {
    /// 0.01 % every eight hours, which are 480 minutes.
    private static func funded(strategies: Int = 1) -> EngineSetup {
        var setup = EngineSetup.small(strategies: strategies)
        setup.funding[0] = .constant(rate: Rate("0.0001")!, every: 8 * FundingTerms.shortestInterval)
        return setup
    }

    private static let buyTwo: [[IntentRecord]] = [[.submit(.buy, 2, tag: 1)]]
    private static let sellThree: [[IntentRecord]] = [[.submit(.sell, 3, tag: 1)]]

    private static func payments(_ bench: Bench) -> [Financing] {
        bench.facts.compactMap { if case .financed(let payment) = $0 { payment } else { nil } }
    }

    @Test("a long pays a short at the mark and the position that everything up to the moment left, and both are told")
    func funding() {
        let strategies = [ScriptedStrategy(script: Self.buyTwo), ScriptedStrategy(script: Self.sellThree)]
        let bench = Bench(Self.funded(strategies: 2), strategies)
        // The bar that ends at eight o'clock fills at its open and marks with its close.
        bench.feed(.flat(479, 100), .bar(480, 100, 110, 100, 110))
        #expect(bench.position() == 2 && Self.payments(bench).isEmpty, "the moment is not over")
        bench.feed(.flat(481, 500))
        let paid = Self.payments(bench)
        #expect(paid.map(\.paid) == [Money("0.022"), Money("-0.033")] && paid.allSatisfy { $0.time == .minute(480) })
        #expect(paid.map(\.mark) == [110, 110] && paid.map(\.quantity) == [2, -3])
        // 1,000,000 − 2 × 100 + 3 × 100 − 0.022 + 0.033.
        #expect(bench.engine.cash(account: 0, currency: 0) == Money("1000100.011"))
        let totals = bench.engine.totals(strategy: 0)
        #expect(totals?.financing == FinancingTotals(funding: Money("0.022")!) && totals?.net == Money("799.978"))
        let told = strategies.compactMap { $0.seen.first { $0.kind == .funding }?.asFunding }
        #expect(told.map(\.amount) == [-2_200_000, 3_300_000] && told.allSatisfy { $0.rate == 100_000 })
        #expect(told.allSatisfy { $0.time == Timestamp.minute(480).nanoseconds })
        #expect(told.allSatisfy { $0.next_time == Timestamp.minute(960).nanoseconds })
        let places = strategies[0].seen.map(\.kind)
        #expect(places.suffix(2) == [.funding, .bar], "it hears before what comes later")
    }

    @Test("who holds nothing pays nothing, and hears of it only when it asked for that")
    func flat() {
        let strategies = [ScriptedStrategy(), ScriptedStrategy(script: Self.buyTwo)]
        let bench = Bench(
            Self.funded(strategies: 2), strategies, events: EventType.marketEvents | EventType.funding.mask)
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(500, 100))
        #expect(Self.payments(bench).map(\.strategy) == [1])
        #expect(strategies[0].seen.filter { $0.kind == .funding }.map(\.asFunding.amount) == [0])
        let alone = ScriptedStrategy()
        Bench(Self.funded(), [alone], events: EventType.marketEvents | EventType.funding.mask)
            .feed(.flat(1, 100), .flat(500, 100), .flat(961, 100))
        #expect(
            alone.seen.filter { $0.kind == .funding }.map(\.time)
                == [480, 960].map { Timestamp.minute($0).nanoseconds })
        let deaf = [ScriptedStrategy(), ScriptedStrategy(script: Self.buyTwo)]
        Bench(Self.funded(strategies: 2), deaf).feed(.flat(1, 100), .flat(2, 100), .flat(500, 100))
        #expect(!deaf[0].seen.contains { $0.kind == .funding } && deaf[1].seen.contains { $0.kind == .funding })
    }

    @Test("every funding time and every day's end within a gap is booked, the days' ends in the account's own days")
    func gap() {
        var setup = Self.funded()
        setup.accounts[0].terms.dayOffset = 13 * FundingTerms.shortestInterval
        setup.accounts[0].borrowRate = Rate("0.1")!
        let bench = Bench(setup, script: Self.sellThree)
        // From ten past midnight over three days of 365 a unit.
        bench.feed(.flat(9, 365), .flat(10, 365), .flat(10 + 3 * 1440, 365))
        let paid = Self.payments(bench)
        let funding = paid.filter { $0.kind == .funding }
        let borrow = paid.filter { $0.kind == .borrow }
        #expect(funding.map(\.time) == (1...9).map { Timestamp.minute($0 * 480) })
        #expect(borrow.map(\.time) == (0...2).map { Timestamp.minute(780 + $0 * 1440) })
        #expect(borrow.allSatisfy { $0.paid == Money("0.3") } && funding.allSatisfy { $0.paid == Money("-0.1095") })
        #expect(zip(paid, paid.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(bench.engine.financing(strategy: 0, instrument: 0).paid == Money("-0.0855"))
    }

    @Test("an instrument's own borrow rate stands above its account's, and a linear instrument borrows nothing")
    func borrowRates() {
        var setup = EngineSetup.small(instruments: 3)
        setup.instruments[1].terms.settlement = .linear
        setup.accounts[0].borrowRate = Rate("0.1")!
        setup.borrowRates[2] = Rate("0.2")!
        let script = (0..<3).map { [IntentRecord.submit(.sell, 1, tag: UInt64($0 + 1), instrument: UInt32($0))] }
        let bench = Bench(setup, script: script)
        bench.feed((1...3).flatMap { minute in (0..<3).map { .flat(minute, 365, instrument: $0) } })
        bench.feed(.flat(1441, 365))
        #expect(Self.payments(bench).map(\.instrument) == [0, 2])
        #expect(Self.payments(bench).map(\.paid) == [Money("0.1"), Money("0.2")])
    }

    @Test("listed rates are paid at their times, whatever lies between")
    func listed() {
        var setup = EngineSetup.small()
        setup.funding[0] = .listed([
            .init(time: .minute(1), rate: Rate("0.5")!), .init(time: .minute(7), rate: Rate("0.001")!),
            .init(time: .minute(400), rate: Rate("-0.002")!),
        ])
        let bench = Bench(setup, script: Self.buyTwo)
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(8, 100), .flat(401, 200), .flat(402, 100))
        #expect(Self.payments(bench).map(\.paid) == [Money("0.2"), Money("-0.4")], "at minute 1 nothing is held")
    }

    @Test("an account that begins anew owes nothing")
    func reset() {
        let bench = Bench(Self.funded(), script: Self.buyTwo)
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(500, 100))
        bench.engine.disable(strategy: 0, policy: .cancel)
        #expect(bench.resetAccount(0, 500))
        bench.feed(.flat(1000, 100))
        #expect(bench.engine.cash(account: 0, currency: 0) == 500 && Self.payments(bench).count == 1)
        #expect(bench.engine.financing(strategy: 0, instrument: 0) == FinancingTotals())
    }

    @Test(
        "a stop in the middle of a moment's payments: what the journal has is not paid again, the rest is",
        arguments: 0...3)
    func recovery(written: Int) throws {
        var setup = Self.funded(strategies: 3)
        setup.accounts[0].borrowRate = Rate("0.1")!
        setup.funding[0] = .constant(rate: Rate("0.0001")!, every: 24 * FundingTerms.shortestInterval)
        let scripts = [Self.buyTwo, Self.sellThree, Self.buyTwo]
        let bench = Bench(setup, scripts.map(ScriptedStrategy.init))
        bench.feed(.flat(1, 100), .flat(2, 100))
        bench.engine.recordMarks()
        bench.feed(.flat(1441, 100))
        // Three of funding, one of borrow; a journal that ends after so many of them.
        let whole = Self.payments(bench)
        #expect(whole.map(\.kind) == [.funding, .funding, .funding, .borrow])
        let facts = bench.facts
        let first = try #require(facts.firstIndex { if case .financed = $0 { true } else { false } })
        var engine = Engine(setup)
        for fact in facts[..<(first + written)] { try engine.replay(fact) }
        _ = try engine.finishRecovery()
        engine.advance(to: .minute(1441))
        let rest = engine.factLog.events.compactMap { if case .financed(let payment) = $0 { payment } else { nil } }
        #expect(rest == Array(whole[written...]))
        let (cash, expected) = (
            engine.cash(account: 0, currency: 0), bench.engine.cash(account: 0, currency: 0)
        )
        #expect(cash == expected)
    }

    @Test("a checkpoint keeps what was paid, and a payment that the books do not explain is a fault")
    func checkpoint() throws {
        let setup = Self.funded()
        let bench = Bench(setup, script: Self.buyTwo)
        bench.feed(.flat(1, 100), .flat(2, 100), .flat(500, 100))
        var engine = Engine(setup)
        try engine.restore(bench.engine.snapshot())
        let kept = engine.financing(strategy: 0, instrument: 0)
        #expect(kept == FinancingTotals(funding: Money("0.02")!))
        var wrong = try #require(Self.payments(bench).first)
        wrong.time = .minute(960)
        wrong.paid = Money("0.03")!
        do {
            try engine.replay(.financed(wrong))
            Issue.record("a payment of \(wrong.paid) was taken")
        } catch {
            #expect("\(error)".contains("do not pay 0.03"))
        }
    }
}

extension EventRecord {
    fileprivate var asFunding: strategy_funding_v1_t {
        withUnsafeBytes(of: self) { $0.load(as: strategy_funding_v1_t.self) }
    }
}
