import CStrategyABI
import MarketData
import Testing
import Trading

@Suite("Market history")
struct MarketHistoryTests {
    private static let second = Timestamp.nanosecondsPerSecond

    private func trade(_ second: Int64, _ price: Int64, _ quantity: Int64, instrument: UInt32 = 0) -> EventRecord {
        EventRecord(
            Trade(
                instrument: instrument, time: at(second), price: Price(raw: price), quantity: Quantity(raw: quantity),
                id: UInt64(second + 1)))
    }

    private func quote(_ second: Int64, _ bid: Int64, _ ask: Int64) -> EventRecord {
        EventRecord(
            Quote(
                instrument: 0, time: at(second), bid: Price(raw: bid), bidQuantity: .one, ask: Price(raw: ask),
                askQuantity: .one))
    }

    private func at(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * MarketHistoryTests.second) }

    private func length(_ name: String) throws -> CandleLength { try #require(CandleLength(name: name)) }

    private func take(_ events: [EventRecord], into history: inout MarketHistory) {
        events.withUnsafeBufferPointer { history.take($0) }
    }

    /// What a candle is by definition, from all trades of its interval.
    private func reference(_ trades: [EventRecord], _ interval: Int64) -> [Int64: [Int128]] {
        var candles: [Int64: [Int128]] = [:]
        for trade in trades.map(\.asTrade) {
            let begin = Int64((Double(trade.time) / Double(interval)).rounded(.down)) * interval
            let price = Int128(trade.price)
            let volume = Int128(trade.quantity)
            if let old = candles[begin] {
                candles[begin] = [
                    old[0], max(old[1], price), min(old[2], price), price, old[4] + volume, old[5] + price * volume,
                ]
            } else {
                candles[begin] = [price, price, price, price, volume, price * volume]
            }
        }
        return candles
    }

    @Test("candles of every length are those of the trades in them", arguments: CandleLength.all.map(\.name))
    func candles(_ name: String) throws {
        let length = try length(name)
        var random = RandomNumbers(seed: 7)
        var trades: [EventRecord] = []
        var second: Int64 = 1_700_000_000
        for _ in 0..<3000 {
            second += Int64(random.next() % 4)
            trades.append(trade(second, 1_000_000 + Int64(random.next() % 5000), Int64(random.next() % 900) + 1))
        }
        var history = MarketHistory(feeds: [.trades, .trades])
        for start in stride(from: 0, to: trades.count, by: 77) {
            take(Array(trades[start..<min(start + 77, trades.count)]), into: &history)
        }
        let found = history.candles(0, length)
        var expected = reference(trades, length.interval)
        // Candles of seconds reach back over 3600 of them.
        if length.interval < 60 * MarketHistoryTests.second {
            let seconds = reference(trades, MarketHistoryTests.second).keys.sorted().suffix(3600)
            #expect(seconds.count == reference(trades, MarketHistoryTests.second).count, "all are still there")
        }
        #expect(found.count == expected.count)
        #expect(found.map(\.time) == found.map(\.time).sorted())
        for candle in found {
            let removed = expected.removeValue(forKey: candle.time.nanoseconds)
            let values = try #require(removed)
            #expect(
                [candle.open, candle.high, candle.low, candle.close].map { Int128($0.raw) } == Array(values[0...3]))
            #expect(candle.volume == values[4])
            #expect(candle.vwap?.raw == Int64(Rounding.halfEven(values[5], over: values[4])))
        }
        #expect(expected.isEmpty)
        #expect(history.candles(1, length).isEmpty && history.candles(2, length).isEmpty)
    }

    @Test("a range is from its begin to before its end, and the limit keeps the latest")
    func ranges() throws {
        var history = MarketHistory(feeds: [.trades])
        take((0..<10).map { trade($0, 100 + $0, 1) }, into: &history)
        let second = try length("1s")
        #expect(history.candles(0, second, from: at(3), to: at(6)).map(\.time) == [at(3), at(4), at(5)])
        #expect(history.candles(0, second, to: at(6), limit: 2).map(\.time) == [at(4), at(5)])
        #expect(history.candles(0, second, limit: 0).isEmpty)
        #expect(history.ticks(0, from: at(3), to: at(6)).map(\.price.raw) == [103, 104, 105])
        #expect(history.ticks(0, limit: 2).map(\.id) == [9, 10])
        #expect(history.ticks(-1).isEmpty && history.ticks(1).isEmpty)
        #expect(history.time == at(9))
    }

    @Test("what is old makes room, and a candle that lost its first part is left out")
    func rings() throws {
        var limits = MarketHistory.Limits()
        limits.ticks = 3
        limits.seconds = 7
        var history = MarketHistory(feeds: [.trades], limits: limits)
        take((0..<20).map { trade($0, 100 + $0, 1) }, into: &history)
        #expect(history.ticks(0).map(\.id) == [18, 19, 20])
        #expect(try history.candles(0, length("1s")).map(\.time) == (13..<20).map(at))
        #expect(try history.candles(0, length("5s")).map(\.time) == [at(15)])
        #expect(try history.candles(0, length("1m")).map(\.volume) == [20], "minutes have a ring of their own")
    }

    @Test("without trades candles are of mids, and only two-sided quotes count")
    func quotes() throws {
        var history = MarketHistory(feeds: [.quotes])
        take([quote(0, 100, 103), quote(1, 0, 500), quote(2, 110, 112), quote(2, 90, 0)], into: &history)
        let candleAnswer = try history.candles(0, length("1m")).first
        let candle = try #require(candleAnswer)
        #expect([candle.open.raw, candle.high.raw, candle.low.raw, candle.close.raw] == [101, 111, 101, 111])
        #expect(candle.volume == 0 && candle.vwap == nil)
        let latest = history.quote(0)
        #expect(latest?.bid_price == 110 && latest?.ask_price == 112)
        #expect(history.statistics(0)?.lastPrice.raw == 111)
    }

    @Test("where the feed has trades, quotes and bars change no candle")
    func priority() throws {
        var history = MarketHistory(feeds: [[.trades, .quotes, .bars]])
        let bar = Bar(
            instrument: 0, closeTime: at(2), interval: MarketHistoryTests.second, open: .one, high: .one, low: .one,
            close: .one, volume: .one)
        take([quote(0, 100, 103), trade(1, 50, 2), EventRecord(bar), quote(3, 300, 301)], into: &history)
        let candles = try history.candles(0, length("1m"))
        #expect(candles.map(\.high.raw) == [50] && candles.map(\.volume) == [2])
    }

    @Test("bars join to longer candles with their vwap; longer bars of the same feed do not count twice")
    func bars() throws {
        var history = MarketHistory(feeds: [.bars])
        var events: [EventRecord] = []
        for minute in Int64(1)...10 {
            var bar = Bar(
                instrument: 0, closeTime: at(minute * 60), interval: 60 * MarketHistoryTests.second,
                open: Price(raw: 100 + minute), high: Price(raw: 200 + minute), low: Price(raw: 50 - minute),
                close: Price(raw: 101 + minute), volume: Quantity(raw: minute))
            bar.flags |= UInt16(STRATEGY_FLAG_MORE)
            var more = BarMore()
            more.type = EventType.more.rawValue
            more.vwap = 100
            more.trade_count = 3
            events += [EventRecord(bar), EventRecord(more)]
            if minute % 5 == 0 {
                bar.flags = 0
                bar.interval = 300 * MarketHistoryTests.second
                events.append(EventRecord(bar))
            }
        }
        take(events, into: &history)
        let five = try history.candles(0, length("5m"))
        #expect(five.map(\.time) == [at(0), at(300)])
        #expect(five.map(\.open.raw) == [101, 106] && five.map(\.close.raw) == [106, 111])
        #expect(five.map(\.high.raw) == [205, 210] && five.map(\.low.raw) == [45, 40])
        #expect(five.map(\.volume) == [15, 40] && five.map(\.tradeCount) == [15, 15])
        #expect(five.map { $0.vwap?.raw } == [100, 100])
        #expect(try history.candles(0, length("30s")).isEmpty, "a bar of a minute cannot be split")
    }

    @Test("statistics are of the 24 hours before now")
    func statistics() throws {
        var history = MarketHistory(feeds: [.trades])
        #expect(history.statistics(0) == nil)
        let day: Int64 = 86_400
        take(
            [trade(30, 500, 9), trade(day, 200, 5), trade(day + 3600, 260, 7), trade(2 * day - 1, 210, 1)],
            into: &history)
        let nowAnswer = history.statistics(0)
        let now = try #require(nowAnswer)
        #expect(now.lastPrice.raw == 210 && now.high.raw == 260 && now.low.raw == 200 && now.volume == 13)
        #expect(now.referencePrice.raw == 500 && now.change.raw == -290 && now.changeRate.raw == -580_000_000)
        let laterAnswer = history.statistics(0, now: at(2 * day + 1800))
        let later = try #require(laterAnswer)
        #expect(later.volume == 8 && later.referencePrice.raw == 200 && later.change.raw == 10)
        let longAfterAnswer = history.statistics(0, now: at(9 * day))
        let longAfter = try #require(longAfterAnswer)
        #expect(longAfter.volume == 0 && longAfter.high.raw == 210 && longAfter.low.raw == 210)
        #expect(longAfter.change.raw == 0)
    }

    @Test("any bytes are taken without harm")
    func anyBytes() throws {
        var random = RandomNumbers(seed: 11)
        var history = MarketHistory(feeds: [.trades, .quotes, .bars, .depth])
        var events: [EventRecord] = []
        for _ in 0..<20_000 {
            var record = EventRecord()
            record.type = UInt16(random.next() % 8)
            record.flags = UInt16(random.next() % 4)
            record.instrument = UInt32(random.next() % 6)
            record.time = random.interesting()
            record.payload = (
                UInt64(bitPattern: random.interesting()), UInt64(bitPattern: random.interesting()),
                UInt64(bitPattern: random.interesting()), UInt64(bitPattern: random.interesting()),
                UInt64(bitPattern: random.interesting()), UInt64(bitPattern: random.interesting())
            )
            events.append(record)
        }
        take(events, into: &history)
        var answers = 0
        for instrument in -1..<6 {
            for length in CandleLength.all {
                answers += history.candles(instrument, length).reduce(0) { $0 + ($1.vwap == nil ? 1 : 2) }
            }
            answers += history.ticks(instrument).count
            answers += history.statistics(instrument) == nil ? 0 : 1
        }
        #expect(answers > 100)
    }
}

/// SplitMix64: the same numbers in every run.
struct RandomNumbers {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    /// Ends of the range, small numbers and plain ones.
    mutating func interesting() -> Int64 {
        switch next() % 6 {
        case 0: [Int64.max, .min, 0, 1, -1, Int64.max - 1][Int(next() % 6)]
        case 1, 2: Int64(next() % 1_000_000_000_000_000_000)
        default: Int64(next() % 1000)
        }
    }
}
