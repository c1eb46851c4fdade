import Testing
import Trading

@Suite("Timestamps and dates")
struct TimestampTests {
    struct Instant: Sendable, CustomTestStringConvertible {
        let fields: [Int]
        let nanoseconds: Int64
        let day: Int64
        let text: String
        var testDescription: String { text }
    }

    /// year month day hour minute second nanosecond, nanoseconds since 1970, days since 1970, ISO text: Python's datetime.
    static let instants: [Instant] = """
        1678 1 1 0 0 0 0 -9214560000000000000 -106650 1678-01-01T00:00:00Z
        2261 12 31 23 59 59 999999999 9214646399999999999 106650 2261-12-31T23:59:59.999999999Z
        1970 1 1 0 0 0 0 0 0 1970-01-01T00:00:00Z
        1969 12 31 23 59 59 999999999 -1 -1 1969-12-31T23:59:59.999999999Z
        1900 2 28 23 0 0 0 -2203894800000000000 -25509 1900-02-28T23:00:00Z
        1900 3 1 0 0 0 0 -2203891200000000000 -25508 1900-03-01T00:00:00Z
        2000 2 29 12 30 1 5 951827401000000005 11016 2000-02-29T12:30:01.000000005Z
        2100 2 28 0 0 0 0 4107456000000000000 47540 2100-02-28T00:00:00Z
        2100 3 1 0 0 0 0 4107542400000000000 47541 2100-03-01T00:00:00Z
        2024 2 29 23 59 59 1000 1709251199000001000 19782 2024-02-29T23:59:59.000001Z
        1969 12 31 0 0 0 1 -86399999999999 -1 1969-12-31T00:00:00.000000001Z
        1968 2 29 6 7 8 120000000 -58038771880000000 -672 1968-02-29T06:07:08.12Z
        1848 10 18 21 34 38 0 -3824763922000000000 -44269 1848-10-18T21:34:38Z
        1943 7 14 21 59 17 500000000 -835236042500000000 -9668 1943-07-14T21:59:17.5Z
        2094 11 23 2 23 8 0 3941317388000000000 45617 2094-11-23T02:23:08Z
        1792 5 29 21 31 16 45944372 -5604172123954055628 -64864 1792-05-29T21:31:16.045944372Z
        2237 11 20 1 7 44 884302096 8453639264884302096 97843 2237-11-20T01:07:44.884302096Z
        2017 4 23 21 39 15 771831304 1492983555771831304 17279 2017-04-23T21:39:15.771831304Z
        """.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            return Instant(
                fields: words[0..<7].map { Int($0)! }, nanoseconds: Int64(words[7])!, day: Int64(words[8])!,
                text: String(words[9]))
        }

    @Test("agree with another calendar", arguments: instants)
    func agree(instant: Instant) {
        let fields = instant.fields
        let time = Timestamp(
            year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4], second: fields[5],
            nanosecond: fields[6])
        #expect(time == Timestamp(nanoseconds: instant.nanoseconds))
        #expect(Timestamp(nanoseconds: instant.nanoseconds).description == instant.text)
        #expect(Timestamp(nanoseconds: instant.nanoseconds).day() == instant.day)
        let date = CivilDate(daysSinceEpoch: instant.day)
        #expect([date.year, date.month, date.day] == Array(fields[0..<3]))
        #expect(CivilDate.daysSinceEpoch(year: fields[0], month: fields[1], day: fields[2]) == instant.day)
    }

    @Test(
        "refuse fields that are no instant",
        arguments: [
            [1677, 12, 31, 0, 0, 0, 0], [2262, 1, 1, 0, 0, 0, 0], [Int.min, 1, 1, 0, 0, 0, 0],
            [Int.max, 1, 1, 0, 0, 0, 0],
            [2023, 2, 29, 0, 0, 0, 0], [1900, 2, 29, 0, 0, 0, 0], [2024, 4, 31, 0, 0, 0, 0], [2024, 0, 1, 0, 0, 0, 0],
            [2024, 13, 1, 0, 0, 0, 0], [2024, 1, 0, 0, 0, 0, 0], [2024, 1, 32, 0, 0, 0, 0], [2024, 1, 1, 24, 0, 0, 0],
            [2024, 1, 1, -1, 0, 0, 0], [2024, 1, 1, 0, 60, 0, 0], [2024, 1, 1, 0, 0, 60, 0], [2024, 1, 1, 0, 0, 0, -1],
            [2024, 1, 1, 0, 0, 0, 1_000_000_000],
        ])
    func refuses(fields: [Int]) {
        let time = Timestamp(
            year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4], second: fields[5],
            nanosecond: fields[6])
        #expect(time == nil)
    }

    /// Floor division of Python integers.
    @Test(
        "count days from any start of the day, to both ends of the range",
        arguments: [
            (0, 3600, -1), (-1, 3600, -1), (86_399_999_999_999, 3600, 0), (3_600_000_000_000, 3600, 0),
            (3_599_999_999_999, 3600, -1), (89_999_999_999_999, 3600, 0), (Int64.min, 3600, -106_753),
            (Int64.max, 3600, 106_751), (19_800_000_000_000, 19_800, 0), (19_799_999_999_999, 19_800, -1),
            (86_399_999_999_999, -14_400, 1), (-14_400_000_000_000, -14_400, 0), (-14_400_000_000_001, -14_400, -1),
            (Int64.min, -14_400, -106_752), (Int64.max, -14_400, 106_752), (Int64.min, 0, -106_752),
            (Int64.max, 0, 106_751),
        ] as [(Int64, Int64, Int64)])
    func days(nanoseconds: Int64, offsetSeconds: Int64, expected: Int64) {
        #expect(Timestamp(nanoseconds: nanoseconds).day(offset: offsetSeconds * 1_000_000_000) == expected)
    }

    @Test("describe both ends of the range")
    func ends() {
        #expect(Timestamp(nanoseconds: Int64.max).description == "2262-04-11T23:47:16.854775807Z")
        #expect(Timestamp(nanoseconds: Int64.min).description == "1677-09-21T00:12:43.145224192Z")
    }

    @Test("every day of 800 years follows the one before")
    func everyDay() {
        var expected = CivilDate(daysSinceEpoch: -146_097)
        #expect(expected == CivilDate(daysSinceEpoch: CivilDate.daysSinceEpoch(year: 1570, month: 1, day: 1)))
        for day in Int64(-146_096)...146_097 {
            let date = CivilDate(daysSinceEpoch: day)
            let isLast = expected.day == CivilDate.daysInMonth(year: expected.year, month: expected.month)
            let isNewYear = isLast && expected.month == 12
            guard date.day == (isLast ? 1 : expected.day + 1),
                date.month == (isNewYear ? 1 : expected.month + (isLast ? 1 : 0)),
                date.year == expected.year + (isNewYear ? 1 : 0),
                CivilDate.daysSinceEpoch(year: date.year, month: date.month, day: date.day) == day
            else {
                Issue.record("\(date) is not the day after \(expected)")
                return
            }
            expected = date
        }
    }

    @Test("agree on the first and the last day of Python's calendar")
    func farDates() {
        #expect(CivilDate(daysSinceEpoch: -719_162).description == "0001-01-01")
        #expect(CivilDate(daysSinceEpoch: 2_932_896).description == "9999-12-31")
    }

    @Test("compare and count nanoseconds")
    func arithmetic() {
        let a = Timestamp(nanoseconds: -5)
        let b = a + 12
        #expect(b == Timestamp(nanoseconds: 7))
        #expect(b - a == 12)
        #expect(a < b)
    }
}
