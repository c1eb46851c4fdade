public import Trading

/// Watches the equity of a strategy (or an account) event by event and turns it into `Performance`. Doubles throughout:
/// statistics are not part of the state hash.
///
/// `mark` is called once for each event, after the event's fills; as long as equity makes no new extreme and the day
/// does not turn, it is a few comparisons and stores. It allocates nothing but the list of daily returns, one Double for
/// each day that had an event, with room for `reservedDays` from the start.
@frozen public struct PerformanceTracker: Sendable {
    public static let reservedDays = 4096

    public internal(set) var openingEquity: Double
    public let dayOffset: Int64
    /// Of all round trips so far.
    public internal(set) var trades = TradeTotals()

    @usableFromInline var drawdown: MaxDrawdown
    @usableFromInline var lastTime: Int64 = 0
    @usableFromInline var lastEquity: Double
    @usableFromInline var isOpen = false
    @usableFromInline var openNanoseconds: Int64 = 0
    /// The first instant after the current day; before the first event everything is after it.
    @usableFromInline var dayEnd = Int64.min

    var firstTime: Int64?
    var firstDay: Int64 = 0
    var lastDay: Int64 = 0
    var dayOpeningEquity: Double
    var finishedReturns: [Double] = []

    /// `dayOffset`: when the account's day starts, in nanoseconds after midnight UTC.
    public init(openingEquity: Double, dayOffset: Int64 = 0) {
        self.openingEquity = openingEquity
        self.dayOffset = dayOffset
        drawdown = MaxDrawdown(openingEquity: openingEquity)
        lastEquity = openingEquity
        dayOpeningEquity = openingEquity
        finishedReturns.reserveCapacity(PerformanceTracker.reservedDays)
    }

    /// The equity after the event at `time` (nanoseconds since 1970, never going back), and whether a position is held
    /// from here to the next event.
    @inlinable @inline(__always)
    public mutating func mark(time: Int64, equity: Double, isOpen: Bool) {
        if time >= dayEnd { turnDay(time) }
        if self.isOpen { openNanoseconds &+= time &- lastTime }
        self.isOpen = isOpen
        lastTime = time
        lastEquity = equity
        drawdown.mark(equity)
    }

    /// A round trip ended; `rate` converts its quote currency into the account's.
    public mutating func roundTrip(_ trip: RoundTrip, rate: Rate = .one) { trades.add(trip, rate: rate) }

    /// The first event of all, or of a new day: the day before ended at the last equity that was seen.
    @usableFromInline
    mutating func turnDay(_ time: Int64) {
        let day = Timestamp(nanoseconds: time).day(offset: dayOffset)
        if firstTime == nil {
            firstTime = time
            firstDay = day
        } else {
            finishedReturns.append(lastEquity / dayOpeningEquity - 1)
            dayOpeningEquity = lastEquity
        }
        lastDay = day
        dayEnd = Timestamp(nanoseconds: time).dayEnd(offset: dayOffset).nanoseconds
    }

    /// Returns of all days that had an event; the present day counts up to now.
    public var dailyReturns: DailyReturns {
        guard firstTime != nil else { return DailyReturns(values: [], coveredDays: 0) }
        return DailyReturns(
            values: finishedReturns + [lastEquity / dayOpeningEquity - 1], coveredDays: lastDay - firstDay + 1)
    }

    /// Every statistic up to the last event.
    public var performance: Performance {
        let returns = dailyReturns
        let elapsed = Performance.nanoseconds(from: firstTime ?? lastTime, to: lastTime)
        let hasEvents = firstTime != nil && openingEquity > 0
        let total = hasEvents ? Performance.totalReturn(openingEquity: openingEquity, lastEquity: lastEquity) : nil
        let annualized = total.flatMap { Performance.annualizedReturn(totalReturn: $0, elapsedNanoseconds: elapsed) }
        let fall = hasEvents ? Performance.defined(drawdown.fraction) : nil
        var performance = Performance()
        performance.totalReturn = total
        performance.annualizedReturn = annualized
        performance.sharpeRatio = Performance.sharpeRatio(returns)
        performance.sortinoRatio = Performance.sortinoRatio(returns)
        if let annualized, let fall {
            performance.calmarRatio = Performance.calmarRatio(annualizedReturn: annualized, maxDrawdown: fall)
        }
        performance.maxDrawdown = fall
        performance.winRate = Performance.winRate(trades)
        performance.profitFactor = Performance.profitFactor(trades)
        performance.expectancy = Performance.expectancy(trades)
        performance.totalTrades = trades.count
        performance.averageTradeDurationSeconds = Performance.averageTradeDurationSeconds(trades)
        performance.exposureTime = Performance.exposureTime(
            openNanoseconds: openNanoseconds, elapsedNanoseconds: elapsed)
        performance.volatility = Performance.volatility(returns)
        performance.valueAtRisk95 = Performance.valueAtRisk95(returns)
        return performance
    }
}
