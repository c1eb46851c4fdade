internal import CStrategyABI
public import Trading

/// How much was traded at which prices.
///
/// Prices are cut into bins that begin at multiples of the width, which is the smallest multiple of the tick that needs at most
/// 50 of them (51, as the first may begin below the lowest price) from the lowest low to the highest high. A bar's volume is spread
/// evenly over all its prices, low and high included, each 1e-9 one price: up to price p it is ⌊v (p − l + 1) / (h − l + 1)⌋, so
/// that the bins add up to exactly v. Where no bar has a volume each counts as one unit: a profile of time.
///
/// The point of control is the bin with the most volume (the lowest of equal ones). The value area begins with it and takes the
/// two bins above or the two below, whichever hold more (above where both are equal, the other side where one has ended), until
/// it holds at least 70 % of all. Steidlmayer's market profile, as in Dalton, Jones, Dalton, Mind over Markets, 1990.
public struct VolumeProfile: Equatable, Sendable {
    public let binWidth: Price
    /// Where the first bin begins.
    public let begin: Price
    /// 1e-8 of the instrument's unit, from the lowest bin up.
    public let volumes: [Int128]
    /// The middle of its bin, to the tick.
    public let pointOfControl: Price
    /// Where the highest bin of the value area ends.
    public let valueAreaHigh: Price
    /// Where its lowest bin begins.
    public let valueAreaLow: Price

    /// `bars` are not empty, prices above zero; a tick below one counts as one.
    init(_ bars: [Bar], tick: Int64) {
        let tick = Int128(max(tick, 1))
        let low = bars.reduce(Int128(Int64.max)) { min($0, Int128($1.low)) }
        let high = bars.reduce(Int128(0)) { max($0, Int128($1.high)) }
        let width = VolumeProfile.quotient(VolumeProfile.quotient(high - low + 1, 50), tick) * tick
        let first = low / width
        var volumes = [Int128](repeating: 0, count: Int(high / width - first) + 1)
        let isTraded = bars.contains { $0.volume > 0 }
        for bar in bars {
            let (bottom, top) = (Int128(bar.low), Int128(bar.high))
            let volume = isTraded ? Int128(bar.volume) : Int128(Quantity.one.raw)
            var before: Int128 = 0
            for bin in bottom / width...top / width {
                let until = min((bin + 1) * width - 1, top)
                let soFar = volume * (until - bottom + 1) / (top - bottom + 1)
                volumes[Int(bin - first)] += soFar - before
                before = soFar
            }
        }
        let control = volumes.indices.reduce(0) { volumes[$1] > volumes[$0] ? $1 : $0 }
        let area = VolumeProfile.valueArea(volumes, around: control)
        func price(_ bin: Int) -> Int128 { (first + Int128(bin)) * width }
        self.volumes = volumes
        binWidth = Price(raw: Int64(clamping: width))
        begin = Price(raw: Int64(clamping: price(0)))
        pointOfControl = Price(raw: Int64(clamping: price(control) + width / tick / 2 * tick))
        valueAreaLow = Price(raw: Int64(clamping: price(area.lowerBound)))
        valueAreaHigh = Price(raw: Int64(clamping: price(area.upperBound + 1)))
    }

    private static func valueArea(_ volumes: [Int128], around control: Int) -> ClosedRange<Int> {
        let total = volumes.reduce(0, +)
        let last = volumes.count - 1
        var (low, high) = (control, control)
        var inside = volumes[control]
        while inside * 10 < total * 7 {
            let above = high + 1..<min(high + 3, last + 1)
            let below = max(low - 2, 0)..<low
            let more = volumes[above].reduce(0, +)
            let less = volumes[below].reduce(0, +)
            if below.isEmpty || (!above.isEmpty && more >= less) {
                high = above.upperBound - 1
                inside += more
            } else {
                low = below.lowerBound
                inside += less
            }
        }
        return low...high
    }

    /// Rounded up.
    private static func quotient(_ value: Int128, _ divisor: Int128) -> Int128 { (value + divisor - 1) / divisor }
}
