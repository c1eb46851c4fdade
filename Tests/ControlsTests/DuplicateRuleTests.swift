import Controls
import Testing
import Trading

@Suite("risk.duplicate")
struct DuplicateRuleTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var scope = LimitScope.strategy
        var purpose = OrderContext.Purpose.submit
        var finds: [String] = []
        /// What is different about the second order.
        let change: @Sendable (inout OrderContext) -> Void

        init(
            _ name: String, _ scope: LimitScope = .strategy, purpose: OrderContext.Purpose = .submit,
            finds: [String] = [], change: @escaping @Sendable (inout OrderContext) -> Void = { _ in }
        ) {
            testDescription = name
            self.scope = scope
            self.purpose = purpose
            self.finds = finds
            self.change = change
        }
    }

    static let rows = [
        Row("at once", finds: ["risk.duplicate duplicateOrder strategy 0 2 2"]),
        Row("within the window", finds: ["risk.duplicate duplicateOrder strategy 1.9 2 0.1"]) {
            $0.time = noon + 1_900_000_000
        },
        Row("at the window's end") { $0.time = noon + 2 * second },
        Row("another tag is the same order", finds: ["risk.duplicate duplicateOrder strategy 0 2 2"]) {
            $0.intent.tag = 8
        },
        Row("another quantity") { $0.intent.quantity = quantity("2") },
        Row("another price") { $0.intent.price = price("99.5") },
        Row("a stop-loss of its own") { $0.intent.conditions.stopLoss = price("95") },
        Row("a target of its own") { $0.intent.conditions.takeProfit = price("105") },
        Row("only to rest") { $0.intent.conditions.postOnly = true },
        Row("another time in force") { $0.intent.timeInForce = .day },
        Row("another instrument") { $0.intent.instrument = 0 },
        Row("another strategy") { $0.intent.strategy = 0 },
        Row("the other side") { $0.intent.side = .sell },
        Row("a limit order after a limit order is no market order") { $0.becomeMarket() },
        Row("a modify", purpose: .modify),
        Row("a protective order") { $0.intent.origin = .protective },
        Row("a reducing order") { $0.hold("-1") },
        Row("the account's window", .account, finds: ["risk.duplicate duplicateOrder account 0 2 2"]),
        Row("the system's window", .system, finds: ["risk.duplicate duplicateOrder system 0 2 2"]),
        Row("the instrument's window", .instrument, finds: ["risk.duplicate duplicateOrder instrument 0 2 2"]),
    ]

    @Test("the order that passed a moment ago", arguments: rows)
    func again(_ row: Row) {
        var gate = Gate(limits: [row.scope: limits { $0.duplicateWindowNanoseconds = 2 * second }])
        #expect(gate.judge(goodOrder()).isApproved)
        var order = goodOrder(row.purpose)
        row.change(&order)
        _ = gate.judge(order)
        #expect(gate.lines == row.finds)
    }

    @Test("a denied order and a question are not remembered")
    func denied() {
        var gate = Gate(limits: [.strategy: limits { $0.duplicateWindowNanoseconds = second }])
        var order = goodOrder()
        order.isOpen = false
        #expect(!gate.judge(order).isApproved)
        #expect(gate.assess(goodOrder()) == 0)
        #expect(gate.judge(goodOrder()).isApproved)
    }

    @Test("sixteen orders are known, and a restart keeps them", arguments: [15, 16])
    func bounded(_ others: Int) throws {
        var gate = Gate(limits: [.strategy: limits { $0.duplicateWindowNanoseconds = second }])
        #expect(gate.judge(goodOrder()).isApproved)
        for index in 0..<others {
            var order = goodOrder()
            order.intent.quantity = Quantity(raw: quantity("2").raw + Int64(index) * quantity("0.001").raw)
            #expect(gate.judge(order).isApproved)
        }
        var writer = ByteWriter()
        gate.encode(into: &writer)
        var restored = Gate(limits: [:])
        var reader = ByteReader(writer.bytes)
        try restored.decode(from: &reader)
        let isKnown = others < 16
        #expect(gate.judge(goodOrder()).isApproved != isKnown)
        #expect(restored.judge(goodOrder()).isApproved != isKnown)
    }
}
