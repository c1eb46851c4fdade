import CStrategyABI
import Features
import Trading

/// All features of nine instruments in four timeframes: a bar of a minute of each instrument in turn, from which the bars of the
/// other timeframes are joined.
final class FeatureWork: MovedWork {
    static let instruments = 9
    static let timeframes: [Timeframe] = [.oneMinute, .fiveMinutes, .fifteenMinutes, .oneHour]
    private static let rounds = 455
    static let bars = rounds * instruments

    private var board = FeatureBoard(instruments: instruments, timeframes: timeframes)
    private var bars: [Bar]
    private let span = Int64(rounds) * Timeframe.oneMinute.interval
    var events: Int { FeatureWork.bars }

    init() {
        bars = BenchMarket.bars(FeatureWork.rounds).flatMap { record in
            (0..<FeatureWork.instruments).map { instrument in
                var bar = record.asBar
                bar.instrument = UInt32(instrument)
                return bar
            }
        }
    }

    func run() { for bar in bars { board.add(bar) } }

    /// Moves the bars behind those that were run.
    func moveOn() { for index in bars.indices { bars[index].time += span } }
}

extension BenchTable {
    mutating func addFeatures() {
        let work = FeatureWork()
        // The longest timeframe has warmed up after 200 hours.
        for _ in 0..<30 {
            work.run()
            work.moveOn()
        }
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<rounds {
            times.append(clock.measure { work.run() } / .nanoseconds(1) / Double(work.events))
            work.moveOn()
        }
        add(
            "features", times.sorted()[rounds / 2], "ns/bar",
            "\(Feature.all.count) features, \(FeatureWork.instruments) instruments × \(FeatureWork.timeframes.count) timeframes, "
                + "for a bar of a minute of one instrument, median of \(rounds) runs over \(work.events) bars")
        addAllocations("features_allocations", work, "bar")
    }
}
