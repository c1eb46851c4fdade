import Controls
import Testing
import Trading

@Suite("compliance.leverage-class")
struct LeverageClassRuleTests {
    @Test("exposure in an asset class is a multiple of equity", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let terms = program { $0.hasClassLeverage = true }

    private static func buying(_ size: String, others: Money? = .zero) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.program?.classLeverage = rate("0.5")
            $0.program?.classOthers = others
            $0.funds.equity = money("10000")
            $0.intent.quantity = quantity(size)
        }
    }

    static let cases = [
        RuleCase("exactly the leverage", program: terms, change: buying("50")),
        RuleCase(
            "beyond it", program: terms,
            finds: ["compliance.leverage-class classLeverage account 5100 5000 -100"], change: buying("51")),
        RuleCase(
            "with the class's other instruments", program: terms,
            finds: ["compliance.leverage-class classLeverage account 5001 5000 -1"],
            change: buying("40", others: money("1001"))),
        RuleCase(
            "one without a rate", program: terms,
            finds: ["compliance.leverage-class noConversionRate account 0 5000 5000"], change: buying("40", others: nil)
        ),
        RuleCase("a reducing order passes", program: terms) {
            buying("60", others: money("9000"))(&$0)
            $0.hold("60")
            $0.intent.side = .sell
        },
        RuleCase("another class") { $0.intent.quantity = quantity("60") },
    ]
}
