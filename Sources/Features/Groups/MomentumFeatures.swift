/// How fast the price moves, and where it stands in its range.
struct MomentumFeatures: ~Copyable {
    static let declared: [Feature] = [
        Feature(
            "rsi_7", .momentum, .percent, warmUp: 8, recursive: true,
            "100 gain / (gain + loss), Wilder's means of c − c[1]",
            "TA-Lib RSI (Wilder 1978)"),
        Feature(
            "rsi_14", .momentum, .percent, warmUp: 15, recursive: true,
            "100 gain / (gain + loss), Wilder's means of c − c[1]", "TA-Lib RSI (Wilder 1978)"),
        Feature(
            "cmo_14", .momentum, .percent, warmUp: 15, recursive: true,
            "100 (gain − loss) / (gain + loss), Wilder's means of c − c[1]", "TA-Lib CMO"),
        Feature("mom_10", .momentum, .price, warmUp: 11, "c − c[10]", "TA-Lib MOM"),
        Feature("roc_10", .momentum, .percent, warmUp: 11, "100 (c / c[10] − 1)", "TA-Lib ROC"),
        Feature("rocr_10", .momentum, .ratio, warmUp: 11, "c / c[10]", "TA-Lib ROCR"),
        Feature("apo_12_26", .momentum, .price, warmUp: 26, "SMA 12 − SMA 26", "TA-Lib APO"),
        Feature("ppo_12_26", .momentum, .percent, warmUp: 26, "100 (SMA 12 − SMA 26) / SMA 26", "TA-Lib PPO"),
        Feature(
            "stoch_k_14_3_3", .momentum, .percent, warmUp: 16,
            "SMA 3 of 100 (c − min l) / (max h − min l), 0 without a range", "TA-Lib STOCH (Lane 1984)"),
        Feature("stoch_d_14_3_3", .momentum, .percent, warmUp: 18, "SMA 3 of stoch_k_14_3_3", "TA-Lib STOCH"),
        Feature(
            "stochf_k_5_3", .momentum, .percent, warmUp: 5, "100 (c − min l) / (max h − min l), 0 without a range",
            "TA-Lib STOCHF"),
        Feature("stochf_d_5_3", .momentum, .percent, warmUp: 7, "SMA 3 of stochf_k_5_3", "TA-Lib STOCHF"),
        Feature(
            "stochrsi_k_14_5_3", .momentum, .percent, warmUp: 19, recursive: true,
            "100 (x − min x) / (max x − min x) over 5 bars, x = rsi_14, 0 without a range",
            "TA-Lib STOCHRSI (Chande, Kroll 1994)"),
        Feature(
            "stochrsi_d_14_5_3", .momentum, .percent, warmUp: 21, recursive: true, "SMA 3 of stochrsi_k_14_5_3",
            "TA-Lib STOCHRSI"),
        Feature(
            "willr_14", .momentum, .percent, warmUp: 14, "−100 (max h − c) / (max h − min l), 0 without a range",
            "TA-Lib WILLR"),
        Feature(
            "cci_20", .momentum, .ratio, warmUp: 20,
            "(t − mean t) / (0.015 mean |t − mean t|), t = typprice, 0 without movement",
            "TA-Lib CCI (Lambert 1980)"),
        Feature("bop", .momentum, .ratio, warmUp: 1, "(c − o) / (h − l), 0 without a range", "TA-Lib BOP"),
        Feature(
            "trix_15", .momentum, .percent, warmUp: 44, recursive: true,
            "100 (x / x[1] − 1), x = EMA 15 taken three times",
            "TA-Lib TRIX"),
        Feature(
            "ultosc_7_14_28", .momentum, .percent, warmUp: 29,
            "100 (4 a7 + 2 a14 + a28) / 7, an = Σ (c − min(l, c[1])) / Σ true range over n bars, 0 without a range",
            "TA-Lib ULTOSC (Williams 1985)"),
        Feature(
            "awesome_oscillator_5_34", .momentum, .price, warmUp: 34, "SMA 5 − SMA 34 of medprice", "Williams 1998"),
        Feature(
            "tsi_25_13", .momentum, .percent, warmUp: 38, recursive: true,
            "100 EMA 13 of EMA 25 of (c − c[1]) / the same of |c − c[1]|", "Blau 1991, true strength index"),
        Feature("zscore_20", .momentum, .ratio, warmUp: 20, "(c − mean c) / stddev_20", "standard score"),
    ]

    private var rsi7 = GainAndLoss(7)
    private var rsi14 = GainAndLoss(14)
    private var slow = StochasticMeans()
    private var fast = MeanOfThree()
    private var rsiValues = Series<Double>(5)
    private var rsiMean = MeanOfThree()
    private var typicals = Series<Int64>(20, 0)
    private var trix = RepeatedMean(15)
    private var pressures = Series<Double>(28)
    private var middles = Series<Double>(34)
    private var strength = (Smoothing.exponential(25), Smoothing.exponential(13))
    private var movement = (Smoothing.exponential(25), Smoothing.exponential(13))

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        rsi7.add(bars.change)
        rsi14.add(bars.change)
        out.put("rsi_7", rsi7.share)
        out.put("rsi_14", rsi14.share)
        out.put("cmo_14", rsi14.balance)
        let roc = bars.change(over: 10)
        out.put("mom_10", bars.count > 10 ? Double(bars.closeRaw - bars.closes[age: 10]) / BarWindow.scale : .nan)
        out.put("roc_10", 100 * roc)
        out.put("rocr_10", 1 + roc)
        MomentumFeatures.oscillators(bars, &out)
        writeStochastics(bars, &out)
        out.put("willr_14", bars.extremes.rangeRaw(.fourteen) == 0 ? 0 : 100 * (MomentumFeatures.position(bars) - 1))
        out.put("cci_20", channelIndex(bars))
        out.put("bop", ratio(bars.close - bars.open, bars.range))
        let before = trix[3]
        trix.add(bars.close, times: 3)
        out.put("trix_15", 100 * (trix[3] - before) / before)
        out.put("ultosc_7_14_28", ultimate(bars))
        // Twice the middle in 1e-9 of the price: an integer.
        middles.append(Double(bars.highRaw) + Double(bars.lowRaw))
        out.put("awesome_oscillator_5_34", (middles.mean(5) - middles.mean(34)) / (2 * BarWindow.scale))
        let up = strength.1.add(strength.0.add(bars.change))
        out.put("tsi_25_13", 100 * up / movement.1.add(movement.0.add(abs(bars.change))))
        out.put("zscore_20", MomentumFeatures.score(bars))
    }

    private static func oscillators(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        guard bars.count >= 26 else { return out.skip(2) }
        let short = sum(bars.closeDeviations(12), 12) / 12
        let long = sum(bars.closeDeviations(26), 26) / 26
        out.put("apo_12_26", (short - long) / BarWindow.scale)
        out.put("ppo_12_26", 100 * (short - long) / (Double(bars.closeRaw) + long))
    }

    private static func position(_ bars: borrowing BarWindow) -> Double {
        bars.extremes.position(of: bars.closeRaw, .fourteen)
    }

    private mutating func writeStochastics(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        let position = MomentumFeatures.position(bars)
        let means = slow.add(bars.extremes.rangeRaw(.fourteen) == 0 ? 0 : 100 * position)
        out.put("stoch_k_14_3_3", means.first)
        out.put("stoch_d_14_3_3", means.second)
        let isFlat = bars.extremes.rangeRaw(.five) == 0
        let share = isFlat ? 0 : 100 * bars.extremes.position(of: bars.closeRaw, .five)
        out.put("stochf_k_5_3", share)
        out.put("stochf_d_5_3", fast.add(share))
        // Without any movement since the start the index is not defined; it counts as 0 here.
        if bars.count > 14 { rsiValues.append(rsi14.share.isFinite ? rsi14.share : 0) }
        var place = Double.nan
        if rsiValues.count >= 5 {
            let values = rsiValues.latest(5)
            var (top, bottom) = (values[0], values[0])
            for index in 1..<5 {
                top = max(top, values[index])
                bottom = min(bottom, values[index])
            }
            place = ratio(100 * (values[4] - bottom), top - bottom)
        }
        out.put("stochrsi_k_14_5_3", place)
        out.put("stochrsi_d_14_5_3", rsiMean.add(place))
    }

    /// Over distances from the newest typical price in thirds of 1e-9 of the price, which are exact.
    private mutating func channelIndex(_ bars: borrowing BarWindow) -> Double {
        typicals.append(bars.typicalRaw)
        guard bars.count >= 20 else { return .nan }
        let values = typicals.latest(20)
        var mean = 0.0
        for index in 0..<20 { mean += Double(values[index] &- bars.typicalRaw) }
        mean /= 20
        var distance = 0.0
        for index in 0..<20 { distance += abs(Double(values[index] &- bars.typicalRaw) - mean) }
        return ratio(-mean, 0.015 * distance / 20)
    }

    private mutating func ultimate(_ bars: borrowing BarWindow) -> Double {
        guard bars.count > 1 else { return .nan }
        pressures.append(Double(bars.closeRaw - min(bars.lowRaw, bars.closes[age: 1])))
        guard bars.count > 28 else { return .nan }
        let short = ratio(pressures.sum(7), bars.trueRanges.sum(7))
        let middle = ratio(pressures.sum(14), bars.trueRanges.sum(14))
        let long = ratio(pressures.sum(28), bars.trueRanges.sum(28))
        return 100 * (4 * short + 2 * middle + long) / 7
    }

    private static func score(_ bars: borrowing BarWindow) -> Double {
        guard bars.count >= 20 else { return .nan }
        let (mean, squares) = moments(bars.closeDeviations(20), 20)
        return -mean / (squares / 20).squareRoot()
    }
}

/// Wilder's means of rises and of falls.
struct GainAndLoss {
    private var gains: Smoothing
    private var losses: Smoothing
    private var gain = Double.nan
    private var loss = Double.nan

    init(_ period: Int) { (gains, losses) = (.wilder(period), .wilder(period)) }

    mutating func add(_ change: Double) {
        guard change.isFinite else { return }
        gain = gains.add(max(change, 0))
        loss = losses.add(max(-change, 0))
    }

    /// In percent; not a number while nothing has moved.
    var share: Double { 100 * gain / (gain + loss) }
    var balance: Double { 100 * (gain - loss) / (gain + loss) }
}

/// The mean of three, and the mean of three of those.
struct StochasticMeans {
    private var inner = MeanOfThree()
    private var outer = MeanOfThree()

    mutating func add(_ value: Double) -> (first: Double, second: Double) {
        let first = inner.add(value)
        return (first, outer.add(first))
    }
}
