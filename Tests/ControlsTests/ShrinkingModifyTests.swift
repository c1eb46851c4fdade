import Controls
import Testing
import Trading

/// A limit that was tightened below what works already must not keep anybody from making a working order smaller.
@Suite("An order made smaller")
struct ShrinkingModifyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let limits: [LimitScope: LimitSet]
        let rule: RuleID
        /// It warns, as it does for an order that reduces a position.
        let warns: Bool
        let change: @Sendable (inout OrderContext) -> Void

        init(
            _ rule: RuleID, _ limits: [LimitScope: LimitSet] = [:], warns: Bool = false,
            change: @escaping @Sendable (inout OrderContext) -> Void = { _ in }
        ) {
            testDescription = rule.name
            self.limits = limits
            self.rule = rule
            self.warns = warns
            self.change = change
        }
    }

    static let rows = [
        Row(.orderSize, everywhere { $0.maxOrderQuantity = quantity("0.5") }),
        Row(.orderSize, everywhere { $0.maxOrderNotional = money("1") }),
        Row(.position, everywhere { $0.maxPositionQuantity = quantity("0.5") }),
        Row(.position, everywhere { $0.maxPositionNotional = money("1") }),
        Row(.buyingPower) { $0.funds.equity = money("1") },
        Row(.exposure, [.account: limits { $0.maxGrossExposure = money("1") }]),
        Row(.exposure, [.account: limits { $0.maxNetExposure = money("1") }]) {
            $0.netOthers = OrderContext.Others()
        },
        Row(.dailyLoss, [.account: limits { $0.maxDailyLoss = money("1") }]) {
            $0.accountDay = OrderContext.Day(startBalance: .zero, startEquity: money("2"), equity: .zero)
        },
        Row(.budget, [.account: limits { $0.budgetCap = money("1") }]),
        Row(.drawdown, [.account: limits { $0.maxDrawdown = .zero }]) {
            $0.accountHigh = OrderContext.EquityHigh(
                opening: .zero, peak: money("2"), closingPeak: .zero, equity: .zero)
        },
        Row(.consecutiveLosses, [.account: limits { $0.maxConsecutiveLosses = 1 }]) {
            $0.accountLosses = OrderContext.LossStreak(
                count: 1, lastLoss: noon, lastStop: noon, dayEnd: noon + second)
        },
        Row(.schedule) { $0.isScheduled = false },
        Row(.restrictedList) { $0.restricted = .buy },
        Row(.priceCollar, everywhere { $0.priceCollar = rate("0.01") }, warns: true) {
            $0.intent.price = price("110")
        },
        Row(.stalePrice, everywhere { $0.marketDataMaxAgeNanoseconds = second }, warns: true) {
            $0.market.quoteTime = noon + -2 * second
            $0.market.lastTime = noon + -2 * second
        },
    ]

    private func judge(_ row: Row, from old: String) -> (failed: UInt64, warned: [RuleID]) {
        var order = goodOrder(.modify)
        row.change(&order)
        order.shrinks(from: old)
        var gate = Gate(limits: row.limits)
        return (gate.judge(order).failedRules, (0..<gate.warningCount).map { gate.warning($0).rule })
    }

    @Test("passes a limit that it still exceeds, and one made larger does not", arguments: rows)
    func passes(_ row: Row) {
        let smaller = judge(row, from: "2")
        #expect(smaller.failed == 0)
        #expect(smaller.warned == (row.warns ? [row.rule] : []))
        #expect(judge(row, from: "0.999").failed == row.rule.mask)
    }

    @Test("another price is another order")
    func repriced() {
        var order = goodOrder(.modify)
        order.shrinks(from: "2")
        order.intent.price = price("99.5")
        var gate = Gate(limits: everywhere { $0.maxOrderQuantity = quantity("0.5") })
        #expect(gate.judge(order).failedRules == RuleID.orderSize.mask)
    }

    @Test("stays within the order rate and behind the latches: it is a message, and no cancel")
    func strict() {
        var order = goodOrder(.modify)
        order.shrinks(from: "2")
        var gate = Gate(limits: everywhere { $0.maxOrdersPerSecond = 0 }, states: [.system: .halted])
        #expect(gate.judge(order).failedRules == RuleID.orderRate.mask | RuleID.tradingState.mask)
    }

    @Test("every measure of an order is told, in each scope with a limit, whether it passes or not")
    func measures() {
        let set = limits {
            $0.maxOrderQuantity = quantity("0.5")
            $0.maxPositionQuantity = quantity("4")
            $0.maxOpenOrders = 5
            $0.maxOrdersPerMinute = 10
        }
        var gate = Gate(limits: [.account: set, .strategy: limits { $0.maxPositionQuantity = quantity("10") }])
        var order = goodOrder()
        order.hold("2")
        order.openOrders = OrderContext.OpenOrders(account: 1, strategy: 1, instrument: 1)
        let measures = gate.measures(of: order).filter { ![.buyingPower, .instrument].contains($0.rule) }
        #expect(
            measures.map(\.line) == [
                "risk.order-size orderQuantity account 1 0.5 -0.5", "risk.position positionQuantity account 3 4 1",
                "risk.position positionQuantity strategy 3 10 7", "risk.order-rate perMinute account 1 10 9",
                "risk.open-orders openOrders account 2 5 3",
            ])
        #expect(measures[1].headroom == Int128(quantity("2").raw) && measures[1].utilisation == rate("0.75"))
        #expect(gate.judge(order).failedRules == RuleID.orderSize.mask)
    }
}
