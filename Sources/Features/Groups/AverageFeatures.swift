/// Moving averages of the close.
struct AverageFeatures: ~Copyable {
    static let declared: [Feature] = [
        simple(5), simple(10), simple(20), simple(50), simple(100), simple(200),
        exponential(9), exponential(12), exponential(20), exponential(26), exponential(50), exponential(200),
        Feature("wma_20", .trend, .price, warmUp: 20, "Σ w c / Σ w, w = 20 for the newest … 1", "TA-Lib WMA"),
        Feature("trima_20", .trend, .price, warmUp: 20, "Σ w c / Σ w, w = 1 … 10, 10 … 1", "TA-Lib TRIMA"),
        Feature(
            "hma_16", .trend, .price, warmUp: 19, "WMA 4 of (2 WMA 8 of c − WMA 16 of c)", "Hull 2005, moving average"),
        Feature("vwma_20", .trend, .price, warmUp: 20, "Σ c v / Σ v", "volume-weighted moving average"),
        Feature("dema_20", .trend, .price, warmUp: 39, recursive: true, "2 EMA − EMA of EMA", "TA-Lib DEMA"),
        Feature(
            "tema_20", .trend, .price, warmUp: 58, recursive: true, "3 EMA − 3 EMA of EMA + EMA of EMA of EMA",
            "TA-Lib TEMA"),
        Feature(
            "t3_5", .trend, .price, warmUp: 25, recursive: true,
            "c1 e6 + c2 e5 + c3 e4 + c4 e3, ek = EMA 5 taken k times, a = 0.7: c1 = −a³, c2 = 3a² + 3a³, "
                + "c3 = −6a² − 3a − 3a³, c4 = 1 + 3a + a³ + 3a²",
            "TA-Lib T3 (Tillson 1998)"),
        Feature(
            "kama_10", .trend, .price, warmUp: 11, recursive: true,
            "before + (c − before) (e (2/3 − 2/31) + 2/31)², e = efficiency_ratio_10, 1 without movement; from c[1] on",
            "TA-Lib KAMA (Kaufman 1995)"),
        Feature(
            "efficiency_ratio_10", .trend, .fraction, warmUp: 11, "|c − c[10]| / Σ |c − c[1]|", "Kaufman 1995"),
        Feature(
            "macd_12_26_9", .trend, .price, warmUp: 26, recursive: true,
            "EMA 12 − EMA 26 of c; both start at bar 26, each from the mean of its latest closes", "TA-Lib MACD"),
        Feature("macd_signal_12_26_9", .trend, .price, warmUp: 34, recursive: true, "EMA 9 of MACD", "TA-Lib MACD"),
        Feature("macd_hist_12_26_9", .trend, .price, warmUp: 34, recursive: true, "MACD − its signal", "TA-Lib MACD"),
    ]

    private static func simple(_ period: Int) -> Feature {
        Feature("sma_\(period)", .trend, .price, warmUp: period, "mean c", "TA-Lib SMA")
    }

    private static func exponential(_ period: Int) -> Feature {
        Feature(
            "ema_\(period)", .trend, .price, warmUp: period, recursive: true,
            "before + (c − before) 2 / (n + 1), from the mean of the first n closes on", "TA-Lib EMA")
    }

    private var sma5 = PriceMean(5)
    private var sma10 = PriceMean(10)
    private var sma20 = PriceMean(20)
    private var sma50 = PriceMean(50)
    private var sma100 = PriceMean(100)
    private var sma200 = PriceMean(200)
    private var ema9 = Smoothing.exponential(9)
    private var ema12 = Smoothing.exponential(12)
    private var ema20 = RepeatedMean(20)
    private var ema26 = Smoothing.exponential(26)
    private var ema50 = Smoothing.exponential(50)
    private var ema200 = Smoothing.exponential(200)
    private var t3 = RepeatedMean(5)
    private var hull = Series<Double>(4)
    private var kama = 0.0
    private var macdFast = Smoothing.exponential(12)
    private var macdSignal = Smoothing.exponential(9)

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        out.put("sma_5", sma5.add(bars.closes))
        out.put("sma_10", sma10.add(bars.closes))
        out.put("sma_20", sma20.add(bars.closes))
        out.put("sma_50", sma50.add(bars.closes))
        out.put("sma_100", sma100.add(bars.closes))
        out.put("sma_200", sma200.add(bars.closes))
        out.put("ema_9", ema9.add(bars.close))
        out.put("ema_12", ema12.add(bars.close))
        ema20.add(bars.close, times: 3)
        out.put("ema_20", ema20[1])
        let slow = ema26.add(bars.close)
        out.put("ema_26", slow)
        out.put("ema_50", ema50.add(bars.close))
        out.put("ema_200", ema200.add(bars.close))
        writeWeighted(bars, &out)
        out.put("dema_20", 2 * ema20[1] - ema20[2])
        out.put("tema_20", 3 * ema20[1] - 3 * ema20[2] + ema20[3])
        t3.add(bars.close, times: 6)
        out.put("t3_5", AverageFeatures.t3(t3))
        writeAdaptive(bars, &out)
        // The first close that the fast mean sees is the one that makes its first value fall on bar 26.
        let macd = (bars.count > 26 - 12 ? macdFast.add(bars.close) : .nan) - slow
        out.put("macd_12_26_9", macd)
        let signal = macdSignal.add(macd)
        out.put("macd_signal_12_26_9", signal)
        out.put("macd_hist_12_26_9", macd - signal)
    }

    /// Means with weights over the distances from the newest close, which are exact.
    private mutating func writeWeighted(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        guard bars.count >= 16 else { return out.skip(4) }
        let isReady = bars.count >= 20
        let latest = bars.closeDeviations(20)
        let scale = BarWindow.scale
        out.put("wma_20", isReady ? bars.close + weightedSum(latest, 20) / (210 * scale) : .nan)
        var triangle = 0.0
        for index in 0..<10 { triangle += Double(index + 1) * (latest[index] + latest[19 &- index]) }
        out.put("trima_20", isReady ? bars.close + triangle / (110 * scale) : .nan)
        let short = weightedSum(bars.closeDeviations(8), 8) / 36
        let long = weightedSum(bars.closeDeviations(16), 16) / 136
        hull.append(bars.close + (2 * short - long) / scale)
        out.put("hma_16", hull.count >= 4 ? weightedSum(hull.latest(4), 4) / 10 : .nan)
        let volumes = bars.volumes.latest(20)
        var (moved, total) = (0.0, 0.0)
        for index in 0..<20 {
            moved += latest[index] * volumes[index]
            total += volumes[index]
        }
        out.put("vwma_20", isReady ? bars.close + moved / total / scale : .nan)
    }

    private static func t3(_ means: RepeatedMean) -> Double {
        let a = 0.7
        let (square, cube) = (a * a, a * a * a)
        return -cube * means[6] + (3 * square + 3 * cube) * means[5]
            + (-6 * square - 3 * a - 3 * cube) * means[4] + (1 + 3 * a + cube + 3 * square) * means[3]
    }

    private mutating func writeAdaptive(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        guard bars.count > 10 else {
            kama = bars.close
            return out.skip(2)
        }
        let latest = bars.closeDeviations(11)
        var path = 0.0
        for index in 1..<11 { path += abs(latest[index] - latest[index &- 1]) }
        let efficiency = abs(latest[0]) / path
        let weight = (path == 0 ? 1 : efficiency) * (2.0 / 3 - 2.0 / 31) + 2.0 / 31
        kama += (bars.close - kama) * weight * weight
        out.put("kama_10", kama)
        out.put("efficiency_ratio_10", efficiency)
    }
}

/// An exponential mean of a series, of that mean, and so on.
struct RepeatedMean {
    private var means: InlineArray<6, Smoothing>
    private var latest = InlineArray<6, Double>(repeating: .nan)

    init(_ period: Int) { means = InlineArray(repeating: .exponential(period)) }

    mutating func add(_ value: Double, times: Int) {
        var next = value
        for index in 0..<times {
            next = means[index].add(next)
            latest[index] = next
        }
    }

    /// The mean taken `times` times.
    subscript(_ times: Int) -> Double { latest[times - 1] }
}
