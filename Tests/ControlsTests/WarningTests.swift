import Controls
import Testing
import Trading

@Suite("Warnings")
struct WarningTests {
    @Test("a limit warns from the program's threshold up", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let size: [LimitScope: LimitSet] = [.account: limits { $0.maxOrderQuantity = quantity("10") }]
    private static let at80 = program { $0.warningThreshold = rate("0.8") }

    private static func buying(_ text: String) -> @Sendable (inout OrderContext) -> Void {
        { $0.intent.quantity = quantity(text) }
    }

    static let cases = [
        RuleCase("just below it", size, program: at80, change: buying("7.999")),
        RuleCase(
            "exactly there", size, program: at80, warns: ["risk.order-size orderQuantity account 8 10 2"],
            change: buying("8")),
        RuleCase(
            "all of the limit", size, program: at80, warns: ["risk.order-size orderQuantity account 10 10 0"],
            change: buying("10")),
        RuleCase(
            "beyond it fails and does not warn", size, program: at80,
            finds: ["risk.order-size orderQuantity account 10.001 10 -0.001"], change: buying("10.001")),
        RuleCase("without a threshold nothing warns", size, change: buying("10")),
        RuleCase(
            "the position", [.strategy: limits { $0.maxPositionNotional = money("1000") }], program: at80,
            warns: ["risk.position positionNotional strategy 900 1000 100"], change: buying("9")),
        RuleCase(
            "gross exposure", [.account: limits { $0.maxGrossExposure = money("1000") }], program: at80,
            warns: ["risk.exposure grossExposure account 900 1000 100"], change: buying("9")),
        RuleCase(
            "the day's loss", [.account: limits { $0.maxDailyLoss = money("100") }], program: at80,
            warns: ["risk.daily-loss dailyLoss account 85 100 15"]
        ) {
            $0.accountDay = OrderContext.Day(
                startBalance: money("100"), startEquity: money("100"), equity: money("15"))
        },
        RuleCase(
            "buying power", program: at80, warns: ["risk.buying-power insufficientFunds account 900 1000 100"]
        ) {
            $0.intent.quantity = quantity("9")
            $0.funds.equity = money("1000")
        },
        RuleCase(
            "a reducing order beyond the collar passes with a warning",
            [.account: limits { $0.priceCollar = rate("0.05") }],
            warns: ["risk.price-collar beyondCollar account 90 95 5"]
        ) {
            $0.hold("2")
            $0.sell("1")
            $0.intent.price = price("90")
        },
        RuleCase(
            "a reducing order without a reference, too", [.account: limits { $0.priceCollar = rate("0.05") }],
            warns: ["risk.price-collar noReference account 0 0 0"]
        ) {
            $0.hold("2")
            $0.sell("1")
            $0.market = OrderContext.Market()
        },
    ]

    @Test("numbers at the end of their range warn and fail like others")
    func extremes() {
        var order = goodOrder()
        order.intent.quantity = quantity("1000000")
        for (limit, warns) in [(Int64.max, false), (100_000_000_000_000, true), (110_000_000_000_000, true)] {
            var gate = Gate(limits: [.account: limits { $0.maxOrderQuantity = Quantity(raw: limit) }])
            gate.setProgram(Self.at80, account: 1)
            order.funds.equity = money("10000000000")
            #expect(gate.judge(order).isApproved)
            #expect((gate.warningCount == 1) == warns)
        }
        var huge = Finding(.exposure, .grossExposure, observed: .max, limit: .max, used: 0)
        #expect(huge.utilisation == .one || huge.utilisation.map { $0.raw - Rate.one.raw <= 1 } == true)
        huge.limit = 1
        #expect(huge.utilisation == Rate(raw: .max))
        huge.limit = 0
        #expect(huge.utilisation == nil)
    }
}
