import Controls
import Testing
import Trading

@Suite("compliance.hedging")
struct HedgingRuleTests {
    @Test("an owner's accounts are on one side", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let one = program { $0.forbidsHedging = true }

    static let cases = [
        RuleCase("nobody holds the opposite", program: one),
        RuleCase("another account does", program: one, finds: ["compliance.hedging oppositeHeld account 0 0 0"]) {
            $0.program?.isOppositeHeld = true
        },
        RuleCase("without such a program it may") { $0.program?.isOppositeHeld = true },
        RuleCase("what reduces passes", program: one) {
            $0.program?.isOppositeHeld = true
            $0.hold("2")
            $0.sell("2")
        },
        RuleCase("what turns round does not", program: one, finds: ["compliance.hedging oppositeHeld account 0 0 0"]) {
            $0.program?.isOppositeHeld = true
            $0.hold("2")
            $0.sell("3")
        },
    ]
}
