/// Prices of a bar, and of the latest bars.
struct PriceFeatures {
    static let declared: [Feature] = [
        Feature("avgprice", .price, .price, warmUp: 1, "(o + h + l + c) / 4", "TA-Lib AVGPRICE"),
        Feature("medprice", .price, .price, warmUp: 1, "(h + l) / 2", "TA-Lib MEDPRICE"),
        Feature("typprice", .price, .price, warmUp: 1, "(h + l + c) / 3", "TA-Lib TYPPRICE"),
        Feature("wclprice", .price, .price, warmUp: 1, "(h + l + 2 c) / 4", "TA-Lib WCLPRICE"),
        Feature("midpoint_14", .price, .price, warmUp: 14, "(max c + min c) / 2", "TA-Lib MIDPOINT"),
        Feature("midprice_14", .price, .price, warmUp: 14, "(max h + min l) / 2", "TA-Lib MIDPRICE"),
        Feature("highest_20", .price, .price, warmUp: 20, "max h", "TA-Lib MAX; Donchian, upper channel"),
        Feature("lowest_20", .price, .price, warmUp: 20, "min l", "TA-Lib MIN; Donchian, lower channel"),
        Feature(
            "range_position_20", .price, .fraction, warmUp: 20, "(c − min l) / (max h − min l)",
            "Donchian channel, position in it"),
        Feature("highest_52", .price, .price, warmUp: 52, "max h", "TA-Lib MAX"),
        Feature("lowest_52", .price, .price, warmUp: 52, "min l", "TA-Lib MIN"),
        Feature(
            "close_location", .price, .fraction, warmUp: 1, "(c − l) / (h − l)", "Williams 1972, close location value"),
        Feature("upper_shadow", .price, .fraction, warmUp: 1, "(h − max(o, c)) / (h − l)", "Nison 1991, candlesticks"),
        Feature("lower_shadow", .price, .fraction, warmUp: 1, "(min(o, c) − l) / (h − l)", "Nison 1991, candlesticks"),
    ]

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        out.put("avgprice", (bars.open + bars.high + bars.low + bars.close) / 4)
        out.put("medprice", (bars.high + bars.low) / 2)
        out.put("typprice", bars.typical)
        out.put("wclprice", (bars.high + bars.low + 2 * bars.close) / 4)
        out.put("midpoint_14", PriceFeatures.midpoint(bars))
        out.put("midprice_14", bars.extremes.middle(.fourteen))
        out.put("highest_20", bars.extremes.high(.twenty))
        out.put("lowest_20", bars.extremes.low(.twenty))
        out.put("range_position_20", bars.extremes.position(of: bars.closeRaw, .twenty))
        out.put("highest_52", bars.extremes.high(.fiftyTwo))
        out.put("lowest_52", bars.extremes.low(.fiftyTwo))
        let range = Double(bars.highRaw - bars.lowRaw)
        out.put("close_location", Double(bars.closeRaw - bars.lowRaw) / range)
        out.put("upper_shadow", Double(bars.highRaw - max(bars.openRaw, bars.closeRaw)) / range)
        out.put("lower_shadow", Double(min(bars.openRaw, bars.closeRaw) - bars.lowRaw) / range)
    }

    private static func midpoint(_ bars: borrowing BarWindow) -> Double {
        guard bars.count >= 14 else { return .nan }
        let closes = bars.closes.latest(14)
        var (top, bottom) = (closes[0], closes[0])
        for index in 1..<14 {
            top = max(top, closes[index])
            bottom = min(bottom, closes[index])
        }
        return (Double(top) / BarWindow.scale + Double(bottom) / BarWindow.scale) / 2
    }
}
