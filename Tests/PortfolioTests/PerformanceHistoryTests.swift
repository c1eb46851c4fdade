import Portfolio
import Testing
import Trading

@Suite("Performance by periods")
struct PerformanceHistoryTests {
    /// Monday 2026-11-30 and the two weeks behind it; nothing on the weekend.
    private static let monday = CivilDate.daysSinceEpoch(year: 2026, month: 11, day: 30)
    private static let openings: [(day: Int64, equity: Money)] = [
        (monday, Money("1000")!), (monday + 1, Money("1100")!), (monday + 4, Money("990")!),
        (monday + 7, Money("1089")!),
        (monday + 8, Money("1089")!),
    ]

    private func trip(_ pnl: String, hours: Int64) -> RoundTrip {
        RoundTrip(
            id: 1, strategy: 0, instrument: 0, side: .buy, quantity: .one, entryTime: Timestamp(nanoseconds: 0),
            entryPrice: .one, exitTime: Timestamp(nanoseconds: hours * 3_600_000_000_000), exitPrice: .one,
            commission: .zero, pnl: Money(pnl)!)
    }

    private var history: PerformanceHistory {
        var history = PerformanceHistory(openings: Self.openings, equity: Money("1197.9")!)
        history.add(trip("100", hours: 2), day: Self.monday)
        history.add(trip("-60", hours: 4), day: Self.monday + 1)
        history.add(trip("-50", hours: 6), day: Self.monday + 1)
        history.add(trip("5", hours: 1), day: Self.monday + 2)
        return history
    }

    private func isNear(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 1e-9 * max(1, abs(expected)) } ?? false
    }

    @Test("a day is what its equity went from its start to the next day's, and the last one up to now")
    func daily() {
        let days = history.periods(.daily)
        #expect(days.map(\.firstDay) == Self.openings.map(\.day))
        #expect(days.map(\.profit) == ["100", "-110", "99", "0", "108.9"].map { Money($0)! })
        for (day, expected) in zip(days, [0.1, -0.1, 0.1, 0, 0.1]) { #expect(isNear(day.rateOfReturn, expected)) }
        #expect(days.map(\.trades.count) == [1, 2, 0, 0, 0] && days[1].trades.wins == 0)
    }

    @Test("weeks begin on Monday, months with their first day, and their returns compound")
    func weeklyAndMonthly() {
        let weeks = history.periods(.weekly)
        #expect(weeks.map(\.firstDay) == [Self.monday, Self.monday + 7])
        #expect(weeks.map(\.profit) == [Money("89")!, Money("108.9")!])
        #expect(isNear(weeks[0].rateOfReturn, 0.089) && isNear(weeks[1].rateOfReturn, 0.1))
        #expect(weeks[0].trades.count == 3 && weeks[0].trades.wins == 1)
        let months = history.periods(.monthly)
        #expect(
            months.map { CivilDate(daysSinceEpoch: $0.firstDay).description } == ["2026-11-01", "2026-12-01"])
        #expect(months.map(\.profit) == [Money("100")!, Money("97.9")!])
        #expect(isNear(months[1].rateOfReturn, 1197.9 / 1100 - 1))
    }

    @Test("days before 1970 have weeks and months as well")
    func earlyDays() {
        let history = PerformanceHistory(openings: [(-1, .zero), (0, .zero), (4, .zero)], equity: .zero)
        #expect(history.periods(.weekly).map(\.firstDay) == [-3, 4])
        #expect(history.periods(.monthly).map(\.firstDay) == [-31, 0])
    }

    @Test("statistics are those of the days, the drawdown of day ends")
    func statistics() {
        let performance = history.performance
        #expect(isNear(performance.totalReturn, 0.1979))
        #expect(isNear(performance.maxDrawdown, 0.1))
        #expect(isNear(performance.winRate, 1.0 / 3) && isNear(performance.profitFactor, 100.0 / 110))
        #expect(performance.totalTrades == 3 && isNear(performance.averageTradeDurationSeconds, 4 * 3600))
        let returns = DailyReturns(values: [0.1, -0.1, 0.1, 0, 0.1], coveredDays: 9)
        #expect(isNear(performance.sharpeRatio, Performance.sharpeRatio(returns)!))
        #expect(history.returns.coveredDays == 9)
    }

    @Test("a span leaves out other days, and one without days has no statistics")
    func span() {
        let part = PerformanceHistory(
            openings: Self.openings, equity: Money("1197.9")!, span: (Self.monday + 1)...(Self.monday + 4))
        #expect(part.periods(.daily).map(\.profit) == [Money("-110")!, Money("99")!])
        #expect(isNear(part.performance.totalReturn, 1089.0 / 1100 - 1))
        let none = PerformanceHistory(openings: Self.openings, equity: .zero, span: 0...1)
        #expect(none.performance == Performance() && none.periods(.weekly).isEmpty)
    }
}
