import Controls
import Testing
import Trading

@Suite("risk.buying-power")
struct BuyingPowerRuleTests {
    @Test("a margin account covers its worst case by equity × leverage", arguments: margin)
    func marginTable(_ row: RuleCase) { row.check() }

    @Test("a cash account pays from cash and cannot be short", arguments: cash)
    func cashTable(_ row: RuleCase) { row.check() }

    @Test("what cannot be valued is denied with the reason", arguments: unknown)
    func unknownTable(_ row: RuleCase) { row.check() }

    private static func short(_ needed: String, _ has: String, _ headroom: String) -> [String] {
        ["risk.buying-power insufficientFunds account \(needed) \(has) \(headroom)"]
    }

    static let margin = [
        RuleCase("exactly the equity passes") { $0.funds.equity = money("100") },
        RuleCase("less equity", finds: short("100", "99.99", "-0.01")) { $0.funds.equity = money("99.99") },
        RuleCase("leverage multiplies it") {
            $0.funds.equity = money("20")
            $0.funds.maxLeverage = rate("5")
        },
        RuleCase("the fee needs cover", finds: short("100.1", "100", "-0.1")) {
            $0.funds.equity = money("100")
            $0.funds.takerRate = rate("0.001")
        },
        RuleCase("other instruments use it up", finds: short("150", "149", "-1")) {
            $0.funds.equity = money("149")
            $0.funds.otherExposure = money("50")
        },
        RuleCase("what is held uses it up", finds: short("300", "299", "-1")) {
            $0.funds.equity = money("299")
            $0.market.ask = price("100")
            $0.hold("2")
        },
        RuleCase("held units count at the market, not at a far limit", finds: short("1001.1", "1000", "-1.1")) {
            $0.funds.equity = money("1000")
            $0.hold("10")
            $0.intent.price = price("1")
        },
        RuleCase("working buys count", finds: short("300", "299", "-1")) {
            $0.funds.equity = money("299")
            $0.market.ask = price("100")
            $0.hold("0", buys: "2")
        },
        RuleCase("legs that cancel each other count once") {
            $0.funds.equity = money("5")
            $0.hold("0", sells: "3")
            $0.intent.quantity = quantity("3")
            $0.market.ask = price("100")
        },
        RuleCase("beyond the other leg they do not", finds: short("310", "5", "-305")) {
            $0.funds.equity = money("5")
            $0.hold("0", sells: "3")
            $0.intent.quantity = quantity("3.1")
            $0.market.ask = price("100")
        },
        RuleCase("a sell opens a short that needs cover too", finds: short("100", "50", "-50")) {
            $0.funds.equity = money("50")
            $0.intent.side = .sell
        },
        RuleCase("a reducing order passes an account without equity") {
            $0.funds.equity = money("-1000")
            $0.hold("10")
            $0.sell("10")
        },
        RuleCase("a flip to a smaller short passes, it lowers the use") {
            $0.funds.equity = money("-1000")
            $0.hold("10")
            $0.sell("15")
        },
        RuleCase("a flip to a larger one does not", finds: short("1050", "0", "-1050")) {
            $0.funds.equity = money("-1000")
            $0.hold("10")
            $0.sell("20.5")
            $0.market.bid = price("100")
        },
        RuleCase("a modify is measured with its new rest", purpose: .modify, finds: short("400", "300", "-100")) {
            $0.funds.equity = money("300")
            $0.intent.quantity = quantity("4")
        },
        RuleCase("a trigger is measured at the market", purpose: .trigger, finds: short("100.01", "100", "-0.01")) {
            $0.funds.equity = money("100")
            $0.becomeStop(at: "90")
        },
        RuleCase("in the account's currency", finds: short("50", "49", "-1")) {
            $0.funds.equity = money("49")
            $0.funds.rate = rate("0.5")
        },
    ]

    private static let noShort = ["risk.buying-power shortNeedsMargin account 0 0 0"]

    static let cash = [
        RuleCase("exactly the cash passes") {
            $0.funds.isMargin = false
            $0.funds.cash = money("100.1")
            $0.funds.takerRate = rate("0.001")
        },
        RuleCase("a unit less", finds: short("100.1", "100.09999999", "-0.00000001")) {
            $0.funds.isMargin = false
            $0.funds.cash = money("100.09999999")
            $0.funds.takerRate = rate("0.001")
        },
        RuleCase("working buys have reserved theirs", finds: short("130", "120", "-10")) {
            $0.funds.isMargin = false
            $0.funds.cash = money("120")
            $0.funds.reservedCash = money("30")
        },
        RuleCase("equity does not help", finds: short("100", "10", "-90")) {
            $0.funds.isMargin = false
            $0.funds.cash = money("10")
            $0.funds.maxLeverage = rate("10")
        },
        RuleCase("what is held may be sold without cash") {
            $0.funds.isMargin = false
            $0.funds.cash = .zero
            $0.hold("1")
            $0.sell("1")
        },
        RuleCase("more than is held may not", finds: noShort) {
            $0.funds.isMargin = false
            $0.hold("1")
            $0.sell("1.001")
        },
        RuleCase("working sells have taken theirs", finds: noShort) {
            $0.funds.isMargin = false
            $0.hold("3", sells: "2.5")
            $0.sell("1")
        },
        RuleCase("nothing held, nothing sold", finds: noShort) {
            $0.funds.isMargin = false
            $0.sell("1")
        },
        RuleCase("working buys are not held yet", finds: noShort) {
            $0.funds.isMargin = false
            $0.hold("0", buys: "5")
            $0.sell("1")
        },
        RuleCase("another strategy's holding of the account may be sold") {
            $0.funds.isMargin = false
            $0.net.position = quantity("5")
            $0.sell("1")
        },
    ]

    private static let noRate = ["risk.buying-power noConversionRate account 0 0 0"]

    static let unknown = [
        RuleCase("no rate", finds: noRate) { $0.funds.rate = nil },
        RuleCase("no equity", finds: noRate) { $0.funds.equity = nil },
        RuleCase("no cash", finds: noRate) { $0.funds.cash = nil },
        RuleCase("no other exposure", finds: noRate) { $0.funds.otherExposure = nil },
        RuleCase("no reserved cash", finds: noRate) { $0.funds.reservedCash = nil },
        RuleCase("a market order without a market", finds: ["risk.buying-power noReference account 0 0 0"]) {
            $0.becomeMarket()
            $0.market = OrderContext.Market()
        },
        RuleCase("a market order on an empty side takes the last trade", finds: short("100", "99", "-1")) {
            $0.becomeMarket()
            $0.market.ask = .zero
            $0.funds.equity = money("99")
        },
        RuleCase("a reducing order needs none of them") {
            $0.hold("1")
            $0.sell("1")
            $0.becomeMarket()
            $0.market = OrderContext.Market()
            $0.funds = OrderContext.Funds()
        },
    ]
}
