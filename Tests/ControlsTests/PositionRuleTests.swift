import Controls
import Testing
import Trading

@Suite("risk.position")
struct PositionRuleTests {
    @Test("denies beyond the limit of each scope, passes exactly at it", arguments: LimitScope.allCases)
    func eachScope(_ scope: LimitScope) {
        let limit = [scope: limits { $0.maxPositionQuantity = quantity("10") }]
        RuleCase("at the limit", limit) { $0.hold("9") }.check()
        RuleCase("above it", limit, finds: ["risk.position positionQuantity \(scope.name) 10.5 10 -0.5"]) {
            $0.hold("9.5")
        }.check()
        RuleCase("short", limit, finds: ["risk.position positionQuantity \(scope.name) 11 10 -1"]) {
            $0.hold("-9")
            $0.sell("2")
        }.check()
    }

    @Test("the worst case of the order's side", arguments: worstCases)
    func worstCase(_ row: RuleCase) { row.check() }

    @Test("values in the account's currency", arguments: values)
    func value(_ row: RuleCase) { row.check() }

    private static let ten: [LimitScope: LimitSet] = [.account: limits { $0.maxPositionQuantity = quantity("10") }]
    private static func notional(_ text: String) -> [LimitScope: LimitSet] {
        [.account: limits { $0.maxPositionNotional = money(text) }]
    }
    private static func fraction(_ text: String) -> [LimitScope: LimitSet] {
        [.account: limits { $0.maxPositionEquityFraction = rate(text) }]
    }

    static let worstCases = [
        RuleCase("working buys count as filled", ten, finds: ["risk.position positionQuantity account 11 10 -1"]) {
            $0.hold("5", buys: "5")
        },
        RuleCase(
            "working sells do not make room for a buy", ten, finds: ["risk.position positionQuantity account 11 10 -1"]
        ) {
            $0.hold("10", sells: "10")
        },
        RuleCase("working buys do not burden a sell", ten) {
            $0.hold("0", buys: "10")
            $0.sell("10")
        },
        RuleCase("a flip up to the limit passes", ten) {
            $0.hold("10")
            $0.sell("20")
        },
        RuleCase("a flip beyond it", ten, finds: ["risk.position positionQuantity account 10.5 10 -0.5"]) {
            $0.hold("10")
            $0.sell("20.5")
        },
        RuleCase("reducing a position that is already beyond the limit passes", ten) {
            $0.hold("50")
            $0.sell("5")
        },
        RuleCase("adding to it does not", ten, finds: ["risk.position positionQuantity account 51 10 -41"]) {
            $0.hold("50")
        },
        RuleCase("flipping it into the limit passes", ten) {
            $0.hold("50")
            $0.sell("55")
        },
        RuleCase(
            "strategy scope sees its own book, the others the account's net",
            everywhere { $0.maxPositionQuantity = quantity("10") },
            finds: ["risk.position positionQuantity strategy 11 10 -1"]
        ) {
            $0.own.position = quantity("10")
            $0.net.position = quantity("-3")
        },
        RuleCase(
            "and the other way round", everywhere { $0.maxPositionQuantity = quantity("10") },
            finds: ["system", "account", "instrument"].map { "risk.position positionQuantity \($0) 11 10 -1" }
        ) { $0.net.position = quantity("10") },
        RuleCase(
            "values of the strategy's book are its own",
            [
                .account: limits { $0.maxPositionNotional = money("599") },
                .strategy: limits { $0.maxPositionNotional = money("599") },
            ], finds: ["risk.position positionNotional strategy 600.05 599 -1.05"]
        ) { $0.own.position = quantity("5") },
        RuleCase(
            "and shares of equity",
            [
                .account: limits { $0.maxPositionEquityFraction = rate("0.0005") },
                .strategy: limits { $0.maxPositionEquityFraction = rate("0.0005") },
            ], finds: ["risk.position positionEquityFraction strategy 600.05 500 -100.05"]
        ) { $0.own.position = quantity("5") },
        RuleCase(
            "a modify is measured with its own new rest", ten, purpose: .modify,
            finds: ["risk.position positionQuantity account 11 10 -1"]
        ) {
            $0.hold("5", buys: "2")
            $0.intent.quantity = quantity("4")
        },
        RuleCase(
            "a trigger is measured again", ten, purpose: .trigger,
            finds: ["risk.position positionQuantity account 11 10 -1"]
        ) {
            $0.hold("10")
            $0.becomeStop(at: "100")
        },
        RuleCase(
            "a reach beyond Int64 is beyond any limit below it",
            [.account: limits { $0.maxPositionQuantity = quantity("90000000000") }],
            finds: [
                "risk.instrument valueOverflow instrument 92233720368.54775807 23058430092.13693952 -69175290276.41081855",
                "risk.position positionQuantity account 92233720368.54775807 90000000000 -2233720368.54775807",
                "risk.buying-power valueOverflow account 0 0 0",
            ]
        ) {
            $0.net.position = Quantity(raw: .max)
            $0.net.buys = Quantity(raw: .max)
        },
    ]

    static let values = [
        RuleCase("exactly at the notional passes", notional("1000.09")) { $0.hold("9") },
        RuleCase("above it", notional("1000"), finds: ["risk.position positionNotional account 1100.1 1000 -100.1"]) {
            $0.hold("10")
        },
        RuleCase(
            "what is held counts at the market, however low the order's limit is", notional("1000"),
            finds: ["risk.position positionNotional account 1001.1 1000 -1.1"]
        ) {
            $0.hold("10")
            $0.intent.price = price("1")
        },
        RuleCase("without a market it counts at the order's price", notional("1100")) {
            $0.hold("10")
            $0.market = OrderContext.Market()
        },
        RuleCase(
            "the multiplier counts", notional("1000"), finds: ["risk.position positionNotional account 2000 1000 -1000"]
        ) {
            $0.terms.multiplier = 20
        },
        RuleCase("another currency", notional("25"), finds: ["risk.position positionNotional account 50 25 -25"]) {
            $0.funds.rate = rate("0.5")
        },
        RuleCase("exactly a share of equity passes", fraction("0.0001")),
        RuleCase(
            "above it", fraction("0.0001"), finds: ["risk.position positionEquityFraction account 100.1 100 -0.1"]
        ) { $0.intent.quantity = quantity("1.001") },
        RuleCase(
            "without equity there is no share",
            [.account: limits { $0.maxPositionEquityFraction = rate("0.5") }],
            finds: [
                "risk.position positionEquityFraction account 100 0 -100",
                "risk.buying-power insufficientFunds account 100 0 -100",
            ]
        ) { $0.funds.equity = money("-5") },
        RuleCase(
            "no conversion rate", notional("100"),
            finds: [
                "risk.position noConversionRate account 0 100 100", "risk.buying-power noConversionRate account 0 0 0",
            ]
        ) { $0.funds.rate = nil },
        RuleCase(
            "no price", notional("100"),
            finds: ["risk.position noReference account 0 100 100", "risk.buying-power noReference account 0 0 0"]
        ) {
            $0.becomeMarket()
            $0.market = OrderContext.Market()
        },
        RuleCase(
            "three limits of one scope are three findings",
            [
                .strategy: limits {
                    $0.maxPositionQuantity = quantity("0.5")
                    $0.maxPositionNotional = money("50")
                    $0.maxPositionEquityFraction = rate("0.00002")
                }
            ],
            finds: [
                "risk.position positionQuantity strategy 1 0.5 -0.5",
                "risk.position positionNotional strategy 100 50 -50",
                "risk.position positionEquityFraction strategy 100 20 -80",
            ]),
        RuleCase("a reducing order needs neither price nor rate", everywhere { $0.maxPositionNotional = money("1") }) {
            $0.hold("10")
            $0.sell("10")
            $0.becomeMarket()
            $0.market = OrderContext.Market()
            $0.funds.rate = nil
        },
    ]

    @Test("accepting never makes a limit violated that was not, nor raises the use of one that is")
    func acceptanceNeverRaisesUse() {
        var random = SeededRandom(seed: 11)
        var approvals = 0
        for _ in 0..<20_000 {
            var order = goodOrder()
            order.intent.side = Bool.random(using: &random) ? .buy : .sell
            order.intent.quantity = Quantity(raw: Int64.random(in: 1...3000, using: &random) * 100_000)
            order.own = randomBook(&random)
            order.net = randomBook(&random)
            let limit = Quantity(raw: Int64.random(in: 0...3000, using: &random) * 100_000)
            var gate = Gate(limits: everywhere { $0.maxPositionQuantity = limit })
            guard gate.judge(order).isApproved else { continue }
            approvals += 1
            for book in [order.own, order.net] {
                let before = reach(book)
                var filled = book
                if order.intent.side == .buy {
                    filled.buys = filled.buys + order.intent.quantity
                } else {
                    filled.sells = filled.sells + order.intent.quantity
                }
                #expect(
                    reach(filled) <= max(limit, before),
                    "\(order.intent.side) \(order.intent.quantity) on \(book), limit \(limit)")
            }
        }
        #expect(approvals > 1000)
    }

    private func randomBook(_ random: inout SeededRandom) -> OrderContext.Book {
        var book = OrderContext.Book()
        book.position = Quantity(raw: Int64.random(in: -3000...3000, using: &random) * 100_000)
        book.buys = Quantity(raw: Int64.random(in: 0...1000, using: &random) * 100_000)
        book.sells = Quantity(raw: Int64.random(in: 0...1000, using: &random) * 100_000)
        return book
    }

    /// The farther of both sides when everything on it fills.
    private func reach(_ book: OrderContext.Book) -> Quantity {
        max(book.position + book.buys, book.sells - book.position)
    }
}
