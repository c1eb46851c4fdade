import Foundation
import Testing
import Trading

@testable import Portfolio

/// Tests/Reference/performance_reference.py made the fixture, and says where definitions differ.
@Suite("Statistics against empyrical and quantstats")
struct StatisticsReferenceTests {
    struct Series: Decodable {
        var days: [Int64]
        var returns: [Double]
        var correlated_with: String
        var expected: [String: [Double]]
    }

    private static let fixture: [String: Series] = {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/statistics.json")
        guard let data = try? Data(contentsOf: url) else { return [:] }
        return (try? JSONDecoder().decode([String: Series].self, from: data)) ?? [:]
    }()

    private func isNear(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 1e-9 * max(abs($0), abs(expected)) } ?? false
    }

    @Test("twelve statistics of three series are theirs to 1e-9", arguments: ["perpetual", "share", "wild"])
    func agreement(name: String) throws {
        let series = try #require(Self.fixture[name])
        let other = try #require(Self.fixture[series.correlated_with]).returns
        let found = statistics(series, other)
        #expect(Set(found.keys) == Set(series.expected.keys) && found.count == 12)
        for (statistic, values) in series.expected.sorted(by: { $0.key < $1.key }) {
            #expect(!values.isEmpty)
            for value in values {
                #expect(
                    isNear(found[statistic] ?? nil, value),
                    "\(statistic): \(String(describing: found[statistic])), \(value)")
            }
        }
    }

    private func statistics(_ series: Series, _ other: [Double]) -> [String: Double?] {
        let returns = DailyReturns(
            values: series.returns, coveredDays: series.days[series.days.count - 1] - series.days[0] + 1)
        var equity = 1.0
        var drawdown = MaxDrawdown(openingEquity: equity)
        var trades = TradeTotals()
        for value in series.returns {
            equity *= 1 + value
            drawdown.mark(equity)
            trades.count += 1
            if value > 0 { trades.wins += 1 }
            trades.grossProfit += max(value, 0)
            trades.grossLoss += max(-value, 0)
        }
        let total = Performance.totalReturn(openingEquity: 1, lastEquity: equity)
        let annualized = total.flatMap {
            Performance.annualizedReturn(
                totalReturn: $0, elapsedNanoseconds: Double(returns.coveredDays) * 86_400e9)
        }
        let count = min(series.returns.count, other.count)
        return [
            "totalReturn": total, "annualizedReturn": annualized, "sharpeRatio": Performance.sharpeRatio(returns),
            "sortinoRatio": Performance.sortinoRatio(returns),
            "calmarRatio": annualized.flatMap {
                Performance.calmarRatio(annualizedReturn: $0, maxDrawdown: drawdown.fraction)
            },
            "maxDrawdown": drawdown.fraction, "volatility": Performance.volatility(returns),
            "valueAtRisk95": Performance.valueAtRisk95(returns),
            "parametricValueAtRisk95": Performance.parametricValueAtRisk95(returns),
            "winRate": Performance.winRate(trades), "profitFactor": Performance.profitFactor(trades),
            "correlation": Performance.correlation(Array(series.returns.prefix(count)), Array(other.prefix(count))),
        ]
    }

    @Test("a history of exact equities has the same statistics", arguments: ["perpetual", "share", "wild"])
    func history(name: String) throws {
        let series = try #require(Self.fixture[name])
        var equity = 1e9
        var openings: [(day: Int64, equity: Money)] = []
        for (day, value) in zip(series.days, series.returns) {
            openings.append((day, Money(raw: Int128((equity * 1e8).rounded()))))
            equity *= 1 + value
        }
        let history = PerformanceHistory(openings: openings, equity: Money(raw: Int128((equity * 1e8).rounded())))
        let performance = history.performance
        let found: [String: Double?] = [
            "totalReturn": performance.totalReturn, "annualizedReturn": performance.annualizedReturn,
            "sharpeRatio": performance.sharpeRatio, "sortinoRatio": performance.sortinoRatio,
            "calmarRatio": performance.calmarRatio, "maxDrawdown": performance.maxDrawdown,
            "volatility": performance.volatility, "valueAtRisk95": performance.valueAtRisk95,
        ]
        for (statistic, value) in found {
            #expect(isNear(value, try #require(series.expected[statistic]?.first)), "\(statistic)")
        }
    }
}
