import Controls
import Testing
import Trading

@Suite("compliance.news-blackout")
struct NewsBlackoutRuleTests {
    @Test("nothing is opened around listed events", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let terms = program { $0.hasNewsWindows = true }
    private static let event = ["compliance.news-blackout newsEvent account 0 0 0"]

    static let cases = [
        RuleCase("no event", program: terms),
        RuleCase("within a window", program: terms, finds: event) { $0.program?.isInNewsWindow = true },
        RuleCase("a stop that triggers, too", program: terms, purpose: .trigger, finds: event) {
            $0.becomeStop(at: "100")
            $0.program?.isInNewsWindow = true
        },
        RuleCase("an exit passes", program: terms) {
            $0.program?.isInNewsWindow = true
            $0.hold("1")
            $0.sell("1")
        },
        RuleCase("the program does not ask") { $0.program?.isInNewsWindow = true },
    ]
}
