import Glibc

/// When a strategy may trade: a window of the day, on some days of the week, in a zone. A window over midnight belongs
/// to the day on which it begins.
struct ScheduleWindow {
    /// Minutes of the day.
    private let start: Int
    private let end: Int
    /// 0 = Sunday.
    private let days: Set<Int>
    private let zone: String

    /// Of {start_time, end_time, days_of_week, time_zone?}; nil = not readable.
    init?(_ json: JSON) {
        guard let start = ScheduleWindow.minutes(json["start_time"]?.string),
            let end = ScheduleWindow.minutes(json["end_time"]?.string)
        else { return nil }
        self.start = start
        self.end = end
        days = Set((json["days_of_week"]?.elements ?? []).compactMap(\.int).map { $0 % 7 })
        zone = json["time_zone"]?.string ?? "UTC"
    }

    /// At so many seconds since 1970; nil = the zone is not known here.
    func isOpen(at seconds: Int) -> Bool? {
        guard let (day, minute) = localTime(seconds) else { return nil }
        if start < end { return days.contains(day) && (start..<end).contains(minute) }
        // Over midnight: the evening of a listed day, or the morning after one. Equal ends: the whole day.
        if minute >= start { return days.contains(day) }
        return minute < end && days.contains((day + 6) % 7)
    }

    private func localTime(_ seconds: Int) -> (day: Int, minute: Int)? {
        let isUTC = zone == "UTC" || zone == "Etc/UTC"
        let isName = zone.utf8.allSatisfy { $0 != UInt8(ascii: ".") } && !zone.hasPrefix("/")
        guard isUTC || (isName && FileSystem.exists("/usr/share/zoneinfo/\(zone)")) else { return nil }
        if !isUTC {
            // This process asks for one zone only, and has one thread.
            setenv("TZ", zone, 1)
            tzset()
        }
        var time = time_t(seconds)
        var fields = tm()
        guard (isUTC ? gmtime_r(&time, &fields) : localtime_r(&time, &fields)) != nil else { return nil }
        return (Int(fields.tm_wday), Int(fields.tm_hour) * 60 + Int(fields.tm_min))
    }

    /// "09:30–16:00 America/New_York on Mon Tue".
    var text: String {
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let shown = days.count == 7 ? "every day" : "on " + days.sorted().map { names[$0] }.joined(separator: " ")
        return
            "\(ScheduleWindow.clock(start))–\(ScheduleWindow.clock(end)) \(zone.printable) \(days.isEmpty ? "on no day" : shown)"
    }

    private static func clock(_ minutes: Int) -> String {
        "\(minutes < 600 ? "0" : "")\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
    }

    /// "09:30"; "24:00" is the day's end.
    private static func minutes(_ text: String?) -> Int? {
        let parts = text?.split(separator: ":") ?? []
        guard parts.count >= 2, let hour = Int(parts[0]), let minute = Int(parts[1]), (0...24).contains(hour),
            (0..<60).contains(minute), hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }
}
