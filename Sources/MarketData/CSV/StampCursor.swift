internal import Trading

/// Reads a time text from left to right.
struct StampCursor {
    private let text: UnsafeRawBufferPointer
    private var index = 0

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    var isAtEnd: Bool { index == text.count }
    private var next: UInt8 { index < text.count ? text[index] : 0 }

    private mutating func skip(_ byte: Character) -> Bool {
        guard next == byte.asciiValue else { return false }
        index += 1
        return true
    }

    /// Exactly `count` digits; nil when there are fewer.
    private mutating func number(digits count: Int) -> Int? {
        guard index + count <= text.count else { return nil }
        var value = 0
        for byte in text[index..<index + count] {
            guard byte &- UInt8(ascii: "0") < 10 else { return nil }
            value = value * 10 + Int(byte &- UInt8(ascii: "0"))
        }
        index += count
        return value
    }

    /// A date, perhaps a time of day, perhaps an offset: nanoseconds as if the zone were UTC, and the offset if there is
    /// one. "2022-01-31", "2022/01/31 23:59", "2022-01-31T23:59:59.123+01:00", "20220131 235959123".
    mutating func dateAndTime() -> (local: Int64, offset: Int64?)? {
        guard let date = date() else { return nil }
        if isAtEnd { return (date, nil) }
        if !skip("T"), !skip("t"), !skip(" ") {
            guard next &- UInt8(ascii: "0") < 10 else { return nil }
        }
        guard let time = timeOfDay() else { return nil }
        if isAtEnd { return (date + time, nil) }
        _ = skip(" ")
        guard let offset = offset(), isAtEnd else { return nil }
        return (date + time, offset)
    }

    private mutating func date() -> Int64? {
        guard let year = number(digits: 4) else { return nil }
        let separator = next
        let isSeparated = [UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ".")].contains(separator)
        if isSeparated { index += 1 }
        guard let month = number(digits: 2) else { return nil }
        if isSeparated {
            guard next == separator else { return nil }
            index += 1
        }
        guard let day = number(digits: 2) else { return nil }
        return Timestamp(year: year, month: month, day: day)?.nanoseconds
    }

    /// "23:59", "23:59:59", "23:59:59.123456789", "235959", "235959123".
    private mutating func timeOfDay() -> Int64? {
        guard let hour = number(digits: 2) else { return nil }
        let isSeparated = skip(":")
        guard let minute = number(digits: 2), hour < 24, minute < 60 else { return nil }
        var second = 0
        var fraction: Int64 = 0
        if isSeparated ? skip(":") : next &- UInt8(ascii: "0") < 10 {
            guard let value = number(digits: 2), value < 60 else { return nil }
            second = value
            if skip(".") || (isSeparated && skip(",")) || (!isSeparated && next &- UInt8(ascii: "0") < 10) {
                guard let value = nanoseconds() else { return nil }
                fraction = value
            }
        }
        return Int64(hour * 3600 + minute * 60 + second) * 1_000_000_000 + fraction
    }

    /// Decimals of a second; behind the ninth only zeros.
    private mutating func nanoseconds() -> Int64? {
        var value: Int64 = 0
        var digits = 0
        while next &- UInt8(ascii: "0") < 10 {
            let digit = Int64(next &- UInt8(ascii: "0"))
            if digits < 9 { value = value * 10 + digit } else if digit != 0 { return nil }
            digits += 1
            index += 1
        }
        guard digits > 0 else { return nil }
        return digits < 9 ? value * DecimalField.powersOfTen[9 - digits] : value
    }

    /// "Z", "UTC", "+05", "-0500", "+05:30", "-5": nanoseconds east of Greenwich, at most 18 hours.
    mutating func offset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        if skip("U") { return skip("T") && skip("C") ? 0 : nil }
        let isWest = skip("-")
        guard isWest || skip("+") else { return nil }
        guard let hours = number(digits: 2) ?? number(digits: 1) else { return nil }
        _ = skip(":")
        let minutes = isAtEnd ? 0 : number(digits: 2)
        guard let minutes, hours <= 18, minutes < 60 else { return nil }
        let nanoseconds = Int64(hours * 60 + minutes) * 60_000_000_000
        return isWest ? -nanoseconds : nanoseconds
    }
}
