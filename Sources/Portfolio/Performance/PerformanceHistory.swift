public import Trading

/// What an account, or a strategy, made on its days, from the equities that each day began with. Unlike a
/// `PerformanceTracker`, which sees every event, it is made anew from what a journal keeps, for any span of days.
public struct PerformanceHistory: Sendable, Equatable {
    /// A day, week or month.
    public struct Period: Sendable, Equatable {
        /// Days since 1970.
        public var firstDay: Int64
        public var profit: Money
        /// Compounded over its days: Π (1 + r) − 1.
        public var rateOfReturn: Double
        public var trades = TradeTotals()

        public init(firstDay: Int64, profit: Money, rateOfReturn: Double) {
            self.firstDay = firstDay
            self.profit = profit
            self.rateOfReturn = rateOfReturn
        }
    }

    public enum Length: String, Sendable, CaseIterable { case daily, weekly, monthly }

    /// A day on which something happened; equity at its start and at its end.
    private struct Day: Sendable, Equatable {
        var number: Int64
        var opening: Money
        var closing: Money
        var trades = TradeTotals()
        var rateOfReturn: Double {
            opening > .zero ? closing.approximate / opening.approximate - 1 : 0
        }
    }
    private var days: [Day] = []

    /// `openings`: equity at the start of each day that was seen, in their order; a day ends with what the next begins with, the
    /// last one with `equity`. Days outside `span` are left out.
    public init(openings: [(day: Int64, equity: Money)], equity: Money, span: ClosedRange<Int64> = .min ... .max) {
        for (index, opening) in openings.enumerated() where span.contains(opening.day) {
            let closing = index + 1 < openings.count ? openings[index + 1].equity : equity
            days.append(Day(number: opening.day, opening: opening.equity, closing: closing))
        }
    }

    /// A round trip that ended on `day`; one of a day that nobody saw is left out.
    public mutating func add(_ trip: RoundTrip, day: Int64, rate: Rate = .one) {
        guard let place = days.firstIndex(where: { $0.number == day }) else { return }
        days[place].trades.add(trip, rate: rate)
    }

    /// Statistics over all days. Drawdown is that of day ends; the last day counts up to now.
    public var performance: Performance {
        var performance = Performance()
        guard let first = days.first, let last = days.last, first.opening > .zero else { return performance }
        let returns = DailyReturns(values: days.map(\.rateOfReturn), coveredDays: last.number - first.number + 1)
        var drawdown = MaxDrawdown(openingEquity: first.opening.approximate)
        for day in days { drawdown.mark(day.closing.approximate) }
        let trades = days.reduce(into: TradeTotals()) { $0.add($1.trades) }
        let total = Performance.totalReturn(
            openingEquity: first.opening.approximate, lastEquity: last.closing.approximate)
        let elapsed = Double(returns.coveredDays) * 86_400e9
        performance.totalReturn = total
        performance.annualizedReturn = total.flatMap {
            Performance.annualizedReturn(totalReturn: $0, elapsedNanoseconds: elapsed)
        }
        performance.maxDrawdown = Performance.defined(drawdown.fraction)
        if let annualized = performance.annualizedReturn {
            performance.calmarRatio = Performance.calmarRatio(
                annualizedReturn: annualized, maxDrawdown: drawdown.fraction)
        }
        performance.sharpeRatio = Performance.sharpeRatio(returns)
        performance.sortinoRatio = Performance.sortinoRatio(returns)
        performance.volatility = Performance.volatility(returns)
        performance.valueAtRisk95 = Performance.valueAtRisk95(returns)
        performance.winRate = Performance.winRate(trades)
        performance.profitFactor = Performance.profitFactor(trades)
        performance.expectancy = Performance.expectancy(trades)
        performance.totalTrades = trades.count
        performance.averageTradeDurationSeconds = Performance.averageTradeDurationSeconds(trades)
        return performance
    }

    /// Daily returns, for further statistics.
    public var returns: DailyReturns {
        DailyReturns(
            values: days.map(\.rateOfReturn),
            coveredDays: days.isEmpty ? 0 : days[days.count - 1].number - days[0].number + 1)
    }

    /// In their order; a week begins on Monday.
    public func periods(_ length: Length) -> [Period] {
        var periods: [Period] = []
        for day in days {
            let first = PerformanceHistory.firstDay(of: day.number, length)
            if periods.last?.firstDay != first {
                periods.append(Period(firstDay: first, profit: .zero, rateOfReturn: 0))
            }
            let place = periods.count - 1
            periods[place].profit += day.closing - day.opening
            periods[place].rateOfReturn = (1 + periods[place].rateOfReturn) * (1 + day.rateOfReturn) - 1
            periods[place].trades.add(day.trades)
        }
        return periods
    }

    /// 1970 began on a Thursday.
    private static func firstDay(of day: Int64, _ length: Length) -> Int64 {
        switch length {
        case .daily: return day
        case .weekly: return day - ((day + 3) % 7 + 7) % 7
        case .monthly: return day - Int64(CivilDate(daysSinceEpoch: day).day) + 1
        }
    }
}

extension TradeTotals {
    mutating func add(_ other: TradeTotals) {
        count += other.count
        wins += other.wins
        grossProfit += other.grossProfit
        grossLoss += other.grossLoss
        seconds += other.seconds
    }
}
