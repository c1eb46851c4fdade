public import Trading

/// An order that passed the gate. Only the gate makes one, and execution takes nothing else.
public struct ApprovedOrder: Sendable, BitwiseCopyable {
    public let intent: OrderIntent
    public let account: Int32
    public let purpose: OrderContext.Purpose
    /// Of the order that is modified or triggered, else 0.
    public let orderID: UInt64
    /// The worst price that a market order may trade at; zero = none.
    public let protection: Price
    /// The farthest price at which this order may meet resting orders of its owner, which are cancelled first (zero =
    /// any price); nil = it meets none.
    public let ownRestingReach: Price?
    public let time: Timestamp

    public var cancelsOwnResting: Bool { ownRestingReach != nil }

    fileprivate init(_ order: OrderContext, protection: Price, ownRestingReach: Price?) {
        intent = order.intent
        account = order.account
        purpose = order.purpose
        orderID = order.orderID
        self.protection = protection
        self.ownRestingReach = ownRestingReach
        time = order.time
    }
}

public enum Verdict: Sendable, BitwiseCopyable {
    case approved(ApprovedOrder)
    /// The gate's `findings` hold every failing rule until the next judgement.
    case denied(failedRules: UInt64)
}

/// The one way to a venue. Every rule looks at every order, and all that fail are reported.
public struct Gate: ~Copyable {
    var scopes: FixedBuffer<ScopeState>
    let accountCount: Int
    private(set) var strategyCount: Int
    let instrumentCount: Int
    private var findings = Findings()
    /// What some scope has a limit for, so that the view of the book need not hold what nobody looks at.
    public private(set) var wants: Wants = []

    /// Parts of an `OrderContext` that take work to fill in.
    public struct Wants: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let netOthers = Wants(rawValue: 1)
        public static let ownOthers = Wants(rawValue: 2)
        public static let accountDay = Wants(rawValue: 4)
        public static let ownDay = Wants(rawValue: 8)
    }

    /// Scopes without a limit and with an active latch; `setLimits` and `setTradingState` change them.
    public init(accountCount: Int, strategyCount: Int, instrumentCount: Int) {
        self.accountCount = accountCount
        self.strategyCount = strategyCount
        self.instrumentCount = instrumentCount
        // The last one stays blank, for instruments that nobody knows.
        scopes = FixedBuffer(count: 2 + accountCount + strategyCount + instrumentCount, repeating: ScopeState())
    }

    /// A scope for one more strategy, behind the others. Allocates: call it between events.
    public mutating func addStrategy(_ limits: LimitSet) {
        var grown = FixedBuffer(scopes, adding: 1, of: ScopeState())
        let new = 1 + accountCount + strategyCount
        for place in new..<scopes.count { grown[place + 1] = scopes[place] }
        grown[new] = ScopeState(limits: limits)
        scopes = grown
        strategyCount += 1
        reviewWants()
    }

    /// Judges an order. An approval counts against the order rates, a denial does not.
    public mutating func judge(_ order: OrderContext) -> Verdict {
        let passage = check(order)
        guard findings.count == 0 else { return .denied(failedRules: findings.failedRules) }
        OrderRateRule.count(order, scopes(of: order))
        return .approved(
            ApprovedOrder(order, protection: passage.protection, ownRestingReach: passage.ownRestingReach))
    }

    /// What `judge` would say, by the same rules, without an approval and without a trace: the rules that fail (0 = none).
    public mutating func assess(_ order: OrderContext) -> UInt64 {
        _ = check(order)
        return findings.failedRules
    }

    private mutating func check(_ order: OrderContext) -> (protection: Price, ownRestingReach: Price?) {
        findings.clear()
        let scopes = scopes(of: order)
        TradingStateRule.check(order, scopes, &findings)
        InstrumentRule.check(order, &findings)
        let protection = PriceCollarRule.check(order, scopes, &findings)
        OrderSizeRule.check(order, scopes, &findings)
        PositionRule.check(order, scopes, &findings)
        BuyingPowerRule.check(order, &findings)
        OrderRateRule.check(order, scopes, &findings)
        ReduceOnlyRule.check(order, &findings)
        RestrictedListRule.check(order, &findings)
        TradingHoursRule.check(order, &findings)
        let ownRestingReach = SelfTradeRule.check(order, protection: protection, &findings)
        StalePriceRule.check(order, scopes, &findings)
        ExposureRule.check(order, scopes, &findings)
        DailyLossRule.check(order, scopes, &findings)
        ScheduleRule.check(order, &findings)
        return (protection, ownRestingReach)
    }

    /// Of the last judgement, in the order of the rules.
    public var findingCount: Int { findings.count }
    public func finding(_ index: Int) -> Finding { findings[index] }

    public mutating func setLimits(_ limits: LimitSet, scope: LimitScope, index: Int = 0) {
        scopes[position(scope, index)].limits = limits
        reviewWants()
    }

    mutating func reviewWants() {
        wants = []
        for position in 0..<scopes.count { want(scopes[position].limits, isStrategy: isStrategy(position)) }
    }

    private mutating func want(_ limits: LimitSet, isStrategy: Bool) {
        if isStrategy {
            if limits.maxGrossExposure != nil || limits.maxNetExposure != nil { wants.insert(.ownOthers) }
            if limits.maxDailyLoss != nil { wants.insert(.ownDay) }
        } else {
            if limits.maxNetExposure != nil { wants.insert(.netOthers) }
            if limits.maxDailyLoss != nil { wants.insert(.accountDay) }
        }
    }

    private func isStrategy(_ position: Int) -> Bool {
        position > accountCount && position <= accountCount + strategyCount
    }

    public mutating func setTradingState(_ state: TradingState, scope: LimitScope, index: Int = 0) {
        scopes[position(scope, index)].tradingState = state
    }

    public func limits(scope: LimitScope, index: Int = 0) -> LimitSet { scopes[position(scope, index)].limits }
    public func tradingState(scope: LimitScope, index: Int = 0) -> TradingState {
        scopes[position(scope, index)].tradingState
    }

    func position(_ scope: LimitScope, _ index: Int) -> Int {
        switch scope {
        case .system: return 0
        case .account:
            precondition(index >= 0 && index < accountCount, "account \(index) of \(accountCount)")
            return 1 + index
        case .strategy:
            precondition(index >= 0 && index < strategyCount, "strategy \(index) of \(strategyCount)")
            return 1 + accountCount + index
        case .instrument:
            precondition(index >= 0 && index < instrumentCount, "instrument \(index) of \(instrumentCount)")
            return 1 + accountCount + strategyCount + index
        }
    }

    private mutating func scopes(of order: OrderContext) -> Scopes {
        // An unknown instrument is denied by its rule; its scope is the blank one.
        let instrument = order.isKnown ? position(.instrument, Int(order.intent.instrument)) : scopes.count - 1
        return scopes(account: Int(order.account), strategy: Int(order.intent.strategy), instrument: instrument)
    }

    /// `instrument` is a place in the table.
    mutating func scopes(account: Int, strategy: Int, instrument: Int) -> Scopes {
        Scopes(
            system: scopes.pointer(at: 0), account: scopes.pointer(at: position(.account, account)),
            strategy: scopes.pointer(at: position(.strategy, strategy)), instrument: scopes.pointer(at: instrument))
    }
}
