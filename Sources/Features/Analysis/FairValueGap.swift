internal import CStrategyABI
public import Trading

/// Prices that three bars in a row leave out: a bullish gap lies between the high of the first and a higher low of the third, a
/// bearish one between the low of the first and a lower high of the third. It is filled by the first later bar that trades through
/// all of it: a low at or below a bullish gap's bottom, a high at or above a bearish gap's top.
/// As the Inner Circle Trader (Huddleston) teaches it; the three-bar imbalance of order-flow writing.
public struct FairValueGap: Equatable, Sendable {
    static let countMax = 50

    public let bias: Bias
    public let bottom: Price
    public let top: Price
    /// The close of the third bar.
    public let time: Timestamp
    /// The close of the bar that filled it; nil = it is open.
    public let filled: Timestamp?

    static func all(in bars: [Bar]) -> [FairValueGap] {
        guard bars.count >= 3 else { return [] }
        var gaps: [FairValueGap] = []
        for index in (2..<bars.count).reversed() where gaps.count < countMax {
            let (first, third, later) = (bars[index - 2], bars[index], bars[(index + 1)...])
            let filler: Bar?
            let gap: (bias: Bias, bottom: Int64, top: Int64)
            if third.low > first.high {
                gap = (.bullish, first.high, third.low)
                filler = later.first { $0.low <= gap.bottom }
            } else if third.high < first.low {
                gap = (.bearish, third.high, first.low)
                filler = later.first { $0.high >= gap.top }
            } else {
                continue
            }
            gaps.append(
                FairValueGap(
                    bias: gap.bias, bottom: Price(raw: gap.bottom), top: Price(raw: gap.top),
                    time: Timestamp(nanoseconds: third.time), filled: filler.map { Timestamp(nanoseconds: $0.time) }))
        }
        return gaps.reversed()
    }
}
