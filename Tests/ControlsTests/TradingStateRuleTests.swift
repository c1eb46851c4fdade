import Controls
import Testing
import Trading

@Suite("risk.trading-state")
struct TradingStateRuleTests {
    @Test("halted: denies in each scope", arguments: LimitScope.allCases)
    func deniesHaltedScope(_ scope: LimitScope) {
        RuleCase(
            "halted", states: [scope: .halted], finds: ["risk.trading-state halted \(scope.name) 0 0 0"]
        ).check()
    }

    @Test("reducing: denies an order that grows the position, in each scope", arguments: LimitScope.allCases)
    func deniesGrowthWhileReducing(_ scope: LimitScope) {
        RuleCase(
            "reducing", states: [scope: .reducing], finds: ["risk.trading-state reducing \(scope.name) 0 0 0"]
        ).check()
    }

    @Test("latches and what passes them", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let everyScopeHalted: [LimitScope: TradingState] = [
        .system: .halted, .account: .halted, .strategy: .halted, .instrument: .halted,
    ]
    private static let allHalted = LimitScope.allCases.map { "risk.trading-state halted \($0.name) 0 0 0" }
    private static let haltedAccount = ["risk.trading-state halted account 0 0 0"]
    private static let reducingStrategy = ["risk.trading-state reducing strategy 0 0 0"]

    /// A sell of 3 out of a position of 10, reduce-only.
    private static func exit(_ order: inout OrderContext, by origin: OrderOrigin) {
        order.hold("10")
        order.sell("3")
        order.intent.reduceOnly = true
        order.intent.origin = origin
    }

    static let cases = [
        RuleCase("active passes", states: [.system: .active, .account: .active]),
        RuleCase("halted everywhere is reported for each scope", states: everyScopeHalted, finds: allHalted),
        RuleCase(
            "halted account and reducing strategy are both reported",
            states: [.account: .halted, .strategy: .reducing],
            finds: haltedAccount + reducingStrategy),
        RuleCase("halted: an operator's reduce-only exit passes", states: everyScopeHalted) {
            exit(&$0, by: .operator)
        },
        RuleCase("halted: a liquidation's exit passes", states: everyScopeHalted) { exit(&$0, by: .liquidation) },
        RuleCase("halted: no strategy order passes, not even an exit", states: everyScopeHalted, finds: allHalted) {
            exit(&$0, by: .strategy)
        },
        RuleCase(
            "halted: an operator's exit that is not reduce-only stays out", states: [.account: .halted],
            finds: haltedAccount
        ) {
            exit(&$0, by: .operator)
            $0.intent.reduceOnly = false
        },
        RuleCase(
            "halted: an operator's reduce-only order that flips stays out", states: [.account: .halted],
            finds: haltedAccount + ["risk.reduce-only wouldGrow strategy 11 10 -1"]
        ) {
            exit(&$0, by: .operator)
            $0.intent.quantity = quantity("11")
        },
        RuleCase("halted: a protective stop may trigger", states: everyScopeHalted, purpose: .trigger) {
            $0.hold("10")
            $0.sell("10")
            $0.becomeStop(at: "99")
        },
        RuleCase(
            "halted: an entry stop may not trigger", states: [.account: .halted], purpose: .trigger,
            finds: haltedAccount
        ) {
            $0.becomeStop(at: "100")
        },
        RuleCase(
            "halted: a strategy may not modify, not even to reduce", states: [.account: .halted], purpose: .modify,
            finds: haltedAccount
        ) {
            exit(&$0, by: .strategy)
        },
        RuleCase("reducing: exactly the position passes", states: [.strategy: .reducing]) {
            $0.hold("10")
            $0.sell("10")
        },
        RuleCase("reducing: a cover of a short passes", states: [.system: .reducing]) {
            $0.hold("-10")
            $0.intent.quantity = quantity("10")
        },
        RuleCase(
            "reducing: one lot beyond the position flips it", states: [.strategy: .reducing], finds: reducingStrategy
        ) {
            $0.hold("10")
            $0.sell("10.001")
        },
        RuleCase(
            "reducing: working sells have taken their part", states: [.strategy: .reducing], finds: reducingStrategy
        ) {
            $0.hold("10", sells: "4")
            $0.sell("6.001")
        },
        RuleCase("reducing: what working sells leave may be sold", states: [.strategy: .reducing]) {
            $0.hold("10", sells: "4")
            $0.sell("6")
        },
        RuleCase(
            "reducing: the strategy's own book counts, not the account's", states: [.account: .reducing],
            finds: ["risk.trading-state reducing account 0 0 0"]
        ) {
            $0.net.position = quantity("10")
            $0.sell("1")
        },
        RuleCase("reducing: a smaller short by modify passes", states: [.strategy: .reducing], purpose: .modify) {
            $0.hold("-5")
        },
    ]
}
