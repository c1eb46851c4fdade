public import Trading

/// The limits of one scope; nil = none. Money is in the account's currency.
public struct LimitSet: Sendable, BitwiseCopyable, Equatable {
    public var maxOrderQuantity: Quantity?
    public var maxOrderNotional: Money?
    public var maxPositionQuantity: Quantity?
    public var maxPositionNotional: Money?
    /// Of the account's equity: 0.25 = a quarter.
    public var maxPositionEquityFraction: Rate?
    /// Of the reference price: 0.05 = five percent to either side.
    public var priceCollar: Rate?
    public var maxOrdersPerSecond: Int32?
    public var maxOrdersPerMinute: Int32?
    /// How old a quote or trade may be and still be traded on; a bar is good for one interval of its own at least.
    public var marketDataMaxAgeNanoseconds: Int64?
    /// Σ worst-case value of all instruments: of the account in system and account scope, of the strategy in its own.
    public var maxGrossExposure: Money?
    /// Signed sum of the same, to the side that is farther from zero.
    public var maxNetExposure: Money?
    /// Of the account's equity, for its value in one instrument; system and account scope.
    public var maxConcentration: Rate?
    /// Gross exposure over the account's equity; system and account scope.
    public var maxLeverage: Rate?
    /// Since the start of the account's day: the account's in system and account scope, the strategy's in its own.
    public var maxDailyLoss: Money?
    public var dailyLossBase = DailyLossBase.equity
    /// Worst-case value of all instruments of the account, in system and account scope.
    public var budgetCap: Money?
    /// The strategy's part of its account's budget; strategy scope.
    public var budgetAllocation: Money?
    /// Of the high that equity is measured from: 0.1 = a tenth may be lost. Scopes as `maxDailyLoss`.
    public var maxDrawdown: Rate?
    public var drawdownBase = DrawdownBase.trailingIntraday
    /// Executions of one strategy within the window; and denials in a row. Not in instrument scope.
    public var repeatLimit: Int32?
    public var rejectStreak: Int32?
    public var repeatWindowNanoseconds: Int64?
    public static let standardRepeatWindow: Int64 = 60_000_000_000
    /// Working orders of the account, of the strategy, or of the account in the instrument.
    public var maxOpenOrders: Int32?
    /// How long a strategy may not send the same order again.
    public var duplicateWindowNanoseconds: Int64?
    /// Estimated cost of a market order against the book, of the reference price.
    public var maxSlippage: Rate?
    /// Losing round trips in a row of one day, of the account or the strategy.
    public var maxConsecutiveLosses: Int32?
    /// After those, and after each stop-loss; nil = until the day's end, and not after a stop-loss.
    public var cooldownNanoseconds: Int64?

    public init() {}
}

/// What the gate keeps for one scope: its limits, its latch and its order rate.
public struct ScopeState: Sendable, BitwiseCopyable {
    public var limits: LimitSet
    public var tradingState: TradingState
    var perSecond: RateMeter
    var perMinute: RateMeter

    public init(limits: LimitSet = LimitSet(), tradingState: TradingState = .active) {
        self.limits = limits
        self.tradingState = tradingState
        perSecond = RateMeter()
        perMinute = RateMeter()
    }
}

/// A token bucket in one number, the "theoretical arrival time" of the generic cell rate algorithm (ITU-T I.371):
/// with n orders a period a burst of n passes, then one each period / n.
struct RateMeter: Sendable, BitwiseCopyable {
    var arrival: Int64 = .min

    /// Orders that count against the limit at `time`, the next one included.
    func load(at time: Timestamp, limit: Int32, period: Int64) -> Int64 {
        guard arrival > time.nanoseconds else { return 1 }
        let spacing = spacing(limit, period)
        return (arrival - time.nanoseconds + spacing - 1) / spacing + 1
    }

    mutating func count(at time: Timestamp, limit: Int32, period: Int64) {
        arrival = max(arrival, time.nanoseconds) + spacing(limit, period)
    }

    /// Nanoseconds of one order; at least one, for a limit beyond an order a nanosecond.
    private func spacing(_ limit: Int32, _ period: Int64) -> Int64 { max(1, period / Int64(limit)) }
}

/// The order that a strategy modified last, and when.
struct LastModify: Sendable, BitwiseCopyable {
    var orderID: UInt64 = 0
    var time = Timestamp(nanoseconds: .min)

    /// The order modifies the same one at the same instant again.
    func covers(_ order: OrderView) -> Bool {
        order.purpose == .modify && covers(order.orderID, at: order.time)
    }

    func covers(_ id: UInt64, at time: Timestamp) -> Bool { orderID == id && self.time == time }
}
