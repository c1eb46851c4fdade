import ArgumentParser
import Configuration
import Trading

// Exact decimals, instants and names as arguments: what does not fit is a usage error that says what would.

/// A decimal number with a bounded number of decimals, exact.
enum DecimalArgument {
    static func parse(_ text: String, scale: Int, _ expected: String) throws -> Int64 {
        switch DecimalText.parse(text, scale: scale) {
        case .success(let raw): return raw
        case .failure(.tooManyDecimals(let most)):
            throw ValidationError("'\(text)' has more than \(most) decimals; expected \(expected)")
        case .failure: throw ValidationError("'\(text)' is not \(expected)")
        }
    }

    /// A market speed: simulated seconds in a second.
    static func speed(_ text: String) throws -> Rate {
        let expected = "a speed above 0 and up to 1000000"
        let raw = try parse(text, scale: Rate.decimals, expected)
        guard raw > 0, raw <= 1_000_000 * Rate.one.raw else { throw ValidationError("'\(text)' is not \(expected)") }
        return Rate(raw: raw)
    }

    static func cash(_ text: String) throws -> Money {
        let expected = "an amount above 0 and up to 90000000000"
        let raw = try parse(text, scale: Money.decimals, expected)
        guard raw > 0, raw <= 90_000_000_000 * 100_000_000 else {
            throw ValidationError("'\(text)' is not \(expected)")
        }
        return Money(raw: Int128(raw))
    }

    /// A percentage as a fraction: 5 = 0.05.
    static func percent(_ text: String) throws -> Rate {
        let expected = "a percentage above 0 and up to 100"
        let raw = try parse(text, scale: Rate.decimals - 2, expected)
        guard raw > 0, raw <= Rate.one.raw else { throw ValidationError("'\(text)' is not \(expected)") }
        return Rate(raw: raw)
    }

    /// A fraction of a fill's value; below zero is a rebate.
    static func commissionRate(_ text: String) throws -> Rate {
        let expected = "a fraction in -1…1, like 0.0002"
        let raw = try parse(text, scale: Rate.decimals, expected)
        guard abs(raw) <= Rate.one.raw else { throw ValidationError("'\(text)' is not \(expected)") }
        return Rate(raw: raw)
    }

    /// Basis points as a fraction: 1 = 0.0001.
    static func basisPoints(_ text: String) throws -> Rate {
        let expected = "a number of basis points in 0…9999"
        // A basis point is 1e-4, so five of the rate's nine decimals are left.
        let raw = try parse(text, scale: Rate.decimals - 4, expected)
        guard raw >= 0, raw <= 9999 * 100_000 else { throw ValidationError("'\(text)' is not \(expected)") }
        return Rate(raw: raw)
    }

    static func instrument(_ text: String) throws -> String {
        guard (1...31).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw ValidationError("'\(text)' is not an instrument's id of 1 to 31 characters without spaces")
        }
        return text
    }

    static func instant(_ text: String) throws -> Timestamp {
        guard let time = InstantText.parse(text) else {
            throw ValidationError(
                "'\(text)' is not a time like 2022-01-31, 2022-01-31T14:30 or 2022-01-31T14:30:00+01:00")
        }
        return time
    }

    /// "90s", "30m", "12h", "5d" in nanoseconds.
    static func duration(_ text: String) throws -> Int64 {
        let expected = "a time like 90s, 30m, 12h or 5d, of 3650d at most"
        guard let seconds = TimeSpan.seconds(text, in: 1...3650 * 86_400) else {
            throw ValidationError("'\(text)' is not \(expected)")
        }
        return seconds * Timestamp.nanosecondsPerSecond
    }

    static func timeframe(_ text: String) throws -> Timeframe {
        guard let timeframe = Timeframe(name: text) else {
            let names = Timeframe.allCases.filter { $0 != .other }.map(\.name).joined(separator: ", ")
            throw ValidationError("'\(text)' is not one of \(names)")
        }
        return timeframe
    }
}
