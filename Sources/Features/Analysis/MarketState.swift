internal import CStrategyABI
internal import Trading

/// What a market is doing, with memory: each condition is entered at one threshold and left at another, so that a value at the
/// threshold does not make it flap.
///
/// - Trending from ADX(14) ≥ 25 and efficiency ratio(20) ≥ 0.30 on, until ADX < 20 or the ratio < 0.15. The ratio is
///   |c − c[20]| / Σ |c − c[1]| over 20 bars; its direction is that of c − c[20]. Otherwise it goes sideways.
/// - Volatility is the average true range of 14 bars / c, ranked among its latest 100 values (those below, and half of those
///   that are equal, itself too). High from 80 % on until below 65 %, low up to 20 % until above 35 %, otherwise medium.
/// - The condition is trending while it trends; else volatile while volatility is high, quiet while it is low, else ranging.
///
/// What is not known yet enters nothing: ADX needs 28 bars, the rank 20 values, hence 34 bars.
/// Wilder 1978 (ADX, true range), Kaufman 1995 (efficiency ratio); the thresholds are this project's.
public struct MarketState: Equatable, Sendable {
    public enum Condition: String, CaseIterable, Sendable { case trending, ranging, volatile, quiet }
    public enum Direction: String, CaseIterable, Sendable { case bullish, bearish, sideways }
    public enum Volatility: String, CaseIterable, Sendable { case low, medium, high }

    public private(set) var direction = Direction.sideways
    public private(set) var volatility = Volatility.medium

    public var condition: Condition {
        if direction != .sideways { return .trending }
        return switch volatility {
        case .high: .volatile
        case .low: .quiet
        case .medium: .ranging
        }
    }

    static func after(_ measured: MeasuredBars, _ thresholds: StateThresholds = .standard) -> [MarketState] {
        var state = MarketState()
        return measured.bars.indices.map { index in
            state.updateDirection(measured, index, thresholds)
            state.updateVolatility(measured, index, thresholds)
            return state
        }
    }

    private mutating func updateDirection(_ measured: MeasuredBars, _ index: Int, _ thresholds: StateThresholds) {
        guard index >= 20, measured.adx[index].isFinite else { return }
        let bars = measured.bars
        let move = bars[index].close - bars[index - 20].close
        var path: Int128 = 0
        for place in index - 19...index { path += Int128(abs(bars[place].close - bars[place - 1].close)) }
        let isTrending = direction != .sideways
        let adxLeast = isTrending ? thresholds.adxLeave : thresholds.adxEnter
        let percentLeast = isTrending ? thresholds.efficiencyLeave : thresholds.efficiencyEnter
        let isEfficient = move != 0 && 100 * Int128(abs(move)) >= Int128(percentLeast) * path
        guard measured.adx[index] >= adxLeast, isEfficient else { return direction = .sideways }
        direction = move > 0 ? .bullish : .bearish
    }

    private mutating func updateVolatility(_ measured: MeasuredBars, _ index: Int, _ thresholds: StateThresholds) {
        guard index >= 33, let range = measured.averageRanges[index] else { return }
        var (count, below, equal) = (0, 0, 0)
        for place in max(index - 99, 0)...index {
            guard let other = measured.averageRanges[place] else { continue }
            // range / close, without the divisions.
            let ours = Int128(range) * Int128(measured.bars[place].close)
            let theirs = Int128(other) * Int128(measured.bars[index].close)
            count += 1
            if theirs < ours { below += 1 } else if theirs == ours { equal += 1 }
        }
        let rank = 100 * (2 * below + equal)
        func reaches(_ percent: Int) -> Bool { rank >= percent * 2 * count }
        func isWithin(_ percent: Int) -> Bool { rank <= percent * 2 * count }
        if reaches(volatility == .high ? thresholds.highLeave : thresholds.highEnter) {
            volatility = .high
        } else if isWithin(volatility == .low ? thresholds.lowLeave : thresholds.lowEnter) {
            volatility = .low
        } else {
            volatility = .medium
        }
    }
}

/// All but ADX in percent.
struct StateThresholds {
    var adxEnter = 25.0
    var adxLeave = 20.0
    var efficiencyEnter = 30
    var efficiencyLeave = 15
    var highEnter = 80
    var highLeave = 65
    var lowEnter = 20
    var lowLeave = 35

    static let standard = StateThresholds()
}
