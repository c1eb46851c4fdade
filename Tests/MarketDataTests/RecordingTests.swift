import CStrategyABI
import MarketData
import Testing
import Trading

/// Values from reference.py, which reads the files with Python's csv and decimal.
@Suite("Recordings", .enabled(if: Recordings.arePresent, "the folder shared/data is not beside the package"))
struct RecordingTests {
    struct BarFile: Sendable, CustomTestStringConvertible {
        var name: String
        var rows: Int
        var timeframe: Timeframe
        var decimals: Int
        var first: [Int64]
        var last: [Int64]
        var checksum: UInt64
        var testDescription: String { name }
    }

    static let barFiles = [
        BarFile(
            name: "btc-perp-1m-2022-01", rows: 45031, timeframe: .oneMinute, decimals: 3,
            first: [
                1_640_991_720_000_000_000, 46_319_000_000_000, 46_385_000_000_000, 46_319_000_000_000,
                46_377_000_000_000, 230_041_372_950_000,
            ],
            last: [
                1_643_693_520_000_000_000, 38_525_000_000_000, 38_546_000_000_000, 38_525_000_000_000,
                38_544_000_000_000, 68_590_697_350_000,
            ], checksum: 0x12fe_d5b2_a052_98b7),
        BarFile(
            name: "eurusd-1h-2017-2018", rows: 5000, timeframe: .oneHour, decimals: 5,
            first: [
                1_492_596_000_000_000_000, 1_071_600_000, 1_072_200_000, 1_070_830_000, 1_072_190_000, 141_300_000_000,
            ],
            last: [
                1_518_019_200_000_000_000, 1_234_270_000, 1_234_440_000, 1_229_040_000, 1_229_040_000, 614_300_000_000,
            ], checksum: 0x19ab_ddf6_3bb5_0e3b),
        BarFile(
            name: "goog-1d-2004-2013", rows: 2148, timeframe: .oneDay, decimals: 2,
            first: [
                1_092_960_000_000_000_000, 100_000_000_000, 104_060_000_000, 95_960_000_000, 100_340_000_000,
                2_235_190_000_000_000,
            ],
            last: [
                1_362_182_400_000_000_000, 797_800_000_000, 807_140_000_000, 796_150_000_000, 806_190_000_000,
                217_540_000_000_000,
            ], checksum: 0xfcc1_2592_1949_6d37),
        BarFile(
            name: "usdjpy-1m-bid-2013-02", rows: 28761, timeframe: .oneMinute, decimals: 3,
            first: [1_359_676_860_000_000_000, 91_715_000_000, 91_715_000_000, 91_653_000_000, 91_653_000_000, 0],
            last: [1_362_096_060_000_000_000, 92_584_000_000, 92_584_000_000, 92_533_000_000, 92_539_000_000, 0],
            checksum: 0x4c05_f744_6d29_a283),
        BarFile(
            name: "usdjpy-1m-ask-2013-02", rows: 28761, timeframe: .oneMinute, decimals: 3,
            first: [1_359_676_860_000_000_000, 91_717_000_000, 91_717_000_000, 91_655_000_000, 91_655_000_000, 0],
            last: [1_362_096_060_000_000_000, 92_587_000_000, 92_587_000_000, 92_533_000_000, 92_540_000_000, 0],
            checksum: 0x80e3_8c35_2985_5184),
    ]

    @Test("bars have the values that Python reads", arguments: barFiles)
    func bars(_ expected: BarFile) throws {
        let file = try Recordings.read(expected.name)
        #expect(file.kind == .bars && file.kinds == .bars)
        #expect(file.rows == expected.rows && file.events.count == expected.rows)
        #expect(file.interval == expected.timeframe.interval)
        #expect(file.priceDecimals == expected.decimals)
        #expect(file.skipped.isEmpty)
        let numbers = file.bars.map { [$0.time, $0.open, $0.high, $0.low, $0.close, $0.volume] }
        #expect(numbers.first == expected.first && numbers.last == expected.last)
        #expect(file.first.nanoseconds == expected.first[0] && file.last.nanoseconds == expected.last[0])
        var checksum = Checksum()
        for number in numbers.joined() { checksum.add(number) }
        #expect(checksum.value == expected.checksum)
        #expect(file.bars.allSatisfy { $0.timeframe == expected.timeframe && $0.interval == file.interval })
    }

    @Test("trades have the values that Python reads")
    func trades() throws {
        let file = try Recordings.read("xrp-eth-trades-2019-10")
        #expect(file.kind == .trades && file.kinds == .trades && file.rows == 12477 && file.interval == 0)
        #expect(file.priceDecimals == 8)
        let first = try #require(file.trades.first)
        #expect(first.time == 1_570_752_011_620_000_000 && first.trade_id == 13_519_807)
        #expect(first.price == 1_413_420 && first.quantity == 2_300_000_000 && first.aggressor == Side.sell.rawValue)
        #expect(file.last.nanoseconds == 1_570_965_568_844_000_000)
        var checksum = Checksum()
        for trade in file.trades {
            for number in [
                trade.time, Int64(trade.trade_id), Int64(trade.aggressor), trade.price, trade.quantity,
            ] { checksum.add(number) }
        }
        #expect(checksum.value == 0xd9b3_4fb1_a783_3ffb)
    }

    @Test("quotes without a header and in a fixed zone have the values that Python reads")
    func quotes() throws {
        var options = CSVOptions()
        options.zone = try #require(StampZone("-05:00"))
        let file = try Recordings.read("eurusd-quotes-2020-01", options)
        #expect(file.kind == .quotes && file.kinds == .quotes && file.rows == 9500)
        #expect(file.priceDecimals == 5)
        #expect(file.first.description == "2020-01-01T22:00:00.065Z")
        var checksum = Checksum()
        for quote in file.quotes {
            for number in [quote.time, quote.bid_price, quote.ask_price] { checksum.add(number) }
            #expect(quote.bid_quantity == 0 && quote.ask_quantity == 0)
        }
        #expect(checksum.value == 0xe831_be8d_ce8c_8395)
    }

    @Test("an instrument that nobody described takes its tick from the file")
    func instrument() throws {
        let instrument = try Recordings.read("eurusd-1h-2017-2018").instrument(id: "EURUSD")
        #expect(instrument.terms.tick == Price("0.00001") && instrument.quoteCurrency == "USD")
        #expect(instrument.problems.isEmpty)
    }
}
