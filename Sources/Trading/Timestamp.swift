/// An instant: nanoseconds since 1970-01-01T00:00:00Z.
@frozen public struct Timestamp: Comparable, Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    public static let nanosecondsPerSecond: Int64 = 1_000_000_000
    public static let nanosecondsPerDay: Int64 = 86_400_000_000_000

    public var nanoseconds: Int64
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    @inlinable public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }
    @inlinable public static func + (a: Timestamp, nanoseconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: a.nanoseconds + nanoseconds)
    }
    @inlinable public static func - (a: Timestamp, b: Timestamp) -> Int64 { a.nanoseconds - b.nanoseconds }

    /// The number of the day that this instant lies in, where a day starts `offset` nanoseconds after midnight UTC.
    @inlinable public func day(offset: Int64 = 0) -> Int64 {
        let (shifted, overflow) = nanoseconds.subtractingReportingOverflow(offset)
        if overflow { return wideDay(offset: offset) }
        let day = shifted / Timestamp.nanosecondsPerDay
        return shifted % Timestamp.nanosecondsPerDay < 0 ? day - 1 : day
    }

    /// `day` at the ends of the range, where the shifted instant does not fit.
    @usableFromInline func wideDay(offset: Int64) -> Int64 {
        let (day, rest) = (Int128(nanoseconds) - Int128(offset)).quotientAndRemainder(
            dividingBy: Int128(Timestamp.nanosecondsPerDay))
        return Int64(rest < 0 ? day - 1 : day)
    }

    /// The first instant of the day after this one's, in days that start `offset` nanoseconds after midnight UTC.
    @inlinable public func dayEnd(offset: Int64 = 0) -> Timestamp {
        let end = Int128(day(offset: offset) + 1) * Int128(Timestamp.nanosecondsPerDay) + Int128(offset)
        return Timestamp(nanoseconds: Int64(clamping: end))
    }

    /// A UTC date and time of the proleptic Gregorian calendar; nil when a field is out of range or the year is outside 1678…2261.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, nanosecond: Int = 0)
    {
        guard (1678...2261).contains(year), (1...12).contains(month), day >= 1,
            day <= CivilDate.daysInMonth(year: year, month: month),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (0...999_999_999).contains(nanosecond)
        else { return nil }
        let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
        nanoseconds =
            ((days * 24 + Int64(hour)) * 60 + Int64(minute)) * 60 * Timestamp.nanosecondsPerSecond
            + Int64(second) * Timestamp.nanosecondsPerSecond + Int64(nanosecond)
    }

    /// ISO 8601 in UTC, with as many decimals as the instant has: "2022-01-01T00:00:00Z".
    public var description: String {
        let date = CivilDate(daysSinceEpoch: day())
        let rest = nanoseconds % Timestamp.nanosecondsPerDay
        let inDay = rest < 0 ? rest + Timestamp.nanosecondsPerDay : rest
        let seconds = inDay / Timestamp.nanosecondsPerSecond
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { text in
            var end = 0
            func put(_ separator: Unicode.Scalar, _ number: Int64, digits: Int) {
                text[end] = UInt8(ascii: separator)
                var rest = number
                for place in stride(from: end + digits, to: end, by: -1) {
                    text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                end += digits + 1
            }
            put(" ", Int64(date.year), digits: 4)
            put("-", Int64(date.month), digits: 2)
            put("-", Int64(date.day), digits: 2)
            put("T", seconds / 3600, digits: 2)
            put(":", seconds / 60 % 60, digits: 2)
            put(":", seconds % 60, digits: 2)
            let fraction = inDay % Timestamp.nanosecondsPerSecond
            if fraction > 0 {
                put(".", fraction, digits: 9)
                while text[end - 1] == UInt8(ascii: "0") { end -= 1 }
            }
            text[end] = UInt8(ascii: "Z")
            return String(decoding: UnsafeBufferPointer(rebasing: text[1...end]), as: UTF8.self)
        }
    }
}

/// A day of the proleptic Gregorian calendar.
public struct CivilDate: Equatable, Sendable, CustomStringConvertible {
    public let year: Int
    public let month: Int
    public let day: Int

    /// Days since 1970-01-01, by counting years from March so that the leap day ends one (Hinnant, "chrono-compatible low-level date algorithms").
    public static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    public init(daysSinceEpoch days: Int64) {
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    public static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        default: 31
        }
    }

    public var description: String {
        let digits = String(year)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            + "-\(two(Int64(month)))-\(two(Int64(day)))"
    }
}

private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
