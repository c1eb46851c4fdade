import Controls
import Testing
import Trading

@Suite("risk.order-size")
struct OrderSizeRuleTests {
    @Test("denies above the limit of each scope, passes exactly at it", arguments: LimitScope.allCases)
    func eachScope(_ scope: LimitScope) {
        let byQuantity = [scope: limits { $0.maxOrderQuantity = quantity("1") }]
        RuleCase("at the quantity", byQuantity).check()
        RuleCase("above it", byQuantity, finds: ["risk.order-size orderQuantity \(scope.name) 1.001 1 -0.001"]) {
            $0.intent.quantity = quantity("1.001")
        }.check()
        let byNotional = [scope: limits { $0.maxOrderNotional = money("100") }]
        RuleCase("at the notional", byNotional).check()
        RuleCase("above it", byNotional, finds: ["risk.order-size orderNotional \(scope.name) 100.01 100 -0.01"]) {
            $0.intent.price = price("100.01")
        }.check()
    }

    @Test("values, currencies and exemptions", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let two: [LimitScope: LimitSet] = everywhere { $0.maxOrderQuantity = quantity("2") }
    private static func notional(_ text: String) -> [LimitScope: LimitSet] {
        [.account: limits { $0.maxOrderNotional = money(text) }]
    }

    static let cases = [
        RuleCase(
            "all scopes and both limits are reported",
            [
                .system: limits { $0.maxOrderQuantity = quantity("2") },
                .strategy: limits {
                    $0.maxOrderQuantity = quantity("1")
                    $0.maxOrderNotional = money("50")
                },
            ],
            finds: [
                "risk.order-size orderQuantity system 3 2 -1", "risk.order-size orderQuantity strategy 3 1 -2",
                "risk.order-size orderNotional strategy 300 50 -250",
            ]
        ) { $0.intent.quantity = quantity("3") },
        RuleCase(
            "a market buy is valued at the ask", notional("100"),
            finds: ["risk.order-size orderNotional account 100.01 100 -0.01"]
        ) { $0.becomeMarket() },
        RuleCase("a market sell at the bid", notional("99.99")) {
            $0.becomeMarket()
            $0.intent.side = .sell
        },
        RuleCase(
            "a stop at its stop price", notional("101"), finds: ["risk.order-size orderNotional account 102 101 -1"]
        ) {
            $0.becomeStop(at: "102")
        },
        RuleCase("a triggered stop at the market", notional("101"), purpose: .trigger) { $0.becomeStop(at: "102") },
        RuleCase(
            "a modify is measured like a new order", notional("100"), purpose: .modify,
            finds: ["risk.order-size orderNotional account 200 100 -100"]
        ) { $0.intent.quantity = quantity("2") },
        RuleCase(
            "the multiplier counts", notional("100"), finds: ["risk.order-size orderNotional account 1000 100 -900"]
        ) {
            $0.terms.multiplier = 10
        },
        RuleCase("in the account's currency, rounded half to even, exactly at the limit", notional("0.00000002")) {
            // 0.0001 × 0.001 = 1e-7; × 0.25 = 2.5e-8, a tie that goes to 2e-8.
            $0.terms.tick = price("0.0001")
            $0.intent.price = price("0.0001")
            $0.intent.quantity = quantity("0.001")
            $0.funds.rate = rate("0.25")
        },
        RuleCase(
            "no conversion rate", notional("100"),
            finds: [
                "risk.order-size noConversionRate account 0 100 100",
                "risk.buying-power noConversionRate account 0 0 0",
            ]
        ) { $0.funds.rate = nil },
        RuleCase(
            "no price for a market order", notional("100"),
            finds: ["risk.order-size noReference account 0 100 100", "risk.buying-power noReference account 0 0 0"]
        ) {
            $0.becomeMarket()
            $0.market = OrderContext.Market()
        },
        RuleCase(
            "a value beyond counting", notional("100"),
            finds: [
                "risk.order-size valueOverflow account 0 100 100", "risk.buying-power valueOverflow account 0 0 0",
            ]
        ) {
            $0.terms.multiplier = 1_000_000
            $0.intent.quantity = quantity("1000000")
            $0.intent.price = price("9000000000")
            $0.funds.rate = Rate(raw: .max)
        },
        RuleCase("a reducing order is exempt", two) {
            $0.hold("10")
            $0.sell("10")
        },
        RuleCase("a cover is exempt", two) {
            $0.hold("-10")
            $0.intent.quantity = quantity("10")
        },
        RuleCase(
            "a flip is not", two, finds: LimitScope.allCases.map { "risk.order-size orderQuantity \($0.name) 11 2 -9" }
        ) {
            $0.hold("10")
            $0.sell("11")
        },
        RuleCase(
            "reducing the account but growing the strategy's short is exempt in all scopes but the strategy's", two,
            finds: ["risk.order-size orderQuantity strategy 5 2 -3"]
        ) {
            $0.net.position = quantity("10")
            $0.sell("5")
        },
        RuleCase(
            "reducing the strategy but growing the account's short is exempt in the strategy's alone", two,
            finds: [
                "risk.order-size orderQuantity system 5 2 -3", "risk.order-size orderQuantity account 5 2 -3",
                "risk.order-size orderQuantity instrument 5 2 -3",
            ]
        ) {
            $0.own.position = quantity("10")
            $0.net.position = quantity("-10")
            $0.sell("5")
        },
    ]
}
