/// The largest fall from a peak, max (peak − equity) / peak, over every equity it is shown (not day ends only).
@frozen public struct MaxDrawdown: Sendable, BitwiseCopyable {
    @usableFromInline var peak: Double
    /// An equity below this deepens the drawdown: peak × (1 − drawdown).
    @usableFromInline var floor: Double
    public internal(set) var fraction = 0.0

    /// `openingEquity` is the first peak.
    public init(openingEquity: Double) {
        peak = openingEquity
        floor = openingEquity
    }

    /// Two comparisons, unless the equity is a new extreme.
    @inlinable @inline(__always)
    public mutating func mark(_ equity: Double) {
        if equity > peak || equity < floor { extreme(equity) }
    }

    @usableFromInline
    mutating func extreme(_ equity: Double) {
        if equity > peak {
            peak = equity
            floor = peak * (1 - fraction)
        } else {
            fraction = max(fraction, (peak - equity) / peak)
            floor = equity
        }
    }
}
