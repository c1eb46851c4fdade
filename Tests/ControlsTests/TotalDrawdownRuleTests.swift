import Controls
import Testing
import Trading

@Suite("compliance.total-drawdown")
struct TotalDrawdownRuleTests {
    @Test("the program's limit for the loss in all", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let terms = program {
        $0.drawdown.amount = money("50000")
        $0.drawdown.fraction = rate("0.1")
    }

    private static func fell(to equity: String, from start: String = "1000000")
        -> @Sendable (inout OrderContext) -> Void
    {
        {
            $0.funds.equity = money(equity)
            $0.program?.drawdownStart = money(start)
        }
    }

    static let cases = [
        RuleCase("exactly the limit", program: terms, change: fell(to: "950000")),
        RuleCase(
            "beyond it", program: terms,
            finds: ["compliance.total-drawdown programDrawdown account 50001 50000 -1"],
            change: fell(to: "949999")),
        RuleCase(
            "of a smaller start the share is less", program: terms,
            finds: ["compliance.total-drawdown programDrawdown account 20001 20000 -1"],
            change: fell(to: "179999", from: "200000")),
        RuleCase(
            "locked until an admin releases it", program: terms,
            finds: ["compliance.total-drawdown totalLocked account 0 50000 50000"]
        ) {
            fell(to: "1000000")(&$0)
            $0.program?.lock = .total
        },
        RuleCase("a day's lock is another rule's", program: terms) {
            fell(to: "1000000")(&$0)
            $0.program?.lock = .day
        },
        RuleCase("a reducing order passes", program: terms) {
            fell(to: "1")(&$0)
            $0.program?.lock = .total
            $0.hold("1")
            $0.sell("1")
        },
    ]
}
