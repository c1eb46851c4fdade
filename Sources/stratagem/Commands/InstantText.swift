import Trading

/// A day or an instant as an argument has it: ISO 8601, UTC where no offset is named.
enum InstantText {
    /// "2022-01-31", "2022-01-31T14:30", "2022-01-31 14:30:15.5", each with "Z" or "+01:00" behind the time of day.
    static func parse(_ text: String) -> Timestamp? {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
        guard let day = parts.first, let date = numbers(day, separator: "-", digits: [4, 2, 2]) else { return nil }
        guard parts.count == 2 else { return Timestamp(year: date[0], month: date[1], day: date[2]) }
        let (clock, offset) = splitOffset(parts[1])
        guard let offset, let (fields, nanosecond) = timeOfDay(clock),
            let local = Timestamp(
                year: date[0], month: date[1], day: date[2], hour: fields[0], minute: fields[1], second: fields[2],
                nanosecond: nanosecond)
        else { return nil }
        return local + -offset
    }

    /// The time of day, and nanoseconds ahead of UTC (nil = not readable).
    private static func splitOffset(_ text: Substring) -> (clock: Substring, offset: Int64?) {
        if text.hasSuffix("Z") { return (text.dropLast(), 0) }
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return (text, 0) }
        let fields = numbers(text[text.index(after: sign)...], separator: ":", digits: [2, 2])
        guard let fields, fields[0] <= 14, fields[1] < 60 else { return (text, nil) }
        let seconds = Int64(fields[0] * 3600 + fields[1] * 60)
        return (text[..<sign], (text[sign] == "-" ? -seconds : seconds) * Timestamp.nanosecondsPerSecond)
    }

    private static func timeOfDay(_ text: Substring) -> (fields: [Int], nanosecond: Int)? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let clock = parts[0]
        let seconds = numbers(clock, separator: ":", digits: [2, 2, 2])
        guard let fields = seconds ?? numbers(clock, separator: ":", digits: [2, 2]).map({ $0 + [0] }) else {
            return nil
        }
        guard parts.count == 2 else { return (fields, 0) }
        guard seconds != nil, case .success(let fraction) = DecimalText.parse("0." + parts[1], scale: 9) else {
            return nil
        }
        return (fields, Int(fraction))
    }

    /// Unsigned numbers of exactly so many digits.
    private static func numbers(_ text: Substring, separator: Character, digits: [Int]) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == digits.count else { return nil }
        var result: [Int] = []
        for (part, count) in zip(parts, digits) {
            guard part.utf8.count == count, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(part)
            else { return nil }
            result.append(number)
        }
        return result
    }
}
