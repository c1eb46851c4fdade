public import Trading

/// Running totals of closed round trips; no list of them is kept.
@frozen public struct TradeTotals: Sendable, BitwiseCopyable, Equatable {
    public var count = 0
    public var wins = 0
    /// Σ net profit of the winning trades, in the account's currency.
    public var grossProfit = 0.0
    /// −Σ net result of the losing trades, so not negative.
    public var grossLoss = 0.0
    /// Σ exit − entry.
    public var seconds = 0.0

    public init() {}

    /// `rate` converts the trade's quote currency into the account's.
    public mutating func add(_ trip: RoundTrip, rate: Rate = .one) {
        let pnl = trip.pnl.approximate * rate.approximate
        count += 1
        if trip.pnl > .zero {
            wins += 1
            grossProfit += pnl
        } else {
            grossLoss -= pnl
        }
        seconds += Performance.nanoseconds(from: trip.entryTime.nanoseconds, to: trip.exitTime.nanoseconds) / 1e9
    }
}
