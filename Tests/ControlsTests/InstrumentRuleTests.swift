import Controls
import Testing
import Trading

@Suite("risk.instrument")
struct InstrumentRuleTests {
    @Test("what an instrument takes", arguments: quantities + prices + kinds)
    func table(_ row: RuleCase) { row.check() }

    @Test("a reducing order is exempt from the minimum notional alone", arguments: reducing)
    func reducingTable(_ row: RuleCase) { row.check() }

    @Test("every purpose is held to the instrument", arguments: [OrderContext.Purpose.submit, .modify, .trigger])
    func everyPurpose(_ purpose: OrderContext.Purpose) {
        RuleCase(
            "modify", purpose: purpose, finds: ["risk.instrument lotMultiple instrument 1.0005 0.001 -0.9995"]
        ) { $0.intent.quantity = quantity("1.0005") }.check()
    }

    @Test("an unknown instrument is one finding, whatever the limits of the system say")
    func unknownInstrument() {
        RuleCase(
            "unknown", [.system: limits { $0.priceCollar = rate("0.05") }],
            finds: ["risk.instrument unknownInstrument instrument 0 0 0"]
        ) {
            $0.isKnown = false
            $0.intent.instrument = .max
            $0.terms = InstrumentTerms(tick: .zero, lot: .zero, minQuantity: .zero, maxQuantity: .zero)
        }.check()
    }

    @Test("an unknown instrument has no limits of its own, so the system's are reported once")
    func unknownInstrumentReportsSystemOnce() {
        RuleCase(
            "unknown", [.system: limits { $0.maxOrderQuantity = quantity("0.5") }], states: [.system: .halted],
            finds: [
                "risk.trading-state halted system 0 0 0",
                "risk.instrument unknownInstrument instrument 0 0 0",
                "risk.order-size orderQuantity system 1 0.5 -0.5",
            ]
        ) { $0.isKnown = false }.check()
    }

    static let quantities = [
        RuleCase("a good order passes"),
        RuleCase("not tradable", finds: ["risk.instrument notTradable instrument 0 0 0"]) { $0.terms.tradable = false },
        RuleCase(
            "a kind that the strategy may not send", finds: ["risk.instrument unsupportedKind strategy 0 0 0"]
        ) { $0.allowedKinds = ~$0.intent.kind.mask },
        RuleCase("an operator's order may be of any kind") {
            $0.allowedKinds = 0
            $0.intent.origin = .operator
        },
        RuleCase("a tag in use", finds: ["risk.instrument duplicateTag instrument 0 0 0"]) { $0.isTagInUse = true },
        RuleCase("quantity zero", finds: ["risk.instrument badQuantity instrument 0 0 0"]) {
            $0.intent.quantity = .zero
        },
        RuleCase("quantity below zero", finds: ["risk.instrument badQuantity instrument -1 0 1"]) {
            $0.intent.quantity = quantity("-1")
        },
        RuleCase("no multiple of the lot", finds: ["risk.instrument lotMultiple instrument 1.0005 0.001 -0.9995"]) {
            $0.intent.quantity = quantity("1.0005")
        },
        RuleCase("exactly the minimum passes") {
            $0.terms.minQuantity = quantity("0.5")
            $0.intent.quantity = quantity("0.5")
        },
        RuleCase("below the minimum", finds: ["risk.instrument belowMinimum instrument 0.499 0.5 0.001"]) {
            $0.terms.minQuantity = quantity("0.5")
            $0.intent.quantity = quantity("0.499")
        },
        RuleCase("exactly the maximum passes") { $0.terms.maxQuantity = quantity("1") },
        RuleCase("above the maximum", finds: ["risk.instrument aboveMaximum instrument 1.001 1 -0.001"]) {
            $0.terms.maxQuantity = quantity("1")
            $0.intent.quantity = quantity("1.001")
        },
        RuleCase("exactly the minimum notional passes") { $0.terms.minNotional = money("100") },
        RuleCase("below the minimum notional", finds: ["risk.instrument belowMinNotional instrument 99.9 100 0.1"]) {
            $0.terms.minNotional = money("100")
            $0.intent.quantity = quantity("0.999")
        },
        RuleCase("the multiplier counts in the notional") {
            $0.terms.minNotional = money("100")
            $0.terms.multiplier = 10
            $0.intent.quantity = quantity("0.1")
        },
        RuleCase(
            "several faults are all reported",
            finds: [
                "risk.instrument notTradable instrument 0 0 0", "risk.instrument duplicateTag instrument 0 0 0",
                "risk.instrument lotMultiple instrument 0.0005 0.001 0.0005",
                "risk.instrument belowMinimum instrument 0.0005 0.001 0.0005",
                "risk.instrument tickMultiple instrument 100.001 0.01 -99.991",
            ]
        ) {
            $0.terms.tradable = false
            $0.isTagInUse = true
            $0.intent.quantity = quantity("0.0005")
            $0.intent.price = price("100.001")
        },
    ]

    private static let unpriced = "risk.buying-power noReference account 0 0 0"

    static let prices = [
        RuleCase("off the tick", finds: ["risk.instrument tickMultiple instrument 100.001 0.01 -99.991"]) {
            $0.intent.price = price("100.001")
        },
        RuleCase("a limit without a price", finds: ["risk.instrument badPrice instrument 0 0 0", unpriced]) {
            $0.intent.price = .zero
        },
        RuleCase("a limit below zero", finds: ["risk.instrument badPrice instrument -1 0 1", unpriced]) {
            $0.intent.price = price("-1")
        },
        RuleCase("a market order with a price", finds: ["risk.instrument badPrice instrument 100 0 -100"]) {
            $0.intent.kind = .market
        },
        RuleCase("a limit with a stop price", finds: ["risk.instrument badStopPrice instrument 99 0 -99"]) {
            $0.intent.stopPrice = price("99")
        },
        RuleCase("a stop without a stop price", finds: ["risk.instrument badStopPrice instrument 0 0 0", unpriced]) {
            $0.becomeStop(at: "0")
        },
        RuleCase("a stop with a limit price", finds: ["risk.instrument badPrice instrument 100 0 -100"]) {
            $0.intent.kind = .stopLoss
            $0.intent.stopPrice = price("101")
        },
        RuleCase("a stop off the tick", finds: ["risk.instrument tickMultiple instrument 101.005 0.01 -100.995"]) {
            $0.becomeStop(at: "101.005")
        },
        RuleCase("a stop-limit with both prices passes") { $0.becomeStop(at: "101", limit: "102") },
        RuleCase("a stop-limit without its limit", finds: ["risk.instrument badPrice instrument 0 0 0", unpriced]) {
            $0.becomeStop(at: "101", limit: "0")
        },
    ]

    private static let noImmediateStop = ["risk.instrument unsupportedTimeInForce instrument 0 0 0"]

    static let kinds = [
        RuleCase("a market order passes") { $0.becomeMarket() },
        RuleCase("a stop passes") { $0.becomeStop(at: "101") },
        RuleCase("an immediate limit passes") { $0.intent.timeInForce = .immediateOrCancel },
        RuleCase("a fill-or-kill market order passes") {
            $0.becomeMarket()
            $0.intent.timeInForce = .fillOrKill
        },
        RuleCase("a stop for the day passes") {
            $0.becomeStop(at: "101")
            $0.intent.timeInForce = .day
        },
        RuleCase("a stop cannot be immediate", finds: noImmediateStop) {
            $0.becomeStop(at: "101")
            $0.intent.timeInForce = .immediateOrCancel
        },
        RuleCase("a stop-limit cannot be fill-or-kill", finds: noImmediateStop) {
            $0.becomeStop(at: "101", limit: "102")
            $0.intent.timeInForce = .fillOrKill
        },
        // 2^61 units of 1e-8 are 23,058,430,092.13693952.
        RuleCase("the largest reach that is counted passes", change: hugeBuy("23058430092.136")),
        RuleCase(
            "a larger one", finds: [tooFar("23058430092.137", "-0.00006048")], change: hugeBuy("23058430092.137")),
        RuleCase("what is held and works counts in it", finds: [tooFar("23058430093", "-0.86306048")]) {
            hugeBuy("20000000000")(&$0)
            $0.net.position = quantity("3000000000")
            $0.net.buys = quantity("58430093")
        },
    ]

    private static func tooFar(_ reach: String, _ headroom: String) -> String {
        "risk.instrument valueOverflow instrument \(reach) 23058430092.13693952 \(headroom)"
    }

    /// A buy at the lowest price, with enough to pay for it.
    private static func hugeBuy(_ text: String) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.terms.maxQuantity = Quantity(raw: .max)
            $0.intent.quantity = quantity(text)
            $0.intent.price = price("0.01")
            $0.market = OrderContext.Market()
            $0.funds.equity = money("90000000000")
        }
    }

    static let reducing = [
        RuleCase("below the minimum notional passes") {
            $0.hold("10")
            $0.sell("0.5")
            $0.terms.minNotional = money("100")
        },
        RuleCase("all of a position below the minimum quantity") {
            $0.hold("-0.5")
            $0.intent.quantity = quantity("0.5")
            $0.terms.minQuantity = quantity("1")
        },
        RuleCase(
            "a part of a position below the minimum", finds: ["risk.instrument belowMinimum instrument 0.4 1 0.6"]
        ) {
            $0.hold("-0.5")
            $0.intent.quantity = quantity("0.4")
            $0.terms.minQuantity = quantity("1")
        },
        RuleCase("what has filled of a modified order counts towards the minimum", purpose: .modify) {
            $0.intent.quantity = quantity("0.4")
            $0.terms.minQuantity = quantity("1")
            $0.shrinks(from: "0.9", filled: "0.6")
        },
        RuleCase(
            "and towards the maximum", purpose: .modify,
            finds: ["risk.instrument aboveMaximum instrument 1.1 1 -0.1"]
        ) {
            $0.intent.quantity = quantity("0.5")
            $0.terms.maxQuantity = quantity("1")
            $0.shrinks(from: "0.9", filled: "0.6")
        },
        RuleCase("below the minimum quantity", finds: ["risk.instrument belowMinimum instrument 0.5 1 0.5"]) {
            $0.hold("10")
            $0.sell("0.5")
            $0.terms.minQuantity = quantity("1")
        },
        RuleCase(
            "lot and tick",
            finds: [
                "risk.instrument lotMultiple instrument 0.0015 0.001 -0.0005",
                "risk.instrument tickMultiple instrument 100.001 0.01 -99.991",
            ]
        ) {
            $0.hold("10")
            $0.sell("0.0015")
            $0.intent.price = price("100.001")
        },
        RuleCase("not tradable", finds: ["risk.instrument notTradable instrument 0 0 0"]) {
            $0.hold("10")
            $0.sell("1")
            $0.terms.tradable = false
        },
        RuleCase("a flip is not reducing", finds: ["risk.instrument belowMinNotional instrument 50 100 50"]) {
            $0.hold("0.4")
            $0.sell("0.5")
            $0.terms.minNotional = money("100")
        },
    ]
}
