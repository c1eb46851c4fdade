/// How far prices move, by closes and true ranges.
struct VolatilityFeatures: ~Copyable {
    static let declared: [Feature] = [
        Feature("trange", .volatility, .price, warmUp: 2, "max(h, c[1]) − min(l, c[1])", "TA-Lib TRANGE (Wilder 1978)"),
        Feature(
            "atr_14", .volatility, .price, warmUp: 15, recursive: true,
            "(13 before + true range) / 14, from the mean of the first 14 on", "TA-Lib ATR (Wilder 1978)"),
        Feature("natr_14", .volatility, .percent, warmUp: 15, recursive: true, "100 atr_14 / c", "TA-Lib NATR"),
        Feature("var_20", .volatility, .priceSquared, warmUp: 20, "mean (c − mean c)²", "TA-Lib VAR"),
        Feature("stddev_20", .volatility, .price, warmUp: 20, "√ var_20", "TA-Lib STDDEV"),
        Feature(
            "bbands_upper_20_2", .volatility, .price, warmUp: 20, "sma_20 + 2 stddev_20",
            "TA-Lib BBANDS (Bollinger 2001)"),
        Feature(
            "bbands_lower_20_2", .volatility, .price, warmUp: 20, "sma_20 − 2 stddev_20",
            "TA-Lib BBANDS (Bollinger 2001)"),
        Feature("bbands_width_20_2", .volatility, .fraction, warmUp: 20, "4 stddev_20 / sma_20", "Bollinger 2001"),
        Feature(
            "bbands_percent_b_20_2", .volatility, .fraction, warmUp: 20, "(c − lower) / (upper − lower)",
            "Bollinger 2001"),
        Feature(
            "keltner_upper_20_2", .volatility, .price, warmUp: 20, recursive: true, "ema_20 + 2 atr_14",
            "Keltner 1960, Raschke"),
        Feature(
            "keltner_lower_20_2", .volatility, .price, warmUp: 20, recursive: true, "ema_20 − 2 atr_14",
            "Keltner 1960, Raschke"),
        Feature(
            "historical_volatility_20", .volatility, .ratio, warmUp: 21,
            "sample standard deviation of log_return_1, per bar",
            "Hull, Options, Futures, and Other Derivatives"),
        Feature(
            "realized_volatility_20", .volatility, .ratio, warmUp: 21, "√ Σ log_return_1²", "Andersen, Bollerslev 1998"),
        Feature(
            "realized_volatility_60", .volatility, .ratio, warmUp: 61, "√ Σ log_return_1²", "Andersen, Bollerslev 1998"),
        Feature(
            "ewma_volatility_94", .volatility, .ratio, warmUp: 2, recursive: true,
            "√ x, x = 0.94 x[1] + 0.06 log_return_1², from the first square on", "RiskMetrics 1996"),
        Feature(
            "downside_deviation_20", .volatility, .fraction, warmUp: 21, "√ mean min(return_1, 0)²",
            "Sortino, Price 1994"),
        Feature(
            "ulcer_index_14", .volatility, .percent, warmUp: 27,
            "√ mean d², d = 100 (c / max c − 1), the maximum over 14 bars as well", "Martin, McCann 1989"),
        Feature(
            "choppiness_14", .volatility, .percent, warmUp: 15, "100 log10(Σ true range / (max h − min l)) / log10 14",
            "Dreiss 1993"),
        Feature(
            "mass_index_9_25", .volatility, .ratio, warmUp: 41, recursive: true,
            "Σ over 25 bars of EMA 9 of (h − l) / EMA 9 of EMA 9 of (h − l)", "Dorsey 1992"),
    ]

    private var atr = Smoothing.wilder(14)
    private var ema20 = Smoothing.exponential(20)
    private var ewma = Smoothing(seeds: 1, weight: 0.06)
    private var falls = Series<Double>(14)
    private var range = (Smoothing.exponential(9), Smoothing.exponential(9))
    private var rangeRatios = Series<Double>(25)

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        out.put("trange", bars.trueRange)
        let average = atr.add(bars.trueRange)
        out.put("atr_14", average)
        out.put("natr_14", 100 * average / bars.close)
        VolatilityFeatures.bands(bars, &out)
        let middle = ema20.add(bars.close)
        out.put("keltner_upper_20_2", middle + 2 * average)
        out.put("keltner_lower_20_2", middle - 2 * average)
        writeReturns(bars, &out)
        out.put("ulcer_index_14", ulcer(bars))
        let shares = bars.trueRanges.sum(14) / bars.extremes.rangeRaw(.fourteen)
        out.put("choppiness_14", 100 * decimalLogarithm(shares) / decimalLogarithm(14))
        let single = range.0.add(bars.range)
        let share = single / range.1.add(single)
        if bars.count >= 17 { rangeRatios.append(share) }
        out.put("mass_index_9_25", rangeRatios.sum(25))
    }

    private static func bands(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        guard bars.count >= 20 else {
            return out.skip(6)
        }
        let (mean, squares) = moments(bars.closeDeviations(20), 20)
        let deviation = (squares / 20).squareRoot() / BarWindow.scale
        let distance = mean / BarWindow.scale
        let middle = bars.close + distance
        out.put("var_20", deviation * deviation)
        out.put("stddev_20", deviation)
        out.put("bbands_upper_20_2", middle + 2 * deviation)
        out.put("bbands_lower_20_2", middle - 2 * deviation)
        out.put("bbands_width_20_2", 4 * deviation / middle)
        out.put("bbands_percent_b_20_2", (2 * deviation - distance) / (4 * deviation))
    }

    private mutating func writeReturns(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        let (_, squares) = bars.logReturns.moments(20)
        out.put("historical_volatility_20", (squares / 19).squareRoot())
        out.put("realized_volatility_20", VolatilityFeatures.sumOfSquares(bars, 20).squareRoot())
        out.put("realized_volatility_60", VolatilityFeatures.sumOfSquares(bars, 60).squareRoot())
        out.put("ewma_volatility_94", ewma.add(bars.logReturn * bars.logReturn).squareRoot())
        guard bars.returns.count >= 20 else { return out.put("downside_deviation_20", .nan) }
        let returns = bars.returns.latest(20)
        var losses = 0.0
        for index in 0..<20 {
            let loss = min(returns[index], 0)
            losses += loss * loss
        }
        out.put("downside_deviation_20", (losses / 20).squareRoot())
    }

    private static func sumOfSquares(_ bars: borrowing BarWindow, _ window: Int) -> Double {
        guard bars.logReturns.count >= window else { return .nan }
        let values = bars.logReturns.latest(window)
        var (a, b) = (0.0, 0.0)
        for pair in 0..<(window / 2) {
            a += values[2 &* pair] * values[2 &* pair]
            b += values[2 &* pair &+ 1] * values[2 &* pair &+ 1]
        }
        return a + b
    }

    private mutating func ulcer(_ bars: borrowing BarWindow) -> Double {
        guard bars.count >= 14 else { return .nan }
        let latest = bars.closes.latest(14)
        var top = latest[0]
        for index in 1..<14 { top = max(top, latest[index]) }
        let fall = 100 * Double(bars.closeRaw - top) / Double(top)
        falls.append(fall * fall)
        return falls.mean(14).squareRoot()
    }
}
