import CStrategyABI
import Features
import Testing
import Trading

@Suite("Features of several timeframes")
struct FeatureBoardTests {
    private static let minute = Timeframe.oneMinute.interval

    /// Bars of five minutes from bars of one, by the minute in which each opened.
    private static func joined(_ bars: [Bar]) -> [Bar] {
        var groups: [[Bar]] = []
        for bar in bars {
            let place = (bar.time - bar.interval) / (5 * minute)
            if let last = groups.last?.last, (last.time - last.interval) / (5 * minute) == place {
                groups[groups.count - 1].append(bar)
            } else {
                groups.append([bar])
            }
        }
        return groups.map { group in
            let end = ((group[0].time - minute) / (5 * minute) + 1) * 5 * minute
            return Bar(
                instrument: group[0].instrument, closeTime: Timestamp(nanoseconds: end), interval: 5 * minute,
                open: Price(raw: group[0].open), high: Price(raw: group.map(\.high).max() ?? 0),
                low: Price(raw: group.map(\.low).min() ?? 0), close: Price(raw: group[group.count - 1].close),
                volume: Quantity(raw: group.map(\.volume).reduce(0, +)))
        }
    }

    @Test("longer bars are joined from shorter ones, over gaps as well, and the last one waits for its end")
    func joins() {
        var bars = SeededBars(seed: 9).bars(1000)
        // A gap within five minutes, one at their end, and one over an hour.
        bars.removeSubrange(700..<780)
        bars.removeSubrange(400..<403)
        bars.remove(at: 100)
        var board = FeatureBoard(instruments: 2, timeframes: [.oneMinute, .fiveMinutes])
        var one = FeatureSet()
        for var bar in bars {
            one.add(bar)
            bar.instrument = 1
            board.add(bar)
        }
        let whole = Self.joined(bars).filter { $0.time <= bars[bars.count - 1].time }
        #expect(whole.count > 150)
        var five = FeatureSet()
        for bar in whole { five.add(bar) }
        for index in Feature.all.indices {
            let (short, long) = (one.value(index), five.value(index))
            let mine = board.value(index, instrument: 1, timeframe: 0)
            let joined = board.value(index, instrument: 1, timeframe: 1)
            let other = board.value(index, instrument: 0, timeframe: 0)
            #expect(mine == short && joined == long && other == nil, "\(Feature.all[index].name)")
        }
    }

    @Test("a bar of another length or of no known instrument is passed over")
    func strangers() {
        var board = FeatureBoard(instruments: 1, timeframes: [.oneMinute])
        var bar = SeededBars(seed: 1).bars(1)[0]
        bar.instrument = 1
        board.add(bar)
        bar.instrument = 0
        bar.interval = 5 * Self.minute
        board.add(bar)
        let isThere = board.value(0, instrument: 0, timeframe: 0) != nil
        #expect(!isThere)
    }
}
