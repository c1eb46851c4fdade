/// The gate's rules. Numbers are append-only: they are bits of a denial's mask in the ABI and in the journal.
public enum RuleID: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case tradingState = 0
    case instrument = 1
    case priceCollar = 2
    case orderSize = 3
    case position = 4
    case buyingPower = 5
    case orderRate = 6
    case reduceOnly = 7
    case restrictedList = 8
    case tradingHours = 9
    case selfTrade = 10
    case stalePrice = 11
    case exposure = 12
    case dailyLoss = 13
    case schedule = 14
    case budget = 15
    case drawdown = 16
    case repeatExecution = 17
    case openOrders = 18
    case duplicate = 19
    case slippage = 20
    case consecutiveLosses = 21
    // From 32 on the rules of compliance programs, so that both lists can grow.
    case approval = 32
    case orderToTrade = 33
    case spoofing = 34
    case positionLimit = 35
    case minHolding = 36
    case dayTrades = 37
    case shortSale = 38
    case hedging = 39
    case mandatoryStop = 40
    case maxLossPerTrade = 41
    case newsBlackout = 42
    case flatBy = 43
    case leverageClass = 44
    case programDailyLoss = 45
    case totalDrawdown = 46
    case consistency = 47

    /// "risk.order-size": the id that configuration, API and logs use.
    public var name: String {
        switch self {
        case .tradingState: "risk.trading-state"
        case .instrument: "risk.instrument"
        case .priceCollar: "risk.price-collar"
        case .orderSize: "risk.order-size"
        case .position: "risk.position"
        case .buyingPower: "risk.buying-power"
        case .orderRate: "risk.order-rate"
        case .reduceOnly: "risk.reduce-only"
        case .restrictedList: "compliance.restricted-list"
        case .tradingHours: "compliance.trading-hours"
        case .selfTrade: "compliance.self-trade"
        case .stalePrice: "risk.stale-price"
        case .exposure: "risk.exposure"
        case .dailyLoss: "risk.daily-loss"
        case .schedule: "risk.schedule"
        case .budget: "risk.budget"
        case .drawdown: "risk.drawdown"
        case .repeatExecution: "risk.repeat-execution"
        case .openOrders: "risk.open-orders"
        case .duplicate: "risk.duplicate"
        case .slippage: "risk.slippage"
        case .consecutiveLosses: "risk.consecutive-losses"
        case .approval: "compliance.approval"
        case .orderToTrade: "compliance.order-to-trade"
        case .spoofing: "compliance.spoofing"
        case .positionLimit: "compliance.position-limit"
        case .minHolding: "compliance.min-holding"
        case .dayTrades: "compliance.day-trades"
        case .shortSale: "compliance.short-sale"
        case .hedging: "compliance.hedging"
        case .mandatoryStop: "compliance.mandatory-stop"
        case .maxLossPerTrade: "compliance.max-loss-per-trade"
        case .newsBlackout: "compliance.news-blackout"
        case .flatBy: "compliance.flat-by"
        case .leverageClass: "compliance.leverage-class"
        case .programDailyLoss: "compliance.daily-loss"
        case .totalDrawdown: "compliance.total-drawdown"
        case .consistency: "compliance.consistency"
        }
    }

    @inlinable public var mask: UInt64 { 1 << UInt64(rawValue) }
}

/// Whose limit it was.
public enum LimitScope: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case system = 0
    case account, strategy, instrument
    public var name: String {
        switch self {
        case .system: "system"
        case .account: "account"
        case .strategy: "strategy"
        case .instrument: "instrument"
        }
    }
}

/// What exactly was wrong; one text each, so that a person can act on it.
public enum FindingReason: UInt16, Sendable, BitwiseCopyable, CaseIterable {
    case halted, reducing
    case unknownInstrument, notTradable, tickMultiple, lotMultiple, belowMinimum, aboveMaximum, belowMinNotional
    case badQuantity, badPrice, badStopPrice, unsupportedKind, unsupportedTimeInForce, valueOverflow, duplicateTag
    case noReference, beyondCollar
    case orderQuantity, orderNotional
    case positionQuantity, positionNotional, positionEquityFraction
    case insufficientFunds, noConversionRate, shortNeedsMargin
    case perSecond, perMinute
    case wouldGrow, nothingToReduce
    case restricted
    case marketClosed
    case crossesOwnOrder
    case stalePrice, staleConversion
    case grossExposure, netExposure, concentration, leverage
    case dailyLoss
    case outsideSchedule
    case budgetCap, budgetAllocation
    case drawdown
    case runawayExecutions, runawayDenials
    case openOrders
    case duplicateOrder
    case slippage
    case losingStreak, stoppedOut
    case badExpireTime, badTrail, badPostOnly, badBracket
    // From 1000 on those of compliance programs, so that both lists can grow.
    case needsApproval = 1000
    case possibleWash, messagesPerFill, quickCancels, ownerQuantity, ownerNotional, heldTooShort
    case dayTradeCount, shortForbidden, notLocated, oppositeHeld, stopMissing, lossPerTrade, newsEvent
    case pastFlatTime, classLeverage, programDailyLoss, dayLocked, programDrawdown, totalLocked, bestDayShare

    public var text: String {
        switch self {
        case .halted: "trading is halted"
        case .reducing: "only orders that shrink a position may pass"
        case .unknownInstrument: "unknown instrument"
        case .notTradable: "the instrument is not tradable"
        case .tickMultiple: "the price is no multiple of the tick"
        case .lotMultiple: "the quantity is no multiple of the lot"
        case .belowMinimum: "the quantity is below the instrument's minimum"
        case .aboveMaximum: "the quantity is above the instrument's maximum"
        case .belowMinNotional: "the notional is below the instrument's minimum"
        case .badQuantity: "the quantity must be above 0"
        case .badPrice: "the limit price does not fit the order kind"
        case .badStopPrice: "the stop price does not fit the order kind"
        case .unsupportedKind: "the strategy may not send this order kind"
        case .unsupportedTimeInForce: "the time in force is not supported for this order kind"
        case .valueOverflow: "price × quantity is beyond what can be counted"
        case .duplicateTag: "another working order has this tag"
        case .noReference: "there is no fresh reference price"
        case .beyondCollar: "the price is beyond the collar around the reference"
        case .orderQuantity: "the order's quantity is above the limit"
        case .orderNotional: "the order's notional is above the limit"
        case .positionQuantity: "the position would be above the quantity limit"
        case .positionNotional: "the position would be above the notional limit"
        case .positionEquityFraction: "the position would be above its share of equity"
        case .insufficientFunds: "insufficient funds"
        case .noConversionRate: "no conversion rate to the account's currency"
        case .shortNeedsMargin: "a short position needs a margin account"
        case .perSecond: "too many orders in a second"
        case .perMinute: "too many orders in a minute"
        case .wouldGrow: "a reduce-only order may not grow or flip the position"
        case .nothingToReduce: "a reduce-only order has no position to reduce"
        case .restricted: "the instrument is on the restricted list"
        case .marketClosed: "the market is closed"
        case .crossesOwnOrder: "it would trade with an own resting order"
        case .stalePrice: "the market's last price is too old"
        case .staleConversion: "the price that converts to the account's currency is too old"
        case .grossExposure: "gross exposure would be above the limit"
        case .netExposure: "net exposure would be above the limit"
        case .concentration: "the instrument's share of equity would be above the limit"
        case .leverage: "gross exposure over equity would be above the limit"
        case .dailyLoss: "the day's loss is beyond the limit"
        case .outsideSchedule: "it is outside the strategy's schedule"
        case .budgetCap: "the budget's cap would be exceeded"
        case .budgetAllocation: "the strategy's share of the budget would be exceeded"
        case .drawdown: "equity has fallen too far below its high"
        case .runawayExecutions: "too many executions in a row; a person has to enable the strategy again"
        case .runawayDenials: "too many denials in a row; a person has to enable the strategy again"
        case .openOrders: "too many orders work already"
        case .duplicateOrder: "the same order was sent a moment ago"
        case .slippage: "the order would cost too much against the book"
        case .losingStreak: "it cools down after losing trades in a row"
        case .stoppedOut: "it cools down after a stop-loss"
        case .needsApproval: "an order of this size needs the approval of a second person"
        case .possibleWash: "the same owner traded the other side just before: it may be a wash"
        case .messagesPerFill: "too many orders, changes and cancels for each fill"
        case .quickCancels: "too many large resting orders were cancelled too soon"
        case .ownerQuantity: "the owner's position over all accounts would be above the quantity limit"
        case .ownerNotional: "the owner's positions over all accounts would be above the notional limit"
        case .heldTooShort: "the position has not been held long enough to be reversed"
        case .dayTradeCount: "another round trip within a day would be above the limit"
        case .shortForbidden: "the program allows no short position"
        case .notLocated: "nothing was located to borrow for a short position"
        case .oppositeHeld: "another account of the owner holds, or may come to hold, the opposite position"
        case .stopMissing: "an entry must carry a stop"
        case .lossPerTrade: "the loss at the stop would be above its share of equity"
        case .newsEvent: "it is within the window around a listed event"
        case .pastFlatTime: "positions have to be flat by now"
        case .classLeverage: "the exposure in this asset class would be above its leverage"
        case .programDailyLoss: "the day's loss is beyond the program's limit"
        case .dayLocked: "the program's limit for a day's loss was broken today"
        case .programDrawdown: "the drawdown is beyond the program's limit"
        case .totalLocked: "the program's limit for the total drawdown was broken"
        case .bestDayShare: "the best day is too large a share of the total profit"
        case .badExpireTime: "a GTD order, and no other, needs an expire time in the future"
        case .badTrail: "a trailing stop, and no other order, needs a distance above 0 (a fraction: below 1)"
        case .badPostOnly: "post-only is for a LIMIT order that may rest (DAY, GTC, GTD)"
        case .badBracket:
            "a bracket's stop lies on the losing and its target on the winning side of the entry, and it opens a position"
        }
    }
}

/// What one rule found: why it denies, or what it warns of. Numbers are 1e-8 of their unit (quantity, money, fraction, orders per period, seconds).
public struct Finding: Sendable, BitwiseCopyable, Equatable {
    public var rule: RuleID
    public var scope: LimitScope
    public var reason: FindingReason
    public var observed: Int128
    public var limit: Int128
    /// The measure without the order; nil where the rule does not measure what orders add up to (a tick, a halt), or could
    /// not value it.
    public var used: Int128?
    /// The order passes all the same.
    public var isWarning = false
    /// What could still be ordered, never below 0; nil without a measure.
    @inlinable public var headroom: Int128? {
        guard let used else { return nil }
        let (left, overflow) = limit.subtractingReportingOverflow(used)
        return overflow ? (used < 0 ? .max : 0) : max(0, left)
    }

    /// Observed over limit, 0 and up; nil where there is nothing to divide by.
    public var utilisation: Rate? {
        guard limit > 0 else { return nil }
        guard observed > 0 else { return .zero }
        let (scaled, overflow) = observed.multipliedReportingOverflow(by: Int128(Rate.one.raw))
        let quotient = overflow ? observed / max(1, limit / Int128(Rate.one.raw)) : scaled / limit
        return Rate(raw: Int64(clamping: quotient))
    }

    @inlinable
    public init(
        _ rule: RuleID, _ reason: FindingReason, scope: LimitScope = .instrument, observed: Int128 = 0,
        limit: Int128 = 0, used: Int128? = nil
    ) {
        self.rule = rule
        self.scope = scope
        self.reason = reason
        self.observed = observed
        self.limit = limit
        self.used = used
    }
}

/// What the gate remarked on an order that it let pass; the acceptance, or the change of the order, is the next fact but for
/// own orders that are cancelled first. Its findings stand in the fact log at `firstFinding ..< firstFinding + findingCount`.
public struct OrderWarning: Sendable, BitwiseCopyable, Equatable {
    public var intent: OrderIntent
    /// The working order that is modified or triggered; 0 for a new order.
    public var orderID: UInt64
    public var account: Int32
    public var firstFinding: Int
    public var findingCount: Int
    public var time: Timestamp

    public init(
        intent: OrderIntent, orderID: UInt64 = 0, account: Int32, firstFinding: Int, findingCount: Int, time: Timestamp
    ) {
        self.intent = intent
        self.orderID = orderID
        self.account = account
        self.firstFinding = firstFinding
        self.findingCount = findingCount
        self.time = time
    }
}

/// An order that the gate refused. Its findings stand in the fact log at `firstFinding ..< firstFinding + findingCount`.
public struct Denial: Sendable, BitwiseCopyable, Equatable {
    public var intent: OrderIntent
    /// The working order whose modify, trigger or release was refused; 0 for a new order.
    public var orderID: UInt64
    public var account: Int32
    public var failedRules: UInt64
    public var firstFinding: Int
    public var findingCount: Int
    public var time: Timestamp

    public init(
        intent: OrderIntent, orderID: UInt64 = 0, account: Int32, failedRules: UInt64, firstFinding: Int,
        findingCount: Int, time: Timestamp
    ) {
        self.intent = intent
        self.orderID = orderID
        self.account = account
        self.failedRules = failedRules
        self.firstFinding = firstFinding
        self.findingCount = findingCount
        self.time = time
    }
}
