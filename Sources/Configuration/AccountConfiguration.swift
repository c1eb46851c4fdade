internal import Foundation
public import Trading

/// `accounts.<id>` of host.yaml.
public struct AccountConfiguration: Sendable, Equatable {
    public enum Access: String, Sendable, CaseIterable { case view, trade }

    /// How a currency becomes the account's: at the price of an instrument, at a fixed rate, or at the fixed rate until
    /// the instrument has a price.
    public struct Conversion: Sendable, Equatable {
        /// Account currency per unit.
        public var rate: Rate?
        /// Midnight UTC of the day that the rate is from.
        public var asOf: Timestamp?
        /// Quoted in the account's currency, or in this one: then the rate is 1 / price.
        public var instrument: String?

        public init(rate: Rate?, asOf: Timestamp?, instrument: String? = nil) {
            self.rate = rate
            self.asOf = asOf
            self.instrument = instrument
        }
    }

    public var id: String
    /// Orders of one owner may not trade with each other.
    public var owner = "default"
    public var currency = "USDT"
    public var openingBalance = Money(raw: 1_000_000 * 100_000_000)
    public var margin = true
    /// Equity × this = buying power.
    public var maxLeverage = Rate.one
    /// Of a year, what shorts pay in instruments that are paid for in full and say nothing themselves.
    public var borrowRate = Rate.zero
    public var day = DayBoundary()
    /// User name → what that user may do, as far as the role goes. Admins need no entry.
    public var users: [String: Access] = ["admin": .trade]
    /// Currency → rate to the account's.
    public var conversion: [String: Conversion] = [:]
    public var limits = LimitSettings()
    public var complianceProgram = "default"
    /// nil = it is not rebalanced.
    public var rebalance: RebalanceSettings?

    public init(id: String) {
        self.id = id
        conversion = Self.standardConversion
    }

    /// Of an account in USDT.
    static var standardConversion: [String: Conversion] {
        guard let asOf = Timestamp(year: 2026, month: 1, day: 1) else { return [:] }
        return ["USD": Conversion(rate: .one, asOf: asOf), "INR": Conversion(rate: Rate(raw: 11_800_000), asOf: asOf)]
    }
}

/// When an account's day starts: a local time in a zone.
public struct DayBoundary: Sendable, Equatable {
    /// Minutes after local midnight.
    public var minutes = 0
    /// IANA name.
    public var zone = "UTC"

    public init(minutes: Int = 0, zone: String = "UTC") {
        self.minutes = minutes
        self.zone = zone
    }

    /// How long after midnight UTC the day starts, with the zone's offset at `time` (daylight saving changes it);
    /// for `Timestamp.day(offset:)`.
    public func offsetNanoseconds(at time: Timestamp) -> Int64 {
        let seconds = Double(time.nanoseconds / Timestamp.nanosecondsPerSecond)
        let ahead = TimeZone(identifier: zone)?.secondsFromGMT(for: Date(timeIntervalSince1970: seconds)) ?? 0
        return (Int64(minutes) * 60 - Int64(ahead)) * Timestamp.nanosecondsPerSecond
    }
}

extension AccountConfiguration {
    init(_ section: inout Section, id: String) {
        self.init(id: id)
        if let text = section.text("owner", maxBytes: 64) { owner = text }
        if let text = section.currency("currency") { currency = text }
        if let amount = section.money("opening_balance") { openingBalance = amount }
        if let flag = section.boolean("margin") { margin = flag }
        if let raw = section.decimal("max_leverage", scale: Rate.decimals, in: 1...1000) {
            maxLeverage = Rate(raw: raw)
        }
        if let rate = section.borrowRate("borrow_rate") { borrowRate = rate }
        var day = section.section("day")
        self.day.minutes = day.timeOfDay("time", allows24: false) ?? 0
        self.day.zone = day.timeZone("zone") ?? "UTC"
        day.finish()
        readUsers(&section)
        readConversions(&section)
        var limits = section.section("limits")
        self.limits = LimitSettings(&limits, scope: .account)
        limits.finish()
        var compliance = section.section("compliance")
        if let program = compliance.text("program", maxBytes: 64) { complianceProgram = program }
        compliance.finish()
        var rebalance = section.section("rebalance")
        self.rebalance = RebalanceSettings.read(&rebalance, leverage: maxLeverage)
    }

    private mutating func readUsers(_ section: inout Section) {
        var users = section.section("users")
        guard users.node != nil else { return }
        var named: [String: Access] = [:]
        for entry in users.named() {
            if let access = users.choice(entry.key, Access.self) { named[entry.key] = access }
        }
        self.users = named
    }
}

extension Section {
    static func isCurrency(_ text: String) -> Bool {
        (1...15).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) }
    }

    mutating func currency(_ key: String) -> String? {
        read(key, "a currency of 1 to 15 capital letters and digits") { Self.isCurrency($0) ? $0 : nil }
    }

    /// "HH:MM" in minutes after midnight.
    mutating func timeOfDay(_ key: String, allows24: Bool) -> Int? {
        read(key, "a time like \"09:30\" in 00:00…\(allows24 ? "24:00" : "23:59")") { text in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2,
                parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
                let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60
            else { return nil }
            let total = hours * 60 + minutes
            return total < 1440 || (allows24 && total == 1440) ? total : nil
        }
    }

    mutating func timeZone(_ key: String) -> String? {
        read(key, "a time zone like Europe/Berlin or UTC") { TimeZone(identifier: $0) == nil ? nil : $0 }
    }

    /// "YYYY-MM-DD", midnight UTC.
    mutating func date(_ key: String) -> Timestamp? { read(key, "a day like 2026-01-31", Self.date) }

    /// "YYYY-MM-DDTHH:MM:SSZ".
    mutating func instant(_ key: String) -> Timestamp? {
        read(key, "a time like 2026-01-31T13:30:00Z") { text in
            let parts = text.split(separator: "T", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].hasSuffix("Z"), let day = Self.date(String(parts[0])) else { return nil }
            let clock = parts[1].dropLast().split(separator: ":", omittingEmptySubsequences: false)
            let numbers = clock.compactMap { part in
                part.utf8.count == 2 && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(part) : nil
            }
            guard clock.count == 3, numbers.count == 3, numbers[0] < 24, numbers[1] < 60, numbers[2] < 60 else {
                return nil
            }
            return day + (numbers[0] * 3600 + numbers[1] * 60 + numbers[2]) * Timestamp.nanosecondsPerSecond
        }
    }

    static func date(_ text: String) -> Timestamp? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in YAMLWords.isInteger(String(part)) ? Int(part) : nil }
        guard parts.map(\.utf8.count) == [4, 2, 2], numbers.count == 3 else { return nil }
        return Timestamp(year: numbers[0], month: numbers[1], day: numbers[2])
    }
}
