import Controls
import Testing
import Trading

/// What the gate says could still be ordered: the limit less what is there without the order.
@Suite("headroom of denials")
struct HeadroomTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let limits: LimitSet
        /// One for each finding.
        let leaves: [String?]
        let change: @Sendable (inout OrderContext) -> Void

        init(
            _ name: String, _ limits: LimitSet, leaves: [String?],
            change: @escaping @Sendable (inout OrderContext) -> Void
        ) {
            testDescription = name
            self.limits = limits
            self.leaves = leaves
            self.change = change
        }
    }

    @Test("is what the limit leaves without the order", arguments: rows)
    func leaves(_ row: Row) {
        var order = goodOrder()
        row.change(&order)
        var gate = Gate(limits: [.account: row.limits])
        _ = gate.judge(order)
        let headrooms = gate.findings.map { $0.headroom.map { DecimalText.format($0, scale: 8) } }
        #expect(headrooms == row.leaves)
    }

    static let rows = [
        Row("the size of one order: all of it", limits { $0.maxOrderQuantity = quantity("3") }, leaves: ["3"]) {
            $0.intent.quantity = quantity("5")
        },
        Row("an order's notional", limits { $0.maxOrderNotional = money("250") }, leaves: ["250"]) {
            $0.intent.quantity = quantity("5")
        },
        Row(
            "a position: less what is held and working", limits { $0.maxPositionQuantity = quantity("10") },
            leaves: ["3"]
        ) {
            $0.hold("5", buys: "2")
            $0.intent.quantity = quantity("4")
        },
        Row(
            "against a position: what closes it is added", limits { $0.maxPositionQuantity = quantity("10") },
            leaves: ["13"]
        ) {
            $0.hold("-3")
            $0.intent.quantity = quantity("14")
        },
        Row("a position's notional", limits { $0.maxPositionNotional = money("1000") }, leaves: ["499.95"]) {
            $0.hold("5")
            $0.intent.quantity = quantity("6")
        },
        Row("a position beyond its limit: nothing", limits { $0.maxPositionQuantity = quantity("10") }, leaves: ["0"]) {
            $0.hold("12")
        },
        Row("gross exposure", limits { $0.maxGrossExposure = money("600") }, leaves: ["50"]) {
            $0.funds.otherExposure = money("550")
        },
        Row("net exposure", limits { $0.maxNetExposure = money("250") }, leaves: ["450"]) {
            $0.netOthers = OrderContext.Others()
            $0.netOthers?.withBuys = money("-200")
            $0.intent.quantity = quantity("5")
        },
        Row("buying power of a cash account: less what is reserved", LimitSet(), leaves: ["40"]) {
            $0.funds.isMargin = false
            $0.funds.cash = money("90")
            $0.funds.reservedCash = money("50")
        },
        Row("the instrument's largest order", LimitSet(), leaves: ["0.5"]) { $0.terms.maxQuantity = quantity("0.5") },
        Row("a lot, a tick: no measure", LimitSet(), leaves: [nil, nil]) {
            $0.intent.quantity = quantity("1.0005")
            $0.intent.price = price("100.001")
        },
        Row("a collar: no measure", limits { $0.priceCollar = rate("0.05") }, leaves: [nil]) {
            $0.intent.price = price("120")
        },
    ]

    @Test("of a rate is what the period has left")
    func ordersPerSecond() {
        var gate = Gate(limits: [.account: limits { $0.maxOrdersPerSecond = 2 }])
        for _ in 0..<3 { _ = gate.judge(goodOrder()) }
        #expect(gate.findings.map(\.headroom) == [0])
    }

    @Test("does not overflow, whatever a file says")
    func overflow() {
        #expect(Finding(.exposure, .netExposure, limit: .max, used: -1).headroom == .max)
        #expect(Finding(.exposure, .netExposure, limit: .min, used: 1).headroom == 0)
    }
}
