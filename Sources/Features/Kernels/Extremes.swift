/// The highest high and the lowest low of the latest bars, over the periods that features use: one look back serves them all.
struct Extremes {
    /// A period in bars.
    enum Period: Int {
        case five, nine, fourteen, twenty, twentySix, fiftyTwo
    }
    private static let lengths: InlineArray<6, Int> = [5, 9, 14, 20, 26, 52]

    private var highest = InlineArray<6, Int64>(repeating: 0)
    private var lowest = InlineArray<6, Int64>(repeating: 0)
    private var bars = 0
    private let lengths = Extremes.lengths

    mutating func scan(_ highs: borrowing Series<Int64>, _ lows: borrowing Series<Int64>) {
        bars = highs.count
        let count = min(bars, 52)
        let (high, low) = (highs.latest(count), lows.latest(count))
        var (top, bottom) = (Int64.min, Int64.max)
        var index = count
        for period in 0..<6 {
            // While there are fewer bars than the period, nobody is given its extremes.
            let end = max(count &- lengths[period], 0)
            while index > end {
                index &-= 1
                top = max(top, high[index])
                bottom = min(bottom, low[index])
            }
            highest[period] = top
            lowest[period] = bottom
        }
    }

    private func isKnown(_ period: Period) -> Bool { bars >= lengths[period.rawValue] }

    func high(_ period: Period) -> Double {
        isKnown(period) ? Double(highest[period.rawValue]) / BarWindow.scale : .nan
    }
    func low(_ period: Period) -> Double {
        isKnown(period) ? Double(lowest[period.rawValue]) / BarWindow.scale : .nan
    }
    /// Half way between the two.
    func middle(_ period: Period) -> Double { (high(period) + low(period)) / 2 }

    /// highest − lowest in 1e-9 of the price.
    func rangeRaw(_ period: Period) -> Double {
        isKnown(period) ? Double(highest[period.rawValue] - lowest[period.rawValue]) : .nan
    }

    /// Where `price` lies from the lowest, 0, to the highest, 1; not a number where the two are equal.
    func position(of price: Int64, _ period: Period) -> Double {
        Double(price - lowest[period.rawValue]) / rangeRaw(period)
    }
}
