import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("The price that positions are valued at")
struct MarkTests {
    private static func mark(_ feed: FeedKinds, _ events: EventRecord...) -> Price {
        let bench = Bench(.small(feed), [ScriptedStrategy()])
        bench.feed(events)
        return bench.engine.mark(0)
    }

    @Test("where the feed has quotes: the mid of the last two-sided one")
    func quotes() {
        let feed: FeedKinds = [.quotes, .trades, .bars]
        #expect(MarkTests.mark(feed, .trade(1, 90)) == .zero)
        #expect(MarkTests.mark(feed, .quote(1, 100, 102), .trade(2, 90), .flat(3, 80)) == 101)
        #expect(MarkTests.mark(feed, .quote(1, 100, 102), .quote(2, 0, 103), .quote(3, 99, 0)) == 101)
    }

    @Test("the mid is an integer division, of a crossed quote as well")
    func halves() {
        #expect(MarkTests.mark(.quotes, .quote(1, Price(raw: 7), Price(raw: 10))) == Price(raw: 8))
        #expect(MarkTests.mark(.quotes, .quote(1, Price(raw: 10), Price(raw: 7))) == Price(raw: 8))
        #expect(
            MarkTests.mark(.quotes, .quote(1, Price(raw: .max - 1), Price(raw: .max))) == Price(raw: .max - 1))
    }

    @Test("else where it has trades: the last one; else the last bar's close")
    func tradesAndBars() {
        #expect(MarkTests.mark([.trades, .bars], .trade(1, 90), .flat(2, 80)) == 90)
        #expect(MarkTests.mark(.bars, .bar(1, 80, 90, 70, 85)) == 85)
    }

    @Test("of bars of several lengths the shortest mark and match; longer ones repeat them")
    func barLengths() {
        var hour = EventRecord.flat(3, 70).asBar
        hour.interval = 3_600_000_000_000
        let bench = Bench(script: [[], [.submit(.buy, 1, tag: 1)]])
        bench.feed(.flat(1, 100), .flat(2, 101), EventRecord(hour))
        #expect(bench.engine.mark(0) == 101)
        #expect(bench.position() == 0)
        bench.feed(.flat(4, 102))
        #expect(bench.position() == 1)
    }

    @Test("before the first mark an instrument is worth what the first fill paid")
    func firstFill() {
        let bench = Bench(
            .small([.quotes, .trades]), script: [[], [.submit(.buy, 1, .limit, tag: 1, at: 100)]])
        bench.feed(.quote(1, 0, 100), .trade(2, 100), .trade(3, 99))
        #expect(bench.position() == 1)
        #expect(bench.engine.mark(0) == 99)
    }
}
