public import Trading

/// Where a signal's trade would end, by volatility and structure. With R the average true range of 14 bars, at least two ticks,
/// for a signal that points up (downwards all is mirrored):
///
/// - The stop lies R / 4 below the nearest support that is R / 2 to 3 R below the entry, or else 1.5 R below the entry.
/// - The target is the nearest resistance from 1.5 times the distance of the stop up to 10 R above the entry, or else twice the
///   distance of the stop away.
///
/// Both are on the tick, the stop rounded away from the entry, the target towards it; each is at least a tick away. The stop is at
/// most a half of the entry away, a target below the entry at most three quarters of it: prices stay above zero.
public struct SignalLevels: Sendable, Equatable {
    public let stop: Price
    public let target: Price
    /// Distance of the target / distance of the stop.
    public let riskReward: Double

    /// `entry` is above zero; `range` zero or less: R is two ticks.
    public init(
        entry: Price, isUp: Bool, range: Price, supports: [Price], resistances: [Price], tick: Price
    ) {
        let tick = Int128(max(tick.raw, 1))
        let entry = Int128(entry.raw)
        let range = max(Int128(range.raw), 2 * tick)
        // Distances against and with the signal.
        let against = (isUp ? supports : resistances).map { abs(Int128($0.raw) - entry) }
        let ahead = (isUp ? resistances : supports).map { abs(Int128($0.raw) - entry) }
        let behind = against.filter { 2 * $0 >= range && $0 <= 3 * range }.min()
        let risk = min(behind.map { $0 + range / 4 } ?? 3 * range / 2, entry / 2)
        let stop = SignalLevels.rounded(isUp ? entry - risk : entry + risk, tick, up: !isUp)
        let stopDistance = max(abs(entry - stop), 1)
        let goal = ahead.filter { 2 * $0 >= 3 * stopDistance && $0 <= 10 * range }.min() ?? 2 * stopDistance
        let reward = isUp ? goal : min(goal, 3 * entry / 4)
        var target = SignalLevels.rounded(isUp ? entry + reward : entry - reward, tick, up: !isUp)
        if isUp ? target <= entry : target >= entry { target = isUp ? entry + tick : entry - tick }
        self.stop = Price(raw: Int64(clamping: max(stop, 1)))
        self.target = Price(raw: Int64(clamping: max(target, 1)))
        riskReward = Double(abs(target - entry)) / Double(stopDistance)
    }

    private static func rounded(_ raw: Int128, _ tick: Int128, up: Bool) -> Int128 {
        up ? (raw + tick - 1) / tick * tick : raw / tick * tick
    }
}
