internal import CStrategyABI
internal import Trading

/// Where a market stands in Wyckoff's cycle, by rules that a machine can hold to:
///
/// - markup and markdown while the state is trending, bullish and bearish.
/// - Otherwise the latest 50 bars are a range of height H = highest h − lowest l, if their closes moved by at most H / 4 from the
///   first to the last. The 50 bars before it moved by M = last c − first o. It is accumulation where M ≤ −H and the evidence is
///   above 0, distribution where M ≥ H and it is below 0.
/// - Evidence: +1 for a spring (a bar of the range's second half whose low lies below the lowest of its first half and whose close
///   does not), −1 for an upthrust (likewise above the highest), +1 where the volume of its rising bars (c > o) is at least 1.2
///   times that of its falling ones, −1 where it is the other way round. Bars without any volume give none.
/// - Anything else is unknown, as is everything before there are 100 bars.
///
/// Wyckoff 1931; spring and upthrust as in Pruden, The Three Skills of Top Trading, 2007; the numbers are this project's.
public enum WyckoffPhase: String, CaseIterable, Sendable {
    case accumulation, markup, distribution, markdown, unknown

    init(_ measured: MeasuredBars, _ state: MarketState) {
        let bars = measured.bars.suffix(100)
        self =
            switch state.direction {
            case _ where bars.count < 100: .unknown
            case .bullish: .markup
            case .bearish: .markdown
            case .sideways: WyckoffPhase.ofRange(bars.suffix(50), after: bars.prefix(50))
            }
    }

    private static func ofRange(_ range: ArraySlice<Bar>, after prior: ArraySlice<Bar>) -> WyckoffPhase {
        guard let first = range.first, let last = range.last, let start = prior.first, let end = prior.last else {
            return .unknown
        }
        let height = Int128(highest(range)) - Int128(lowest(range))
        guard 4 * Int128(abs(last.close - first.close)) <= height else { return .unknown }
        let move = Int128(end.close) - Int128(start.open)
        let evidence = tests(range) + effort(range)
        if move <= -height, evidence > 0 { return .accumulation }
        return move >= height && evidence < 0 ? .distribution : .unknown
    }

    private static func tests(_ range: ArraySlice<Bar>) -> Int {
        let (floor, ceiling) = (lowest(range.prefix(25)), highest(range.prefix(25)))
        let isSpring = range.suffix(25).contains { $0.low < floor && $0.close >= floor }
        let isUpthrust = range.suffix(25).contains { $0.high > ceiling && $0.close <= ceiling }
        return (isSpring ? 1 : 0) - (isUpthrust ? 1 : 0)
    }

    private static func effort(_ range: ArraySlice<Bar>) -> Int {
        var (rising, falling): (Int128, Int128) = (0, 0)
        for bar in range {
            if bar.close > bar.open { rising += Int128(bar.volume) }
            if bar.close < bar.open { falling += Int128(bar.volume) }
        }
        guard rising != falling else { return 0 }
        if 5 * rising >= 6 * falling { return 1 }
        return 5 * falling >= 6 * rising ? -1 : 0
    }

    private static func highest(_ bars: ArraySlice<Bar>) -> Int64 { bars.reduce(.min) { max($0, $1.high) } }
    private static func lowest(_ bars: ArraySlice<Bar>) -> Int64 { bars.reduce(.max) { min($0, $1.low) } }
}
