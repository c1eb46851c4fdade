import Controls
import Testing
import Trading

@Suite("risk.repeat-execution")
struct RepeatExecutionRuleTests {
    @Test("a runaway's latch", arguments: rows)
    func holdsUp(_ row: RuleCase) { row.check() }

    private static let limit = [LimitScope.strategy: limits { $0.repeatLimit = 5 }]

    private static func latch(_ cause: RunawayCause, isLatched: Bool = true) -> RunawayLatch {
        RunawayLatch(strategy: 1, isLatched: isLatched, cause: cause, count: 6, limit: 5, time: noon)
    }

    static let rows = [
        RuleCase("nothing is latched", limit),
        RuleCase("executions", limit, finds: ["risk.repeat-execution runawayExecutions strategy 6 5 -1"]) {
            $0.runaway = latch(.executions)
        },
        RuleCase("denials", limit, finds: ["risk.repeat-execution runawayDenials strategy 6 5 -1"]) {
            $0.runaway = latch(.denials)
        },
        RuleCase("released", limit) { $0.runaway = latch(.executions, isLatched: false) },
        RuleCase("an operator's order passes", limit) {
            $0.runaway = latch(.executions)
            $0.intent.origin = .operator
        },
        RuleCase("a reducing order passes", limit) {
            $0.runaway = latch(.executions)
            $0.hold("-1")
        },
        RuleCase("an order made smaller passes", limit, purpose: .modify) {
            $0.runaway = latch(.executions)
            $0.shrinks(from: "2")
        },
        RuleCase(
            "an order made larger does not", limit, purpose: .modify,
            finds: ["risk.repeat-execution runawayExecutions strategy 6 5 -1"]
        ) {
            $0.runaway = latch(.executions)
            $0.shrinks(from: "0.5")
        },
    ]
}
