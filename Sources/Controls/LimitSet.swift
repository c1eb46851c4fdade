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
        let spacing = spacing(limit, period)
        guard arrival > time.nanoseconds else { return 1 }
        return (arrival - time.nanoseconds + spacing - 1) / spacing + 1
    }

    mutating func count(at time: Timestamp, limit: Int32, period: Int64) {
        arrival = max(arrival, time.nanoseconds) + spacing(limit, period)
    }

    /// Nanoseconds of one order; at least one, for a limit beyond an order a nanosecond.
    private func spacing(_ limit: Int32, _ period: Int64) -> Int64 { max(1, period / Int64(limit)) }
}
