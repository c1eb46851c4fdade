public import CStrategyABI
public import Trading

/// What the closed bars of one instrument and timeframe say about its market. Computed on demand from all of them; whatever decides
/// is compared in whole numbers, the average directional index alone is a Double.
public struct MarketAnalysis: Sendable {
    /// More bars than these are not looked at.
    public static let barsMax = 2000

    /// Bars that count.
    public let barCount: Int
    /// When the latest bar closed.
    public let time: Timestamp
    public let close: Price
    /// After each bar, oldest first.
    public let states: [MarketState]
    public let profile: VolumeProfile
    /// At or below the close, and above it, the nearest first.
    public let supports: [PriceLevel]
    public let resistances: [PriceLevel]
    /// Oldest first, the latest 50.
    public let gaps: [FairValueGap]
    /// By the time of their displacement, oldest first, the latest 50.
    public let blocks: [OrderBlock]
    public let phase: WyckoffPhase

    public var state: MarketState { states[states.count - 1] }

    /// Of the latest `barsMax` bars. What is no bar is passed over, as by `FeatureSet.add`; nil = there is none. The bins of the
    /// volume profile are multiples of `tick` wide.
    public init?(_ bars: some Sequence<Bar>, tick: Price = Price(raw: 1)) {
        let measured = MeasuredBars(bars)
        guard let last = measured.bars.last else { return nil }
        barCount = measured.bars.count
        time = Timestamp(nanoseconds: last.time)
        close = Price(raw: last.close)
        states = MarketState.after(measured)
        profile = VolumeProfile(measured.bars, tick: tick.raw)
        (supports, resistances) = PriceLevel.around(measured)
        gaps = FairValueGap.all(in: measured.bars)
        blocks = OrderBlock.all(in: measured)
        phase = WyckoffPhase(measured, states[states.count - 1])
    }
}

/// Which way something points.
public enum Bias: String, Sendable { case bullish, bearish }

/// Bars, and what several analyses need of them.
struct MeasuredBars {
    private(set) var bars: [Bar] = []
    /// Average true range: Σ of the latest 14 true ranges / 14 in 1e-9 of the price, rounded down (a plain mean, so that it is a
    /// whole number); nil at the first 14 bars.
    private(set) var averageRanges: [Int64?] = []
    /// Wilder's average directional index of 14 bars; not a number at the first 27.
    private(set) var adx: [Double] = []

    init(_ source: some Sequence<Bar>) {
        var window = BarWindow()
        var directional = DirectionalMovement()
        var ranges: [Int64] = []
        for bar in source.suffix(MarketAnalysis.barsMax) where window.add(bar) {
            directional.add(window)
            if let before = bars.last { ranges.append(max(bar.high, before.close) - min(bar.low, before.close)) }
            let sum = ranges.suffix(14).reduce(Int128(0)) { $0 + Int128($1) }
            averageRanges.append(ranges.count < 14 ? nil : Int64(sum / 14))
            adx.append(directional.adx)
            bars.append(bar)
        }
    }
}
