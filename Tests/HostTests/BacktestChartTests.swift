import Testing
import Trading

@testable import stratagem

@Suite("What charts of a backtest show")
struct BacktestChartTests {
    @Test("counts of results are those of counting one by one, however far apart the results are")
    func counts() {
        var counts = ResultCounts()
        var amounts: [Int128] = []
        var random = SystemRandomNumberGenerator()
        for power in [1, 1_000, 1_000_000_000, 7_000_000_000_000] as [Int128] {
            for _ in 0..<200 {
                let amount = Int128(Int64.random(in: -1_000...1_000, using: &random)) * power / 3
                amounts.append(amount)
                counts.add(Money(raw: amount))
            }
            let intervals = counts.intervals(most: 40)
            #expect(intervals.count <= 41 && intervals.map(\.count).reduce(0, +) == amounts.count)
            for interval in intervals {
                let start = Int128((interval.start * 1e8).rounded())
                let end = start + Int128((interval.width * 1e8).rounded())
                #expect(interval.count == amounts.count { (start..<end).contains($0) }, "\(interval)")
            }
        }
        #expect(ResultCounts().intervals(most: 40).isEmpty)
    }

    @Test("of many trades every n-th is kept, from the first on, and all are counted")
    func sample() {
        var sample = TradeSample()
        for id in 0..<10_000 {
            sample.take(
                RoundTrip(
                    id: UInt64(id), strategy: 0, instrument: 0, side: .buy, quantity: .one,
                    entryTime: Timestamp(nanoseconds: 0), entryPrice: .one, exitTime: Timestamp(nanoseconds: 1),
                    exitPrice: .one, commission: .zero, pnl: Money(raw: Int128(id))))
        }
        #expect(sample.count == 10_000 && sample.shown.count < TradeSample.shownMax)
        #expect(sample.shown.map(\.id) == stride(from: 0, to: 10_000, by: sample.every).map(UInt64.init))
    }

    @Test(
        "an axis has round numbers that take in all values",
        arguments: [
            ([0.0, 97], ["0", "50", "100"]), ([1.0, 1.0], ["0.99", "1.00", "1.01"]),
            ([995_000.0, 1_010_000], ["995,000", "1,000,000", "1,005,000", "1,010,000"]),
            ([], ["0.0", "0.5", "1.0"]),
        ])
    func axis(values: [Double], labels: [String]) {
        let scale = Scale(values, ticks: 3)
        #expect(scale.ticks.map(scale.label) == labels)
        for value in values { #expect((0...1).contains(scale.place(value))) }
    }
}
