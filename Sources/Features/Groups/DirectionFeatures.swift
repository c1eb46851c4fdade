/// Whether there is a trend, and where to.
struct DirectionFeatures: ~Copyable {
    static let declared: [Feature] = [
        Feature(
            "plus_dm_14", .trend, .price, warmUp: 14, recursive: true,
            "before − before / 14 + DM, from Σ of the first 13 on; DM = h − h[1] where that is above 0 and above l[1] − l, else 0",
            "TA-Lib PLUS_DM (Wilder 1978)"),
        Feature(
            "minus_dm_14", .trend, .price, warmUp: 14, recursive: true, "as plus_dm_14 with l[1] − l for h − h[1]",
            "TA-Lib MINUS_DM (Wilder 1978)"),
        Feature(
            "plus_di_14", .trend, .percent, warmUp: 15, recursive: true,
            "100 plus_dm_14 / the true range summed in the same way", "TA-Lib PLUS_DI (Wilder 1978)"),
        Feature(
            "minus_di_14", .trend, .percent, warmUp: 15, recursive: true, "100 minus_dm_14 / the true range",
            "TA-Lib MINUS_DI (Wilder 1978)"),
        Feature(
            "dx_14", .trend, .percent, warmUp: 15, recursive: true,
            "100 |DI+ − DI−| / (DI+ + DI−); before where both are 0",
            "TA-Lib DX (Wilder 1978)"),
        Feature(
            "adx_14", .trend, .percent, warmUp: 28, recursive: true,
            "(13 before + DX) / 14, from the mean of the first 14 on",
            "TA-Lib ADX (Wilder 1978)"),
        Feature("adxr_14", .trend, .percent, warmUp: 41, recursive: true, "(ADX + ADX[13]) / 2", "TA-Lib ADXR"),
        Feature(
            "aroon_up_14", .trend, .percent, warmUp: 15, "100 (14 − bars since the latest highest h of 15) / 14",
            "TA-Lib AROON (Chande 1995)"),
        Feature(
            "aroon_down_14", .trend, .percent, warmUp: 15, "100 (14 − bars since the latest lowest l of 15) / 14",
            "TA-Lib AROON (Chande 1995)"),
        Feature("aroon_oscillator_14", .trend, .percent, warmUp: 15, "up − down", "TA-Lib AROONOSC"),
        Feature(
            "vortex_plus_14", .trend, .ratio, warmUp: 15, "Σ |h − l[1]| / Σ true range", "Botes, Siepman 2010"),
        Feature(
            "vortex_minus_14", .trend, .ratio, warmUp: 15, "Σ |l − h[1]| / Σ true range", "Botes, Siepman 2010"),
        Feature(
            "sar", .trend, .price, warmUp: 2, recursive: true,
            "stop and reverse, acceleration 0.02 to 0.2; falling at first where l fell, and by more than h rose",
            "TA-Lib SAR (Wilder 1978)"),
        Feature("ichimoku_tenkan_9", .trend, .price, warmUp: 9, "(max h + min l) / 2", "Hosoda 1969"),
        Feature("ichimoku_kijun_26", .trend, .price, warmUp: 26, "(max h + min l) / 2", "Hosoda 1969"),
        Feature(
            "ichimoku_senkou_b_52", .trend, .price, warmUp: 52, "(max h + min l) / 2, not moved forward", "Hosoda 1969"),
    ]

    private var directional = DirectionalMovement()
    private var adxValues = Series<Double>(14)
    private var ups = Series<Double>(14)
    private var downs = Series<Double>(14)
    private var sar = ParabolicStop()

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        directional.add(bars)
        let isReady = bars.count >= 15
        out.put("plus_dm_14", bars.count >= 14 ? directional.plus / BarWindow.scale : .nan)
        out.put("minus_dm_14", bars.count >= 14 ? directional.minus / BarWindow.scale : .nan)
        out.put("plus_di_14", isReady ? directional.plusIndex : .nan)
        out.put("minus_di_14", isReady ? directional.minusIndex : .nan)
        out.put("dx_14", isReady ? directional.dx : .nan)
        out.put("adx_14", directional.adx)
        if directional.adx.isFinite { adxValues.append(directional.adx) }
        out.put("adxr_14", adxValues.count >= 14 ? (directional.adx + adxValues[age: 13]) / 2 : .nan)
        DirectionFeatures.aroon(bars, &out)
        if bars.count > 1 {
            ups.append(abs(Double(bars.highRaw - bars.lows[age: 1])))
            downs.append(abs(Double(bars.lowRaw - bars.highs[age: 1])))
        }
        let ranges = bars.trueRanges.sum(14)
        out.put("vortex_plus_14", ups.sum(14) / ranges)
        out.put("vortex_minus_14", downs.sum(14) / ranges)
        out.put("sar", sar.add(bars) / BarWindow.scale)
        out.put("ichimoku_tenkan_9", bars.extremes.middle(.nine))
        out.put("ichimoku_kijun_26", bars.extremes.middle(.twentySix))
        out.put("ichimoku_senkou_b_52", bars.extremes.middle(.fiftyTwo))
    }

    private static func aroon(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        guard bars.count >= 15 else { return out.skip(3) }
        let (highs, lows) = (bars.highs.latest(15), bars.lows.latest(15))
        var (top, bottom) = (0, 0)
        for index in 1..<15 {
            if highs[index] >= highs[top] { top = index }
            if lows[index] <= lows[bottom] { bottom = index }
        }
        out.put("aroon_up_14", 100 * Double(top) / 14)
        out.put("aroon_down_14", 100 * Double(bottom) / 14)
        out.put("aroon_oscillator_14", 100 * Double(top - bottom) / 14)
    }
}

/// Wilder's directional movement over 14 bars, in 1e-9 of the price.
struct DirectionalMovement {
    private(set) var plus = 0.0
    private(set) var minus = 0.0
    private(set) var dx = 0.0
    private var ranges = 0.0
    private var average = Smoothing.wilder(14)
    /// Not a number before 14 values of dx are known.
    private(set) var adx = Double.nan

    var plusIndex: Double { ratio(100 * plus, ranges) }
    var minusIndex: Double { ratio(100 * minus, ranges) }

    mutating func add(_ bars: borrowing BarWindow) {
        guard bars.count > 1 else { return }
        let rise = Double(bars.highRaw - bars.highs[age: 1])
        let fall = Double(bars.lows[age: 1] - bars.lowRaw)
        // The first 13 changes are summed, then each sum loses a 14th with every change.
        let kept = bars.count > 14 ? 13.0 / 14 : 1
        plus = plus * kept + (rise > 0 && rise > fall ? rise : 0)
        minus = minus * kept + (fall > 0 && fall > rise ? fall : 0)
        ranges = ranges * kept + bars.trueRangeRaw
        guard bars.count > 14 else { return }
        // Without movement nothing is known anew: the first 14 count it as 0, the mean of later ones stays.
        let isKnown = plus + minus > 0
        if isKnown { dx = 100 * abs(plus - minus) / (plus + minus) }
        if isKnown || bars.count <= 28 { adx = average.add(isKnown ? dx : 0) }
    }
}

/// Wilder's parabolic stop and reverse, in 1e-9 of the price.
struct ParabolicStop {
    private var stop = 0.0
    private var extreme = 0.0
    private var acceleration = 0.02
    private var isLong = true

    /// The stop of this bar; not a number at the first.
    mutating func add(_ bars: borrowing BarWindow) -> Double {
        guard bars.count > 1 else { return .nan }
        let high = Double(bars.highRaw)
        let low = Double(bars.lowRaw)
        var highBefore = Double(bars.highs[age: 1])
        var lowBefore = Double(bars.lows[age: 1])
        if bars.count == 2 {
            let fall = lowBefore - low
            isLong = !(fall > 0 && fall > high - highBefore)
            extreme = isLong ? high : low
            stop = isLong ? lowBefore : highBefore
            (highBefore, lowBefore) = (high, low)
        }
        if isLong ? low <= stop : high >= stop {
            stop = extreme
            isLong.toggle()
            acceleration = 0.02
            extreme = isLong ? high : low
            clamp(highBefore, high, lowBefore, low)
        } else if isLong ? high > extreme : low < extreme {
            extreme = isLong ? high : low
            acceleration = min(acceleration + 0.02, 0.2)
        }
        let current = stop
        stop += acceleration * (extreme - stop)
        clamp(highBefore, high, lowBefore, low)
        return current
    }

    /// Never beyond the latest two bars.
    private mutating func clamp(_ highBefore: Double, _ high: Double, _ lowBefore: Double, _ low: Double) {
        stop = isLong ? min(stop, lowBefore, low) : max(stop, highBefore, high)
    }
}
