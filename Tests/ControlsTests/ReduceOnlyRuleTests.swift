import Controls
import Testing
import Trading

@Suite("risk.reduce-only")
struct ReduceOnlyRuleTests {
    @Test("may shrink the position and nothing else", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static func grows(_ wanted: String, _ has: String, _ headroom: String) -> [String] {
        ["risk.reduce-only wouldGrow strategy \(wanted) \(has) \(headroom)"]
    }

    static let cases = [
        RuleCase("exactly the position passes") {
            $0.hold("10")
            $0.sell("10")
            $0.intent.reduceOnly = true
        },
        RuleCase("a cover of exactly the short passes") {
            $0.hold("-1")
            $0.intent.reduceOnly = true
        },
        RuleCase("one lot more would flip", finds: grows("10.001", "10", "-0.001")) {
            $0.hold("10")
            $0.sell("10.001")
            $0.intent.reduceOnly = true
        },
        RuleCase("flat has nothing to reduce", finds: ["risk.reduce-only nothingToReduce strategy 1 0 -1"]) {
            $0.intent.reduceOnly = true
        },
        RuleCase(
            "the position's own side has nothing to reduce", finds: ["risk.reduce-only nothingToReduce strategy 1 0 -1"]
        ) {
            $0.hold("10")
            $0.intent.reduceOnly = true
        },
        RuleCase("all reduce-only orders together fit", finds: grows("11", "10", "-1")) {
            $0.hold("10", sells: "8")
            $0.reduceOnlyWorking = quantity("8")
            $0.sell("3")
            $0.intent.reduceOnly = true
        },
        RuleCase("together exactly the position passes") {
            $0.hold("10", sells: "8")
            $0.reduceOnlyWorking = quantity("8")
            $0.sell("2")
            $0.intent.reduceOnly = true
        },
        RuleCase("plain working sells leave it its position") {
            $0.hold("10", sells: "10")
            $0.sell("10")
            $0.intent.reduceOnly = true
        },
        RuleCase(
            "the strategy's position counts, not the account's",
            finds: ["risk.reduce-only nothingToReduce strategy 1 0 -1"]
        ) {
            $0.net.position = quantity("10")
            $0.sell("1")
            $0.intent.reduceOnly = true
        },
        RuleCase("an operator is held to it too", finds: grows("2", "1", "-1")) {
            $0.hold("1")
            $0.sell("2")
            $0.intent.reduceOnly = true
            $0.intent.origin = .operator
        },
        RuleCase("a modify may not outgrow the position", purpose: .modify, finds: grows("2", "1", "-1")) {
            $0.hold("1")
            $0.sell("2")
            $0.intent.reduceOnly = true
        },
        RuleCase(
            "a stop whose position is gone may not trigger", purpose: .trigger,
            finds: ["risk.reduce-only nothingToReduce strategy 1 0 -1"]
        ) {
            $0.sell("1")
            $0.becomeStop(at: "100")
            $0.intent.reduceOnly = true
        },
        RuleCase("an order without the option may flip") {
            $0.hold("1")
            $0.sell("2")
        },
    ]
}
