import Controls
import Testing
import Trading

@Suite("compliance.restricted-list")
struct RestrictedListRuleTests {
    @Test("closes the sides that the program names", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let restricted = ["compliance.restricted-list restricted account 0 0 0"]

    static let cases = [
        RuleCase("not restricted passes"),
        RuleCase("buys restricted", finds: restricted) { $0.restricted = .buy },
        RuleCase("buys restricted: a sell passes") {
            $0.restricted = .buy
            $0.intent.side = .sell
        },
        RuleCase("sells restricted", finds: restricted) {
            $0.restricted = .sell
            $0.intent.side = .sell
        },
        RuleCase("both restricted, buy", finds: restricted) { $0.restricted = .both },
        RuleCase("both restricted, sell", finds: restricted) {
            $0.restricted = .both
            $0.intent.side = .sell
        },
        RuleCase("a holding may be sold off") {
            $0.restricted = .both
            $0.hold("10")
            $0.sell("10")
        },
        RuleCase("but not flipped", finds: restricted) {
            $0.restricted = .both
            $0.hold("10")
            $0.sell("11")
        },
        RuleCase("a modify is looked at", purpose: .modify, finds: restricted) { $0.restricted = .buy },
        RuleCase("a trigger is looked at", purpose: .trigger, finds: restricted) {
            $0.restricted = .buy
            $0.becomeStop(at: "100")
        },
    ]
}
