import Controls
import Testing
import Trading

@Suite("compliance.max-loss-per-trade")
struct MaxLossPerTradeRuleTests {
    @Test("the loss at the stop is a share of equity", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    /// Of an equity of a million.
    private static let thousandth = program { $0.lossPerTradeMax = rate("0.001") }

    static let cases = [
        RuleCase("exactly the share", program: thousandth) {
            $0.intent.quantity = quantity("200")
            $0.program?.stopDistance = rate("0.05")
        },
        RuleCase(
            "beyond it", program: thousandth,
            finds: ["compliance.max-loss-per-trade lossPerTrade account 1005 1000 -5"]
        ) {
            $0.intent.quantity = quantity("201")
            $0.program?.stopDistance = rate("0.05")
        },
        RuleCase("without a stop all of it is at risk", program: thousandth) { $0.intent.quantity = quantity("10") },
        RuleCase(
            "and more of it is too much", program: thousandth,
            finds: ["compliance.max-loss-per-trade lossPerTrade account 1100 1000 -100"]
        ) { $0.intent.quantity = quantity("11") },
        RuleCase("an exit is no risk", program: thousandth) {
            $0.hold("50")
            $0.sell("50")
        },
        RuleCase(
            "no equity, no risk", program: thousandth,
            finds: [
                "risk.buying-power insufficientFunds account 100 0 -100",
                "compliance.max-loss-per-trade lossPerTrade account 5 0 -5",
            ]
        ) {
            $0.funds.equity = money("-7")
            $0.program?.stopDistance = rate("0.05")
        },
    ]
}
