import Foundation
import Testing

@testable import Portfolio

/// Tests/Reference/sharpe_reference.py made the fixture.
@Suite("Probabilistic and deflated Sharpe ratio")
struct SharpeReferenceTests {
    struct Case: Decodable {
        var ratio, skewness, kurtosis, trials, variance, expected_maximum, probabilistic, deflated: Double
        var count: Int
        var estimate: SharpeEstimate {
            SharpeEstimate(ratio: ratio, count: count, skewness: skewness, kurtosis: kurtosis)
        }
    }
    struct Series: Decodable {
        var trials: [[Double]]
        var ratio, skewness, kurtosis, average_correlation: Double
    }
    struct Fixture: Decodable {
        var cases: [String: Case]
        var series: Series
    }

    private func fixture() throws -> Fixture {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/sharpe.json")
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }

    private func isNear(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 1e-9 * max(abs($0), abs(expected)) + 1e-15 } ?? false
    }

    @Test("the example of the paper: 0.1132 of a day are expected by luck, and the ratio is true with 0.9004")
    func paper() throws {
        let paper = try #require(fixture().cases["paper"])
        let luck = Performance.expectedMaximumSharpeRatio(trials: 100, variance: paper.variance)
        let deflated = try #require(
            Performance.deflatedSharpeRatio(paper.estimate, trials: 100, variance: paper.variance))
        #expect(abs(luck - 0.1132) < 0.00005 && abs(deflated - 0.9004) < 0.00005, "\(luck), \(deflated)")
    }

    @Test("41 cases are the reference's to 1e-9")
    func cases() throws {
        let cases = try fixture().cases
        #expect(cases.count == 41)
        for (name, wanted) in cases {
            let luck = Performance.expectedMaximumSharpeRatio(trials: wanted.trials, variance: wanted.variance)
            #expect(isNear(luck, wanted.expected_maximum), "\(name)")
            #expect(isNear(Performance.probabilisticSharpeRatio(wanted.estimate), wanted.probabilistic), "\(name)")
            let deflated = Performance.deflatedSharpeRatio(
                wanted.estimate, trials: wanted.trials, variance: wanted.variance)
            #expect(isNear(deflated, wanted.deflated), "\(name)")
        }
    }

    @Test("moments of returns, and the average correlation without a look at the pairs")
    func series() throws {
        let series = try fixture().series
        let estimate = try #require(SharpeEstimate(series.trials[0]))
        #expect(estimate.count == 250 && isNear(estimate.ratio, series.ratio))
        #expect(isNear(estimate.skewness, series.skewness) && isNear(estimate.kurtosis, series.kurtosis))
        #expect(isNear(Performance.averageCorrelation(series.trials), series.average_correlation))
        let flat = [Double](repeating: 0.1, count: 250)
        #expect(isNear(Performance.averageCorrelation(series.trials + [flat]), series.average_correlation))
        #expect(Performance.averageCorrelation([flat, flat]) == nil && Performance.averageCorrelation([]) == nil)
    }

    @Test("what varies not has no estimate; one trial is deflated by nothing; equal trials count as one")
    func edges() {
        #expect(SharpeEstimate([0.1]) == nil && SharpeEstimate([0.1, 0.1, 0.1]) == nil)
        #expect(Performance.expectedMaximumSharpeRatio(trials: 1, variance: 1) == 0)
        #expect(Performance.expectedMaximumSharpeRatio(trials: 50, variance: 0) == 0)
        #expect(Performance.effectiveTrials(count: 50, averageCorrelation: 1) == 1)
        #expect(Performance.effectiveTrials(count: 50, averageCorrelation: -0.5) == 50)
        #expect(Performance.effectiveTrials(count: 50, averageCorrelation: 0.5) == 25.5)
    }
}
