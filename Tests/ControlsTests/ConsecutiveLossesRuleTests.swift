import Controls
import Testing
import Trading

@Suite("risk.consecutive-losses")
struct ConsecutiveLossesRuleTests {
    @Test("the pause after losses in a row and after a stop-loss", arguments: rows)
    func pause(_ row: RuleCase) { row.check() }

    private static func most(
        _ count: Int32?, pause: Int64? = nil, _ scope: LimitScope = .account
    ) -> [LimitScope: LimitSet] {
        [
            scope: limits {
                $0.maxConsecutiveLosses = count
                $0.cooldownNanoseconds = pause.map { $0 * second }
            }
        ]
    }

    /// Times in seconds from noon; the day ends an hour later.
    private static func streak(_ count: Int32, lost: Int64 = 0, stop: Int64? = nil) -> OrderContext.LossStreak {
        OrderContext.LossStreak(
            count: count, lastLoss: noon + lost * second,
            lastStop: stop.map { noon + $0 * second } ?? Timestamp(nanoseconds: .min), dayEnd: noon + 3600 * second)
    }

    static let rows = [
        RuleCase("one loss less", most(3)) { $0.accountLosses = streak(2) },
        RuleCase(
            "as many as the limit: until the day ends", most(3),
            finds: ["risk.consecutive-losses losingStreak account 3 3 0"]
        ) {
            $0.accountLosses = streak(3)
        },
        RuleCase("the next day", most(3)) {
            $0.accountLosses = streak(3)
            $0.time = noon + 3600 * second
        },
        RuleCase("within the pause", most(3, pause: 60), finds: ["risk.consecutive-losses losingStreak account 4 3 -1"])
        {
            $0.accountLosses = streak(4, lost: -59)
        },
        RuleCase("at the end of the pause", most(3, pause: 60)) { $0.accountLosses = streak(4, lost: -60) },
        RuleCase(
            "after a stop-loss", most(nil, pause: 60), finds: ["risk.consecutive-losses stoppedOut account 59 60 1"]
        ) {
            $0.accountLosses = streak(1, stop: -59)
        },
        RuleCase("the pause after a stop-loss is over", most(nil, pause: 60)) {
            $0.accountLosses = streak(1, stop: -60)
        },
        RuleCase("a stop-loss without the length of a pause", most(3)) { $0.accountLosses = streak(1, stop: 0) },
        RuleCase(
            "system scope looks at the account", most(1, .system),
            finds: ["risk.consecutive-losses losingStreak system 1 1 0"]
        ) { $0.accountLosses = streak(1) },
        RuleCase(
            "strategy scope looks at the strategy", most(1, .strategy),
            finds: ["risk.consecutive-losses losingStreak strategy 1 1 0"]
        ) {
            $0.accountLosses = streak(0)
            $0.ownLosses = streak(1)
        },
        RuleCase("an instrument has no trades of its own", most(1, .instrument)) { $0.accountLosses = streak(9) },
        RuleCase("a reducing order passes", most(1)) {
            $0.accountLosses = streak(1, stop: 0)
            $0.hold("-1")
        },
    ]

    private static func most(_ count: Int32, _ scope: LimitScope) -> [LimitScope: LimitSet] {
        most(count, pause: nil, scope)
    }
}
