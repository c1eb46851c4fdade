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
        }
        var order = goodOrder()
        order.market.lastTime = noon + -2 * second
        order.market.quoteTime = noon + -second
        order.funds.rateMarket = order.market
        order.funds.rateMarket?.quoteTime = order.market.lastTime
        order.netOthers = OrderContext.Others()
        order.ownOthers = OrderContext.Others()
        order.accountDay = OrderContext.Day(startBalance: .zero, startEquity: money("2"), equity: .zero)
        order.ownDay = order.accountDay
        order.isScheduled = false
        order.intent.quantity = quantity("2.0005")
        order.intent.price = price("110")
        order.intent.reduceOnly = true
        order.funds.equity = .zero
        order.restricted = .buy
        order.isOpen = false
        order.ownOpposite = price("105")
        var gate = Gate(limits: tight, states: [.system: .halted])
        let verdict = gate.judge(order)
        #expect(verdict.failedRules == RuleID.allCases.reduce(0) { $0 | $1.mask })
        let rules = gate.findings.map(\.rule.rawValue)
        #expect(rules == rules.sorted())
        // Exposure: four in system and account scope each, two in the strategy's.
        #expect(gate.findingCount == 1 + 1 + 1 + 4 + 4 + 1 + 4 + 1 + 1 + 1 + 1 + 1 + 10 + 3 + 1)
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
        #expect(seen == RuleID.allCases.reduce(0) { $0 | $1.mask }, "each rule has failed somewhere")
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

extension Verdict {
    fileprivate func text(_ lines: [String]) -> String {
        switch self {
        case .approved(let order): "approved \(order.protection) \(order.cancelsOwnResting)"
        case .denied(let rules): "\(rules) \(lines)"
        }
    }
}

/// Orders and books around the limits, so that each rule passes and fails often.
enum RandomOrders {
    static func gate(_ random: inout SeededRandom) -> Gate {
        var limits: [LimitScope: LimitSet] = [:]
        var states: [LimitScope: TradingState] = [:]
        for scope in LimitScope.allCases {
            var set = LimitSet()
            if Bool.random(using: &random) { set.maxOrderQuantity = units(1...200, &random) }
            if Bool.random(using: &random) {
                set.maxOrderNotional = Money(raw: Int128.random(in: 1...20_000, using: &random) * 100_000_000)
            }
            if Bool.random(using: &random) { set.maxPositionQuantity = units(1...200, &random) }
            if Bool.random(using: &random) { set.maxPositionEquityFraction = rate("0.5") }
            if Bool.random(using: &random) { set.priceCollar = rate("0.02") }
            if Bool.random(using: &random) { set.marketDataMaxAgeNanoseconds = 5 * second }
            if Int.random(in: 0..<3, using: &random) == 0 { set.maxGrossExposure = money("20000") }
            if Int.random(in: 0..<3, using: &random) == 0 { set.maxNetExposure = money("9000") }
            if Int.random(in: 0..<3, using: &random) == 0 { set.maxDailyLoss = money("100") }
            set.maxOrdersPerSecond = Int32.random(in: 1...20, using: &random)
            set.maxOrdersPerMinute = Int32.random(in: 20...200, using: &random)
            limits[scope] = set
            if Int.random(in: 0..<8, using: &random) == 0 { states[scope] = .reducing }
        }
        limits[.account]?.priceCollar = rate("0.05")
        states[.instrument] = .reducing
        return Gate(limits: limits, states: Bool.random(using: &random) ? states : [.system: .active])
    }

    static func order(at time: Timestamp, _ random: inout SeededRandom) -> OrderContext {
        let purposes: [OrderContext.Purpose] = [.submit, .submit, .modify, .trigger]
        var order = goodOrder(purposes.randomElement(using: &random)!)
        order.time = time
        order.market.quoteTime = time
        order.market.lastTime = time
        let mostly = Int.random(in: 0..<3, using: &random) > 0
        order.intent.quantity = units(mostly ? 1...20 : 1...300, &random)
        order.intent.side = Bool.random(using: &random) ? .buy : .sell
        order.intent.kind = OrderKind.allCases.randomElement(using: &random)!
        order.intent.timeInForce = mostly ? .goodTillCancelled : TimeInForce.allCases.randomElement(using: &random)!
        order.intent.price = order.intent.kind.hasLimitPrice ? near(&random) : .zero
        order.intent.stopPrice = order.intent.kind.hasStopPrice ? near(&random) : .zero
        order.intent.reduceOnly = Int.random(in: 0..<4, using: &random) == 0
        order.intent.origin = [.strategy, .operator].randomElement(using: &random)!
        order.own = book(&random)
        order.net = Bool.random(using: &random) ? order.own : book(&random)
        if !mostly { order.restricted = RestrictedSides(rawValue: UInt8.random(in: 0...3, using: &random)) }
        order.isOpen = Int.random(in: 0..<10, using: &random) > 0
        if Int.random(in: 0..<4, using: &random) == 0 { order.ownOpposite = near(&random) }
        if Int.random(in: 0..<8, using: &random) == 0 { order.funds.equity = money("500") }
        if Int.random(in: 0..<30, using: &random) == 0 { order.funds.rate = nil }
        if Int.random(in: 0..<10, using: &random) == 0 { order.market.quoteTime = time + -6 * second }
        if Int.random(in: 0..<10, using: &random) == 0 { order.market.lastTime = time + -6 * second }
        if Int.random(in: 0..<4, using: &random) == 0 { order.funds.rateMarket = order.market }
        order.netOthers = others(&random)
        order.ownOthers = others(&random)
        let lost = Money(raw: Int128.random(in: -200...120, using: &random) * 100_000_000)
        order.accountDay = OrderContext.Day(startBalance: .zero, startEquity: .zero, equity: -lost)
        order.ownDay = order.accountDay
        order.isScheduled = Int.random(in: 0..<10, using: &random) > 0
        order.funds.isMargin = Bool.random(using: &random)
        return order
    }

    private static func others(_ random: inout SeededRandom) -> OrderContext.Others? {
        if Int.random(in: 0..<30, using: &random) == 0 { return nil }
        var others = OrderContext.Others()
        others.withBuys = Money(raw: Int128.random(in: -5000...5000, using: &random) * 100_000_000)
        others.withSells = others.withBuys - Money(raw: 1_000_000_000)
        others.gross = others.withBuys.magnitude
        return others
    }

    private static func book(_ random: inout SeededRandom) -> OrderContext.Book {
        var book = OrderContext.Book()
        book.position = Bool.random(using: &random) ? units(1...100, &random) : -units(1...100, &random)
        if Bool.random(using: &random) { book.buys = units(1...50, &random) }
        if Bool.random(using: &random) { book.sells = units(1...50, &random) }
        return book
    }

    private static func units(_ range: ClosedRange<Int64>, _ random: inout SeededRandom) -> Quantity {
        Quantity(raw: Int64.random(in: range, using: &random) * Quantity.one.raw)
    }

    /// A price within some ticks of 100.
    private static func near(_ random: inout SeededRandom) -> Price {
        Price(raw: Int64.random(in: 9000...11_000, using: &random) * 10_000_000)
    }

    // MARK: - Garbage

    private static func extreme(_ random: inout SeededRandom) -> Int64 {
        let edges: [Int64] = [.min, .min + 1, -1, 0, 1, 2, 999, .max - 1, .max, .max / 2, 10_000_000_000]
        return edges.randomElement(using: &random)!
    }

    /// Every number that an order, a position or a market can have, from one end of Int64 to the other.
    static func garbage(_ random: inout SeededRandom) -> OrderContext {
        var order = order(at: noon, &random)
        if Bool.random(using: &random) { order.intent.quantity = Quantity(raw: extreme(&random)) }
        if Bool.random(using: &random) { order.intent.price = Price(raw: extreme(&random)) }
        if Bool.random(using: &random) { order.intent.stopPrice = Price(raw: extreme(&random)) }
        if Bool.random(using: &random) { order.own.position = Quantity(raw: extreme(&random)) }
        if Bool.random(using: &random) { order.net.position = Quantity(raw: extreme(&random)) }
        order.net.buys = Quantity(raw: max(0, extreme(&random)))
        order.net.sells = Quantity(raw: max(0, extreme(&random)))
        order.reduceOnlyWorking = Quantity(raw: max(0, extreme(&random)))
        order.market.bid = Price(raw: extreme(&random))
        order.market.ask = Price(raw: extreme(&random))
        order.market.last = Price(raw: extreme(&random))
        order.market.quoteTime = Timestamp(nanoseconds: extreme(&random))
        order.market.lastTime = Timestamp(nanoseconds: extreme(&random))
        order.ownOpposite = Price(raw: extreme(&random))
        order.terms.maxQuantity = Quantity(raw: .max)
        order.terms.multiplier = [1, 1_000_000].randomElement(using: &random)!
        order.terms.tick = Price(raw: [1, 10_000_000, .max].randomElement(using: &random)!)
        order.funds.rate = [Rate(raw: 1), .one, Rate(raw: .max)].randomElement(using: &random)!
        order.funds.takerRate = rate("0.001")
        order.intent.reduceOnly = Bool.random(using: &random)
        return order
    }
}
