import Controls
import Testing
import Trading

/// Orders and books around the limits, so that each rule passes and fails often.
enum RandomOrders {
    private static func modified(_ terms: ComplianceTerms, _ change: (inout ComplianceTerms) -> Void) -> ComplianceTerms
    {
        var terms = terms
        change(&terms)
        return terms
    }

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
            if Int.random(in: 0..<4, using: &random) == 0 { set.budgetCap = money("9000") }
            if Int.random(in: 0..<4, using: &random) == 0 { set.budgetAllocation = money("5000") }
            if Int.random(in: 0..<4, using: &random) == 0 {
                set.maxDrawdown = rate("0.1")
                set.drawdownBase = DrawdownBase.allCases.randomElement(using: &random)!
            }
            if Int.random(in: 0..<4, using: &random) == 0 { set.repeatLimit = 3 }
            if Int.random(in: 0..<4, using: &random) == 0 { set.maxOpenOrders = 4 }
            if Int.random(in: 0..<4, using: &random) == 0 { set.duplicateWindowNanoseconds = second }
            if Int.random(in: 0..<4, using: &random) == 0 { set.maxSlippage = rate("0.0002") }
            if Int.random(in: 0..<4, using: &random) == 0 {
                set.maxConsecutiveLosses = 3
                set.cooldownNanoseconds = second
            }
            set.maxOrdersPerSecond = Int32.random(in: 1...20, using: &random)
            set.maxOrdersPerMinute = Int32.random(in: 20...200, using: &random)
            limits[scope] = set
            if Int.random(in: 0..<8, using: &random) == 0 { states[scope] = .reducing }
        }
        limits[.account]?.priceCollar = rate("0.05")
        states[.instrument] = .reducing
        var gate = Gate(limits: limits, states: Bool.random(using: &random) ? states : [.system: .active])
        if Bool.random(using: &random) { gate.setProgram(program(&random), account: 1) }
        return gate
    }

    private static func program(_ random: inout SeededRandom) -> ComplianceTerms {
        var terms = strictProgram
        terms.shortSale = ComplianceTerms.ShortSale.allCases.randomElement(using: &random)!
        terms.minHoldingBindsReducing = Bool.random(using: &random)
        terms.lossPerTradeMax = rate("0.001")
        return modified(terms) {
            $0.warningThreshold = [.zero, rate("0.5"), rate("0.8")].randomElement(using: &random)!
            $0.approvalNotional = money("1500")
        }
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
        addPast(to: &order, &random)
        order.program = OrderContext.Program(&random)
        return order
    }

    private static func addPast(to order: inout OrderContext, _ random: inout SeededRandom) {
        func amount(_ range: ClosedRange<Int128>) -> Money {
            Money(raw: Int128.random(in: range, using: &random) * 100_000_000)
        }
        order.accountHigh = OrderContext.EquityHigh(
            opening: amount(800...1200), peak: amount(1200...1500), closingPeak: amount(1000...1400),
            equity: amount(950...1500))
        order.ownHigh = Int.random(in: 0..<30, using: &random) == 0 ? nil : order.accountHigh
        if Int.random(in: 0..<10, using: &random) == 0 {
            order.runaway = RunawayLatch(
                strategy: 1, isLatched: true, cause: .executions, count: 4, limit: 3, time: noon)
        }
        let count = Int32.random(in: 0...5, using: &random)
        order.openOrders = OrderContext.OpenOrders(account: count, strategy: count, instrument: count / 2)
        order.accountLosses = OrderContext.LossStreak(
            count: count, lastLoss: order.time + -Int64.random(in: 0...3, using: &random) * second,
            lastStop: order.time + -Int64.random(in: 0...9, using: &random) * second, dayEnd: order.time + second)
        order.ownLosses = order.accountLosses
        if Bool.random(using: &random) {
            order.walk = SlippageRuleTests.book.walk(order.intent.side, order.intent.quantity)
        }
        if order.purpose == .modify {
            var old = Order(id: 1, intent: order.intent, account: 1, at: noon)
            old.intent.quantity = units(1...20, &random)
            if Bool.random(using: &random) { old.intent.price = near(&random) }
            order.replaced = OrderContext.Replaced(old)
        }
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
