import Controls
import Testing
import Trading

@Suite("compliance.position-limit")
struct PositionLimitRuleTests {
    @Test("what an owner's accounts can come to hold together", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let terms = program { $0.hasPositionLimits = true }

    private static func owned(_ position: String, buys: String = "0") -> @Sendable (inout OrderContext) -> Void {
        {
            $0.program?.owner.position = quantity(position)
            $0.program?.owner.buys = quantity(buys)
            $0.intent.quantity = quantity("5")
            $0.limit(quantity: "20")
        }
    }

    static let cases = [
        RuleCase("exactly the limit", program: terms, change: owned("10", buys: "5")),
        RuleCase(
            "beyond it, with what works", program: terms,
            finds: ["compliance.position-limit ownerQuantity account 20.5 20 -0.5"],
            change: owned("10", buys: "5.5")),
        RuleCase("a short of another account makes room", program: terms, change: owned("-10", buys: "20")),
        RuleCase(
            "the short side, too", program: terms,
            finds: ["compliance.position-limit ownerQuantity account 23 20 -3"]
        ) {
            owned("-18")(&$0)
            $0.intent.side = .sell
        },
        RuleCase(
            "a group's notional", program: terms,
            finds: ["compliance.position-limit ownerNotional account 2600.1 2500 -100.1"]
        ) {
            $0.program?.owner.position = quantity("10")
            $0.intent.quantity = quantity("6")
            $0.limit(notional: "2500", others: money("1000"))
        },
        RuleCase("exactly the notional", program: terms) {
            $0.program?.owner.position = quantity("10")
            $0.intent.quantity = quantity("5")
            $0.market.ask = price("100")
            $0.limit(notional: "2500", others: money("1000"))
        },
        RuleCase("what brings a group nearer to zero passes", program: terms) {
            $0.program?.owner.position = quantity("-30")
            $0.intent.quantity = quantity("6")
            $0.limit(notional: "2500", others: money("1000"))
        },
        RuleCase(
            "a group without a rate", program: terms,
            finds: ["compliance.position-limit noConversionRate account 0 2500 2500"]
        ) { $0.limit(notional: "2500", others: nil) },
        RuleCase(
            "every limit that covers it", program: terms,
            finds: [
                "compliance.position-limit ownerQuantity account 5 4 -1",
                "compliance.position-limit ownerQuantity account 5 3 -2",
            ]
        ) {
            $0.intent.quantity = quantity("5")
            $0.limit(quantity: "4")
            $0.limit(quantity: "6")
            $0.limit(quantity: "3")
        },
        RuleCase("what reduces the account's position passes", program: terms) {
            owned("-30")(&$0)
            $0.hold("30")
            $0.sell("5")
        },
    ]
}
