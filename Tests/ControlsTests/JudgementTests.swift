import Controls
import Testing
import Trading

@Suite("Judgement")
struct JudgementTests {
    private static func judgement(
        _ limits: [LimitScope: LimitSet] = [:], _ terms: ComplianceTerms = ComplianceTerms(),
        _ change: (inout OrderContext) -> Void
    ) -> Judgement {
        var gate = Gate(limits: limits)
        gate.setProgram(terms, account: 1)
        var order = goodOrder()
        change(&order)
        return gate.judgement(of: order)
    }

    private static let at80 = program { $0.warningThreshold = rate("0.8") }

    @Test("an order that all rules pass has the best scores")
    func passes() {
        let judgement = Self.judgement { _ in }
        #expect(judgement.isApproved && judgement.warnings.isEmpty && judgement.requiredActions.isEmpty)
        #expect(judgement.complianceScore == .one)
        // 100 of a buying power of 1,000,000.
        #expect(judgement.riskScore == rate("0.0001"))
    }

    @Test("a violated compliance rule makes the score 0, a risk rule does not")
    func violated() {
        let restricted = Self.judgement { $0.restricted = .buy }
        #expect(restricted.complianceScore == .zero)
        #expect(restricted.riskScore == .one)
        #expect(restricted.requiredActions == ["choose an instrument that may be traded"])
        let large = Self.judgement([.account: limits { $0.maxOrderQuantity = quantity("10") }]) {
            $0.intent.quantity = quantity("25")
        }
        #expect(large.complianceScore == .one)
        #expect(large.riskScore == rate("2.5"))
    }

    @Test("a warned rule counts half among those that apply")
    func warned() {
        var judgement = Judgement(
            applicableRules: RuleID.selfTrade.mask | RuleID.tradingHours.mask | RuleID.restrictedList.mask
                | RuleID.approval.mask)
        var finding = Finding(.selfTrade, .crossesOwnOrder)
        finding.isWarning = true
        judgement.warnings = [finding, finding]
        #expect(judgement.complianceScore == rate("0.875"))
        judgement.applicableRules = 0
        #expect(judgement.complianceScore == .one)
    }

    @Test("the risk score is the highest utilisation of all limits, warned or not")
    func riskScore() {
        let both: [LimitScope: LimitSet] = [
            .account: limits { $0.maxOrderQuantity = quantity("20") },
            .strategy: limits { $0.maxPositionNotional = money("1000") },
        ]
        let calm = Self.judgement(both) { $0.intent.quantity = quantity("6") }
        #expect(calm.riskScore == rate("0.6") && calm.warnings.isEmpty)
        let tense = Self.judgement(both, Self.at80) { $0.intent.quantity = quantity("9") }
        #expect(tense.riskScore == rate("0.9") && tense.warnings.count == 1)
    }

    @Test("the largest quantity that passes is named, whatever combination of limits stands against it")
    func reduced() {
        let several: [LimitScope: LimitSet] = [
            .account: limits {
                $0.maxOrderQuantity = quantity("30")
                $0.maxGrossExposure = money("2512.35")
            },
            .strategy: limits { $0.maxPositionQuantity = quantity("28") },
        ]
        let judgement = Self.judgement(several) { $0.intent.quantity = quantity("40") }
        #expect(judgement.requiredActions == ["reduce quantity to 25.123"])
        let again = Self.judgement(several) { $0.intent.quantity = quantity("25.123") }
        #expect(again.isApproved)
        let more = Self.judgement(several) { $0.intent.quantity = quantity("25.124") }
        #expect(!more.isApproved)
    }

    @Test("the least notional of an instrument does not hide that a smaller order passes")
    func leastNotional() {
        let small = limits { $0.maxOrderQuantity = quantity("0.5") }
        for (least, action) in [("20", "reduce quantity to 0.5"), ("50", "reduce quantity to 0.5")] {
            let judgement = Self.judgement([.account: small]) { $0.terms.minNotional = money(least) }
            #expect(judgement.requiredActions == [action])
        }
        let none = Self.judgement([.account: small]) { $0.terms.minNotional = money("50.01") }
        #expect(none.passingQuantity == nil && !none.isApproved)
    }

    @Test("where no size passes, each reason has its own remedy, once")
    func remedies() {
        let judgement = Self.judgement(everywhere { $0.maxOrderQuantity = quantity("1") }) {
            $0.isOpen = false
            $0.intent.quantity = quantity("2")
        }
        #expect(judgement.failures.count == 5)
        #expect(judgement.requiredActions == ["reduce what is held or working first", "wait until the market opens"])
        for reason in FindingReason.allCases { #expect(reason.remedy.count > 10) }
    }

    @Test("a judgement leaves no trace, and says what the gate will say")
    func agrees() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<200 {
            var gate = RandomOrders.gate(&random)
            let order = RandomOrders.order(at: noon, &random)
            let judgement = gate.judgement(of: order)
            let again = gate.judgement(of: order)
            #expect(judgement == again)
            #expect(gate.judge(order).isApproved == judgement.isApproved)
            #expect(judgement.failures == gate.findings)
        }
    }
}
