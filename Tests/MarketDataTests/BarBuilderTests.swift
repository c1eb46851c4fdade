import CStrategyABI
import MarketData
import Testing
import Trading

@Suite("Bar building")
struct BarBuilderTests {
    private static let second: Int64 = 1_000_000_000

    private static func trade(_ seconds: Double, _ price: Int64, _ quantity: Int64, instrument: UInt32 = 0)
        -> EventRecord
    {
        EventRecord(
            Trade(
                instrument: instrument, time: Timestamp(nanoseconds: Int64(seconds * 1e9)), price: Price(raw: price),
                quantity: Quantity(raw: quantity)))
    }

    private static func quote(_ seconds: Double, _ bid: Int64, _ ask: Int64) -> EventRecord {
        EventRecord(
            Quote(
                instrument: 0, time: Timestamp(nanoseconds: Int64(seconds * 1e9)), bid: Price(raw: bid),
                bidQuantity: .zero, ask: Price(raw: ask), askQuantity: .zero))
    }

    private static func bar(_ closeSeconds: Int64, _ interval: Int64, instrument: UInt32 = 0, volume: Int64 = 1)
        -> EventRecord
    {
        EventRecord(
            Bar(
                instrument: instrument, closeTime: Timestamp(nanoseconds: closeSeconds * second),
                interval: interval * second, open: Price(raw: 5), high: Price(raw: closeSeconds), low: Price(raw: 4),
                close: Price(raw: 6), volume: Quantity(raw: volume)))
    }

    /// (instrument, close in seconds, timeframe) of each bar.
    private static func names(_ output: borrowing OutputBuffer) -> [String] {
        output.records.filter { $0.kind == .bar }.map {
            "\($0.instrument) \($0.time / second) \($0.asBar.timeframe.name)"
        }
    }

    @Test("a length that is added later brings the bars that it would have brought, from the next interval on")
    func addedLength() {
        /// Length, close, instrument, prices and volume of each bar, in order.
        func bars(_ early: [Timeframe], _ late: [Timeframe], from start: Int) -> [[Int64]] {
            var builder = BarBuilder(kinds: [.trades, .trades], timeframes: early)
            var output = OutputBuffer()
            for index in 0..<500 {
                if index == start { for timeframe in late { builder.add(timeframe) } }
                let trade = Self.trade(
                    Double(index) * 0.4, 100 + Int64(index % 7), Int64(index % 5), instrument: UInt32(index % 2))
                builder.consume(trade, into: &output)
            }
            return output.records.filter { $0.kind == .bar }.map(\.asBar).map {
                [
                    $0.interval / Self.second, $0.time / Self.second, Int64($0.instrument), $0.open, $0.high, $0.low,
                    $0.close, $0.volume,
                ]
            }
        }
        let all = bars([.oneSecond, .fiveSeconds, .oneMinute], [], from: 0)
        #expect(bars([.fiveSeconds], [.oneMinute, .oneSecond, .fiveSeconds], from: 0) == all)
        // 40 s have passed, and the first minute is under way.
        let late = bars([.oneSecond], [.fiveSeconds, .oneMinute], from: 100)
        #expect(late.filter { $0[0] == 1 } == all.filter { $0[0] == 1 })
        for (length, first) in [(5, 50), (60, 120)] as [(Int64, Int64)] {
            let isWhole = { (bar: [Int64]) in bar[0] == length && bar[1] >= first }
            #expect(late.filter(isWhole) == all.filter(isWhole) && late.contains(where: isWhole))
        }
        #expect(!late.contains { $0[0] == 5 && $0[1] < 40 })
    }

    @Test("a bar comes with the first event at or after its end, and an empty interval has none")
    func emission() {
        var builder = BarBuilder(kinds: [.trades], timeframes: [.oneSecond])
        var output = OutputBuffer()
        builder.consume(Self.trade(10.25, 100, 2), into: &output)
        builder.consume(Self.trade(10.5, 90, 1), into: &output)
        builder.consume(Self.trade(10.999, 95, 3), into: &output)
        #expect(output.count == 0)
        builder.consume(Self.trade(11, 200, 1), into: &output)
        #expect(output.count == 2)
        let bar = output.records[0].asBar
        #expect(bar.time == 11 * Self.second && bar.interval == Self.second && bar.timeframe == .oneSecond)
        #expect([bar.open, bar.high, bar.low, bar.close, bar.volume] == [100, 100, 90, 95, 6])
        #expect(output.records[0].hasMore && output.records[1].kind == .more)
        let more = unsafeBitCast(output.records[1], to: BarMore.self)
        // (200 + 90 + 285) / 6 = 95.83…
        #expect(more.vwap == 96 && more.trade_count == 3 && more.time == bar.time)
        // The trade at 11 opened the next bar; nothing happens until 15.
        builder.consume(Self.trade(15.5, 300, 1), into: &output)
        #expect(Self.names(output) == ["0 11 1s", "0 12 1s"])
    }

    @Test("the clock finishes a bar too, and not before its end")
    func clock() {
        var builder = BarBuilder(kinds: [.trades], timeframes: [.oneSecond, .oneMinute])
        var output = OutputBuffer()
        builder.consume(Self.trade(59.5, 100, 2), into: &output)
        builder.advance(to: Timestamp(nanoseconds: 60 * Self.second - 1), into: &output)
        #expect(output.count == 0)
        builder.advance(to: Timestamp(nanoseconds: 60 * Self.second), into: &output)
        #expect(Self.names(output) == ["0 60 1s", "0 60 1m"])
        builder.advance(to: Timestamp(nanoseconds: 600 * Self.second), into: &output)
        #expect(output.count == 4)
    }

    @Test("bars of several instruments and lengths come by end, instrument, length")
    func order() {
        var builder = BarBuilder(kinds: [.trades, .trades], timeframes: Timeframe.allCases)
        var output = OutputBuffer()
        builder.consume(Self.trade(58.5, 1, 1, instrument: 1), into: &output)
        builder.consume(Self.trade(59.5, 1, 1, instrument: 0), into: &output)
        builder.consume(Self.trade(59.6, 1, 1, instrument: 1), into: &output)
        builder.consume(Self.trade(100_000, 1, 1, instrument: 0), into: &output)
        #expect(
            Self.names(output) == [
                "1 59 1s", "0 60 1s", "0 60 5s", "0 60 1m", "1 60 1s", "1 60 5s", "1 60 1m", "0 300 5m", "1 300 5m",
                "0 900 15m", "1 900 15m", "0 3600 1h", "1 3600 1h", "0 86400 1d", "1 86400 1d",
            ])
    }

    @Test("where there are trades, quotes do not count but move the clock")
    func tradesFirst() {
        var builder = BarBuilder(kinds: [[.trades, .quotes]], timeframes: [.oneSecond])
        var output = OutputBuffer()
        builder.consume(Self.trade(1.5, 100, 1), into: &output)
        builder.consume(Self.quote(1.6, 500, 502), into: &output)
        builder.consume(Self.quote(2, 1, 3), into: &output)
        #expect(output.records[0].asBar.high == 100 && Self.names(output) == ["0 2 1s"])
        builder.consume(Self.quote(9, 1, 3), into: &output)
        #expect(output.count == 2)
    }

    @Test("quotes alone make bars of their mid without volume; one-sided ones do not count")
    func mids() {
        var builder = BarBuilder(kinds: [.quotes], timeframes: [.oneSecond])
        var output = OutputBuffer()
        for quote in [Self.quote(1, 100, 103), Self.quote(1.5, 0, 999), Self.quote(1.7, 90, 92)] {
            builder.consume(quote, into: &output)
        }
        builder.advance(to: Timestamp(nanoseconds: 2 * Self.second), into: &output)
        let bar = output.records[0].asBar
        #expect([bar.open, bar.high, bar.low, bar.close, bar.volume] == [101, 101, 91, 91, 0])
        #expect(unsafeBitCast(output.records[1], to: BarMore.self).vwap == 0)
    }

    @Test("a bar of bars is complete with its last part, or when its end has passed")
    func barsOfBars() {
        var builder = BarBuilder(kinds: [.bars, .bars], timeframes: [.oneMinute, .fiveMinutes])
        var output = OutputBuffer()
        for minute in 1...4 { builder.pass(Self.bar(Int64(minute * 60), 60), into: &output) }
        builder.pass(Self.bar(240, 60, instrument: 1), into: &output)
        // Another instrument's bar of the same time may come first.
        builder.pass(Self.bar(300, 60, instrument: 1), into: &output)
        #expect(Self.names(output).suffix(2) == ["1 300 1m", "1 300 5m"])
        builder.pass(Self.bar(300, 60), into: &output)
        #expect(Self.names(output).suffix(2) == ["0 300 1m", "0 300 5m"])
        let five = output.records[output.count - 1].asBar
        #expect([five.open, five.high, five.low, five.close, five.volume] == [5, 300, 4, 6, 5])
        #expect(!output.records[output.count - 1].hasMore)
        // A missing last part: the next event shows that the time is over.
        builder.pass(Self.bar(360, 60), into: &output)
        builder.advance(to: Timestamp(nanoseconds: 600 * Self.second), into: &output)
        #expect(Self.names(output).last == "0 360 1m")
        builder.pass(Self.bar(720, 60), into: &output)
        #expect(Self.names(output).suffix(2) == ["0 600 5m", "0 720 1m"])
    }

    @Test("bars with vwap and count add up; one without leaves the whole without")
    func barDetail() {
        func run(lastHasDetail: Bool) -> (hasMore: Bool, vwap: Int64, count: UInt64) {
            var builder = BarBuilder(kinds: [.bars], timeframes: [.fiveMinutes])
            var output = OutputBuffer()
            for minute in 1...5 {
                var bar = Self.bar(Int64(minute * 60), 60, volume: Int64(minute))
                let hasDetail = minute < 5 || lastHasDetail
                if hasDetail { bar.flags |= UInt16(STRATEGY_FLAG_MORE) }
                builder.consume(bar, into: &output)
                guard hasDetail else { continue }
                var more = BarMore()
                more.type = EventType.more.rawValue
                more.time = bar.time
                more.vwap = Int64(10 * minute)
                more.trade_count = 2
                builder.consume(EventRecord(more), into: &output)
            }
            guard output.count == 2 else { return (output.records[0].hasMore, 0, 0) }
            let more = unsafeBitCast(output.records[1], to: BarMore.self)
            return (output.records[0].hasMore, more.vwap, more.trade_count)
        }
        // Σ 10 m² / Σ m = 550 / 15 = 36.67
        #expect(run(lastHasDetail: true) == (true, 37, 10))
        #expect(run(lastHasDetail: false) == (false, 0, 0))
    }

    @Test("what cannot be is counted, not clamped and not fatal")
    func extremes() {
        var builder = BarBuilder(kinds: [.trades, .bars], timeframes: [.oneSecond, .fiveMinutes])
        var output = OutputBuffer()
        builder.consume(Self.trade(1.1, .max, .max), into: &output)
        builder.consume(Self.trade(1.2, .max, .max), into: &output)
        builder.consume(Self.trade(1.3, 0, 5), into: &output)
        builder.consume(Self.trade(1.3, 5, -5), into: &output)
        builder.consume(Self.trade(1.4, 5, 5, instrument: 77), into: &output)
        builder.consume(Self.trade(2, .max, .max), into: &output)
        #expect(output.count == 0 && builder.unrepresentableBars == 1)
        // Across the border at 300 s.
        builder.consume(Self.bar(270, 60, instrument: 1), into: &output)
        builder.consume(Self.bar(330, 60, instrument: 1), into: &output)
        #expect(builder.unalignedBars == 1)
        builder.consume(Self.bar(400, 0, instrument: 1), into: &output)
        var far = Self.trade(0, 1, 1)
        far.time = .max
        builder.consume(far, into: &output)
        far.time = .min
        builder.consume(far, into: &output)
        builder.advance(to: Timestamp(nanoseconds: .max), into: &output)
        #expect(output.records[0].asBar.volume == .max)
        #expect(unsafeBitCast(output.records[1], to: BarMore.self).vwap == .max)
    }

    /// What reference.py prints: bars, first bar and checksum over time, prices, volume, vwap and count.
    struct Expected: Sendable, CustomTestStringConvertible {
        var recording: String
        var timeframe: Timeframe
        var bars: Int
        var checksum: UInt64
        var testDescription: String { "\(recording) \(timeframe.name)" }
    }

    private static let trades = "xrp-eth-trades-2019-10"
    private static let quotes = "eurusd-quotes-2020-01"
    private static let minutes = "btc-perp-1m-2022-01"

    static let expected = [
        Expected(recording: trades, timeframe: .oneSecond, bars: 7219, checksum: 0x34c4_9b84_4902_cc61),
        Expected(recording: trades, timeframe: .fiveSeconds, bars: 5619, checksum: 0x10b8_2812_1ff6_1dc3),
        Expected(recording: trades, timeframe: .oneMinute, bars: 2468, checksum: 0xb9b5_ccaf_30e7_b171),
        Expected(recording: trades, timeframe: .fiveMinutes, bars: 705, checksum: 0x2961_98b0_1d9e_3abf),
        Expected(recording: trades, timeframe: .fifteenMinutes, bars: 237, checksum: 0x9146_9de2_eb58_af68),
        Expected(recording: trades, timeframe: .oneHour, bars: 59, checksum: 0xac90_4177_9d55_6323),
        Expected(recording: trades, timeframe: .oneDay, bars: 2, checksum: 0x6314_484b_d788_3b45),
        Expected(recording: quotes, timeframe: .oneSecond, bars: 4757, checksum: 0x6b0f_6cf0_92fe_1360),
        Expected(recording: quotes, timeframe: .oneMinute, bars: 360, checksum: 0xe3e4_5341_95df_1481),
        Expected(recording: quotes, timeframe: .oneHour, bars: 6, checksum: 0x2c73_2d4c_2a2c_4c0a),
        Expected(recording: minutes, timeframe: .fiveMinutes, bars: 9006, checksum: 0xbdd1_e6dc_67b7_7d8b),
        Expected(recording: minutes, timeframe: .fifteenMinutes, bars: 3002, checksum: 0xe0a6_c5ba_a181_8b64),
        Expected(recording: minutes, timeframe: .oneHour, bars: 750, checksum: 0xa90b_0ff4_9f33_fe03),
        Expected(recording: minutes, timeframe: .oneDay, bars: 32, checksum: 0x4d11_5be7_78d7_4dd1),
    ]

    @Test(
        "recordings give the bars that Python computes",
        .enabled(if: Recordings.arePresent, "the folder shared/data is not beside the package"), arguments: expected)
    func recordings(_ expected: Expected) throws {
        let file = try Recordings.read(expected.recording)
        let records = file.events(withBars: [expected.timeframe]).array
        #expect(zip(records, records.dropFirst()).allSatisfy { $0.time <= $1.time })
        var checksum = Checksum()
        var count = 0
        for (index, record) in records.enumerated() where record.kind == .bar {
            let bar = record.asBar
            guard bar.timeframe == expected.timeframe else { continue }
            count += 1
            for number in [bar.time, bar.open, bar.high, bar.low, bar.close, bar.volume] { checksum.add(number) }
            let more = record.hasMore ? unsafeBitCast(records[index + 1], to: BarMore.self) : BarMore()
            checksum.add(more.vwap)
            checksum.add(more.trade_count)
        }
        #expect(count == expected.bars && checksum.value == expected.checksum)
    }

    @Test("the first and the last minute of the trades", .enabled(if: Recordings.arePresent, "no shared/data"))
    func literals() throws {
        let records = try Recordings.read(Self.trades).events(withBars: [.oneMinute]).array
        let places = records.indices.filter { records[$0].kind == .bar }
        func numbers(_ index: Int) -> [Int64] {
            let bar = records[index].asBar
            let more = unsafeBitCast(records[index + 1], to: BarMore.self)
            return [bar.time, bar.open, bar.high, bar.low, bar.close, bar.volume, more.vwap, Int64(more.trade_count)]
        }
        #expect(
            numbers(places[0]) == [
                1_570_752_060_000_000_000, 1_413_420, 1_415_570, 1_412_660, 1_414_180, 148_200_000_000, 1_413_971, 9,
            ])
        #expect(
            numbers(places[places.count - 1]) == [
                1_570_965_540_000_000_000, 1_525_600, 1_528_710, 1_525_600, 1_527_530, 364_200_000_000, 1_527_439, 6,
            ])
    }
}
