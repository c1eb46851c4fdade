import Controls
import Testing
import Trading

@Suite("compliance.mandatory-stop")
struct MandatoryStopRuleTests {
    @Test("an entry carries a stop", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let needed = program { $0.requiresStop = true }

    static let cases = [
        RuleCase("without one", program: needed, finds: ["compliance.mandatory-stop stopMissing account 0 0 0"]),
        RuleCase("with one", program: needed) { $0.program?.stopDistance = rate("0.05") },
        RuleCase("an exit needs none", program: needed) {
            $0.hold("1")
            $0.sell("1")
        },
        RuleCase(
            "a turn needs one", program: needed, finds: ["compliance.mandatory-stop stopMissing account 0 0 0"]
        ) {
            $0.hold("1")
            $0.sell("2")
        },
        RuleCase("no program asks for one"),
    ]
}
