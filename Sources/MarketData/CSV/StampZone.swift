internal import Foundation

/// The zone of times that name none: a fixed offset from UTC, or a zone of the IANA database.
///
/// Where clocks go back, a local time happens twice: it is read as the earlier instant, or as the later one where the
/// earlier would lie behind the row before it. Where clocks go forward, a local time that does not exist is read with
/// the offset from before the change (02:30 becomes 03:30).
public struct StampZone: Sendable, Equatable, CustomStringConvertible {
    private enum Rule: Sendable, Equatable {
        case fixed(nanoseconds: Int64)
        case named(TimeZone)
    }

    public static let utc = StampZone(rule: .fixed(nanoseconds: 0), description: "UTC")

    private let rule: Rule
    public let description: String

    private init(rule: Rule, description: String) {
        self.rule = rule
        self.description = description
    }

    /// "UTC", "Z", "-05:00", "+0530", "+9", "America/New_York"; nil for anything else.
    public init?(_ name: String) {
        if name == "UTC" || name == "Z" || name == "GMT" {
            self = .utc
            return
        }
        if let sign = name.utf8.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            var text = name
            let offset = text.withUTF8 { bytes in
                var cursor = StampCursor(UnsafeRawBufferPointer(bytes))
                let offset = cursor.offset()
                return cursor.isAtEnd ? offset : nil
            }
            guard let offset else { return nil }
            self.init(rule: .fixed(nanoseconds: offset), description: name)
            return
        }
        guard name.utf8.first != UInt8(ascii: ":"), let zone = TimeZone(identifier: name) else { return nil }
        self.init(rule: .named(zone), description: name)
    }

    /// The last day asked about, when one offset holds all through it and the days beside it.
    struct Cache {
        fileprivate var day = Int64.min
        fileprivate var offset: Int64 = 0
    }

    /// The instant of a local time, given as if it were UTC; `earliest` is what the row before allows.
    func instant(ofLocal local: Int64, earliest: Int64, cache: inout Cache) -> Int64 {
        switch rule {
        case .fixed(let offset): return local - offset
        case .named(let zone):
            let dayLength: Int64 = 86_400_000_000_000
            let day = (local - (local < 0 ? dayLength - 1 : 0)) / dayLength
            if day == cache.day { return local - cache.offset }
            let before = StampZone.offset(of: zone, at: (day - 2) * dayLength)
            let after = StampZone.offset(of: zone, at: (day + 3) * dayLength)
            if before == after {
                cache = Cache(day: day, offset: before)
                return local - before
            }
            return StampZone.nearChange(local, zone: zone, before: before, after: after, earliest: earliest)
        }
    }

    private static func nearChange(
        _ local: Int64, zone: TimeZone, before: Int64, after: Int64, earliest: Int64
    ) -> Int64 {
        let instants = [local - before, local - after].sorted()
        let real = instants.filter { local - $0 == offset(of: zone, at: $0) }
        return real.first { $0 >= earliest } ?? real.first ?? local - before
    }

    private static func offset(of zone: TimeZone, at instant: Int64) -> Int64 {
        let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant / 1_000_000_000)))
        return Int64(seconds) * 1_000_000_000
    }
}
