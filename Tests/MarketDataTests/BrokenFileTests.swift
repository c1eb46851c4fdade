import CStrategyABI
import MarketData
import Testing
import Trading

@Suite("Broken files")
struct BrokenFileTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var code: MarketDataError.Code
        var line: Int?
        var goodRows = 0
        /// Words that the text must hold.
        var says: [String] = []
        var testDescription: String { name }
    }

    private static let bars =
        "timestamp,open,high,low,close\n2022-01-01 00:00:00,1,2,1,2\n2022-01-01 00:01:00,1,2,1,2\n"
    private static let trades = "timestamp,price,quantity,side\n2022-01-01,1,1,buy\n"

    static let cases: [Case] = [
        Case(name: "empty", text: "", code: .empty, line: nil),
        Case(name: "blank lines alone", text: "\n \n\r\n", code: .empty, line: nil),
        Case(name: "header only", text: "timestamp,open,high,low,close\n", code: .headerOnly, line: nil),
        Case(
            name: "no known header", text: "foo,bar\n1,2\n", code: .unknownColumns, line: 1,
            says: ["seen: foo, bar", "understood: bars: timestamp, open", "quotes: timestamp, bid"]),
        Case(name: "prose", text: "Dear reader,\nthis is a letter.\n", code: .unknownColumns, line: 1),
        Case(
            name: "an unknown column among known ones", text: "timestamp,open,high,low,close,mood\n",
            code: .unknownColumns,
            line: 1, says: ["'mood'"]),
        Case(name: "a column without a name in the middle", text: "time,,price,size\n", code: .unknownColumns, line: 1),
        Case(
            name: "no close", text: "timestamp,open,high,low,volume\n", code: .missingColumn, line: 1,
            says: ["bars need the column close"]),
        Case(name: "no time", text: "price,quantity\n1,1\n", code: .missingColumn, line: 1, says: ["timestamp"]),
        Case(name: "no ask", text: "time,bid\n1,1\n", code: .missingColumn, line: 1, says: ["ask"]),
        Case(name: "no quantity", text: "time,price\n1,1\n", code: .missingColumn, line: 1, says: ["quantity"]),
        Case(name: "two times", text: "date,time,price,size\n", code: .ambiguousColumn, line: 1, says: ["timestamp"]),
        Case(
            name: "time goes back", text: trades + "2021-12-31,1,1,buy\n", code: .outOfOrder, line: 3, goodRows: 1,
            says: ["2021-12-31T00:00:00Z", "2022-01-01T00:00:00Z", "sort"]),
        Case(
            name: "bar goes back", text: bars + "2021-12-31 00:00:00,1,2,1,2", code: .outOfOrder, line: 4, goodRows: 2),
        Case(name: "bar twice", text: bars + "2022-01-01 00:01:00,1,2,1,2", code: .duplicateBar, line: 4, goodRows: 2),
        Case(
            name: "price with too many decimals", text: trades + "2022-01-02,1.0000000001,1,buy",
            code: .tooManyDecimals,
            line: 3, goodRows: 1, says: ["'price'", "1.0000000001", "9 decimals"]),
        Case(
            name: "quantity with too many decimals", text: trades + "2022-01-02,1,0.123456789,buy",
            code: .tooManyDecimals, line: 3, goodRows: 1),
        Case(
            name: "price out of range", text: trades + "2022-01-02,10000000000,1,buy", code: .outOfRange, line: 3,
            goodRows: 1, says: ["9223372036"]),
        Case(name: "a huge exponent", text: trades + "2022-01-02,1e400,1,buy", code: .outOfRange, line: 3, goodRows: 1),
        Case(
            name: "thirty digits", text: trades + "2022-01-02,123456789012345678901234567890,1,buy", code: .outOfRange,
            line: 3, goodRows: 1),
        Case(name: "price negative", text: trades + "2022-01-02,-1,1,buy", code: .notPositive, line: 3, goodRows: 1),
        Case(name: "price zero", text: trades + "2022-01-02,0.00,1,buy", code: .notPositive, line: 3, goodRows: 1),
        Case(name: "quantity zero", text: trades + "2022-01-02,1,0,buy", code: .notPositive, line: 3, goodRows: 1),
        Case(name: "quantity negative", text: trades + "2022-01-02,1,-5,buy", code: .notPositive, line: 3, goodRows: 1),
        Case(
            name: "NaN", text: trades + "2022-01-02,NaN,1,buy", code: .notANumber, line: 3, goodRows: 1, says: ["'NaN'"]
        ),
        Case(name: "inf", text: trades + "2022-01-02,1,inf,buy", code: .notANumber, line: 3, goodRows: 1),
        Case(name: "-inf", text: trades + "2022-01-02,-inf,1,buy", code: .notANumber, line: 3, goodRows: 1),
        Case(name: "hexadecimal", text: trades + "2022-01-02,0x10,1,buy", code: .notANumber, line: 3, goodRows: 1),
        Case(name: "thousands", text: trades + "2022-01-02,\"1,000\",1,buy", code: .notANumber, line: 3, goodRows: 1),
        Case(name: "two points", text: trades + "2022-01-02,1.2.3,1,buy", code: .notANumber, line: 3, goodRows: 1),
        Case(
            name: "empty field", text: trades + "2022-01-02,,1,buy", code: .emptyField, line: 3, goodRows: 1,
            says: ["'price'"]),
        Case(name: "empty quotes", text: trades + "2022-01-02,\"\",1,buy", code: .emptyField, line: 3, goodRows: 1),
        Case(name: "empty side", text: trades + "2022-01-02,1,1,", code: .emptyField, line: 3, goodRows: 1),
        Case(name: "bad side", text: trades + "2022-01-02,1,1,hold", code: .badSide, line: 3, goodRows: 1),
        Case(name: "bad maker flag", text: "time,price,size,is_buyer_maker\n1,1,1,maybe", code: .badSide, line: 2),
        Case(
            name: "bad time", text: trades + "yesterday,1,1,buy", code: .badTime, line: 3, goodRows: 1,
            says: ["yesterday"]),
        Case(name: "a day that is not", text: trades + "2022-02-29,1,1,buy", code: .badTime, line: 3, goodRows: 1),
        Case(
            name: "an hour that is not", text: trades + "2022-01-02 24:00:00,1,1,buy", code: .badTime, line: 3,
            goodRows: 1),
        Case(name: "a year too far", text: trades + "2345-01-02,1,1,buy", code: .badTime, line: 3, goodRows: 1),
        Case(
            name: "a bad offset", text: trades + "2022-01-02 00:00:00+99:00,1,1,buy", code: .badTime, line: 3,
            goodRows: 1),
        Case(
            name: "too few fields", text: trades + "2022-01-02,1,1", code: .fieldCount, line: 3, goodRows: 1,
            says: ["3 fields where 4"]),
        Case(
            name: "too many fields", text: trades + "2022-01-02,1,1,buy,5", code: .fieldCount, line: 3, goodRows: 1,
            says: ["5 fields"]),
        Case(
            name: "high below low", text: bars + "2022-01-01 00:02:00,2,1,3,2", code: .inconsistentBar, line: 4,
            goodRows: 2, says: ["high 1 is below low 3"]),
        Case(
            name: "open above high", text: bars + "2022-01-01 00:02:00,3,2,1,2", code: .inconsistentBar, line: 4,
            goodRows: 2),
        Case(
            name: "close below low", text: bars + "2022-01-01 00:02:00,2,2,1.5,1", code: .inconsistentBar, line: 4,
            goodRows: 2),
        Case(name: "bid above ask", text: "time,bid,ask\n1,1,2\n2,3,2\n", code: .crossedQuote, line: 3, goodRows: 1),
        Case(
            name: "two instruments", text: "time,price,size,symbol\n1,1,1,A\n2,1,1,B\n", code: .otherInstrument,
            line: 3, goodRows: 1, says: ["'A'"]),
        Case(
            name: "one bar", text: "timestamp,open,high,low,close\n2022-01-01,1,2,1,2", code: .intervalUnknown,
            line: nil, goodRows: 1, says: ["interval"]),
        Case(
            name: "bars years apart", text: "timestamp,open,high,low,close\n2020-01-01,1,2,1,2\n2022-01-01,1,2,1,2",
            code: .intervalUnknown, line: nil, goodRows: 2),
        Case(name: "a NUL byte", text: "timestamp,price\0,quantity\n", code: .binary, line: nil),
        Case(name: "UTF-16", text: "\0t\0i\0m\0e", code: .binary, line: nil),
        Case(name: "an ELF file", text: "\u{7f}ELF\u{2}\u{1}\u{1}\0\0\0", code: .binary, line: nil),
    ]

    @Test("is refused with line, reason and the rows before", arguments: cases)
    func refused(_ broken: Case) throws {
        let error = try #require(fault(broken.text))
        #expect(error.code == broken.code, "\(error)")
        #expect(error.line == broken.line && error.goodRows == broken.goodRows, "\(error)")
        #expect(error.file == "sample.csv" && error.description.hasPrefix("sample.csv"))
        for words in broken.says { #expect(error.reason.contains(words), "\(error)") }
    }

    @Test("lines, rows and bytes have limits")
    func limits() {
        let long = Self.trades + "2022-01-02,1," + String(repeating: "0", count: 5000) + "1,buy\n"
        #expect(fault(long)?.code == .lineTooLong)
        #expect(fault(long)?.line == 3)
        // No line in sight at all.
        let endless = fault(String(repeating: "x", count: 2_000_000))
        #expect(endless?.code == .lineTooLong && endless?.line == 1)
        let three = "time,price,size\n1,1,1\n2,1,1\n3,1,1\n"
        #expect(fault(three) { $0.limits.rows = 2 }?.code == .tooLarge)
        #expect(fault(three) { $0.limits.rows = 3 } == nil)
        #expect(fault(three) { $0.limits.textBytes = 20 }?.code == .tooLarge)
    }

    @Test("a file that is not there, and a folder, cannot be read")
    func unreadable() {
        for path in ["/nowhere/at-all.csv", "/"] {
            let error = #expect(throws: MarketDataError.self) { try MarketFile.read(path) }
            #expect(error?.code == .unreadable && error?.file == path)
        }
    }

    @Test("an interval that cannot be is refused before reading")
    func badInterval() {
        #expect(fault("") { $0.interval = 0 }?.code == .badOption)
        #expect(fault("") { $0.interval = .max }?.code == .badOption)
    }
}
