/// How a strategy did. Fractions are of 1 (0.05 = 5 %), money is in the account's currency, and a statistic that is not
/// defined on what happened (no losing trade, one day of data) is nil. Each formula stands in the file of its name.
public struct Performance: Sendable, Equatable {
    public var totalReturn: Double?
    public var annualizedReturn: Double?
    public var sharpeRatio: Double?
    public var sortinoRatio: Double?
    public var calmarRatio: Double?
    /// 0…1 and above: a positive number is a loss.
    public var maxDrawdown: Double?
    public var winRate: Double?
    public var profitFactor: Double?
    public var expectancy: Double?
    public var totalTrades = 0
    public var averageTradeDurationSeconds: Double?
    public var exposureTime: Double?
    public var volatility: Double?
    /// Of one day, as a positive loss.
    public var valueAtRisk95: Double?

    /// Of a strategy that nothing has happened to.
    public init() {}
}

extension Performance {
    /// nil for what a division by nothing or a value beyond Double left.
    static func defined(_ value: Double) -> Double? { value.isFinite ? value : nil }

    /// A span of time, also where it is beyond Int64 (data from both ends of the calendar).
    static func nanoseconds(from start: Int64, to end: Int64) -> Double {
        let (span, overflow) = end.subtractingReportingOverflow(start)
        return overflow ? Double(end) - Double(start) : Double(span)
    }
}
