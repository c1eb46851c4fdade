internal import Trading

/// The day (UTC) in which a bar opens, so far, and the day before that had bars.
struct SessionFeatures {
    static let declared: [Feature] = [
        Feature("minute_of_day", .session, .minutes, warmUp: 1, "minutes from midnight to the bar's opening", "UTC"),
        Feature("time_of_day_sin", .session, .ratio, warmUp: 1, "sin(2π minute_of_day / 1440)", "cyclic encoding"),
        Feature("time_of_day_cos", .session, .ratio, warmUp: 1, "cos(2π minute_of_day / 1440)", "cyclic encoding"),
        Feature("day_of_week", .session, .days, warmUp: 1, "0 = Monday … 6 = Sunday, of the opening", "UTC"),
        Feature("session_bars", .session, .bars, warmUp: 1, recursive: true, "bars of the day so far", "session"),
        Feature("session_open", .session, .price, warmUp: 1, recursive: true, "the day's first o", "session"),
        Feature("session_high", .session, .price, warmUp: 1, recursive: true, "max h of the day", "session"),
        Feature("session_low", .session, .price, warmUp: 1, recursive: true, "min l of the day", "session"),
        Feature("session_return", .session, .fraction, warmUp: 1, recursive: true, "c / session_open − 1", "session"),
        Feature(
            "session_range_position", .session, .fraction, warmUp: 1, recursive: true,
            "(c − session_low) / (session_high − session_low)", "session"),
        Feature("session_volume", .session, .quantity, warmUp: 1, recursive: true, "Σ v of the day", "session"),
        Feature(
            "session_vwap", .session, .price, warmUp: 1, recursive: true, "Σ typprice v / Σ v of the day",
            "Berkowitz, Logue, Noser 1988"),
        Feature(
            "session_vwap_distance", .session, .fraction, warmUp: 1, recursive: true, "c / session_vwap − 1", "session"),
        Feature(
            "previous_session_high", .session, .price, warmUp: 2, recursive: true,
            "session_high at the end of the day before",
            "session"),
        Feature(
            "previous_session_low", .session, .price, warmUp: 2, recursive: true,
            "session_low at the end of the day before",
            "session"),
        Feature(
            "previous_session_close", .session, .price, warmUp: 2, recursive: true, "the last c of the day before",
            "session"),
        Feature(
            "session_gap", .session, .fraction, warmUp: 2, recursive: true,
            "session_open / previous_session_close − 1", "session"),
        Feature(
            "pivot_point", .session, .price, warmUp: 2, recursive: true, "p = (H + L + C) / 3 of the day before",
            "floor traders' pivots"),
        Feature(
            "pivot_r1", .session, .price, warmUp: 2, recursive: true, "2 p − L of the day before",
            "floor traders' pivots"),
        Feature(
            "pivot_s1", .session, .price, warmUp: 2, recursive: true, "2 p − H of the day before",
            "floor traders' pivots"),
    ]

    private struct Day {
        var number = Int64.min
        var bars = 0
        var open: Int64 = 0
        var high: Int64 = 0
        var low: Int64 = 0
        var close: Int64 = 0
        var volume: Int128 = 0
        var worth = CompensatedSum()
    }
    private var day = Day()
    private var before: Day?

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        let number = Timestamp(nanoseconds: bars.openTime).day()
        if number != day.number {
            if day.bars > 0 { before = day }
            day = Day()
            day.number = number
            day.open = bars.openRaw
            day.high = bars.highRaw
            day.low = bars.lowRaw
        }
        day.bars += 1
        day.high = max(day.high, bars.highRaw)
        day.low = min(day.low, bars.lowRaw)
        day.close = bars.closeRaw
        day.volume += Int128(bars.volumeRaw)
        day.worth.add(bars.typical * bars.volume)
        writeTime(bars, &out)
        writeDay(bars, &out)
        writeDayBefore(&out)
    }

    private func writeTime(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        // A day's length at most, whatever the products wrap to.
        let sinceMidnight = bars.openTime &- day.number &* Timestamp.nanosecondsPerDay
        let minute = Double(sinceMidnight) / 60e9
        out.put("minute_of_day", minute)
        out.put("time_of_day_sin", sine(minute * .pi / 720))
        out.put("time_of_day_cos", cosine(minute * .pi / 720))
        // Day 0 was a Thursday.
        let weekday = (day.number % 7 + 10) % 7
        out.put("day_of_week", Double(weekday))
    }

    private func writeDay(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        out.put("session_bars", Double(day.bars))
        out.put("session_open", Double(day.open) / BarWindow.scale)
        out.put("session_high", Double(day.high) / BarWindow.scale)
        out.put("session_low", Double(day.low) / BarWindow.scale)
        out.put("session_return", Double(bars.closeRaw - day.open) / Double(day.open))
        out.put("session_range_position", Double(bars.closeRaw - day.low) / Double(day.high - day.low))
        let volume = number(day.volume) / BarWindow.volumeScale
        let vwap = day.worth.value / volume
        out.put("session_volume", volume)
        out.put("session_vwap", vwap)
        out.put("session_vwap_distance", (bars.close - vwap) / vwap)
    }

    private func writeDayBefore(_ out: inout FeatureWriter) {
        guard let before else {
            return out.skip(7)
        }
        let high = Double(before.high) / BarWindow.scale
        let low = Double(before.low) / BarWindow.scale
        let close = Double(before.close) / BarWindow.scale
        let pivot = (high + low + close) / 3
        out.put("previous_session_high", high)
        out.put("previous_session_low", low)
        out.put("previous_session_close", close)
        out.put("session_gap", Double(day.open - before.close) / Double(before.close))
        out.put("pivot_point", pivot)
        out.put("pivot_r1", 2 * pivot - low)
        out.put("pivot_s1", 2 * pivot - high)
    }
}
