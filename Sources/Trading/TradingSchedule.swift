/// When a strategy may trade: windows of a local week. The edge knows the time zones and gives the instants at which the
/// zone's offset changes, so that the core only adds. Nothing is allocated to ask.
public struct TradingSchedule: Sendable, Equatable {
    /// From an instant on, local time is this far ahead of UTC.
    public struct Offset: Sendable, Equatable, BitwiseCopyable {
        public var from: Timestamp
        public var nanoseconds: Int64
        public init(from: Timestamp, nanoseconds: Int64) {
            self.from = from
            self.nanoseconds = nanoseconds
        }
    }

    static let minutesPerDay = 1440
    static let minutesPerWeek = 7 * 1440

    /// Minutes of the local week, which starts on Sunday at 00:00; disjoint and in order.
    public let windows: [Range<Int>]
    /// In order; the first holds before its instant, too. Empty = UTC.
    public let offsets: [Offset]

    /// A window of each named day, from `start` to `end` minutes after its midnight. An end at or before the start lies
    /// in the next day: the window belongs to the day that it starts in. Days are 0…7, 0 and 7 = Sunday; minutes 0…1440.
    public init(start: Int, end: Int, daysOfWeek: [Int], offsets: [Offset] = []) {
        let length = end > start ? end - start : end - start + TradingSchedule.minutesPerDay
        var pieces: [Range<Int>] = []
        for day in daysOfWeek {
            let first = (day % 7 * TradingSchedule.minutesPerDay + start) % TradingSchedule.minutesPerWeek
            let last = first + length
            pieces.append(first..<min(last, TradingSchedule.minutesPerWeek))
            // What runs over Saturday's midnight is the beginning of the week.
            if last > TradingSchedule.minutesPerWeek { pieces.append(0..<(last - TradingSchedule.minutesPerWeek)) }
        }
        windows = TradingSchedule.joined(pieces)
        self.offsets = offsets.sorted { $0.from < $1.from }
    }

    private static func joined(_ pieces: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for piece in pieces.sorted(by: { $0.lowerBound < $1.lowerBound }) where !piece.isEmpty {
            if let last = result.last, piece.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, piece.upperBound)
            } else {
                result.append(piece)
            }
        }
        return result
    }

    public func isOpen(at time: Timestamp) -> Bool {
        let minute = minuteOfWeek(at: time)
        for window in windows where window.contains(minute) { return true }
        return false
    }

    private func minuteOfWeek(at time: Timestamp) -> Int {
        let local = Int128(time.nanoseconds) + Int128(offset(at: time))
        let (minute, rest) = local.quotientAndRemainder(dividingBy: 60 * Int128(Timestamp.nanosecondsPerSecond))
        // 1970 began on a Thursday, the fourth day after a Sunday.
        let sinceSunday = Int(minute) - (rest < 0 ? 1 : 0) + 4 * TradingSchedule.minutesPerDay
        let inWeek = sinceSunday % TradingSchedule.minutesPerWeek
        return inWeek < 0 ? inWeek + TradingSchedule.minutesPerWeek : inWeek
    }

    /// Of the last change at or before `time`.
    private func offset(at time: Timestamp) -> Int64 {
        guard !offsets.isEmpty else { return 0 }
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle].from <= time { low = middle + 1 } else { high = middle }
        }
        return offsets[max(low - 1, 0)].nanoseconds
    }
}
