import Controls
import Testing
import Trading

@Suite("compliance.spoofing")
struct SpoofingRuleTests {
    @Test("large orders cancelled too soon warn, then deny", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let terms = program {
        $0.spoofing = ComplianceTerms.Spoofing(
            notional: money("1000"), restNanoseconds: second, windowNanoseconds: 60 * second, warnings: 2, denials: 4)
    }

    private static func large(_ cancels: Int32) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.intent.quantity = quantity("10")
            $0.program?.quickCancels = cancels
        }
    }

    static let cases = [
        RuleCase("one is none", program: terms, change: large(1)),
        RuleCase(
            "two warn", program: terms, warns: ["compliance.spoofing quickCancels account 2 4 2"], change: large(2)),
        RuleCase(
            "three warn", program: terms, warns: ["compliance.spoofing quickCancels account 3 4 1"], change: large(3)),
        RuleCase(
            "four deny", program: terms, finds: ["compliance.spoofing quickCancels account 4 4 0"], change: large(4)),
        RuleCase("a small order passes", program: terms) {
            large(4)(&$0)
            $0.intent.quantity = quantity("9.999")
        },
        RuleCase("a market order does not rest", program: terms) {
            large(4)(&$0)
            $0.becomeMarket()
        },
        RuleCase("a reducing order passes", program: terms) {
            large(4)(&$0)
            $0.hold("20")
            $0.sell("10")
        },
    ]
}
