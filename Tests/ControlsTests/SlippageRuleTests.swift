import Controls
import Testing
import Trading

@Suite("risk.slippage")
struct SlippageRuleTests {
    @Test("what a market order costs against the book", arguments: rows)
    func cost(_ row: RuleCase) { row.check() }

    private static func limit(_ text: String, _ scope: LimitScope = .account) -> [LimitScope: LimitSet] {
        [scope: limits { $0.maxSlippage = rate(text) }]
    }

    /// Asks of 1 at 100.01, 1 at 101 and 1 at 103, bids of 1 at 99.99, 1 at 99 and 1 at 97.
    static let book = OrderBook(
        bids: BookSide(
            [("99.99", "1"), ("99", "1"), ("97", "1")].map { BookLevel(price: price($0.0), quantity: quantity($0.1)) },
            .buy),
        asks: BookSide(
            [("100.01", "1"), ("101", "1"), ("103", "1")].map {
                BookLevel(price: price($0.0), quantity: quantity($0.1))
            }, .sell), at: noon)

    @Sendable private static func meetBook(_ order: inout OrderContext, _ text: String, _ side: Side = .buy) {
        order.becomeMarket()
        order.intent.side = side
        order.intent.quantity = quantity(text)
        order.walk = book.walk(side, order.intent.quantity)
    }

    static let rows = [
        // The mid is 100: 0.01 of it is 0.0001.
        RuleCase("the touch of a feed without depth, exactly at the limit", limit("0.0001")) { $0.becomeMarket() },
        RuleCase(
            "the touch beyond it", limit("0.00009"), finds: ["risk.slippage slippage account 0.0001 0.00009 -0.00001"]
        ) { $0.becomeMarket() },
        RuleCase("the mid counts, whatever the last trade was", limit("0.0001")) {
            $0.becomeMarket()
            $0.market.last = price("90")
        },
        RuleCase(
            "without a bid the last trade counts", limit("0.01"),
            finds: ["risk.slippage slippage account 0.11122223 0.01 -0.10122223"]
        ) {
            $0.becomeMarket()
            $0.market.bid = .zero
            $0.market.last = price("90")
        },
        // (100.01 + 101) / 2 = 100.505.
        RuleCase("two levels, exactly at the limit", limit("0.00505")) { meetBook(&$0, "2") },
        RuleCase(
            "two levels beyond it", limit("0.00504"),
            finds: ["risk.slippage slippage account 0.00505 0.00504 -0.00001"]
        ) { meetBook(&$0, "2") },
        // (100.01 + 101 + 103 + 103) / 4 = 101.7525.
        RuleCase(
            "beyond the levels shown the last one counts", limit("0.01"),
            finds: ["risk.slippage slippage account 0.017525 0.01 -0.007525"]
        ) { meetBook(&$0, "4") },
        // (99.99 + 99) / 2 = 99.495.
        RuleCase(
            "a sale", limit("0.005"), finds: ["risk.slippage slippage account 0.00505 0.005 -0.00005"]
        ) { meetBook(&$0, "2", .sell) },
        RuleCase("a limit order has its limit", limit("0")),
        RuleCase("a stop meets the book when it triggers", limit("0")) { $0.becomeStop(at: "101") },
        RuleCase(
            "a triggered stop meets it", limit("0"), purpose: .trigger,
            finds: ["risk.slippage slippage account 0.0001 0 -0.0001"]
        ) { $0.becomeStop(at: "101") },
        RuleCase(
            "a reducing order passes with a warning", limit("0"),
            warns: ["risk.slippage slippage account 0.017525 0 -0.017525"]
        ) {
            meetBook(&$0, "4")
            $0.hold("-4")
        },
        RuleCase("in every scope the strictest", everywhere { $0.maxSlippage = rate("0.001") }) { meetBook(&$0, "1") },
        RuleCase(
            "no price at all", limit("0.1"),
            finds: ["risk.buying-power noReference account 0 0 0", "risk.slippage noReference account 0 0 0"]
        ) {
            $0.becomeMarket()
            $0.market = OrderContext.Market()
        },
    ]

    @Test("the order is sent with the limit as its worst price, on the tick inside, and the tighter bound holds")
    func protection() throws {
        func protection(_ side: Side, _ slippage: String, collar: String? = nil, holding: String = "0") throws -> Price
        {
            var order = goodOrder()
            order.becomeMarket()
            order.intent.side = side
            order.hold(holding)
            let set = limits {
                $0.maxSlippage = rate(slippage)
                $0.priceCollar = collar.map { rate($0) }
            }
            var gate = Gate(limits: [.account: set])
            return try #require(gate.judge(order).approved).protection
        }
        #expect(try protection(.buy, "0.01") == price("101"))
        #expect(try protection(.buy, "0.01005") == price("101"))
        #expect(try protection(.sell, "0.01") == price("99"))
        #expect(try protection(.sell, "0.01005") == price("99"))
        #expect(try protection(.buy, "0.01", collar: "0.005") == price("100.5"))
        #expect(try protection(.buy, "0.01", collar: "0.05") == price("101"))
        #expect(try protection(.sell, "0.01", collar: "0.05") == price("99"))
        // What reduces must come out.
        #expect(try protection(.buy, "0.01", holding: "-1") == .zero)
    }

    @Test("a walk leaves out what own orders took")
    func taken() {
        var book = SlippageRuleTests.book
        book.take(quantity("0.5"), ofLevel: 0, by: .buy)
        let walk = book.walk(.buy, quantity("1"))
        #expect(walk?.averagePrice(.buy) == price("100.505") && walk?.worst == price("101"))
        #expect(OrderBook().walk(.buy, quantity("1")) == nil)
    }
}
