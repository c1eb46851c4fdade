import Trading

/// Rules that hang on what has happened: losses, which a commission of half the value makes certain, a market that has not
/// moved for a millisecond, latches, and what a strategy does by itself.
extension DenialRow {
    private static let costly = "paper_venue: {taker_rate: 0.5}\n"

    private static func costly(limits: String) -> String { costly + "accounts: {paper: {limits: {\(limits)}}}\n" }

    private static func costly(program: String) -> String {
        costly + "compliance: {programs: {default: {\(program)}}}\n"
    }

    private init(
        _ rule: RuleID, _ host: String, _ proof: Proof, alpha: String = "enabled: false",
        before: [[String: String]] = []
    ) {
        self.init(rule, host: host, before: before)
        self.proof = proof
        self.alpha = alpha
    }

    private static var reduceOnly: [String: String] {
        buy().merging(["reduce_only": "true"]) { _, new in new }
    }

    static let course: [DenialRow] = [
        DenialRow(.instrument, host: "", order: buy("0.00001")),
        DenialRow(.reduceOnly, host: "", order: reduceOnly),
        DenialRow(.tradingState, "", .latched, before: [["stop": "a drill that is none"]]),
        DenialRow(.stalePrice, "limits: {market_data_max_age_ms: 1}\n", .answerInTime),
        DenialRow(.dailyLoss, costly(limits: "max_daily_loss: 1"), .latched, before: [market("BUY")]),
        DenialRow(.drawdown, host: costly(limits: "max_drawdown: 0.000001"), before: [market("BUY")]),
        DenialRow(
            .consecutiveLosses, host: costly(limits: "max_consecutive_losses: 1"),
            before: [market("BUY"), market("SELL")]),
        DenialRow(.programDailyLoss, host: costly(program: "daily_loss: {amount: 1}"), before: [market("BUY")]),
        DenialRow(.totalDrawdown, host: costly(program: "total_drawdown: {amount: 1}"), before: [market("BUY")]),
        // The market begins at 22:13 UTC.
        DenialRow(
            .schedule, "", .ownOrder,
            alpha: "schedule: {start_time: \"03:00\", end_time: \"03:01\", days_of_week: [0, 1, 2, 3, 4, 5, 6]}"),
        DenialRow(
            .repeatExecution, "limits: {repeat_limit: 1, repeat_window_ms: 86400000}\n", .ownOrder,
            alpha: "enabled: true"),
    ]
}
