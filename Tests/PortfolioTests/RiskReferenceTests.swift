import Foundation
import Testing
import Trading

@testable import Portfolio

/// Tests/Reference/risk_reference.py made the fixture with numpy.
@Suite("Risk of what is held, against numpy")
struct RiskReferenceTests {
    struct Case: Decodable {
        struct Expected: Decodable {
            var var_1d: Double
            var var_7d: Double
            var correlations: [Double]
            var deviations: [Double]
        }
        var weights: [Double]
        var returns: [[Double]]
        var expected: Expected
    }

    private static let cases: [Case] = {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/risk.json")
        guard let data = try? Data(contentsOf: url) else { return [] }
        return (try? JSONDecoder().decode([Case].self, from: data)) ?? []
    }()

    private func isNear(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 1e-9 * abs(expected) } ?? false
    }

    @Test("value at risk of one day and of seven, correlations and deviations are numpy's to 1e-9")
    func agreement() {
        #expect(Self.cases.count == 3)
        for one in Self.cases {
            let day = Performance.heldValueAtRisk95(weights: one.weights, returns: one.returns, periods: 1440)
            #expect(isNear(day, one.expected.var_1d), "\(String(describing: day))")
            #expect(isNear(day.map { $0 * 7.0.squareRoot() }, one.expected.var_7d))
            let pairs = one.returns.flatMap { row in one.returns.map { Performance.correlation(row, $0) } }
            #expect(pairs.count == one.expected.correlations.count)
            #expect(zip(pairs, one.expected.correlations).allSatisfy { isNear($0, $1) })
            let deviations = one.returns.map { DailyReturns(values: $0, coveredDays: 1).standardDeviation }
            #expect(zip(deviations, one.expected.deviations).allSatisfy { isNear($0, $1) })
        }
    }

    @Test("nothing held risks nothing, and nine moments tell nothing")
    func edges() {
        #expect(Performance.heldValueAtRisk95(weights: [], returns: [], periods: 1440) == 0)
        let short = [Array(repeating: 0.001, count: 9)]
        #expect(Performance.heldValueAtRisk95(weights: [1], returns: short, periods: 1440) == nil)
    }
}
