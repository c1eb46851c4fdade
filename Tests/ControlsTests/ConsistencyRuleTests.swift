import Controls
import Testing
import Trading

@Suite("compliance.consistency")
struct ConsistencyRuleTests {
    @Test("the best day is a share of all profit", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let third = program { $0.bestDayShareMax = rate("0.3") }

    private static func won(_ best: String, of all: String) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.program?.bestDay = money(best)
            $0.program?.profit = money(all)
        }
    }

    static let cases = [
        RuleCase("exactly the share", program: third, change: won("300", of: "1000")),
        RuleCase(
            "more is a warning", program: third, warns: ["compliance.consistency bestDayShare account 301 300 -1"],
            change: won("301", of: "1000")),
        RuleCase("without a profit nobody asks", program: third, change: won("300", of: "-5")),
        RuleCase("a reducing order hears nothing of it", program: third) {
            won("900", of: "1000")(&$0)
            $0.hold("1")
            $0.sell("1")
        },
    ]
}
