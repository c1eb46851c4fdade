import Controls
import Testing
import Trading

@Suite("compliance.trading-hours")
struct TradingHoursRuleTests {
    private static let closed = ["compliance.trading-hours marketClosed instrument 0 0 0"]

    @Test("a closed market takes nothing, reducing or not", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    static let cases = [
        RuleCase("open passes"),
        RuleCase("closed", finds: closed) { $0.isOpen = false },
        RuleCase("closed, reducing", finds: closed) {
            $0.isOpen = false
            $0.hold("10")
            $0.sell("10")
        },
        RuleCase("closed, modify", purpose: .modify, finds: closed) { $0.isOpen = false },
        RuleCase("closed, trigger", purpose: .trigger, finds: closed) {
            $0.isOpen = false
            $0.becomeStop(at: "100")
        },
        RuleCase("a program without trading hours passes") {
            $0.isOpen = false
            $0.isTradingHoursChecked = false
        },
    ]
}
