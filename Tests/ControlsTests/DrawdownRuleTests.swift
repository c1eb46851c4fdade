import Controls
import Testing
import Trading

@Suite("risk.drawdown")
struct DrawdownRuleTests {
    @Test("the fall from the high that the limit names", arguments: rows)
    func drawdown(_ row: RuleCase) { row.check() }

    private static func limit(
        _ text: String, _ base: DrawdownBase = .trailingIntraday, _ scope: LimitScope = .account
    ) -> [LimitScope: LimitSet] {
        [
            scope: limits {
                $0.maxDrawdown = rate(text)
                $0.drawdownBase = base
            }
        ]
    }

    /// Opened with 1000, was at 2000 within a day and at 1500 at a day's start.
    private static func high(_ equity: String, opening: String = "1000") -> OrderContext.EquityHigh {
        OrderContext.EquityHigh(
            opening: money(opening), peak: money("2000"), closingPeak: money("1500"), equity: money(equity))
    }

    static let rows = [
        RuleCase("exactly a tenth below the peak", limit("0.1")) { $0.accountHigh = high("1800") },
        RuleCase("beyond it", limit("0.1"), finds: ["risk.drawdown drawdown account 200.01 200 -0.01"]) {
            $0.accountHigh = high("1799.99")
        },
        RuleCase("a new high", limit("0")) { $0.accountHigh = high("3000") },
        RuleCase("static: from the opening balance", limit("0.1", .fixed)) { $0.accountHigh = high("900") },
        RuleCase(
            "static: below it", limit("0.1", .fixed), finds: ["risk.drawdown drawdown account 100.01 100 -0.01"]
        ) { $0.accountHigh = high("899.99") },
        RuleCase("end of day: from the highest day's start", limit("0.1", .trailingEndOfDay)) {
            $0.accountHigh = high("1350")
        },
        RuleCase(
            "end of day: below it", limit("0.1", .trailingEndOfDay),
            finds: ["risk.drawdown drawdown account 150.01 150 -0.01"]
        ) { $0.accountHigh = high("1349.99") },
        RuleCase("locked: what has to be left stops at the opening balance", limit("0.1", .trailingLocked)) {
            $0.accountHigh = high("1000")
        },
        RuleCase(
            "locked: below the opening balance", limit("0.1", .trailingLocked),
            finds: ["risk.drawdown drawdown account 1000.01 1000 -0.01"]
        ) { $0.accountHigh = high("999.99") },
        RuleCase(
            "locked: trails as long as the floor is below the opening balance", limit("0.5", .trailingLocked),
            finds: ["risk.drawdown drawdown account 1001 1000 -1"]
        ) { $0.accountHigh = high("999", opening: "1500") },
        RuleCase(
            "system scope looks at the account", limit("0.1", .trailingIntraday, .system),
            finds: ["risk.drawdown drawdown system 1000 200 -800"]
        ) { $0.accountHigh = high("1000") },
        RuleCase(
            "strategy scope looks at the strategy", limit("0.1", .trailingIntraday, .strategy),
            finds: ["risk.drawdown drawdown strategy 1000 200 -800"]
        ) {
            $0.accountHigh = high("2000")
            $0.ownHigh = high("1000")
        },
        RuleCase("an instrument has no equity", limit("0", .trailingIntraday, .instrument)) {
            $0.accountHigh = high("0")
        },
        RuleCase("a reducing order passes", limit("0")) {
            $0.accountHigh = high("0")
            $0.hold("-2")
        },
        RuleCase("an order made smaller passes", limit("0"), purpose: .modify) {
            $0.accountHigh = high("0")
            $0.shrinks(from: "2")
        },
        RuleCase("equity that cannot be valued", limit("0.1"), finds: ["risk.drawdown noConversionRate account 0 0 0"]),
    ]
}
