import Trading

/// Instants as clients write them.
enum TimeText {
    /// "2025-01-18T10:30:00Z", with a fraction, with an offset ("+05:30", "+0530"), a date alone (midnight UTC), or seconds or
    /// milliseconds since 1970 as digits (from 10^11 on they are milliseconds). nil when it is none of these.
    static func parse(_ text: String) -> Timestamp? {
        if let number = Int64(text), text.utf8.count >= 5 { return epoch(number) }
        var rest = Substring(text)
        guard let year = digits(4, &rest), take("-", &rest), let month = digits(2, &rest), take("-", &rest),
            let day = digits(2, &rest)
        else { return nil }
        if rest.isEmpty { return Timestamp(year: year, month: month, day: day) }
        guard take("T", &rest) || take("t", &rest) || take(" ", &rest), let hour = digits(2, &rest), take(":", &rest),
            let minute = digits(2, &rest), take(":", &rest), let second = digits(2, &rest),
            let nanosecond = fraction(&rest), let offset = zone(&rest), rest.isEmpty,
            let local = Timestamp(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second, nanosecond: nanosecond)
        else { return nil }
        let (utc, overflow) = local.nanoseconds.subtractingReportingOverflow(offset)
        return overflow ? nil : Timestamp(nanoseconds: utc)
    }

    private static func epoch(_ number: Int64) -> Timestamp? {
        let unit: Int64 = number.magnitude < 100_000_000_000 ? 1_000_000_000 : 1_000_000
        let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : Timestamp(nanoseconds: nanoseconds)
    }

    private static func take(_ character: Character, _ rest: inout Substring) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private static func digits(_ count: Int, _ rest: inout Substring) -> Int? {
        let digits = rest.prefix(count)
        guard digits.utf8.count == count, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest.removeFirst(count)
        return Int(digits)
    }

    private static func fraction(_ rest: inout Substring) -> Int? {
        guard take(".", &rest) else { return 0 }
        let digits = rest.prefix { $0 >= "0" && $0 <= "9" && $0.isASCII }
        guard (1...9).contains(digits.count), let number = Int(digits) else { return nil }
        rest.removeFirst(digits.count)
        return (digits.count..<9).reduce(number) { number, _ in number * 10 }
    }

    /// Nanoseconds east of UTC.
    private static func zone(_ rest: inout Substring) -> Int64? {
        if take("Z", &rest) || take("z", &rest) { return 0 }
        let sign: Int64
        if take("+", &rest) { sign = 1 } else if take("-", &rest) { sign = -1 } else { return nil }
        guard let hours = digits(2, &rest) else { return nil }
        _ = take(":", &rest)
        guard let minutes = digits(2, &rest), hours < 24, minutes < 60 else { return nil }
        return sign * Int64(hours * 60 + minutes) * 60 * Timestamp.nanosecondsPerSecond
    }
}
