import Controls
import Testing
import Trading

// What only some orders ask for: each condition where it belongs, and nowhere else.
extension InstrumentRuleTests {
    @Test("trailing, dated and post-only orders", arguments: conditions)
    func condition(_ row: RuleCase) { row.check() }

    @Test("brackets", arguments: brackets)
    func bracket(_ row: RuleCase) { row.check() }

    private static func trailing(_ trail: TrailingDistance) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.becomeStop(at: "101")
            $0.intent.kind = .trailingStop
            $0.intent.conditions.trail = trail
        }
    }

    private static func dated(_ seconds: Int64) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.intent.timeInForce = .goodTillDate
            $0.intent.conditions.expireTime = $0.time + seconds * second
        }
    }

    private static func postOnly(_ force: TimeInForce) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.intent.timeInForce = force
            $0.intent.conditions.postOnly = true
        }
    }

    private static let badTime = ["risk.instrument badExpireTime instrument 0 0 0"]
    private static let badPostOnly = ["risk.instrument badPostOnly instrument 0 0 0"]

    static let conditions = [
        RuleCase("a trailing stop passes", change: trailing(.offset(price("1")))),
        RuleCase("one by a fraction passes", change: trailing(.fraction(rate("0.999999999")))),
        RuleCase(
            "one without a distance", finds: ["risk.instrument badTrail instrument 0 0 0"], change: trailing(.none)),
        RuleCase(
            "one by all of the price", finds: ["risk.instrument badTrail instrument 1 0 -1"],
            change: trailing(.fraction(.one))),
        RuleCase("a distance of another order", finds: ["risk.instrument badTrail instrument 1 0 -1"]) {
            $0.intent.conditions.trail = .offset(price("1"))
        },
        RuleCase("an order with an end passes", change: dated(1)),
        RuleCase("one that ends now", finds: badTime, change: dated(0)),
        RuleCase("one without its end", finds: badTime) { $0.intent.timeInForce = .goodTillDate },
        RuleCase("what has triggered meets its end at the venue", purpose: .trigger) {
            $0.becomeStop(at: "100")
            dated(-1)(&$0)
        },
        RuleCase("an end of an order that has none", finds: badTime) {
            dated(1)(&$0)
            $0.intent.timeInForce = .goodTillCancelled
        },
        RuleCase("a post-only order passes", change: postOnly(.goodTillCancelled)),
        RuleCase("one for the day passes", change: postOnly(.day)),
        RuleCase("an immediate one", finds: badPostOnly, change: postOnly(.immediateOrCancel)),
        RuleCase("a fill-or-kill one", finds: badPostOnly, change: postOnly(.fillOrKill)),
        RuleCase("a market order", finds: badPostOnly) {
            $0.becomeMarket()
            $0.intent.conditions.postOnly = true
        },
    ]

    private static func bracket(_ stop: String, _ target: String) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.intent.conditions.stopLoss = price(stop)
            $0.intent.conditions.takeProfit = price(target)
        }
    }

    private static func selling(_ stop: String, _ target: String) -> @Sendable (inout OrderContext) -> Void {
        {
            bracket(stop, target)(&$0)
            $0.sell("1")
        }
    }

    private static func allowing(
        _ kinds: UInt8, stop: String = "0", target: String = "0"
    ) -> @Sendable (inout OrderContext) -> Void {
        {
            bracket(stop, target)(&$0)
            $0.allowedKinds = kinds | $0.intent.kind.mask
        }
    }

    private static func bad(_ price: String, _ distance: String) -> [String] {
        ["risk.instrument badBracket instrument \(price) 100 \(distance)"]
    }

    private static let noKind = ["risk.instrument unsupportedKind strategy 0 0 0"]

    static let brackets = [
        RuleCase("of a buy passes", change: bracket("99.99", "100.01")),
        RuleCase("with a stop at the entry", finds: bad("100", "0"), change: bracket("100", "101")),
        RuleCase("with a target at the entry", finds: bad("100", "0"), change: bracket("99", "100")),
        RuleCase("of a sell passes", change: selling("100.01", "99.99")),
        RuleCase("of a sell with a stop at the entry", finds: bad("100", "0"), change: selling("100", "99")),
        RuleCase("of a sell with a target at the entry", finds: bad("100", "0"), change: selling("101", "100")),
        RuleCase("with a stop alone passes", change: bracket("99", "0")),
        RuleCase("with a target alone passes", change: bracket("0", "101")),
        RuleCase(
            "with a stop off the tick", finds: ["risk.instrument tickMultiple instrument 99.005 0.01 -98.995"],
            change: bracket("99.005", "0")),
        RuleCase(
            "with a stop below zero", finds: ["risk.instrument tickMultiple instrument -1 0.01 1.01"],
            change: bracket("-1", "0")),
        RuleCase("a stop that has become an order trades where it can", purpose: .trigger) {
            $0.becomeStop(at: "100")
            bracket("101", "0")(&$0)
        },
        RuleCase(
            "without a price of the entry nothing is beyond it", finds: ["risk.buying-power noReference account 0 0 0"]
        ) {
            $0.becomeMarket()
            $0.market = OrderContext.Market()
            bracket("100", "0")(&$0)
        },
        RuleCase("of an order that opens nothing", finds: ["risk.instrument badBracket instrument 0 0 0"]) {
            $0.hold("-5")
            $0.intent.reduceOnly = true
            bracket("99", "0")(&$0)
        },
        RuleCase("whose stop the strategy may not send", finds: noKind, change: allowing(0, stop: "99")),
        RuleCase("whose target is of a kind that it may send", change: allowing(0, target: "101")),
        RuleCase("whose target it may not send", finds: noKind) {
            $0.becomeMarket()
            allowing(OrderKind.stopLoss.mask, stop: "99", target: "101")(&$0)
        },
        RuleCase("an operator's may be of any kind") {
            allowing(0, stop: "99")(&$0)
            $0.intent.origin = .operator
        },
    ]
}
