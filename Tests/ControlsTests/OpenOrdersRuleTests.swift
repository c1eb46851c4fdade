import Controls
import Testing
import Trading

@Suite("risk.open-orders")
struct OpenOrdersRuleTests {
    @Test("working orders with the new one, in every scope", arguments: rows)
    func count(_ row: RuleCase) { row.check() }

    private static func most(_ count: Int32, _ scope: LimitScope = .account) -> [LimitScope: LimitSet] {
        [scope: limits { $0.maxOpenOrders = count }]
    }

    private static func open(_ account: Int32, _ strategy: Int32, _ instrument: Int32) -> OrderContext.OpenOrders {
        OrderContext.OpenOrders(account: account, strategy: strategy, instrument: instrument)
    }

    static let rows = [
        RuleCase("the last one that fits", most(3)) { $0.openOrders = open(2, 9, 9) },
        RuleCase("one too many", most(3), finds: ["risk.open-orders openOrders account 4 3 -1"]) {
            $0.openOrders = open(3, 0, 0)
        },
        RuleCase(
            "system scope looks at the account", most(3, .system), finds: ["risk.open-orders openOrders system 4 3 -1"]
        ) {
            $0.openOrders = open(3, 0, 0)
        },
        RuleCase("the strategy's own", most(1, .strategy), finds: ["risk.open-orders openOrders strategy 3 1 -2"]) {
            $0.openOrders = open(9, 2, 9)
        },
        RuleCase(
            "the account's in the instrument", most(1, .instrument),
            finds: ["risk.open-orders openOrders instrument 2 1 -1"]
        ) {
            $0.openOrders = open(9, 9, 1)
        },
        RuleCase("none may work", most(0), finds: ["risk.open-orders openOrders account 1 0 -1"]) {
            $0.openOrders = open(0, 0, 0)
        },
        RuleCase("a modify adds none", most(0), purpose: .modify) { $0.openOrders = open(5, 5, 5) },
        RuleCase("a trigger adds none", most(0), purpose: .trigger) { $0.openOrders = open(5, 5, 5) },
        RuleCase("a protective order does not wait", most(0)) {
            $0.openOrders = open(5, 5, 5)
            $0.intent.origin = .protective
        },
        RuleCase("a reducing order passes", most(0)) {
            $0.openOrders = open(5, 5, 5)
            $0.hold("-1")
        },
    ]
}
