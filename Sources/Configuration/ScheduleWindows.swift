internal import Foundation
public import Trading

extension Schedule {
    /// How far ahead the changes of a zone's offset are looked up; after that the last one stays.
    private static let years: Double = 20

    /// The windows with the zone's offsets from `start` on; nil = it never closes.
    public func windows(from start: Timestamp) -> TradingSchedule? {
        guard !isAlways else { return nil }
        return TradingSchedule(
            start: startMinutes, end: endMinutes, daysOfWeek: daysOfWeek, offsets: offsets(from: start))
    }

    private func offsets(from start: Timestamp) -> [TradingSchedule.Offset] {
        guard let zone = TimeZone(identifier: timeZone) else { return [] }
        var date = Date(timeIntervalSince1970: Double(start.nanoseconds / Timestamp.nanosecondsPerSecond))
        let end = date.addingTimeInterval(Schedule.years * 366 * 86_400)
        var result = [offset(of: zone, at: date, from: start)]
        while let next = zone.nextDaylightSavingTimeTransition(after: date), next > date, next < end {
            let seconds = Int64(next.timeIntervalSince1970.rounded())
            result.append(
                offset(of: zone, at: next, from: Timestamp(nanoseconds: seconds * Timestamp.nanosecondsPerSecond)))
            date = next
        }
        return result
    }

    private func offset(of zone: TimeZone, at date: Date, from time: Timestamp) -> TradingSchedule.Offset {
        TradingSchedule.Offset(
            from: time, nanoseconds: Int64(zone.secondsFromGMT(for: date)) * Timestamp.nanosecondsPerSecond)
    }
}
