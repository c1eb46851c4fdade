import Controls
import Testing
import Trading

@Suite("compliance.order-to-trade")
struct OrderToTradeRuleTests {
    @Test("messages stay in proportion to fills", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let two = program {
        $0.messagesPerFillMax = 2
        $0.freeMessages = 4
    }

    private static func day(_ messages: Int64, _ fills: Int64) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.program?.messages = messages
            $0.program?.fills = fills
        }
    }

    static let cases = [
        RuleCase("the first of a day are free", program: two, change: day(3, 0)),
        RuleCase(
            "then one fill is needed for two messages", program: two,
            finds: ["compliance.order-to-trade messagesPerFill account 5 2 -3"], change: day(4, 0)),
        RuleCase("exactly two for each fill", program: two, change: day(5, 3)),
        RuleCase(
            "one more", program: two, finds: ["compliance.order-to-trade messagesPerFill account 7 6 -1"],
            change: day(6, 3)),
        RuleCase(
            "a modify is a message", program: two, purpose: .modify,
            finds: ["compliance.order-to-trade messagesPerFill account 7 6 -1"], change: day(6, 3)),
        RuleCase("a trigger is none", program: two, purpose: .trigger) {
            day(6, 3)(&$0)
            $0.becomeStop(at: "100")
        },
        RuleCase("a reducing order passes", program: two) {
            day(60, 3)(&$0)
            $0.hold("2")
            $0.sell("1")
        },
        RuleCase(
            "close to it is a warning",
            program: program {
                $0.messagesPerFillMax = 2
                $0.freeMessages = 0
                $0.warningThreshold = rate("0.8")
            }, warns: ["compliance.order-to-trade messagesPerFill account 8 10 2"], change: day(7, 5)),
        RuleCase("no program, no count", change: day(1000, 0)),
    ]
}
