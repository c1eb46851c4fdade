internal import CStrategyABI
internal import Trading

/// The latest bars, and what several features need of them. Prices and volumes are exact: integers, or integers in a Double.
struct BarWindow: ~Copyable {
    static let scale = 1e9
    static let volumeScale = 1e8
    /// Closes whose distances from the newest are kept.
    static let deviationCount = 30

    private(set) var count = 0
    private(set) var openTime: Int64 = 0
    private(set) var closeTime: Int64 = 0

    // The newest bar: in units of price, and as integers.
    private(set) var open = 0.0
    private(set) var high = 0.0
    private(set) var low = 0.0
    private(set) var close = 0.0
    private(set) var volume = 0.0
    private(set) var openRaw: Int64 = 0
    private(set) var highRaw: Int64 = 0
    private(set) var lowRaw: Int64 = 0
    private(set) var closeRaw: Int64 = 0
    private(set) var volumeRaw: Int64 = 0

    /// Compared with the close before; not a number at the first bar.
    private(set) var change = Double.nan
    private(set) var simpleReturn = Double.nan
    private(set) var logReturn = Double.nan
    /// ln(o / close before).
    private(set) var overnight = Double.nan
    /// In 1e-9 of the price.
    private(set) var trueRangeRaw = Double.nan

    private(set) var closes = Series<Int64>(256, 0)
    private(set) var highs = Series<Int64>(64, 0)
    private(set) var lows = Series<Int64>(64, 0)
    /// In units of the instrument.
    private(set) var volumes = Series<Double>(32)
    private(set) var returns = Series<Double>(32)
    private(set) var logReturns = Series<Double>(64)
    /// In 1e-9 of the price.
    private(set) var trueRanges = Series<Double>(32)
    private(set) var extremes = Extremes()
    private let deviations = UnsafeMutablePointer<Double>.allocate(capacity: BarWindow.deviationCount)

    init() { deviations.initialize(repeating: 0, count: BarWindow.deviationCount) }
    deinit { deviations.deallocate() }

    var range: Double { Double(highRaw - lowRaw) / BarWindow.scale }
    var trueRange: Double { trueRangeRaw / BarWindow.scale }
    var typical: Double { (high + low + close) / 3 }
    /// (h + l + c) in 1e-9 of the price, of 64 bits: differences of two are exact, for prices less than 3 · 10^9 apart.
    var typicalRaw: Int64 { highRaw &+ lowRaw &+ closeRaw }

    /// The latest `window` closes less the newest one, in 1e-9 of the price, oldest first; there must be as many.
    @inline(__always)
    func closeDeviations(_ window: Int) -> UnsafePointer<Double> {
        UnsafePointer(deviations + (BarWindow.deviationCount &- window))
    }

    /// (c − c[k]) / c[k].
    @inline(__always)
    func change(over bars: Int) -> Double {
        guard count > bars else { return .nan }
        let before = closes[age: bars]
        return Double(closeRaw - before) / Double(before)
    }

    /// false = it is no bar, or not later than the one before.
    mutating func add(_ bar: Bar) -> Bool {
        guard bar.low > 0, bar.low <= min(bar.open, bar.close), bar.high >= max(bar.open, bar.close), bar.volume >= 0,
            bar.interval > 0, count == 0 || bar.time > closeTime
        else { return false }
        let (began, overflow) = bar.time.subtractingReportingOverflow(bar.interval)
        guard !overflow else { return false }
        let before = closeRaw
        (openTime, closeTime) = (began, bar.time)
        (openRaw, highRaw, lowRaw, closeRaw, volumeRaw) = (bar.open, bar.high, bar.low, bar.close, bar.volume)
        open = Double(openRaw) / BarWindow.scale
        high = Double(highRaw) / BarWindow.scale
        low = Double(lowRaw) / BarWindow.scale
        close = Double(closeRaw) / BarWindow.scale
        volume = Double(volumeRaw) / BarWindow.volumeScale
        count += 1
        closes.append(closeRaw)
        highs.append(highRaw)
        lows.append(lowRaw)
        volumes.append(volume)
        if count > 1 { compare(with: before) }
        extremes.scan(highs, lows)
        measureDeviations()
        return true
    }

    private mutating func compare(with before: Int64) {
        let base = Double(before)
        change = Double(closeRaw - before) / BarWindow.scale
        simpleReturn = Double(closeRaw - before) / base
        logReturn = logarithm(onePlus: simpleReturn)
        overnight = logarithm(onePlus: Double(openRaw - before) / base)
        trueRangeRaw = Double(max(highRaw, before) - min(lowRaw, before))
        returns.append(simpleReturn)
        logReturns.append(logReturn)
        trueRanges.append(trueRangeRaw)
    }

    private func measureDeviations() {
        let window = min(count, BarWindow.deviationCount)
        let latest = closes.latest(window)
        let target = deviations + (BarWindow.deviationCount &- window)
        for index in 0..<window { target[index] = Double(latest[index] &- closeRaw) }
    }
}
