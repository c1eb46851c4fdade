internal import CStrategyABI
public import Trading

/// A price at which the market turned more than once.
///
/// Swing points are bars whose high lies above the highs of the two bars before and not below those of the two behind, or whose
/// low lies below and not above likewise (Williams 1995, fractals of five bars; the first of equal ones counts). Sorted by price,
/// a swing point joins the level of the one below it while it lies within half an average true range (14 bars, at the latest bar)
/// of that level's lowest point. The level is their mean, rounded down to 1e-9.
public struct PriceLevel: Equatable, Sendable {
    /// Levels on each side.
    static let countMax = 5

    public let price: Price
    /// Swing points in it: its strength. Two at least.
    public let touches: Int
    /// The close of its latest swing point.
    public let latest: Timestamp

    /// Highs and lows alike: a support that broke is a resistance.
    static func around(_ measured: MeasuredBars) -> (supports: [PriceLevel], resistances: [PriceLevel]) {
        guard let last = measured.bars.last, let range = measured.averageRanges.last ?? nil else { return ([], []) }
        let levels = all(swingPoints(measured.bars), within: range / 2)
        let supports = levels.reversed().filter { $0.price.raw <= last.close }
        let resistances = levels.filter { $0.price.raw > last.close }
        return (Array(supports.prefix(countMax)), Array(resistances.prefix(countMax)))
    }

    /// From the lowest up.
    private static func swingPoints(_ bars: [Bar]) -> [(price: Int64, time: Int64)] {
        guard bars.count >= 5 else { return [] }
        var points: [(price: Int64, time: Int64)] = []
        for index in 2..<bars.count - 2 {
            let (before, bar, behind) = (bars[index - 2..<index], bars[index], bars[index + 1...index + 2])
            if before.allSatisfy({ $0.high < bar.high }), behind.allSatisfy({ $0.high <= bar.high }) {
                points.append((bar.high, bar.time))
            }
            if before.allSatisfy({ $0.low > bar.low }), behind.allSatisfy({ $0.low >= bar.low }) {
                points.append((bar.low, bar.time))
            }
        }
        return points.sorted { $0 < $1 }
    }

    private static func all(_ points: [(price: Int64, time: Int64)], within distance: Int64) -> [PriceLevel] {
        var levels: [PriceLevel] = []
        var start = 0
        while start < points.count {
            var end = start
            while end < points.count, points[end].price - points[start].price <= distance { end += 1 }
            let members = points[start..<end]
            if members.count >= 2 {
                let sum = members.reduce(Int128(0)) { $0 + Int128($1.price) }
                let latest = members.reduce(Int64.min) { max($0, $1.time) }
                levels.append(
                    PriceLevel(
                        price: Price(raw: Int64(sum / Int128(members.count))), touches: members.count,
                        latest: Timestamp(nanoseconds: latest)))
            }
            start = end
        }
        return levels
    }
}
