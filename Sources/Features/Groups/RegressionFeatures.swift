/// The line through the latest 14 closes by least squares, x = 0 for the oldest.
struct RegressionFeatures {
    static let declared: [Feature] = [
        Feature("linearreg_14", .trend, .price, warmUp: 14, "a + 13 b of the line a + b x", "TA-Lib LINEARREG"),
        Feature("linearreg_slope_14", .trend, .pricePerBar, warmUp: 14, "b", "TA-Lib LINEARREG_SLOPE"),
        Feature("linearreg_intercept_14", .trend, .price, warmUp: 14, "a", "TA-Lib LINEARREG_INTERCEPT"),
        Feature("linearreg_angle_14", .trend, .degrees, warmUp: 14, "atan b", "TA-Lib LINEARREG_ANGLE"),
        Feature("tsf_14", .trend, .price, warmUp: 14, "a + 14 b", "TA-Lib TSF"),
        Feature(
            "linearreg_r2_14", .trend, .fraction, warmUp: 14, "(Σ (x − x̄)(c − c̄))² / (Σ (x − x̄)² Σ (c − c̄)²)",
            "coefficient of determination"),
    ]

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        guard bars.count >= 14 else {
            return out.skip(6)
        }
        let latest = bars.closeDeviations(14)
        let (mean, squares) = moments(latest, 14)
        var products = 0.0
        for index in 0..<14 { products += (Double(index) - 6.5) * latest[index] }
        // Σ (x − 6.5)² = 227.5
        let slope = products / 227.5 / BarWindow.scale
        let middle = bars.close + mean / BarWindow.scale
        out.put("linearreg_14", middle + 6.5 * slope)
        out.put("linearreg_slope_14", slope)
        out.put("linearreg_intercept_14", middle - 6.5 * slope)
        out.put("linearreg_angle_14", arcTangent(slope) * 180 / .pi)
        out.put("tsf_14", middle + 7.5 * slope)
        out.put("linearreg_r2_14", products * products / (227.5 * squares))
    }
}
