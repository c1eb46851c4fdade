import Controls
import Testing
import Trading

@Suite("compliance.approval")
struct ApprovalRuleTests {
    @Test("an order above the program's notional waits for a second person", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let above1000 = program { $0.approvalNotional = money("1000") }
    private static let waits = ["compliance.approval needsApproval account 1100 1000 -100"]

    static let cases = [
        RuleCase("no program, no approval") { $0.intent.quantity = quantity("1000") },
        RuleCase("exactly the notional passes", program: above1000) { $0.intent.quantity = quantity("10") },
        RuleCase("above it waits", program: above1000, finds: waits) { $0.intent.quantity = quantity("11") },
        RuleCase("an approved one passes", program: above1000) {
            $0.intent.quantity = quantity("11")
            $0.isApprovedBySecond = true
        },
        RuleCase("a modify waits, too", program: above1000, purpose: .modify, finds: waits) {
            $0.intent.quantity = quantity("11")
        },
        RuleCase("a trigger was approved with its order", program: above1000, purpose: .trigger) {
            $0.intent.quantity = quantity("11")
            $0.becomeStop(at: "100")
        },
        RuleCase("a reducing order does not wait", program: above1000) {
            $0.hold("20")
            $0.sell("20")
        },
        RuleCase(
            "what cannot be valued does not pass", program: above1000,
            finds: [
                "risk.buying-power noConversionRate account 0 0 0",
                "compliance.approval noConversionRate account 0 1000 1000",
            ]
        ) { $0.funds.rate = nil },
    ]

    @Test("the verdict says that nothing but the approval is missing")
    func needsApproval() {
        var gate = Gate(limits: [.account: limits { $0.maxOrderQuantity = quantity("12") }])
        gate.setProgram(Self.above1000, account: 1)
        func verdict(_ size: String) -> Verdict {
            var order = goodOrder()
            order.intent.quantity = quantity(size)
            return gate.judge(order)
        }
        #expect(!verdict("10").needsApproval)
        #expect(verdict("11").needsApproval)
        #expect(!verdict("13").needsApproval)
    }
}
