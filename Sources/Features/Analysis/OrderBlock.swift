internal import CStrategyABI
public import Trading

/// The last opposite bar before a displacement: before a strong rise the latest bar that fell, before a strong fall the latest that
/// rose. A displacement is a bar whose body |c − o| is at least 1.5 times the average true range of 14 bars at the bar before, and
/// that closes beyond the block (above its high, below its low); the block is at most ten bars older. A bar is a block once, of its
/// first displacement. It is mitigated by the first bar behind the displacement that trades back into it: a low at or below a
/// bullish block's top, a high at or above a bearish block's bottom. As the Inner Circle Trader (Huddleston) teaches it.
public struct OrderBlock: Equatable, Sendable {
    static let countMax = 50

    public let bias: Bias
    /// Low and high of the opposite bar.
    public let bottom: Price
    public let top: Price
    /// The close of the opposite bar.
    public let time: Timestamp
    /// The close of the displacement.
    public let displaced: Timestamp
    /// The close of the bar that came back; nil = none did.
    public let mitigated: Timestamp?

    static func all(in measured: MeasuredBars) -> [OrderBlock] {
        let bars = measured.bars
        var blocks: [OrderBlock] = []
        for index in bars.indices.dropFirst() {
            let bar = bars[index]
            let body = bar.close - bar.open
            guard body != 0, let range = measured.averageRanges[index - 1], 2 * Int128(abs(body)) >= 3 * Int128(range)
            else { continue }
            let isRise = body > 0
            let before = bars[max(index - 10, 0)..<index]
            guard let block = before.last(where: { isRise ? $0.close < $0.open : $0.close > $0.open }),
                isRise ? bar.close > block.high : bar.close < block.low,
                !blocks.contains(where: { $0.time.nanoseconds == block.time })
            else { continue }
            let back = bars[(index + 1)...].first { isRise ? $0.low <= block.high : $0.high >= block.low }
            blocks.append(
                OrderBlock(
                    bias: isRise ? .bullish : .bearish, bottom: Price(raw: block.low), top: Price(raw: block.high),
                    time: Timestamp(nanoseconds: block.time), displaced: Timestamp(nanoseconds: bar.time),
                    mitigated: back.map { Timestamp(nanoseconds: $0.time) }))
        }
        return Array(blocks.suffix(countMax))
    }
}
