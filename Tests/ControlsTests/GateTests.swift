import Controls
import Testing
import Trading

@Suite("Gate")
struct GateTests {
    @Test("every failing rule is returned together, in the order of the rules")
    func allFailuresTogether() {
        let tight = everywhere {
            $0.maxOrderQuantity = quantity("1")
            $0.maxPositionQuantity = quantity("1")
            $0.priceCollar = rate("0.01")
            $0.maxOrdersPerSecond = 0
            $0.marketDataMaxAgeNanoseconds = second
            $0.maxGrossExposure = money("1")
            $0.maxNetExposure = money("1")
            $0.maxConcentration = rate("0.1")
            $0.maxLeverage = rate("0.1")
            $0.maxDailyLoss = money("1")
            $0.budgetCap = money("1")
            $0.budgetAllocation = money("1")
            $0.maxDrawdown = .zero
            $0.repeatLimit = 1
            $0.maxOpenOrders = 0
            $0.duplicateWindowNanoseconds = second
            $0.maxSlippage = .zero
            $0.maxConsecutiveLosses = 1
            $0.cooldownNanoseconds = second
        }
        var order = goodOrder()
        order.market.lastTime = noon + -2 * second
        order.market.quoteTime = noon + -2 * second
        order.funds.rateMarket = order.market
        order.funds.rateMarket?.quoteTime = order.market.lastTime
        order.netOthers = OrderContext.Others()
        order.ownOthers = OrderContext.Others()
        order.accountDay = OrderContext.Day(startBalance: .zero, startEquity: money("2"), equity: .zero)
        order.ownDay = order.accountDay
        order.isScheduled = false
        order.intent.quantity = quantity("2.0005")
        order.becomeMarket()
        order.intent.reduceOnly = true
        order.funds.equity = .zero
        order.restricted = .buy
        order.isOpen = false
        order.ownOpposite = price("100")
        order.accountHigh = OrderContext.EquityHigh(
            opening: .zero, peak: money("2"), closingPeak: .zero, equity: .zero)
        order.ownHigh = order.accountHigh
        order.runaway = RunawayLatch(strategy: 1, isLatched: true, cause: .denials, count: 2, limit: 1, time: noon)
        order.openOrders = OrderContext.OpenOrders(account: 1, strategy: 1, instrument: 1)
        order.accountLosses = OrderContext.LossStreak(count: 1, lastLoss: noon, lastStop: noon, dayEnd: noon)
        order.ownLosses = order.accountLosses
        order.own.position = quantity("-0.5")
        order.program = .allBroken
        var gate = Gate(limits: tight, states: [.system: .halted])
        let isRemembered = gate.countReplayed(order.intent, .submit, account: 1, at: noon)
        #expect(isRemembered)
        gate.setProgram(strictProgram, account: 1)
        let verdict = gate.judge(order)
        // A buy is no short sale, and a market order does not rest.
        #expect(verdict.failedRules == RuleID.denying & ~RuleID.shortSale.mask & ~RuleID.spoofing.mask)
        let rules = gate.findings.map(\.rule.rawValue)
        #expect(rules == rules.sorted())
        // Exposure: four in system and account scope each, two in the strategy's.
        let older = 1 + 1 + 1 + 4 + 4 + 1 + 4 + 1 + 1 + 1 + 1 + 2 + 10 + 3 + 1
        // Budget, drawdown, runaway, open orders, duplicate, slippage; losses in a row and a stop-loss in three scopes.
        #expect(gate.findingCount == older + 3 + 3 + 1 + 4 + 4 + 1 + 6 + 13)
    }

    @Test("an approval carries the order as it was judged")
    func approvalCarriesTheOrder() throws {
        var order = goodOrder(.modify)
        order.orderID = 42
        var gate = Gate(limits: [:])
        let approved = try #require(gate.judge(order).approved)
        #expect(approved.intent == order.intent)
        #expect(approved.purpose == .modify)
        #expect(approved.orderID == 42)
        #expect(approved.account == 1)
        #expect(approved.time == noon)
        #expect(gate.findingCount == 0)
    }

    @Test("findings are those of the last judgement")
    func findingsAreReplaced() {
        var gate = Gate(limits: [:])
        var bad = goodOrder()
        bad.intent.quantity = .zero
        _ = gate.judge(bad)
        #expect(gate.findingCount == 1)
        _ = gate.judge(goodOrder())
        #expect(gate.findingCount == 0)
    }

    @Test("limits and latches bind the scope and index that they were set for", arguments: LimitScope.allCases)
    func scopesAreSeparate(_ scope: LimitScope) {
        var gate = Gate(accountCount: 2, strategyCount: 2, instrumentCount: 2)
        guard scope != .system else { return }
        gate.setLimits(limits { $0.maxOrderQuantity = quantity("0.5") }, scope: scope, index: 0)
        gate.setTradingState(.halted, scope: scope, index: 0)
        #expect(gate.judge(goodOrder()).isApproved)
        #expect(gate.tradingState(scope: scope, index: 0) == .halted)
        #expect(gate.tradingState(scope: scope, index: 1) == .active)
        #expect(gate.limits(scope: scope, index: 0).maxOrderQuantity == quantity("0.5"))
        #expect(gate.limits(scope: scope, index: 1) == LimitSet())
    }

    @Test("new limits hold for the next order, and lifting them lets it pass")
    func limitsChange() {
        var gate = Gate(limits: [.account: limits { $0.maxOrderQuantity = quantity("0.5") }])
        #expect(!gate.judge(goodOrder()).isApproved)
        gate.setLimits(LimitSet(), scope: .account, index: 1)
        #expect(gate.judge(goodOrder()).isApproved)
    }

    @Test("a change of limits keeps the count of orders")
    func limitsKeepTheMeter() {
        var gate = Gate(limits: [.account: limits { $0.maxOrdersPerSecond = 1 }])
        #expect(gate.judge(goodOrder()).isApproved)
        gate.setLimits(
            limits {
                $0.maxOrdersPerSecond = 1
                $0.maxOrderQuantity = quantity("5")
            }, scope: .account, index: 1)
        #expect(!gate.judge(goodOrder()).isApproved)
    }

    // MARK: - Properties over random orders

    /// Verdicts and findings of a series, `whatIfs` what-if judgements before each.
    private func series(seed: UInt64, whatIfs: Int) -> [String] {
        var random = SeededRandom(seed: seed)
        var gate = RandomOrders.gate(&random)
        var time = noon
        return (0..<300).map { _ in
            time = time + Int64.random(in: 0...400_000_000, using: &random)
            let order = RandomOrders.order(at: time, &random)
            for _ in 0..<whatIfs {
                let asked = "\(gate.assess(order)) \(gate.lines)"
                #expect("\(gate.assess(order)) \(gate.lines)" == asked)
            }
            let asked = whatIfs > 0 ? "\(gate.assess(order)) \(gate.lines)" : nil
            let verdict = gate.judge(order)
            if let asked { #expect("\(verdict.failedRules) \(gate.lines)" == asked) }
            return verdict.text(gate.lines)
        }
    }

    @Test(
        "a what-if gives the verdict of the real judgement and leaves no trace", arguments: 1...4 as ClosedRange<UInt64>
    )
    func whatIf(_ seed: UInt64) {
        let undisturbed = series(seed: seed, whatIfs: 0)
        #expect(series(seed: seed, whatIfs: 2) == undisturbed)
        #expect(undisturbed.contains { $0.hasPrefix("approved") } && undisturbed.contains { !$0.hasPrefix("approved") })
    }

    @Test("the mask names the rules of the findings and no other")
    func mask() {
        var seen: UInt64 = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            var gate = RandomOrders.gate(&random)
            for _ in 0..<500 {
                let verdict = gate.judge(RandomOrders.order(at: noon, &random))
                #expect(verdict.failedRules == gate.ruleMask)
                #expect(verdict.isApproved == (gate.findingCount == 0))
                seen |= verdict.failedRules
            }
        }
        #expect(seen == RuleID.denying, "each rule has failed somewhere")
    }

    @Test("garbage is denied and never stops the process", arguments: 1...4 as ClosedRange<UInt64>)
    func garbage(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var gate = RandomOrders.gate(&random)
        for _ in 0..<1000 {
            let order = RandomOrders.garbage(&random)
            let verdict = gate.judge(order)
            if order.intent.quantity.raw <= 0 { #expect(!verdict.isApproved) }
            for finding in gate.findings { _ = finding.line }
        }
    }
}

extension RuleID {
    /// One of them only warns.
    static let denying = RuleID.allCases.reduce(0) { $0 | $1.mask } & ~RuleID.consistency.mask
}

extension OrderContext.Program {
    /// Fails whatever a strict program asks of a buy.
    fileprivate static var allBroken: OrderContext.Program {
        var program = OrderContext.Program()
        program.messages = 10
        program.quickCancels = 3
        program.positionLimits[0] = PositionLimit(quantity: quantity("1"))
        program.positionLimitCount = 1
        program.heldSince = noon
        program.dayTrades = 3
        program.isOppositeHeld = true
        program.isInNewsWindow = true
        program.isPastFlatTime = true
        program.classLeverage = .one
        program.lock = .total
        program.day = OrderContext.Day(startBalance: .zero, startEquity: money("2000"), equity: .zero)
        program.drawdownStart = money("6000")
        return program
    }

    /// Each rule passes and fails often.
    init(_ random: inout SeededRandom) {
        self.init()
        func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &random) == 0 }
        messages = Int64.random(in: 0...6, using: &random)
        fills = Int64.random(in: 0...3, using: &random)
        quickCancels = Int32.random(in: 0...4, using: &random)
        owner = OrderContext.Book()
        owner.position = Quantity(raw: Int64.random(in: -20...20, using: &random) * Quantity.one.raw)
        positionLimits[0] = PositionLimit(
            quantity: quantity("15"), notional: money("2500"), others: chance(20) ? nil : money("500"))
        positionLimitCount = 1
        heldSince = chance(4) ? nil : noon + -Int64.random(in: 0...120, using: &random) * second
        dayTrades = Int32.random(in: 0...4, using: &random)
        isOppositeHeld = chance(3)
        isLocated = chance(2)
        stopDistance = chance(2) ? rate("0.05") : nil
        isInNewsWindow = chance(6)
        isPastFlatTime = chance(6)
        classLeverage = chance(2) ? rate("0.01") : nil
        sinceOppositeTakeNanoseconds = chance(2) ? 5 * second : nil
        lock = chance(8) ? .day : chance(8) ? .total : .none
        let lost = Money(raw: Int128.random(in: -500...1200, using: &random) * 100_000_000)
        day = chance(30) ? nil : OrderContext.Day(startBalance: .zero, startEquity: .zero, equity: -lost)
        drawdownStart = money("1004900")
        profit = money("100")
        bestDay = money("31")
    }
}

extension Verdict {
    fileprivate func text(_ lines: [String]) -> String {
        switch self {
        case .approved(let order): "approved \(order.protection) \(order.cancelsOwnResting)"
        case .denied(let rules): "\(rules) \(lines)"
        }
    }
}
