import Controls
import Testing
import Trading

@Suite("compliance.short-sale")
struct ShortSaleRuleTests {
    @Test("short positions are forbidden, or need a locate", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let none = program { $0.shortSale = .forbidden }
    private static let located = program { $0.shortSale = .located }

    static let cases = [
        RuleCase("a short with no such program") { $0.sell("1") },
        RuleCase(
            "forbidden", program: none, finds: ["compliance.short-sale shortForbidden account 1 0 -1"]
        ) { $0.sell("1") },
        RuleCase(
            "even where it is located", program: none, finds: ["compliance.short-sale shortForbidden account 1 0 -1"]
        ) {
            $0.sell("1")
            $0.program?.isLocated = true
        },
        RuleCase("not located", program: located, finds: ["compliance.short-sale notLocated account 1 0 -1"]) {
            $0.sell("1")
        },
        RuleCase("located", program: located) {
            $0.sell("1")
            $0.program?.isLocated = true
        },
        RuleCase("all of a holding", program: none) {
            $0.hold("2")
            $0.sell("2")
        },
        RuleCase(
            "more than a holding, with what works", program: none,
            finds: ["compliance.short-sale shortForbidden account 0.5 0 -0.5"]
        ) {
            $0.hold("2", sells: "1")
            $0.sell("1.5")
        },
        RuleCase("a buy", program: none) { $0.hold("-5") },
    ]
}
