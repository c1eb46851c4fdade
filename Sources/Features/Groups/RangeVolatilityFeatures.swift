/// Volatility from all four prices of a bar. All are per bar, over 20 bars, with u = ln(h / o), d = ln(l / o), k = ln(c / o).
struct RangeVolatilityFeatures: ~Copyable {
    static let declared: [Feature] = [
        Feature("parkinson_20", .volatility, .ratio, warmUp: 20, "√ (mean (u − d)² / (4 ln 2))", "Parkinson 1980"),
        Feature(
            "garman_klass_20", .volatility, .ratio, warmUp: 20, "√ mean ((u − d)² / 2 − (2 ln 2 − 1) k²)",
            "Garman, Klass 1980"),
        Feature(
            "rogers_satchell_20", .volatility, .ratio, warmUp: 20, "√ mean (u (u − k) + d (d − k))",
            "Rogers, Satchell 1991"),
        Feature(
            "yang_zhang_20", .volatility, .ratio, warmUp: 21,
            "√ (s²(ln(o / c[1])) + w s²(k) + (1 − w) rogers_satchell_20²), s² sample variance, w = 0.34 / (1.34 + 21 / 19)",
            "Yang, Zhang 2000"),
    ]

    private var ranges = Series<Double>(20)
    private var bodies = Series<Double>(20)
    private var drifts = Series<Double>(20)
    private var nights = Series<Double>(20)

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        let open = Double(bars.openRaw)
        let up = logarithm(onePlus: Double(bars.highRaw - bars.openRaw) / open)
        let down = logarithm(onePlus: Double(bars.lowRaw - bars.openRaw) / open)
        let body = logarithm(onePlus: Double(bars.closeRaw - bars.openRaw) / open)
        ranges.append((up - down) * (up - down))
        bodies.append(body)
        drifts.append(up * (up - body) + down * (down - body))
        if bars.count > 1 { nights.append(bars.overnight) }
        let logarithmOfTwo = 0.693147180559945309417
        let range = ranges.mean(20)
        let (mean, squares) = bodies.moments(20)
        let body2 = squares / 20 + mean * mean
        let drift = drifts.mean(20)
        out.put("parkinson_20", (range / (4 * logarithmOfTwo)).squareRoot())
        out.put("garman_klass_20", (range / 2 - (2 * logarithmOfTwo - 1) * body2).squareRoot())
        out.put("rogers_satchell_20", drift.squareRoot())
        let weight = 0.34 / (1.34 + 21.0 / 19)
        let night = nights.moments(20).squares / 19
        out.put("yang_zhang_20", (night + weight * squares / 19 + (1 - weight) * drift).squareRoot())
    }
}
