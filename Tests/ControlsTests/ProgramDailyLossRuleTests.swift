import Controls
import Testing
import Trading

@Suite("compliance.daily-loss")
struct ProgramDailyLossRuleTests {
    @Test("the program's limit for a day's loss", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let thousand = program { $0.dailyLoss.amount = money("1000") }
    private static let fraction = program {
        $0.dailyLoss.fraction = rate("0.05")
        $0.dailyLossBase = .higher
    }

    private static func lost(_ amount: String) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.program?.day = OrderContext.Day(
                startBalance: money("12000"), startEquity: money("10000"), equity: money("10000") - money(amount))
        }
    }

    static let cases = [
        RuleCase("exactly the limit", program: thousand, change: lost("1000")),
        RuleCase(
            "beyond it", program: thousand,
            finds: ["compliance.daily-loss programDailyLoss account 1001 1000 -1"], change: lost("1001")),
        RuleCase("a share of the higher start", program: fraction, change: lost("-1400")),
        RuleCase(
            "beyond the share", program: fraction,
            finds: ["compliance.daily-loss programDailyLoss account 601 600 -1"], change: lost("-1399")),
        RuleCase(
            "locked for the day, though it was won back", program: thousand,
            finds: ["compliance.daily-loss dayLocked account 0 1000 1000"]
        ) {
            lost("0")(&$0)
            $0.program?.lock = .day
        },
        RuleCase("a reducing order passes", program: thousand) {
            lost("5000")(&$0)
            $0.program?.lock = .day
            $0.hold("1")
            $0.sell("1")
        },
        RuleCase(
            "no rate, no trade", program: thousand, finds: ["compliance.daily-loss noConversionRate account 0 0 0"]
        ) { $0.program?.day = nil },
        RuleCase(
            "close to it is a warning",
            program: program {
                $0.dailyLoss.amount = money("1000")
                $0.warningThreshold = rate("0.8")
            }, warns: ["compliance.daily-loss programDailyLoss account 800 1000 200"], change: lost("800")),
    ]
}
