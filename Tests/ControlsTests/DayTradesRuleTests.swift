import Controls
import Testing
import Trading

@Suite("compliance.day-trades")
struct DayTradesRuleTests {
    @Test("round trips within a day are counted", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let three = program { $0.dayTradesMax = 3 }

    static let cases = [
        RuleCase("a third may begin", program: three) { $0.program?.dayTrades = 2 },
        RuleCase(
            "a fourth may not", program: three, finds: ["compliance.day-trades dayTradeCount account 4 3 -1"]
        ) { $0.program?.dayTrades = 3 },
        RuleCase("a reducing order passes", program: three) {
            $0.program?.dayTrades = 3
            $0.hold("2")
            $0.sell("2")
        },
        RuleCase(
            "the last one is a warning",
            program: program {
                $0.dayTradesMax = 3
                $0.warningThreshold = rate("0.8")
            }, warns: ["compliance.day-trades dayTradeCount account 3 3 0"]
        ) { $0.program?.dayTrades = 2 },
    ]
}
