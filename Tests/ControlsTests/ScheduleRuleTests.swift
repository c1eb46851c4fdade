import Controls
import Testing
import Trading

@Suite("risk.schedule")
struct ScheduleRuleTests {
    @Test("who is bound by a strategy's schedule", arguments: rows)
    func schedule(_ row: RuleCase) { row.check() }

    private static let outside = ["risk.schedule outsideSchedule strategy 0 0 0"]

    static let rows = [
        RuleCase("within it"),
        RuleCase("outside", finds: outside) { $0.isScheduled = false },
        RuleCase("a modify outside", purpose: .modify, finds: outside) { $0.isScheduled = false },
        RuleCase("a stop that triggers outside", purpose: .trigger, finds: outside) {
            $0.becomeStop(at: "100")
            $0.isScheduled = false
        },
        RuleCase("a reducing order passes") {
            $0.isScheduled = false
            $0.hold("-1")
        },
        RuleCase("an operator's order passes") {
            $0.isScheduled = false
            $0.intent.origin = .operator
        },
        RuleCase("a liquidation passes") {
            $0.isScheduled = false
            $0.intent.origin = .liquidation
        },
    ]
}
