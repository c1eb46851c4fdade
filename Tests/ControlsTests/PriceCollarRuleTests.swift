import Controls
import Testing
import Trading

@Suite("risk.price-collar")
struct PriceCollarRuleTests {
    private static let five: [LimitScope: LimitSet] = [.account: limits { $0.priceCollar = rate("0.05") }]
    /// Five percent, and a market older than ten seconds is no reference.
    private static let fresh: [LimitScope: LimitSet] = [
        .account: limits {
            $0.priceCollar = rate("0.05")
            $0.marketDataMaxAgeNanoseconds = 10 * second
        }
    ]
    private static let noReference = ["risk.price-collar noReference account 0 0 0"]
    private static let above = ["risk.price-collar beyondCollar account 105.01 105 -0.01"]

    @Test("limits around the mid", arguments: bounds + references + reducing)
    func table(_ row: RuleCase) { row.check() }

    @Test("the smallest collar wins, and of equal ones the widest scope's", arguments: scopes)
    func scopeTable(_ row: RuleCase) { row.check() }

    static let bounds = [
        RuleCase("no collar, no bound") { $0.intent.price = price("5000") },
        RuleCase("a buy exactly at the bound passes", five) { $0.intent.price = price("105") },
        RuleCase("a buy above it", five, finds: above) { $0.intent.price = price("105.01") },
        RuleCase("a buy far below the market is not aggressive", five) { $0.intent.price = price("1") },
        RuleCase("a sell exactly at the bound passes", five) {
            $0.intent.side = .sell
            $0.intent.price = price("95")
        },
        RuleCase("a sell below it", five, finds: ["risk.price-collar beyondCollar account 94.99 95 0.01"]) {
            $0.intent.side = .sell
            $0.intent.price = price("94.99")
        },
        RuleCase("a sell far above the market is not aggressive", five) {
            $0.intent.side = .sell
            $0.intent.price = price("900")
        },
        RuleCase("a dormant stop-limit waits with it", five) { $0.becomeStop(at: "110", limit: "120") },
        RuleCase("a triggered one meets it", five, purpose: .trigger, finds: above) {
            $0.becomeStop(at: "105", limit: "105.01")
        },
        RuleCase("a modified limit meets it", five, purpose: .modify, finds: above) {
            $0.intent.price = price("105.01")
        },
        RuleCase("a modified dormant stop-limit does not", five, purpose: .modify) {
            $0.becomeStop(at: "105", limit: "105.01")
        },
        RuleCase("a modified stop-limit that has triggered does", five, purpose: .modify, finds: above) {
            $0.becomeStop(at: "105", limit: "105.01")
            $0.isTriggered = true
        },
    ]

    static let references = [
        RuleCase("no market at all", five, finds: noReference) { $0.market = OrderContext.Market() },
        RuleCase("one side only: the last trade", five, finds: above) {
            $0.market.bid = .zero
            $0.market.ask = price("200")
            $0.intent.price = price("105.01")
        },
        RuleCase("one side and no trade", five, finds: noReference) {
            $0.market.bid = .zero
            $0.market.last = .zero
        },
        RuleCase("crossed sides: the last trade", five, finds: above) {
            $0.market.bid = price("130")
            $0.market.ask = price("120")
            $0.intent.price = price("105.01")
        },
        RuleCase("a quote as wide as the collar counts", five, finds: above) {
            $0.market.bid = price("95")
            $0.market.ask = price("105")
            $0.market.last = price("300")
            $0.intent.price = price("105.01")
        },
        RuleCase("a wider one does not: the last trade", five) {
            $0.market.bid = price("94")
            $0.market.ask = price("106")
            $0.market.last = price("300")
            $0.intent.price = price("315")
        },
        RuleCase("a quote of the greatest age counts", fresh, finds: above) {
            $0.market.quoteTime = noon + -10 * second
            $0.market.last = price("300")
            $0.intent.price = price("105.01")
        },
        RuleCase("an older one does not: the last trade", fresh) {
            $0.market.quoteTime = noon + (-10 * second - 1)
            $0.market.last = price("300")
            $0.intent.price = price("315")
        },
        RuleCase(
            "both too old", fresh,
            finds: noReference + ["risk.stale-price stalePrice account 10.00000001 10 -0.00000001"]
        ) {
            $0.market.quoteTime = noon + (-10 * second - 1)
            $0.market.lastTime = noon + (-10 * second - 1)
        },
        RuleCase(
            "a time from the beginning of the scale is too old", fresh,
            finds: noReference + [
                "risk.stale-price stalePrice account 10932666436.85477581 10 -10932666426.85477581"
            ]
        ) {
            $0.market.quoteTime = Timestamp(nanoseconds: .min + 1)
            $0.market.lastTime = Timestamp(nanoseconds: .min + 1)
        },
    ]

    static let reducing = [
        RuleCase(
            "a reducing order beyond the collar passes", five,
            warns: ["risk.price-collar beyondCollar account 10 95 85"]
        ) {
            $0.hold("10")
            $0.sell("10")
            $0.intent.price = price("10")
        },
        RuleCase("a flip does not", five, finds: ["risk.price-collar beyondCollar account 10 95 85"]) {
            $0.hold("10")
            $0.sell("11")
            $0.intent.price = price("10")
        },
        RuleCase(
            "a reducing order without a reference passes", five, warns: ["risk.price-collar noReference account 0 0 0"]
        ) {
            $0.hold("10")
            $0.sell("10")
            $0.market = OrderContext.Market()
        },
    ]

    static let scopes =
        LimitScope.allCases.map { scope in
            RuleCase(
                "\(scope.name)", [scope: limits { $0.priceCollar = rate("0.05") }],
                finds: ["risk.price-collar beyondCollar \(scope.name) 105.01 105 -0.01"]
            ) { $0.intent.price = price("105.01") }
        } + [
            RuleCase(
                "the strictest",
                [
                    .system: limits { $0.priceCollar = rate("0.1") },
                    .strategy: limits { $0.priceCollar = rate("0.01") },
                ],
                finds: ["risk.price-collar beyondCollar strategy 101.01 101 -0.01"]
            ) { $0.intent.price = price("101.01") },
            RuleCase(
                "equal ones", everywhere { $0.priceCollar = rate("0.01") },
                finds: ["risk.price-collar beyondCollar system 101.01 101 -0.01"]
            ) { $0.intent.price = price("101.01") },
        ]

    // MARK: - Protection prices

    struct Protection: Sendable {
        var side = Side.buy
        var tick = "0.01"
        var last = "100"
        var collar = "0.05"
        let price: String
    }

    @Test(
        "a market order's protection price is the last tick inside the collar, at least one tick",
        arguments: [
            Protection(price: "105"),
            Protection(side: .sell, price: "95"),
            Protection(tick: "0.25", collar: "0.011", price: "101"),
            Protection(side: .sell, tick: "0.25", collar: "0.011", price: "99"),
            Protection(side: .sell, collar: "1", price: "0.01"),
            Protection(side: .sell, collar: "3", price: "0.01"),
            Protection(tick: "1", last: "0.4", collar: "0.1", price: "1"),
            Protection(last: "9223372036.854775807", collar: "1", price: "9223372036.85"),
            Protection(side: .sell, last: "9223372036.854775807", collar: "0", price: "9223372036.85"),
        ])
    func protection(_ row: Protection) throws {
        var order = goodOrder()
        order.becomeMarket()
        order.intent.side = row.side
        order.terms.tick = price(row.tick)
        order.market.bid = .zero
        order.market.ask = .zero
        order.market.last = price(row.last)
        order.funds.equity = money("90000000000")
        var gate = Gate(limits: [.account: limits { $0.priceCollar = rate(row.collar) }])
        let approved = try #require(gate.judge(order).approved)
        #expect(approved.protection == price(row.price))
    }

    @Test("a reducing market order and a triggered stop are protected too; a limit and a dormant stop are not")
    func whoIsProtected() {
        func protection(_ purpose: OrderContext.Purpose = .submit, _ change: (inout OrderContext) -> Void) -> Price? {
            var order = goodOrder(purpose)
            change(&order)
            var gate = Gate(limits: Self.five)
            return gate.judge(order).approved?.protection
        }
        #expect(
            protection {
                $0.hold("10")
                $0.sell("10")
                $0.becomeMarket()
            } == price("95"))
        #expect(protection(.trigger) { $0.becomeStop(at: "101") } == price("105"))
        #expect(
            protection(.modify) {
                $0.becomeStop(at: "101")
                $0.isTriggered = true
            } == price("105"))
        #expect(protection { $0.becomeStop(at: "101") } == .zero)
        #expect(protection { _ in } == .zero)
        #expect(protection(.trigger) { $0.becomeStop(at: "101", limit: "102") } == .zero)
    }
}
