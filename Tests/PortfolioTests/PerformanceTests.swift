import Portfolio
import Testing
import Trading

@Suite("Performance")
struct PerformanceTests {
    static let day: Int64 = 86_400_000_000_000

    static func isNear(_ value: Double?, _ expected: Double) -> Bool {
        guard let value else { return false }
        return abs(value - expected) <= 1e-9 * max(1, abs(expected))
    }

    static func trip(pnl: String, seconds: Int64) -> RoundTrip {
        RoundTrip(
            id: 1, strategy: 0, instrument: 0, side: .buy, quantity: .one, entryTime: Timestamp(nanoseconds: -5),
            entryPrice: .one, exitTime: Timestamp(nanoseconds: seconds * 1_000_000_000 - 5), exitPrice: .one,
            commission: .zero, pnl: Money(pnl)!)
    }

    @Test("ratios of 18 exchange days are empyrical's")
    func reference() {
        var tracker = PerformanceTracker(openingEquity: 100_000)
        for word in equityFixture.split(whereSeparator: \.isWhitespace) {
            let fields = word.split(separator: ",")
            tracker.mark(
                time: Int64(fields[0])! * 1_000_000_000, equity: Double(fields[1])!, isOpen: fields[2] == "1")
        }
        let returns = tracker.dailyReturns
        #expect(returns.values.count == 18)
        #expect(returns.coveredDays == 26)
        #expect(Self.isNear(returns.perYear, 252.8653846153846))
        let performance = tracker.performance
        #expect(Self.isNear(performance.totalReturn, 0.1473456000000004))
        #expect(Self.isNear(performance.annualizedReturn, 6.259866421996018))
        #expect(Self.isNear(performance.sharpeRatio, 11.432265926328052))
        #expect(Self.isNear(performance.sortinoRatio, 32.74694121087169))
        #expect(Self.isNear(performance.calmarRatio, 361.00312695332315))
        #expect(Self.isNear(performance.maxDrawdown, 0.01734020000000001))
        #expect(Self.isNear(performance.volatility, 0.17074380375154527))
        #expect(Self.isNear(performance.valueAtRisk95, 0.005525074432527837))
        #expect(Self.isNear(performance.exposureTime, 0.6866845420547678))
        #expect(performance.totalTrades == 0)
    }

    @Test("nothing is defined before the first event")
    func empty() {
        let performance = PerformanceTracker(openingEquity: 100).performance
        #expect(performance == Performance())
    }

    @Test("one event has a return and a drawdown, and nothing that needs time, variance or trades")
    func oneEvent() {
        var tracker = PerformanceTracker(openingEquity: 100)
        tracker.mark(time: 5, equity: 90, isOpen: true)
        let performance = tracker.performance
        #expect(Self.isNear(performance.totalReturn, -0.1))
        #expect(Self.isNear(performance.maxDrawdown, 0.1))
        var expected = Performance()
        expected.totalReturn = performance.totalReturn
        expected.maxDrawdown = performance.maxDrawdown
        #expect(performance == expected)
    }

    @Test("ratios are undefined where they would divide by nothing")
    func divisions() {
        var flat = PerformanceTracker(openingEquity: 100)
        for day in Int64(0)..<5 { flat.mark(time: day * Self.day, equity: 100, isOpen: false) }
        var performance = flat.performance
        #expect(performance.totalReturn == 0)
        #expect(performance.annualizedReturn == 0)
        #expect(performance.volatility == 0)
        #expect(performance.maxDrawdown == 0)
        #expect(performance.exposureTime == 0)
        #expect(performance.valueAtRisk95 == 0)
        #expect(performance.sharpeRatio == nil)
        #expect(performance.sortinoRatio == nil)
        #expect(performance.calmarRatio == nil)
        var rising = PerformanceTracker(openingEquity: 100)
        for day in Int64(0)..<5 { rising.mark(time: day * Self.day, equity: 100 + Double(day * day), isOpen: true) }
        performance = rising.performance
        #expect(performance.sharpeRatio.map { $0 > 0 } == true)
        #expect(performance.sortinoRatio == nil)
        #expect(performance.calmarRatio == nil)
        #expect(performance.exposureTime == 1)
    }

    @Test("a ruined account is a return of −1 and a drawdown of 1 or more")
    func ruin() {
        var tracker = PerformanceTracker(openingEquity: 100)
        tracker.mark(time: 0, equity: 100, isOpen: true)
        tracker.mark(time: 2 * Self.day, equity: 0, isOpen: true)
        #expect(tracker.performance.totalReturn == -1)
        #expect(tracker.performance.annualizedReturn == -1)
        #expect(tracker.performance.maxDrawdown == 1)
        tracker.mark(time: 3 * Self.day, equity: -50, isOpen: false)
        let performance = tracker.performance
        #expect(performance.totalReturn == -1.5)
        #expect(performance.annualizedReturn == nil)
        #expect(performance.maxDrawdown == 1.5)
        #expect(performance.sharpeRatio == nil)
        #expect(performance.valueAtRisk95 == nil)
    }

    @Test("an opening equity of zero leaves every fraction undefined")
    func noCapital() {
        var tracker = PerformanceTracker(openingEquity: 0)
        for day in Int64(0)..<3 { tracker.mark(time: day * Self.day, equity: Double(day), isOpen: false) }
        let performance = tracker.performance
        #expect(performance.totalReturn == nil)
        #expect(performance.maxDrawdown == nil)
        #expect(performance.sharpeRatio == nil)
        #expect(performance.volatility == nil)
    }

    @Test("the drawdown is the largest fall from any peak, between day ends too")
    func drawdown() {
        var drawdown = MaxDrawdown(openingEquity: 100)
        let steps: [(equity: Double, expected: Double)] = [
            (100, 0), (99, 0.01), (99.5, 0.01), (120, 0.01), (119, 0.01), (114, 0.05), (114.5, 0.05), (200, 0.05),
            (191, 0.05), (180, 0.1), (300, 0.1), (269, 31.0 / 300),
        ]
        for (equity, expected) in steps {
            drawdown.mark(equity)
            #expect(Self.isNear(drawdown.fraction, expected), "at \(equity)")
        }
    }

    @Test("the drawdown of any path is that of a search over all pairs")
    func drawdownOfPaths() {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<50 {
            var drawdown = MaxDrawdown(openingEquity: 1000)
            var path = [1000.0]
            for _ in 0..<60 {
                path.append(path.last! * Double.random(in: 0.95...1.055, using: &random))
                drawdown.mark(path.last!)
            }
            var expected = 0.0
            for i in path.indices { for j in i..<path.count { expected = max(expected, 1 - path[j] / path[i]) } }
            #expect(Self.isNear(drawdown.fraction, expected))
        }
    }

    @Test("a day ends where the account's day ends, with the last equity before it")
    func dayBoundary() {
        let offset: Int64 = 3_600_000_000_000
        var tracker = PerformanceTracker(openingEquity: 100, dayOffset: offset)
        tracker.mark(time: offset, equity: 110, isOpen: false)
        tracker.mark(time: offset + Self.day - 1, equity: 121, isOpen: false)
        tracker.mark(time: offset + Self.day, equity: 60.5, isOpen: false)
        tracker.mark(time: offset + 3 * Self.day, equity: 121, isOpen: false)
        let returns = tracker.dailyReturns
        #expect(returns.coveredDays == 4)
        #expect(returns.values.count == 3)
        for (value, expected) in zip(returns.values, [0.21, -0.5, 1.0]) { #expect(Self.isNear(value, expected)) }
        #expect(Self.isNear(returns.perYear, 3 * 365.25 / 4))
    }

    @Test("days are counted before 1970 and up to the ends of the calendar")
    func farDays() {
        var tracker = PerformanceTracker(openingEquity: 100)
        tracker.mark(time: Int64.min, equity: 100, isOpen: true)
        tracker.mark(time: -1, equity: 100, isOpen: true)
        tracker.mark(time: 0, equity: 100, isOpen: true)
        tracker.mark(time: Int64.max - 1, equity: 200, isOpen: true)
        #expect(tracker.dailyReturns.values == [0, 0, 0, 1])
        #expect(tracker.performance.totalReturn == 1)
    }

    @Test("trades are counted, a trade of zero is no win, and losses are undefined without one")
    func trades() {
        var tracker = PerformanceTracker(openingEquity: 100)
        tracker.roundTrip(Self.trip(pnl: "30", seconds: 60))
        tracker.roundTrip(Self.trip(pnl: "0", seconds: 30))
        var performance = tracker.performance
        #expect(performance.totalTrades == 2)
        #expect(performance.winRate == 0.5)
        #expect(performance.profitFactor == nil)
        #expect(performance.expectancy == 15)
        #expect(performance.averageTradeDurationSeconds == 45)
        tracker.roundTrip(Self.trip(pnl: "-40", seconds: 0))
        tracker.roundTrip(Self.trip(pnl: "20", seconds: 30), rate: Rate("0.5")!)
        performance = tracker.performance
        #expect(performance.totalTrades == 4)
        #expect(performance.winRate == 0.5)
        #expect(Self.isNear(performance.profitFactor, 1))
        #expect(Self.isNear(performance.expectancy, 0))
        #expect(performance.averageTradeDurationSeconds == 30)
    }

    /// numpy.percentile(values, 5) with its default (linear) method.
    @Test(
        "value at risk interpolates between the lowest returns",
        arguments: [
            ([-0.02, 0.01], 0.0185), ([0.01, -0.02, 0.03, -0.04, 0.05], 0.036), ([0.01, 0.02, 0.03], 0),
            ((0..<101).map { Double($0) / 1000 - 0.05 }, 0.045),
        ] as [([Double], Double)])
    func valueAtRisk(values: [Double], expected: Double) {
        let risk = Performance.valueAtRisk95(DailyReturns(values: values, coveredDays: Int64(values.count)))
        #expect(Self.isNear(risk, expected))
    }

    @Test("a market that never closes has 365.25 returns a year")
    func everyDay() {
        #expect(DailyReturns(values: Array(repeating: 0, count: 7), coveredDays: 7).perYear == 365.25)
    }

    @Test("exposure is the time from an event that leaves a position to the next event")
    func exposure() {
        var tracker = PerformanceTracker(openingEquity: 100)
        for (time, isOpen) in [(0, false), (10, true), (30, true), (40, false), (100, false)] as [(Int64, Bool)] {
            tracker.mark(time: time, equity: 100, isOpen: isOpen)
        }
        #expect(tracker.performance.exposureTime == 0.3)
    }

    @Test("an unknown equity leaves no number that depends on it")
    func unknownEquity() {
        var tracker = PerformanceTracker(openingEquity: 100)
        for day in Int64(0)..<4 { tracker.mark(time: day * Self.day, equity: day < 2 ? 100 : .nan, isOpen: true) }
        let performance = tracker.performance
        #expect(performance.totalReturn == nil)
        #expect(performance.sharpeRatio == nil)
        #expect(performance.sortinoRatio == nil)
        #expect(performance.volatility == nil)
        #expect(performance.valueAtRisk95 == nil)
    }
}

/// Seconds since 1970, equity, position held: a random walk over weekdays of January 2024. The expected ratios were made
/// with empyrical-reloaded 0.7.1 and pandas from day-end samples; annualized return, exposure and Calmar ratio in plain
/// Python from their definitions.
private let equityFixture = """
    1704448457,99116.93,0 1704463046,98265.98,0 1704475907,98493.41,0 1704705420,98462.86,0
    1704720721,98835.60,0 1704734759,98668.86,1 1704791687,98613.40,1 1704805945,98615.13,0
    1704822865,98720.19,1 1704879731,98315.96,0 1704895169,98407.74,1 1704909168,98500.32,1
    1704964784,100148.73,1 1704978814,100029.61,1 1704995228,99852.31,1 1705051569,99426.11,1
    1705064996,99177.57,1 1705080159,99603.09,1 1705311976,99610.54,0 1705323870,99630.71,1
    1705339293,100071.31,1 1705397535,99298.44,0 1705410093,101379.92,0 1705425864,102213.39,0
    1705483499,103705.14,1 1705499845,103932.83,1 1705511604,104498.01,1 1705569407,104713.56,0
    1705584253,105495.67,0 1705598227,105282.77,0 1705658065,106434.89,1 1705670411,107387.01,1
    1705684995,107805.54,1 1705915485,107744.26,0 1705930632,106760.26,1 1705945609,108462.54,1
    1706001009,108681.71,0 1706016066,109061.98,0 1706031660,109272.68,1 1706088462,109572.52,1
    1706102224,109590.56,1 1706117327,108852.92,1 1706176483,110149.45,1 1706191034,110050.59,1
    1706202543,111243.27,0 1706262827,111175.59,1 1706274240,111661.87,0 1706289607,112482.13,1
    1706519493,113654.68,0 1706535057,113127.20,0 1706548722,112898.40,1 1706606853,112233.99,0
    1706621778,113569.54,0 1706636568,114734.56,0
    """
