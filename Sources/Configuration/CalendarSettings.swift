internal import Foundation
public import Trading

/// `calendars.<name>` of host.yaml: when instruments trade, in local time.
public struct CalendarSettings: Sendable, Equatable {
    public var name: String
    /// IANA name.
    public var timeZone = "UTC"
    /// Minutes after local midnight; a close at or before the open lies in the next day.
    public var openMinutes = 0
    public var closeMinutes = 1440
    /// 0 = Sunday; of the day that a session opens in.
    public var daysOfWeek = [1, 2, 3, 4, 5]
    /// Days since 1970 without a session.
    public var holidays: Set<Int64> = []
    /// Days since 1970 that close early, at minutes after midnight.
    public var halfDays: [Int64: Int] = [:]
    public var instruments: [String] = []

    /// How far the sessions are written out.
    private static let days: Int64 = 5 * 366

    /// The sessions from the day before `start` on.
    public func calendar(from start: Timestamp) -> TradingCalendar {
        let zone = TimeZone(identifier: timeZone) ?? .gmt
        var sessions: [TradingCalendar.Session] = []
        let first = start.day() - 1
        for day in first..<first + Self.days {
            // 1970 began on a Thursday.
            let weekday = Int((day + 4) % 7)
            guard daysOfWeek.contains(weekday), !holidays.contains(day) else { continue }
            let close = halfDays[day] ?? closeMinutes
            sessions.append(
                TradingCalendar.Session(
                    open: instant(day, openMinutes, zone),
                    close: instant(close <= openMinutes ? day + 1 : day, close, zone)))
        }
        return TradingCalendar(name: name, sessions: sessions)
    }

    /// A local time; one that a change of the clocks skips is taken an hour later.
    private func instant(_ day: Int64, _ minutes: Int, _ zone: TimeZone) -> Timestamp {
        let local = day * 86_400 + Int64(minutes) * 60
        let guess = local - Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(local))))
        let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(guess))))
        return Timestamp(nanoseconds: (local - offset) * Timestamp.nanosecondsPerSecond)
    }
}

extension CalendarSettings {
    init(_ section: inout Section, name: String) {
        self.name = name
        timeZone = section.timeZone("time_zone") ?? timeZone
        openMinutes = section.timeOfDay("open", allows24: false) ?? openMinutes
        closeMinutes = section.timeOfDay("close", allows24: true) ?? closeMinutes
        let days = section.distinct("days_of_week", of: "a day 0…7 (0 and 7 = Sunday)") { text in
            Int(text).flatMap { (0...7).contains($0) ? $0 % 7 : nil }
        }
        daysOfWeek = days?.sorted() ?? daysOfWeek
        let closed = section.distinct("holidays", of: "a day like 2026-01-31") { Section.date($0)?.day() }
        holidays = Set(closed ?? [])
        var half = section.section("half_days")
        for entry in half.named() {
            guard let day = Section.date(entry.key)?.day() else {
                half.remark(.error, entry.key, "expected a day like 2026-01-31")
                continue
            }
            guard let minutes = half.timeOfDay(entry.key, allows24: true) else { continue }
            if minutes <= openMinutes { half.remark(.error, entry.key, "closes before it opens") }
            halfDays[day] = minutes
        }
        instruments =
            section.distinct("instruments", of: "instruments' ids") { Section.isInstrument($0) ? $0 : nil } ?? []
    }
}
