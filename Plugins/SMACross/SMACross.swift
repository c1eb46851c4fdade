public import CStrategyABI
import StrategyKit

/// Moving-average crossover, long and short: holds +quantity while SMA(fast) > SMA(slow), −quantity while it is below,
/// and what it has when both are equal. Works on bar closes, once `slow` of them are known; one market order of the
/// missing difference at a time. After a denial the next bar tries again.
///
/// The averages are exact: Σfast / fast against Σslow / slow is decided as slow · Σfast against fast · Σslow.
struct SMACross: Strategy {
    static let info = StrategyInfo(
        id: "SMACross", name: "SMA crossover", version: "1.0.0",
        description: "Long while the fast moving average is above the slow one, short while it is below")
    static let events: EventSet = .bars
    static let parameters: [Parameter<Self>] = [
        .integer("fast", \.fast, in: 1...9999, "Bars in the fast average", unit: "bars"),
        .integer("slow", \.slow, in: 2...10_000, "Bars in the slow average", unit: "bars"),
        .quantity("quantity", \.quantity, in: 0.00000001...1_000_000_000, "Position to hold, long or short"),
    ]

    static let functions: [Function<Self>] = [
        .function("lead_percent", "How far the fast average is above the slow one; null until both are known") {
            $0.leadPercent
        },
        .function("average", "Mean of the newest closes; null until there are so many", .integer("bars")) {
            $0.average(of: $1)
        },
    ]

    var fast = 20
    var slow = 100
    var quantity: Quantity = 1
    /// The last `slow` closes.
    private var closes = RingBuffer<Int64>(capacity: 100)
    /// slow · Σfast − fast · Σslow, once the window is full: its sign says which average is ahead.
    private var lead: Int128 = 0

    func validate() -> [String] {
        fast < slow ? [] : ["fast (\(fast)) must be smaller than slow (\(slow))"]
    }

    mutating func onStart(_ context: inout Context) { closes = closes.resized(to: slow) }
    mutating func onParameters(_ context: inout Context) {
        closes = closes.resized(to: slow)
        lead = freshLead()
    }

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        let close = bar.close.raw
        if closes.count == slow, fast <= slow {
            let leavesFast = closes[age: fast &- 1]
            let leavesSlow = closes.append(close, context) ?? 0
            // Closes are not below zero, so a difference of two fits 64 bits, and 10,000 times that fits 128.
            lead &+= product(slow, close &- leavesFast) &- product(fast, close &- leavesSlow)
        } else {
            closes.append(close, context)
            guard closes.count == slow, fast <= slow else { return }
            lead = freshLead()
        }
        if lead == 0 { return }
        context.moveTo(lead > 0 ? quantity : -quantity)
    }

    private var leadPercent: Double? {
        guard let slow = average(of: slow), let fast = average(of: fast), slow != 0 else { return nil }
        return (fast / slow - 1) * 100
    }

    private func average(of bars: Int) -> Double? {
        guard bars > 0, bars <= closes.count else { return nil }
        return (0..<bars).reduce(0) { $0 + Price(raw: closes[age: $1]).double } / Double(bars)
    }

    private func freshLead() -> Int128 {
        guard closes.count == slow, fast <= slow else { return 0 }
        let newestFirst = (0..<slow).map { Int128(closes[age: $0]) }
        return Int128(slow) * newestFirst.prefix(fast).reduce(0, +) - Int128(fast) * newestFirst.reduce(0, +)
    }
}

@inline(__always)
private func product(_ a: Int, _ b: Int64) -> Int128 { Int128(Int64(a)) &* Int128(b) }

@c @implementation
public func strategy_entry_v1(_ hostABI: UInt32) -> UnsafePointer<strategy_entry_v1_t>? {
    StrategyExport.entry(SMACross.self, hostABI) { processBlock(SMACross.self, $0, $1, $2, $3) }
}
