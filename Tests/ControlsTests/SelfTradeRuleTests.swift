import Controls
import Testing
import Trading

@Suite("compliance.self-trade")
struct SelfTradeRuleTests {
    @Test("may not meet a resting order of the same owner", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static func crosses(_ reach: String, _ own: String, _ headroom: String) -> [String] {
        ["compliance.self-trade crossesOwnOrder account \(reach) \(own) \(headroom)"]
    }
    private static let collar: [LimitScope: LimitSet] = [.account: limits { $0.priceCollar = rate("0.05") }]

    static let cases = [
        RuleCase("an own sell above the buy passes") { $0.ownOpposite = price("100.01") },
        RuleCase("an own sell at the buy's price", finds: crosses("100", "100", "0")) { $0.ownOpposite = price("100") },
        RuleCase("an own sell below it", finds: crosses("100", "99", "-1")) { $0.ownOpposite = price("99") },
        RuleCase("an own buy below the sell passes") {
            $0.intent.side = .sell
            $0.ownOpposite = price("99.99")
        },
        RuleCase("an own buy at the sell's price", finds: crosses("100", "100", "0")) {
            $0.intent.side = .sell
            $0.ownOpposite = price("100")
        },
        RuleCase("an own buy above it", finds: crosses("100", "101", "1")) {
            $0.intent.side = .sell
            $0.ownOpposite = price("101")
        },
        RuleCase("a market order reaches the touch", finds: crosses("100.01", "100.01", "0")) {
            $0.becomeMarket()
            $0.ownOpposite = price("100.01")
        },
        RuleCase("a market order passes before what it would not meet now") {
            $0.becomeMarket()
            $0.ownOpposite = price("100.02")
        },
        RuleCase("with a collar as well", collar) {
            $0.becomeMarket()
            $0.ownOpposite = price("100.02")
        },
        RuleCase("one that it would meet now is in its way", collar, finds: crosses("105", "100.01", "-4.99")) {
            $0.becomeMarket()
            $0.ownOpposite = price("100.01")
        },
        RuleCase(
            "without any price it could meet everything",
            finds: ["risk.buying-power noReference account 0 0 0"] + crosses("0", "500", "500")
        ) {
            $0.becomeMarket()
            $0.market = OrderContext.Market()
            $0.ownOpposite = price("500")
        },
        RuleCase("a dormant stop passes") {
            $0.becomeStop(at: "101", limit: "102")
            $0.ownOpposite = price("100")
        },
        RuleCase("a triggered one does not", purpose: .trigger, finds: crosses("102", "100", "-2")) {
            $0.becomeStop(at: "100", limit: "102")
            $0.ownOpposite = price("100")
        },
        RuleCase("nor a modify of one that has triggered", purpose: .modify, finds: crosses("102", "100", "-2")) {
            $0.becomeStop(at: "100", limit: "102")
            $0.isTriggered = true
            $0.ownOpposite = price("100")
        },
        RuleCase("a modify to a crossing price", purpose: .modify, finds: crosses("100", "100", "0")) {
            $0.ownOpposite = price("100")
        },
        RuleCase("a protective order may not come to rest where it meets another", finds: crosses("100", "100", "0")) {
            $0.intent.origin = .protective
            $0.protectiveOpposite = price("100")
        },
        RuleCase("any other passes before a protective one, which gives way") {
            $0.protectiveOpposite = price("100")
        },
        RuleCase("a program without the rule passes") {
            $0.ownOpposite = price("99")
            $0.isSelfTradeChecked = false
        },
    ]

    struct Cancelling: Sendable {
        let position: String
        let quantity: String
        let own: String
        let cancels: Bool?
    }

    @Test(
        "a reducing order passes and has the resting side cancelled first",
        arguments: [
            Cancelling(position: "10", quantity: "10", own: "100", cancels: true),
            Cancelling(position: "10", quantity: "10", own: "99.99", cancels: false),
            Cancelling(position: "10", quantity: "10", own: "0", cancels: false),
            Cancelling(position: "10", quantity: "11", own: "100", cancels: nil),
            Cancelling(position: "0", quantity: "1", own: "99", cancels: false),
        ])
    func reducing(_ row: Cancelling) {
        var order = goodOrder()
        order.hold(row.position)
        order.sell(row.quantity)
        order.ownOpposite = price(row.own)
        var gate = Gate(limits: [:])
        #expect(gate.judge(order).approved?.cancelsOwnResting == row.cancels)
    }

    private static func passage(_ collar: String?, _ change: (inout OrderContext) -> Void) -> ApprovedOrder? {
        var order = goodOrder()
        order.becomeMarket()
        change(&order)
        var gate = Gate(limits: [.account: limits { $0.priceCollar = collar.map { rate($0) } }])
        return gate.judge(order).approved
    }

    @Test("a market order that opens may trade up to the tick before an own resting order")
    func beforeOwn() {
        let free = Self.passage(nil) { $0.ownOpposite = price("104") }
        #expect(free?.protection == price("103.99") && free?.cancelsOwnResting == false)
        #expect(Self.passage("0.05") { $0.ownOpposite = price("104") }?.protection == price("103.99"))
        #expect(Self.passage("0.02") { $0.ownOpposite = price("104") }?.protection == price("102"))
        let short = Self.passage(nil) {
            $0.intent.side = .sell
            $0.ownOpposite = price("96")
        }
        #expect(short?.protection == price("96.01"))
        let protected = Self.passage("0.05") {
            $0.ownOpposite = price("104")
            $0.protectiveOpposite = price("104.5")
        }
        #expect(protected?.cancelsOwnResting == false, "what the order no longer reaches stays")
    }

    struct Closing: Sendable {
        /// The worst price of the book that the exit needs; nil = the feed has no depth.
        let worst: String?
        var unseen = "0"
        let protection: String
        let cancels: Bool
    }

    @Test(
        "one that reduces does so where the book shows all of its quantity before it, and else has it cancelled first",
        arguments: [
            Closing(worst: "98", protection: "96.01", cancels: false),
            Closing(worst: "96.01", protection: "96.01", cancels: false),
            Closing(worst: "96", protection: "95", cancels: true),
            Closing(worst: "98", unseen: "1", protection: "95", cancels: true),
            Closing(worst: nil, protection: "95", cancels: true),
        ])
    func closing(_ row: Closing) {
        let passage = Self.passage("0.05") {
            $0.hold("10")
            $0.sell("10")
            $0.becomeMarket()
            $0.ownOpposite = price("96")
            guard let worst = row.worst else { return }
            var walk = BookWalk()
            walk.quantity = quantity("10")
            walk.worst = price(worst)
            walk.unseen = quantity(row.unseen)
            $0.walk = walk
        }
        #expect(passage?.protection == price(row.protection) && passage?.cancelsOwnResting == row.cancels)
    }

    @Test("a marketable order soon after the other side was taken may be a wash", arguments: washes)
    func wash(_ row: RuleCase) { row.check() }

    private static let tenSeconds = program { $0.washNanoseconds = 10 * second }

    private static func after(_ seconds: Int64) -> @Sendable (inout OrderContext) -> Void {
        {
            $0.intent.price = price("100.01")
            $0.program?.sinceOppositeTakeNanoseconds = seconds * second
        }
    }

    static let washes = [
        RuleCase(
            "within the window", program: tenSeconds, warns: ["compliance.self-trade possibleWash account 10 10 0"],
            change: after(10)),
        RuleCase("after it", program: tenSeconds, change: after(11)),
        RuleCase("never before", program: tenSeconds) { $0.intent.price = price("100.01") },
        RuleCase(
            "a market order", program: tenSeconds, warns: ["compliance.self-trade possibleWash account 1 10 9"]
        ) {
            after(1)(&$0)
            $0.becomeMarket()
        },
        RuleCase("one that rests is none", program: tenSeconds) {
            after(1)(&$0)
            $0.intent.price = price("100")
        },
        RuleCase(
            "a sell at the bid", program: tenSeconds, warns: ["compliance.self-trade possibleWash account 1 10 9"]
        ) {
            after(1)(&$0)
            $0.sell("1")
            $0.intent.price = price("99.99")
        },
        RuleCase("a sell above it rests", program: tenSeconds) {
            after(1)(&$0)
            $0.sell("1")
            $0.intent.price = price("100")
        },
        RuleCase("an exit is none", program: tenSeconds) {
            after(1)(&$0)
            $0.hold("2")
            $0.sell("1")
            $0.becomeMarket()
        },
    ]
}
