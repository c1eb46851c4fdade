import Controls
import Testing
import Trading

@Suite("risk.budget")
struct BudgetRuleTests {
    @Test("worst-case values against the budget's cap and the strategy's share", arguments: rows)
    func budget(_ row: RuleCase) { row.check() }

    private static func cap(_ text: String, _ scope: LimitScope = .account) -> [LimitScope: LimitSet] {
        [scope: limits { $0.budgetCap = money(text) }]
    }

    private static func share(_ text: String) -> [LimitScope: LimitSet] {
        [.strategy: limits { $0.budgetAllocation = money(text) }]
    }

    static let rows = [
        RuleCase("exactly at the cap", cap("100")),
        RuleCase("beyond it", cap("99.99"), finds: ["risk.budget budgetCap account 100 99.99 -0.01"]),
        RuleCase(
            "system scope looks at the account", cap("99", .system), finds: ["risk.budget budgetCap system 100 99 -1"]),
        RuleCase("a strategy has no cap", cap("1", .strategy)),
        RuleCase("an instrument has none", cap("1", .instrument)),
        RuleCase("what other instruments hold counts", cap("149"), finds: ["risk.budget budgetCap account 150 149 -1"])
        {
            $0.funds.otherExposure = money("50")
        },
        RuleCase(
            "what is held counts at the market", cap("300"), finds: ["risk.budget budgetCap account 300.02 300 -0.02"]
        ) {
            $0.hold("2")
        },
        RuleCase("what works counts", cap("300"), finds: ["risk.budget budgetCap account 300.02 300 -0.02"]) {
            $0.hold("0", buys: "2")
        },
        RuleCase("the smaller side adds nothing", cap("1")) { $0.hold("-3") },
        RuleCase("a reducing order passes", cap("1")) { $0.hold("-1") },
        RuleCase("exactly the share", share("100")) { $0.ownOthers = OrderContext.Others() },
        RuleCase(
            "beyond the share, of which others of its own take a part", share("100"),
            finds: ["risk.budget budgetAllocation strategy 110 100 -10"]
        ) {
            $0.ownOthers = OrderContext.Others()
            $0.ownOthers?.gross = money("10")
        },
        RuleCase(
            "a share beyond counting the others", share("1"), finds: ["risk.budget noConversionRate strategy 0 1 1"]),
        RuleCase(
            "no price", cap("100"),
            finds: ["risk.buying-power noReference account 0 0 0", "risk.budget noReference account 0 100 100"]
        ) {
            $0.becomeMarket()
            $0.market = OrderContext.Market()
        },
    ]
}
