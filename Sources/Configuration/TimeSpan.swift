/// A time as people write it: 90s, 5m, 8h or 1d.
public enum TimeSpan {
    /// nil = it is none, or not in `range`.
    public static func seconds(_ text: String, in range: ClosedRange<Int64>) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0
        else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        return !overflow && range.contains(seconds) ? seconds : nil
    }
}
