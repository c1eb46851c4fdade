/// From values to places in a chart, with round numbers for its axis.
struct Scale {
    let low: Double
    let high: Double
    /// 1, 2 or 5 times a power of ten.
    let step: Double

    /// Takes in all values, widened to round numbers; `count` is about how many numbers stand at the axis.
    init(_ values: some Sequence<Double>, ticks count: Int = 4) {
        var low = Double.infinity
        var high = -Double.infinity
        for value in values where value.isFinite {
            low = min(low, value)
            high = max(high, value)
        }
        if low > high { (low, high) = (0, 1) }
        if low == high {
            let margin = low == 0 ? 1 : abs(low) * 0.01
            (low, high) = (low - margin, high + margin)
        }
        step = Scale.round((high - low) / Double(count))
        self.low = (low / step).rounded(.down) * step
        self.high = (high / step).rounded(.up) * step
    }

    private static func round(_ raw: Double) -> Double {
        var power = 1.0
        while power > raw { power /= 10 }
        while power * 10 <= raw { power *= 10 }
        return [1.0, 2, 5, 10].first { $0 * power >= raw }.map { $0 * power } ?? raw
    }

    var ticks: [Double] {
        (0...Int(((high - low) / step).rounded())).map { low + Double($0) * step }
    }

    /// 0 at the low end, 1 at the high one.
    func place(_ value: Double) -> Double { (value - low) / (high - low) }

    /// As many decimals as the steps need, and groups of thousands.
    func label(_ value: Double) -> String {
        var decimals = 0
        var unit = step
        while unit < 1 - 1e-9, decimals < 8 {
            unit *= 10
            decimals += 1
        }
        // A step of 0.25 needs one more than its first digit.
        if decimals > 0, decimals < 8, abs(unit - unit.rounded()) > 1e-6 { decimals += 1 }
        return NumberText.grouped(value == 0 ? 0 : value, decimals: decimals)
    }
}
