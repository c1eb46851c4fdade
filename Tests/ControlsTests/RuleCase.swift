import Controls
import Testing
import Trading

// What the tests of all rules share: a good order to spoil, and one row of a rule's table.

func price(_ text: String) -> Price { Price(text)! }
func quantity(_ text: String) -> Quantity { Quantity(text)! }
func money(_ text: String) -> Money { Money(text)! }
func rate(_ text: String) -> Rate { Rate(text)! }

let noon = Timestamp(year: 2024, month: 3, day: 1, hour: 12)!
let second: Int64 = 1_000_000_000

/// Buys 1 at 100 in a market of 99.99 / 100.01, with a million to spend and nothing held: no rule objects.
func goodOrder(_ purpose: OrderContext.Purpose = .submit) -> OrderContext {
    let intent = OrderIntent(
        strategy: 1, instrument: 1, tag: 7, side: .buy, kind: .limit, quantity: quantity("1"), price: price("100"))
    let terms = InstrumentTerms(
        tick: price("0.01"), lot: quantity("0.001"), minQuantity: quantity("0.001"), maxQuantity: quantity("1000000"))
    var order = OrderContext(intent: intent, purpose: purpose, account: 1, terms: terms, time: noon)
    order.market.bid = price("99.99")
    order.market.ask = price("100.01")
    order.market.quoteTime = noon
    order.market.last = price("100")
    order.market.lastTime = noon
    order.funds.equity = money("1000000")
    order.funds.cash = money("1000000")
    order.funds.otherExposure = .zero
    order.funds.reservedCash = .zero
    order.funds.rate = .one
    return order
}

extension OrderContext {
    /// The strategy holds `position`, and so does its account.
    mutating func hold(_ position: String, buys: String = "0", sells: String = "0") {
        own.position = quantity(position)
        own.buys = quantity(buys)
        own.sells = quantity(sells)
        net = own
    }

    /// It modifies a working order of `quantity` and leaves the prices as they are.
    mutating func shrinks(from text: String, filled: String = "0") {
        var order = Order(id: 3, intent: intent, account: account, at: noon)
        order.filled = quantity(filled)
        order.intent.quantity = quantity(text) + order.filled
        replaced = Replaced(order)
    }

    mutating func sell(_ text: String) {
        intent.side = .sell
        intent.quantity = quantity(text)
    }

    mutating func becomeMarket() {
        intent.kind = .market
        intent.price = .zero
    }

    mutating func becomeStop(at stop: String, limit: String? = nil) {
        intent.kind = limit == nil ? .stopLoss : .stopLimit
        intent.stopPrice = price(stop)
        intent.price = limit.map { price($0) } ?? .zero
    }

    mutating func limit(quantity: String? = nil, notional: String? = nil, others: Money? = .zero) {
        var view = program ?? Program()
        view.positionLimits[view.positionLimitCount] = Program.PositionLimit(
            quantity: quantity.map { ControlsTests.quantity($0) }, notional: notional.map { money($0) }, others: others)
        view.positionLimitCount += 1
        program = view
    }
}

func limits(_ change: (inout LimitSet) -> Void) -> LimitSet {
    var limits = LimitSet()
    change(&limits)
    return limits
}

/// A program with every rule, as strict as can be.
let strictProgram = program {
    $0.approvalNotional = .zero
    $0.washNanoseconds = 10 * second
    $0.messagesPerFillMax = 2
    $0.freeMessages = 0
    $0.spoofing = ComplianceTerms.Spoofing(
        notional: money("100"), restNanoseconds: second, windowNanoseconds: 60 * second, warnings: 1, denials: 3)
    $0.minHoldingNanoseconds = 60 * second
    $0.minHoldingBindsReducing = true
    $0.dayTradesMax = 3
    $0.shortSale = .forbidden
    $0.forbidsHedging = true
    $0.requiresStop = true
    $0.lossPerTradeMax = rate("0.01")
    $0.dailyLoss.amount = money("1000")
    $0.drawdown.amount = money("5000")
    $0.bestDayShareMax = rate("0.3")
    $0.hasPositionLimits = true
    $0.hasClassLeverage = true
    $0.hasNewsWindows = true
    $0.hasFlatWindows = true
}

/// The same limits in every scope.
func everywhere(_ change: (inout LimitSet) -> Void) -> [LimitScope: LimitSet] {
    let same = limits(change)
    return [.system: same, .account: same, .strategy: same, .instrument: same]
}

func program(_ change: (inout ComplianceTerms) -> Void) -> ComplianceTerms {
    var terms = ComplianceTerms()
    change(&terms)
    return terms
}

/// One row: what is changed about the good order, and all findings that the whole gate must report.
struct RuleCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let limits: [LimitScope: LimitSet]
    let states: [LimitScope: TradingState]
    let program: ComplianceTerms
    let purpose: OrderContext.Purpose
    let finds: [String]
    let warns: [String]
    let change: @Sendable (inout OrderContext) -> Void

    init(
        _ name: String, _ limits: [LimitScope: LimitSet] = [:], states: [LimitScope: TradingState] = [:],
        program: ComplianceTerms = ComplianceTerms(), purpose: OrderContext.Purpose = .submit, finds: [String] = [],
        warns: [String] = [], change: @escaping @Sendable (inout OrderContext) -> Void = { _ in }
    ) {
        testDescription = name
        self.limits = limits
        self.states = states
        self.program = program
        self.purpose = purpose
        self.finds = finds
        self.warns = warns
        self.change = change
    }

    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        var order = goodOrder(purpose)
        if program.hasRules { order.program = OrderContext.Program() }
        change(&order)
        var gate = Gate(limits: limits, states: states)
        gate.setProgram(program, account: 1)
        let verdict = gate.judge(order)
        #expect(gate.lines == finds, sourceLocation: sourceLocation)
        #expect(gate.warningLines == warns, sourceLocation: sourceLocation)
        #expect(verdict.failedRules == gate.ruleMask, sourceLocation: sourceLocation)
        #expect(verdict.isApproved == finds.isEmpty, sourceLocation: sourceLocation)
    }
}

extension Gate {
    /// A gate whose first account, strategy and instrument are bystanders: the good order uses the second ones.
    init(limits: [LimitScope: LimitSet], states: [LimitScope: TradingState] = [:]) {
        self.init(accountCount: 2, strategyCount: 2, instrumentCount: 2)
        for scope in LimitScope.allCases {
            let index = scope == .system ? 0 : 1
            if let set = limits[scope] { setLimits(set, scope: scope, index: index) }
            if let state = states[scope] { setTradingState(state, scope: scope, index: index) }
        }
    }

    mutating func judge(_ order: OrderContext) -> Verdict {
        var order = order
        return judge(&order)
    }
    mutating func assess(_ order: OrderContext, keepsUtilisation: Bool = false) -> UInt64 {
        var order = order
        return assess(&order, keepsUtilisation: keepsUtilisation)
    }
    mutating func measures(of order: OrderContext) -> [Finding] {
        var order = order
        return measures(of: &order)
    }
    mutating func judgement(of order: OrderContext) -> Judgement {
        var order = order
        return judgement(of: &order)
    }

    var findings: [Finding] { (0..<findingCount).map { finding($0) } }

    /// "rule reason scope observed limit distance", the numbers as decimals; distance = limit less observed.
    var lines: [String] { findings.map(\.line) }

    var warningLines: [String] { (0..<warningCount).map { warning($0).line } }

    var ruleMask: UInt64 { findings.reduce(0) { $0 | $1.rule.mask } }
}

extension Finding {
    var line: String {
        let numbers = [observed, limit, limit - observed].map { DecimalText.format($0, scale: 8) }
        return "\(rule.name) \(reason) \(scope.name) \(numbers.joined(separator: " "))"
    }
}

extension Verdict {
    var approved: ApprovedOrder? { if case .approved(let order) = self { order } else { nil } }
    var isApproved: Bool { approved != nil }
    var failedRules: UInt64 { if case .denied(let rules) = self { rules } else { 0 } }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
