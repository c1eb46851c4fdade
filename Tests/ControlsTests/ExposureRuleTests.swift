import Controls
import Testing
import Trading

@Suite("risk.exposure")
struct ExposureRuleTests {
    @Test("gross", arguments: grossRows)
    func grossExposure(_ row: RuleCase) { row.check() }

    @Test("net", arguments: netRows)
    func netExposure(_ row: RuleCase) { row.check() }

    @Test("shares of equity", arguments: shareRows)
    func equityShare(_ row: RuleCase) { row.check() }

    private static func account(_ change: (inout LimitSet) -> Void) -> [LimitScope: LimitSet] {
        [.account: limits(change)]
    }
    private static func gross(_ text: String) -> [LimitScope: LimitSet] {
        account { $0.maxGrossExposure = money(text) }
    }
    private static func net(_ text: String) -> [LimitScope: LimitSet] { account { $0.maxNetExposure = money(text) } }

    private static func others(gross: String = "0", buys: String = "0", sells: String = "0") -> OrderContext.Others {
        var others = OrderContext.Others()
        others.gross = money(gross)
        others.withBuys = money(buys)
        others.withSells = money(sells)
        return others
    }

    static let grossRows = [
        RuleCase("exactly at the limit", gross("100")),
        RuleCase("above it", gross("99"), finds: ["risk.exposure grossExposure account 100 99 -1"]),
        RuleCase(
            "other instruments count", gross("600"), finds: ["risk.exposure grossExposure account 650 600 -50"]
        ) { $0.funds.otherExposure = money("550") },
        RuleCase(
            "what is held counts at the market", gross("1000"),
            finds: ["risk.exposure grossExposure account 1100.1 1000 -100.1"]
        ) { $0.hold("10") },
        RuleCase(
            "working orders count", gross("400"), finds: ["risk.exposure grossExposure account 500.04 400 -100.04"]
        ) { $0.hold("0", buys: "4") },
        RuleCase("an order on the smaller side adds nothing", gross("10")) {
            $0.hold("0", buys: "4")
            $0.sell("3")
        },
        RuleCase("a reducing order passes", gross("10")) {
            $0.hold("4")
            $0.sell("3")
        },
        RuleCase(
            "a flip beyond what was held does not", gross("300"),
            finds: ["risk.exposure grossExposure account 500 300 -200"]
        ) {
            $0.hold("4")
            $0.sell("9")
        },
        RuleCase(
            "system scope looks at the account", [.system: limits { $0.maxGrossExposure = money("50") }],
            finds: ["risk.exposure grossExposure system 100 50 -50"]),
        RuleCase("an instrument has no exposure limit", [.instrument: limits { $0.maxGrossExposure = money("50") }]),
        RuleCase(
            "strategy scope looks at the strategy", [.strategy: limits { $0.maxGrossExposure = money("250") }],
            finds: ["risk.exposure grossExposure strategy 300 250 -50"]
        ) {
            $0.funds.otherExposure = money("100000")
            $0.ownOthers = others(gross: "200")
        },
        RuleCase(
            "without a rate of another instrument", gross("500"),
            finds: [
                "risk.buying-power noConversionRate account 0 0 0", "risk.exposure noConversionRate account 0 500 500",
            ]
        ) { $0.funds.otherExposure = nil },
        RuleCase(
            "without a price", gross("500"),
            finds: ["risk.buying-power noReference account 0 0 0", "risk.exposure noReference account 0 500 500"]
        ) {
            $0.becomeMarket()
            $0.market = OrderContext.Market()
        },
    ]

    static let netRows = [
        RuleCase("exactly at the limit", net("100")) { $0.netOthers = others() },
        RuleCase("long and short make up for each other", net("100")) { $0.netOthers = others(buys: "-5000") },
        RuleCase(
            "a buy on top of what is long", net("1000"), finds: ["risk.exposure netExposure account 1050 1000 -50"]
        ) { $0.netOthers = others(buys: "950") },
        RuleCase(
            "a sell on top of what is short", net("1000"), finds: ["risk.exposure netExposure account 1050 1000 -50"]
        ) {
            $0.netOthers = others(buys: "5000", sells: "-950")
            $0.sell("1")
        },
        RuleCase("a sell against what is long", net("1000")) {
            $0.netOthers = others(buys: "5000", sells: "5000")
            $0.sell("1")
        },
        RuleCase(
            "working orders of the order's side count, the others do not", net("250"),
            finds: ["risk.exposure netExposure account 300.02 250 -50.02"]
        ) {
            $0.hold("0", buys: "2", sells: "7")
            $0.netOthers = others()
        },
        RuleCase("a reducing order passes", net("10")) {
            $0.hold("-4")
            $0.netOthers = others(buys: "900")
        },
        RuleCase(
            "strategy scope", [.strategy: limits { $0.maxNetExposure = money("250") }],
            finds: ["risk.exposure netExposure strategy 300 250 -50"]
        ) { $0.ownOthers = others(buys: "200") },
        RuleCase(
            "without a rate", net("250"), finds: ["risk.exposure noConversionRate account 0 250 250"]
        ) { $0.netOthers = nil },
    ]

    static let shareRows = [
        RuleCase("a tenth of equity", account { $0.maxConcentration = rate("0.1") }) {
            $0.funds.equity = money("1000")
            $0.funds.otherExposure = money("400")
        },
        RuleCase(
            "more than a tenth", account { $0.maxConcentration = rate("0.1") },
            finds: ["risk.exposure concentration account 100 99.9 -0.1"]
        ) { $0.funds.equity = money("999") },
        RuleCase("leverage counts all instruments", account { $0.maxLeverage = rate("0.5") }) {
            $0.funds.equity = money("1000")
            $0.funds.otherExposure = money("400")
        },
        RuleCase(
            "beyond it", account { $0.maxLeverage = rate("0.5") },
            finds: ["risk.exposure leverage account 500.01 500 -0.01"]
        ) {
            $0.funds.equity = money("1000")
            $0.funds.otherExposure = money("400.01")
        },
        RuleCase(
            "four limits, four findings",
            account {
                $0.maxGrossExposure = money("1")
                $0.maxNetExposure = money("2")
                $0.maxConcentration = rate("0.000003")
                $0.maxLeverage = rate("0.000004")
            },
            finds: [
                "risk.exposure grossExposure account 100 1 -99", "risk.exposure netExposure account 100 2 -98",
                "risk.exposure concentration account 100 3 -97", "risk.exposure leverage account 100 4 -96",
            ]
        ) { $0.netOthers = others() },
    ]
}
