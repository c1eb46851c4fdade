/// What volume says beside the price. Without volume most of it is not defined.
struct VolumeFeatures: ~Copyable {
    static let declared: [Feature] = [
        Feature("volume", .volume, .quantity, warmUp: 1, "v", "the bar's volume"),
        Feature("volume_sma_20", .volume, .quantity, warmUp: 20, "mean v", "TA-Lib SMA"),
        Feature("volume_ratio_20", .volume, .ratio, warmUp: 20, "v / mean v", "relative volume"),
        Feature(
            "volume_zscore_20", .volume, .ratio, warmUp: 20, "(v − mean v) / population standard deviation of v",
            "standard score"),
        Feature(
            "obv", .volume, .quantity, warmUp: 1, recursive: true,
            "before ± v with the sign of c − c[1], from the first v on",
            "TA-Lib OBV (Granville 1963)"),
        Feature(
            "ad", .volume, .quantity, warmUp: 1, recursive: true,
            "Σ m since the first bar, m = v ((c − l) − (h − c)) / (h − l), 0 without a range", "TA-Lib AD (Chaikin)"),
        Feature(
            "adosc_3_10", .volume, .quantity, warmUp: 10, recursive: true,
            "EMA 3 − EMA 10 of ad, both from the first ad on",
            "TA-Lib ADOSC (Chaikin)"),
        Feature("cmf_20", .volume, .ratio, warmUp: 20, "Σ m / Σ v, m as in ad", "Chaikin money flow"),
        Feature(
            "mfi_14", .volume, .percent, warmUp: 15,
            "100 Σ rising / Σ (rising + falling) of typprice v, by the sign of typprice − typprice[1]",
            "TA-Lib MFI (Quong, Soudack 1989)"),
        Feature(
            "force_index_13", .volume, .value, warmUp: 14, recursive: true, "EMA 13 of (c − c[1]) v", "Elder 1993"),
        Feature(
            "ease_of_movement_14", .volume, .priceSquaredPerQuantity, warmUp: 15,
            "mean of (medprice − medprice[1]) (h − l) / v", "Arms 1996"),
        Feature(
            "pvt", .volume, .quantity, warmUp: 2, recursive: true, "Σ v return_1 since the second bar",
            "price volume trend"),
        Feature("vwap_20", .volume, .price, warmUp: 20, "Σ typprice v / Σ v", "Berkowitz, Logue, Noser 1988"),
        Feature("vwap_distance_20", .volume, .fraction, warmUp: 20, "c / vwap_20 − 1", "distance from the vwap"),
        Feature("amihud_20", .volume, .fractionPerValue, warmUp: 21, "mean |return_1| / (c v)", "Amihud 2002"),
        Feature(
            "correl_close_volume_20", .volume, .ratio, warmUp: 20, "Pearson's correlation of c and v", "TA-Lib CORREL"),
    ]

    private var onBalance: Int128 = 0
    private var accumulated = CompensatedSum()
    private var fastAD = Smoothing(seeds: 1, weight: 2.0 / 4)
    private var slowAD = Smoothing(seeds: 1, weight: 2.0 / 11)
    private var flows = Series<Double>(20)
    private var rising = Series<Double>(14)
    private var falling = Series<Double>(14)
    private var typicalBefore: Int64 = 0
    private var middleBefore: Int64 = 0
    private var force = Smoothing.exponential(13)
    private var easiness = Series<Double>(14)
    private var trend = CompensatedSum()
    private var worths = Series<Double>(20)
    private var illiquidity = Series<Double>(20)

    mutating func add(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        writeVolume(bars, &out)
        writeAccumulation(bars, &out)
        out.put("mfi_14", moneyFlow(bars))
        out.put("force_index_13", force.add(bars.change * bars.volume))
        out.put("ease_of_movement_14", easeOfMovement(bars))
        if bars.count > 1 {
            trend.add(bars.volume * bars.simpleReturn)
            illiquidity.append(abs(bars.simpleReturn) / (bars.close * bars.volume))
        }
        out.put("pvt", bars.count > 1 ? trend.value : .nan)
        writeWorth(bars, &out)
        out.put("amihud_20", illiquidity.mean(20))
        out.put("correl_close_volume_20", VolumeFeatures.correlation(bars))
    }

    private func writeVolume(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        let (mean, squares) = bars.volumes.moments(20)
        out.put("volume", bars.volume)
        out.put("volume_sma_20", mean)
        out.put("volume_ratio_20", bars.volume / mean)
        out.put("volume_zscore_20", (bars.volume - mean) / (squares / 20).squareRoot())
    }

    private mutating func writeAccumulation(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        let sign: Int128 = bars.count == 1 || bars.change > 0 ? 1 : bars.change < 0 ? -1 : 0
        onBalance += sign * Int128(bars.volumeRaw)
        out.put("obv", number(onBalance) / BarWindow.volumeScale)
        let location = Double((bars.closeRaw - bars.lowRaw) - (bars.highRaw - bars.closeRaw))
        let flow = ratio(location, Double(bars.highRaw - bars.lowRaw)) * bars.volume
        accumulated.add(flow)
        flows.append(flow)
        out.put("ad", accumulated.value)
        let difference = fastAD.add(accumulated.value) - slowAD.add(accumulated.value)
        out.put("adosc_3_10", bars.count >= 10 ? difference : .nan)
        out.put("cmf_20", flows.sum(20) / bars.volumes.sum(20))
    }

    private mutating func moneyFlow(_ bars: borrowing BarWindow) -> Double {
        let moved = bars.typicalRaw &- typicalBefore
        typicalBefore = bars.typicalRaw
        guard bars.count > 1 else { return .nan }
        let flow = bars.typical * bars.volume
        rising.append(moved > 0 ? flow : 0)
        falling.append(moved < 0 ? flow : 0)
        let up = rising.sum(14)
        return 100 * up / (up + falling.sum(14))
    }

    private mutating func easeOfMovement(_ bars: borrowing BarWindow) -> Double {
        let middle = bars.highRaw &+ bars.lowRaw
        let moved = Double(middle &- middleBefore) / (2 * BarWindow.scale)
        middleBefore = middle
        if bars.count > 1 { easiness.append(moved * bars.range / bars.volume) }
        return easiness.mean(14)
    }

    private mutating func writeWorth(_ bars: borrowing BarWindow, _ out: inout FeatureWriter) {
        worths.append(bars.typical * bars.volume)
        let vwap = worths.sum(20) / bars.volumes.sum(20)
        out.put("vwap_20", vwap)
        out.put("vwap_distance_20", (bars.close - vwap) / vwap)
    }

    private static func correlation(_ bars: borrowing BarWindow) -> Double {
        guard bars.count >= 20 else { return .nan }
        let (closes, volumes) = (bars.closeDeviations(20), bars.volumes.latest(20))
        let x = Features.moments(closes, 20)
        let y = Features.moments(volumes, 20)
        var products = 0.0
        for index in 0..<20 { products += (closes[index] - x.mean) * (volumes[index] - y.mean) }
        return products / (x.squares * y.squares).squareRoot()
    }
}
