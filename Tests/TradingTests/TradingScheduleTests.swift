import Testing
import Trading

@Suite("Trading schedule")
struct TradingScheduleTests {
    /// 2024-06-02 was a Sunday.
    private static func time(day: Int, _ hour: Int, _ minute: Int = 0) -> Timestamp {
        Timestamp(year: 2024, month: 6, day: 2 + day, hour: hour, minute: minute)!
    }

    @Test("a window opens and closes on its days, to the nanosecond")
    func window() {
        let schedule = TradingSchedule(start: 570, end: 960, daysOfWeek: [1, 2, 3, 4, 5])
        #expect(!schedule.isOpen(at: Self.time(day: 0, 12)))
        #expect(!schedule.isOpen(at: Self.time(day: 1, 9, 30) + -1))
        #expect(schedule.isOpen(at: Self.time(day: 1, 9, 30)))
        #expect(schedule.isOpen(at: Self.time(day: 1, 16) + -1))
        #expect(!schedule.isOpen(at: Self.time(day: 1, 16)))
        #expect(schedule.isOpen(at: Self.time(day: 5, 12)) && !schedule.isOpen(at: Self.time(day: 6, 12)))
    }

    @Test("a window over midnight belongs to the day that it starts in")
    func overnight() {
        let friday = TradingSchedule(start: 1320, end: 120, daysOfWeek: [5])
        #expect(!friday.isOpen(at: Self.time(day: 5, 1)))
        #expect(friday.isOpen(at: Self.time(day: 5, 22)) && friday.isOpen(at: Self.time(day: 6, 1, 59)))
        #expect(!friday.isOpen(at: Self.time(day: 6, 2)) && !friday.isOpen(at: Self.time(day: 6, 23)))
        let saturday = TradingSchedule(start: 1320, end: 120, daysOfWeek: [6])
        #expect(saturday.isOpen(at: Self.time(day: 7, 1)) && !saturday.isOpen(at: Self.time(day: 7, 2)))
        #expect(!saturday.isOpen(at: Self.time(day: 8, 1)))
    }

    @Test("0 and 7 are Sunday")
    func sunday() {
        let zero = TradingSchedule(start: 0, end: 1440, daysOfWeek: [0])
        #expect(zero == TradingSchedule(start: 0, end: 1440, daysOfWeek: [7]))
        #expect(zero.isOpen(at: Self.time(day: 7, 0)) && zero.isOpen(at: Self.time(day: 7, 23, 59)))
        #expect(!zero.isOpen(at: Self.time(day: 6, 23, 59)) && !zero.isOpen(at: Self.time(day: 8, 0)))
    }

    @Test("an end at the start is a whole day, and no day is never")
    func edges() {
        let whole = TradingSchedule(start: 720, end: 720, daysOfWeek: [3])
        #expect(!whole.isOpen(at: Self.time(day: 3, 11, 59)) && whole.isOpen(at: Self.time(day: 3, 12)))
        #expect(whole.isOpen(at: Self.time(day: 4, 11, 59)) && !whole.isOpen(at: Self.time(day: 4, 12)))
        let never = TradingSchedule(start: 0, end: 1440, daysOfWeek: [])
        #expect(never.windows.isEmpty && !never.isOpen(at: Self.time(day: 3, 12)))
        #expect(TradingSchedule(start: 0, end: 1440, daysOfWeek: Array(0...6)).windows == [0..<10080])
    }

    @Test("local time follows the zone's offset from the instant of its change on")
    func offsets() {
        let hour: Int64 = 3_600_000_000_000
        let change = Self.time(day: 3, 1)
        let schedule = TradingSchedule(
            start: 540, end: 600, daysOfWeek: Array(0...6),
            offsets: [
                TradingSchedule.Offset(from: change, nanoseconds: 2 * hour),
                TradingSchedule.Offset(from: Self.time(day: 0, 0), nanoseconds: hour),
            ])
        #expect(schedule.isOpen(at: Self.time(day: 2, 8)) && !schedule.isOpen(at: Self.time(day: 2, 7)))
        #expect(schedule.isOpen(at: Self.time(day: 3, 7)) && !schedule.isOpen(at: Self.time(day: 3, 8)))
        // Before the first change its offset holds, too.
        #expect(schedule.isOpen(at: Self.time(day: -1, 8)))
    }

    @Test("agrees with a plain look at the days, before 1970 and at the ends of time as well")
    func againstDays() {
        var word: UInt64 = 7
        for _ in 0..<20_000 {
            word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let start = Int(word >> 40 % 1440)
            let end = Int(word >> 20 % 1441)
            let days = (0..<7).filter { word >> (50 + UInt64($0)) & 1 == 1 }
            let time = Timestamp(nanoseconds: Int64(bitPattern: word &* 0x9E37_79B9_7F4A_7C15))
            let schedule = TradingSchedule(start: start, end: end, daysOfWeek: days)
            #expect(schedule.isOpen(at: time) == Self.plain(start, end, days, time), "\(start) \(end) \(days) \(time)")
        }
        let always = TradingSchedule(start: 0, end: 1440, daysOfWeek: Array(0...6))
        #expect(always.isOpen(at: Timestamp(nanoseconds: .min)) && always.isOpen(at: Timestamp(nanoseconds: .max)))
    }

    /// Whether today's window or yesterday's covers the minute.
    private static func plain(_ start: Int, _ end: Int, _ days: [Int], _ time: Timestamp) -> Bool {
        let day = time.day()
        let minute = Int((Int128(time.nanoseconds) - Int128(day) * 86_400_000_000_000) / 60_000_000_000)
        let weekday = Int(((day + 4) % 7 + 7) % 7)
        let length = end > start ? end - start : end - start + 1440
        let isToday = days.contains(weekday) && minute >= start && minute < start + length
        let isYesterday = days.contains((weekday + 6) % 7) && minute + 1440 < start + length
        return isToday || isYesterday
    }
}
