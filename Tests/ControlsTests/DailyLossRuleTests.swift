import Controls
import Testing
import Trading

@Suite("risk.daily-loss")
struct DailyLossRuleTests {
    @Test("the day's loss against its limit", arguments: rows)
    func loss(_ row: RuleCase) { row.check() }

    private static func limit(
        _ text: String, _ scope: LimitScope = .account, from base: DailyLossBase = .equity
    ) -> [LimitScope: LimitSet] {
        [
            scope: limits {
                $0.maxDailyLoss = money(text)
                $0.dailyLossBase = base
            }
        ]
    }

    /// Began with a balance of 1000 and an equity of 1200.
    private static func day(_ equity: String) -> OrderContext.Day {
        OrderContext.Day(startBalance: money("1000"), startEquity: money("1200"), equity: money(equity))
    }

    static let rows = [
        RuleCase("exactly at the limit", limit("300")) { $0.accountDay = day("900") },
        RuleCase("beyond it", limit("300"), finds: ["risk.daily-loss dailyLoss account 300.01 300 -0.01"]) {
            $0.accountDay = day("899.99")
        },
        RuleCase("a profit", limit("0")) { $0.accountDay = day("1300") },
        RuleCase("from the balance", limit("300", from: .balance)) { $0.accountDay = day("700") },
        RuleCase(
            "beyond it from the balance", limit("300", from: .balance),
            finds: ["risk.daily-loss dailyLoss account 301 300 -1"]
        ) { $0.accountDay = day("699") },
        RuleCase(
            "from the higher of both", limit("300", from: .higher),
            finds: ["risk.daily-loss dailyLoss account 500 300 -200"]
        ) { $0.accountDay = day("700") },
        RuleCase(
            "system scope looks at the account", limit("300", .system),
            finds: ["risk.daily-loss dailyLoss system 400 300 -100"]
        ) { $0.accountDay = day("800") },
        RuleCase(
            "strategy scope looks at the strategy", limit("300", .strategy),
            finds: ["risk.daily-loss dailyLoss strategy 400 300 -100"]
        ) {
            $0.accountDay = day("1200")
            $0.ownDay = day("800")
        },
        RuleCase("an instrument has no day", limit("0", .instrument)) { $0.accountDay = day("0") },
        RuleCase("a reducing order passes", limit("300")) {
            $0.accountDay = day("0")
            $0.hold("-2")
        },
        RuleCase(
            "a loss that cannot be valued", limit("300"), finds: ["risk.daily-loss noConversionRate account 0 300 300"]
        ) { $0.accountDay = nil },
    ]
}
