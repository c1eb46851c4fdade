import Controls
import Testing
import Trading

@Suite("compliance.min-holding")
struct MinHoldingRuleTests {
    @Test("a position is held for a while before it is turned round", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let minute = program { $0.minHoldingNanoseconds = 60 * second }
    private static let both = program {
        $0.minHoldingNanoseconds = 60 * second
        $0.minHoldingBindsReducing = true
    }

    private static func held(_ seconds: Int64, selling size: String) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.hold("2")
            $0.sell(size)
            let since = $0.time + -seconds * second
            $0.program?.heldSince = since
        }
    }

    private static let short = ["compliance.min-holding heldTooShort strategy 59 60 1"]

    static let cases = [
        RuleCase("long enough", program: minute, change: held(60, selling: "3")),
        RuleCase("too short to turn", program: minute, finds: short, change: held(59, selling: "3")),
        RuleCase("a reducing order passes", program: minute, change: held(59, selling: "2")),
        RuleCase("unless the program says otherwise", program: both, finds: short, change: held(59, selling: "2")),
        RuleCase("and then after the time", program: both, change: held(60, selling: "2")),
        RuleCase("adding to it passes", program: both) {
            held(1, selling: "3")(&$0)
            $0.intent.side = .buy
        },
        RuleCase("a liquidation passes", program: both) {
            held(1, selling: "2")(&$0)
            $0.intent.origin = .liquidation
        },
        RuleCase("the host's protection passes", program: both) {
            held(1, selling: "2")(&$0)
            $0.intent.origin = .protective
        },
        RuleCase("nothing is held", program: both) { $0.sell("2") },
    ]
}
