/// Returns and their distribution.
struct ReturnFeatures: ~Copyable {
    static let declared: [Feature] = [
        Feature("return_1", .return, .fraction, warmUp: 2, "c / c[1] − 1", "TA-Lib ROCP"),
        Feature("return_5", .return, .fraction, warmUp: 6, "c / c[5] − 1", "TA-Lib ROCP"),
        Feature("return_10", .return, .fraction, warmUp: 11, "c / c[10] − 1", "TA-Lib ROCP"),
        Feature("return_20", .return, .fraction, warmUp: 21, "c / c[20] − 1", "TA-Lib ROCP"),
        Feature("return_60", .return, .fraction, warmUp: 61, "c / c[60] − 1", "TA-Lib ROCP"),
        Feature("log_return_1", .return, .ratio, warmUp: 2, "r = ln(c / c[1])", "Campbell, Lo, MacKinlay 1997"),
        Feature("log_return_5", .return, .ratio, warmUp: 6, "ln(c / c[5])", "Campbell, Lo, MacKinlay 1997"),
        Feature("log_return_20", .return, .ratio, warmUp: 21, "ln(c / c[20])", "Campbell, Lo, MacKinlay 1997"),
        Feature("gap_return", .return, .fraction, warmUp: 2, "o / c[1] − 1", "return from close to open"),
        Feature("intrabar_return", .return, .fraction, warmUp: 1, "c / o − 1", "return from open to close"),
        Feature("return_mean_20", .return, .fraction, warmUp: 21, "mean of return_1", "arithmetic mean"),
        Feature(
            "return_skewness_20", .return, .ratio, warmUp: 21, "m3 / m2^1.5, with mk = mean of (return_1 − its mean)^k",
            "Fisher's moment coefficient of a population"),
        Feature(
            "return_kurtosis_20", .return, .ratio, warmUp: 21, "m4 / m2² − 3",
            "Fisher's excess kurtosis of a population"),
        Feature(
            "return_autocorrelation_1_20", .return, .ratio, warmUp: 21,
            "Σ (x − x̄)(x[1] − x̄) / Σ (x − x̄)², x = return_1, both factors within the 20 returns", "Box, Jenkins 1970"),
        Feature(
            "sharpe_ratio_20", .return, .ratio, warmUp: 21, "mean / sample standard deviation of return_1, per bar",
            "Sharpe 1994"),
        Feature("positive_share_20", .return, .fraction, warmUp: 21, "share of return_1 above 0", "hit rate"),
        Feature("drawdown_52", .return, .fraction, warmUp: 52, "c / max h − 1", "fall from the highest"),
        Feature(
            "beta_high_low_5", .return, .ratio, warmUp: 6,
            "slope of the returns of l on those of h: Σ (x − x̄)(y − ȳ) / Σ (x − x̄)²", "TA-Lib BETA"),
    ]

    private var highReturns = Series<Double>(5)
    private var lowReturns = Series<Double>(5)

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        out.put("return_1", bars.simpleReturn)
        out.put("return_5", bars.change(over: 5))
        out.put("return_10", bars.change(over: 10))
        let return20 = bars.change(over: 20)
        out.put("return_20", return20)
        out.put("return_60", bars.change(over: 60))
        out.put("log_return_1", bars.logReturn)
        out.put("log_return_5", logarithm(onePlus: bars.change(over: 5)))
        out.put("log_return_20", logarithm(onePlus: return20))
        let before = bars.count > 1 ? bars.closes[age: 1] : 0
        out.put("gap_return", Double(bars.openRaw - before) / Double(before))
        out.put("intrabar_return", Double(bars.closeRaw - bars.openRaw) / Double(bars.openRaw))
        ReturnFeatures.distribution(bars, &out)
        let high = bars.extremes.high(.fiftyTwo)
        out.put("drawdown_52", (bars.close - high) / high)
        out.put("beta_high_low_5", beta(bars))
    }

    private static func distribution(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        let isReady = bars.returns.count >= 20
        let values = bars.returns.latest(20)
        let mean = isReady ? sum(values, 20) / 20 : .nan
        var (squares, cubes, fourths, products) = (0.0, 0.0, 0.0, 0.0)
        var (before, ups) = (0.0, 0)
        for index in 0..<20 {
            let deviation = values[index] - mean
            let square = deviation * deviation
            squares += square
            cubes += square * deviation
            fourths += square * square
            products += deviation * before
            before = deviation
            if values[index] > 0 { ups &+= 1 }
        }
        let variance = squares / 20
        out.put("return_mean_20", mean)
        out.put("return_skewness_20", cubes / 20 / (variance * variance.squareRoot()))
        out.put("return_kurtosis_20", fourths / 20 / (variance * variance) - 3)
        out.put("return_autocorrelation_1_20", products / squares)
        out.put("sharpe_ratio_20", mean / (squares / 19).squareRoot())
        out.put("positive_share_20", isReady ? Double(ups) / 20 : .nan)
    }

    private mutating func beta(_ bars: borrowing BarWindow) -> Double {
        guard bars.count > 1 else { return .nan }
        let (high, low) = (bars.highs[age: 1], bars.lows[age: 1])
        highReturns.append(Double(bars.highRaw - high) / Double(high))
        lowReturns.append(Double(bars.lowRaw - low) / Double(low))
        let x = highReturns.moments(5)
        let y = lowReturns.moments(5)
        guard x.mean.isFinite else { return .nan }
        let (highs, lows) = (highReturns.latest(5), lowReturns.latest(5))
        var products = 0.0
        for index in 0..<5 { products += (highs[index] - x.mean) * (lows[index] - y.mean) }
        return products / x.squares
    }
}
