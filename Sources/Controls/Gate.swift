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

    fileprivate init(_ order: OrderView, protection: Price, ownRestingReach: Price?) {
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

    /// Nothing is in the order's way but that a second person has to approve it.
    public var needsApproval: Bool {
        if case .denied(let failedRules) = self { failedRules == RuleID.approval.mask } else { false }
    }
}

/// The one way to a venue. Every rule looks at every order, and all that fail are reported.
public struct Gate: ~Copyable {
    var scopes: FixedBuffer<ScopeState>
    let accountCount: Int
    private(set) var strategyCount: Int
    let instrumentCount: Int
    private var findings = Findings()
    /// By strategy; kept while some scope has a window.
    var recentOrders: FixedBuffer<RecentOrders>
    /// By strategy.
    var lastModifies: FixedBuffer<LastModify>
    /// By account.
    private var programs: FixedBuffer<ComplianceTerms>
    /// What some scope has a limit for, so that the view of the book need not hold what nobody looks at.
    public private(set) var wants: Wants = []

    /// Parts of an `OrderContext` that take work to fill in.
    public struct Wants: OptionSet, Sendable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }
        public static let netOthers = Wants(rawValue: 1)
        public static let ownOthers = Wants(rawValue: 2)
        public static let accountDay = Wants(rawValue: 4)
        public static let ownDay = Wants(rawValue: 8)
        public static let accountHigh = Wants(rawValue: 16)
        public static let ownHigh = Wants(rawValue: 32)
        public static let losses = Wants(rawValue: 64)
        public static let openOrders = Wants(rawValue: 128)
        public static let recentOrders = Wants(rawValue: 256)
        public static let walk = Wants(rawValue: 512)
        public static let runaway = Wants(rawValue: 1024)
        public static let budget = Wants(rawValue: 2048)
        /// Rules that nobody asks as long as no scope has a limit for them.
        public static let past: Wants = [
            .accountHigh, .ownHigh, .losses, .openOrders, .walk, .runaway,
        ]
        static let rules: Wants = [
            .accountHigh, .ownHigh, .losses, .openOrders, .recentOrders, .walk, .runaway, .budget,
        ]
        /// Some account has a program with rules of its own.
        public static let program = Wants(rawValue: 1 << 15)
    }

    /// Scopes without a limit and with an active latch; `setLimits` and `setTradingState` change them.
    public init(accountCount: Int, strategyCount: Int, instrumentCount: Int) {
        self.accountCount = accountCount
        self.strategyCount = strategyCount
        self.instrumentCount = instrumentCount
        programs = FixedBuffer(count: accountCount, repeating: ComplianceTerms())
        // The last one stays blank, for instruments that nobody knows.
        scopes = FixedBuffer(count: 2 + accountCount + strategyCount + instrumentCount, repeating: ScopeState())
        recentOrders = FixedBuffer(count: strategyCount, repeating: RecentOrders())
        lastModifies = FixedBuffer(count: strategyCount, repeating: LastModify())
    }

    /// A scope for one more strategy, behind the others. Allocates: call it between events.
    public mutating func addStrategy(_ limits: LimitSet) {
        var grown = FixedBuffer(scopes, adding: 1, of: ScopeState())
        let new = 1 + accountCount + strategyCount
        for place in new..<scopes.count { grown[place + 1] = scopes[place] }
        grown[new] = ScopeState(limits: limits)
        scopes = grown
        recentOrders = FixedBuffer(recentOrders, adding: 1, of: RecentOrders())
        lastModifies = FixedBuffer(lastModifies, adding: 1, of: LastModify())
        strategyCount += 1
        reviewWants()
    }

    /// Judges an order. An approval counts against the order rates, a denial does not.
    public mutating func judge(_ context: UnsafeMutablePointer<OrderContext>) -> Verdict {
        let order = OrderView(context)
        let passage = check(order, keepsUtilisation: false)
        guard findings.count == 0 else { return .denied(failedRules: findings.failedRules) }
        let strategy = Int(order.intent.strategy)
        OrderRateRule.count(order, scopes(of: order), after: lastModifies[strategy])
        if order.purpose == .modify, OrderRateRule.covers(order.intent) {
            lastModifies[strategy] = LastModify(orderID: order.orderID, time: order.time)
        }
        if wants.contains(.recentOrders) { remember(order.intent, order.purpose, at: order.time, scopes(of: order)) }
        return .approved(
            ApprovedOrder(order, protection: passage.protection, ownRestingReach: passage.ownRestingReach))
    }

    /// What `judge` would say, by the same rules, without an approval and without a trace: the rules that fail (0 = none).
    /// `keepsUtilisation`: `highestUtilisation` is asked for, too.
    public mutating func assess(_ context: UnsafeMutablePointer<OrderContext>, keepsUtilisation: Bool = false) -> UInt64
    {
        _ = check(OrderView(context), keepsUtilisation: keepsUtilisation)
        return findings.failedRules
    }

    /// What every rule that measures something finds for this order, failing or not, in each scope with a limit: observed
    /// with the order, used without it, limit and so headroom and utilisation. Without a trace.
    public mutating func measures(of context: UnsafeMutablePointer<OrderContext>) -> [Finding] {
        _ = check(OrderView(context), keepsUtilisation: false, keepsMeasures: true)
        return (0..<findings.measureCount).map { findings.measure($0) }
    }

    private mutating func check(
        _ order: OrderView, keepsUtilisation: Bool, keepsMeasures: Bool = false
    ) -> (protection: Price, ownRestingReach: Price?) {
        findings.begin(
            warningThreshold: programs[Int(order.account)].warningThreshold, keepsUtilisation: keepsUtilisation,
            keepsMeasures: keepsMeasures)
        let scopes = scopes(of: order)
        var worths = Worths()
        TradingStateRule.check(order, scopes, &findings)
        InstrumentRule.check(order, &worths, &findings)
        let protection = PriceCollarRule.check(order, scopes, &findings)
        OrderSizeRule.check(order, scopes, &worths, &findings)
        PositionRule.check(order, scopes, &worths, &findings)
        BuyingPowerRule.check(order, &worths, &findings)
        OrderRateRule.check(order, scopes, after: lastModifies[Int(order.intent.strategy)], &findings)
        ReduceOnlyRule.check(order, &findings)
        RestrictedListRule.check(order, &findings)
        TradingHoursRule.check(order, &findings)
        let own = SelfTradeRule.check(order, protection: protection, &findings)
        StalePriceRule.check(order, scopes, &findings)
        ExposureRule.check(order, scopes, &worths, &findings)
        DailyLossRule.check(order, scopes, &findings)
        ScheduleRule.check(order, &findings)
        let bound = checkWanted(order, scopes, own.protection, &worths)
        if wants.contains(.program) { checkProgram(order, &worths) }
        return (bound, own.ownRestingReach)
    }

    /// The rules that only some limit makes work for. Returns the protection price.
    @inline(__always)
    private mutating func checkWanted(
        _ order: OrderView, _ scopes: Scopes, _ protection: Price, _ worths: inout Worths
    ) -> Price {
        guard !wants.isDisjoint(with: .rules) else { return protection }
        return checkLimits(order, scopes, protection, &worths)
    }

    @inline(never)
    private mutating func checkLimits(
        _ order: OrderView, _ scopes: Scopes, _ protection: Price, _ worths: inout Worths
    ) -> Price {
        if wants.contains(.budget) { BudgetRule.check(order, scopes, &worths, &findings) }
        if !wants.isDisjoint(with: [.accountHigh, .ownHigh]) { DrawdownRule.check(order, scopes, &findings) }
        if wants.contains(.runaway) { RepeatExecutionRule.check(order, &findings) }
        if wants.contains(.openOrders) { OpenOrdersRule.check(order, scopes, &findings) }
        if wants.contains(.recentOrders), order.isKnown {
            DuplicateRule.check(order, scopes, recentOrders.pointer(at: Int(order.intent.strategy)), &findings)
        }
        let bound =
            wants.contains(.walk)
            ? SlippageRule.check(order, scopes, protection: protection, &findings) : protection
        if wants.contains(.losses) { ConsecutiveLossesRule.check(order, scopes, &findings) }
        return bound
    }

    /// The rules that only a program asks for.
    private mutating func checkProgram(_ order: OrderView, _ worths: inout Worths) {
        let terms = programs.address(of: Int(order.account))
        guard order.hasProgram else { return ApprovalRule.check(order, terms, &worths, &findings) }
        let program = order.program
        SelfTradeRule.checkWash(order, program, terms, &findings)
        ApprovalRule.check(order, terms, &worths, &findings)
        OrderToTradeRule.check(order, program, terms, &findings)
        SpoofingRule.check(order, program, terms, &findings)
        PositionLimitRule.check(order, program, terms, &worths, &findings)
        MinHoldingRule.check(order, program, terms, &findings)
        DayTradesRule.check(order, program, terms, &findings)
        ShortSaleRule.check(order, program, terms, &findings)
        HedgingRule.check(order, program, terms, &findings)
        MandatoryStopRule.check(order, program, terms, &findings)
        MaxLossPerTradeRule.check(order, program, terms, &worths, &findings)
        NewsBlackoutRule.check(order, program, terms, &findings)
        FlatByRule.check(order, program, terms, &findings)
        LeverageClassRule.check(order, program, terms, &worths, &findings)
        ProgramDailyLossRule.check(order, program, terms, &findings)
        TotalDrawdownRule.check(order, program, terms, &findings)
        ConsistencyRule.check(order, program, terms, &findings)
    }

    /// Failures of the last judgement, in the order of the rules.
    public var findingCount: Int { findings.count }
    public func finding(_ index: Int) -> Finding { findings[index] }
    /// What the last judgement warned of.
    public var warningCount: Int { findings.warningCount }
    public func warning(_ index: Int) -> Finding { findings.warning(index) }
    /// Compliance rules that applied to the last order, as a mask.
    public var applicableRules: UInt64 { findings.applicableRules }
    /// Of all measures of the last `assess` that passed.
    public var highestUtilisation: Rate { findings.highestUtilisation }

    /// The program of an account.
    public mutating func setProgram(_ terms: ComplianceTerms, account: Int) {
        programs[account] = terms
        reviewWants()
    }

    public func program(account: Int) -> ComplianceTerms { programs[account] }

    public mutating func setLimits(_ limits: LimitSet, scope: LimitScope, index: Int = 0) {
        scopes[position(scope, index)].limits = limits
        reviewWants()
    }

    mutating func reviewWants() {
        wants = []
        for position in 0..<scopes.count { want(scopes[position].limits, isStrategy: isStrategy(position)) }
        for account in 0..<accountCount where programs[account].hasRules { wants.insert(.program) }
    }

    private mutating func want(_ limits: LimitSet, isStrategy: Bool) {
        if isStrategy {
            if limits.maxGrossExposure != nil || limits.maxNetExposure != nil { wants.insert(.ownOthers) }
            if limits.maxDailyLoss != nil { wants.insert(.ownDay) }
            if limits.budgetAllocation != nil { wants.formUnion([.budget, .ownOthers]) }
            if limits.maxDrawdown != nil { wants.insert(.ownHigh) }
        } else {
            if limits.maxNetExposure != nil { wants.insert(.netOthers) }
            if limits.maxDailyLoss != nil { wants.insert(.accountDay) }
            if limits.budgetCap != nil { wants.insert(.budget) }
            if limits.maxDrawdown != nil { wants.insert(.accountHigh) }
        }
        if limits.repeatLimit != nil || limits.rejectStreak != nil { wants.insert(.runaway) }
        if limits.maxOpenOrders != nil { wants.insert(.openOrders) }
        if limits.duplicateWindowNanoseconds != nil { wants.insert(.recentOrders) }
        if limits.maxSlippage != nil { wants.insert(.walk) }
        if limits.maxConsecutiveLosses != nil || limits.cooldownNanoseconds != nil { wants.insert(.losses) }
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

    /// The strictest limit on executions or denials in a row over the scopes that cover a strategy, with the window of its scope.
    public func runawayLimit(
        _ cause: RunawayCause, account: Int, strategy: Int
    ) -> (most: Int32, window: Int64)? {
        var strictest: (most: Int32, window: Int64)?
        func look(_ place: Int) {
            let limits = scopes.address(of: place)
            let most = cause == .executions ? limits.pointee.limits.repeatLimit : limits.pointee.limits.rejectStreak
            guard let most else { return }
            if let strictest, strictest.most <= most { return }
            strictest = (most, limits.pointee.limits.repeatWindowNanoseconds ?? LimitSet.standardRepeatWindow)
        }
        look(0)
        look(position(.account, account))
        look(position(.strategy, strategy))
        return strictest
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

    private mutating func scopes(of order: OrderView) -> Scopes {
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
