public import CStrategyABI
import StrategyKit

/// Buys what is unusually cheap and sells short what is unusually dear, measured by the z-score of the close among the
/// last `window` closes; market orders on bar closes.
///
/// Flat: z ≤ −entry buys, z ≥ entry sells short (with `allow_short`). In a position: a long one is closed at z ≥ −exit, a
/// short one at z ≤ exit, both when the close lies `stop_percent` beyond the average entry price. After such a stop the
/// strategy waits until |z| ≤ exit before it enters again, so that it does not buy the same fall twice.
struct MeanReversion: Strategy {
    static let info = StrategyInfo(
        id: "MeanReversion", name: "Mean reversion", version: "1.0.0",
        description: "Trades against unusual distances from the recent mean, measured as z-score")
    static let events: EventSet = .bars
    static let parameters: [Parameter<Self>] = [
        .integer("window", \.window, in: 3...10_000, "Closes that the z-score looks at", unit: "bars"),
        .number("entry", \.entry, in: 0.1...10, "Distance from the mean to enter at", unit: "deviations"),
        .number("exit", \.exit, in: 0...10, "Distance from the mean to close at", unit: "deviations"),
        .number("stop_percent", \.stopPercent, in: 0...100, "Loss to give up at; 0 = no stop", unit: "percent"),
        .quantity("quantity", \.quantity, in: 0.00000001...1_000_000_000, "Quantity of an entry"),
        .boolean("allow_short", \.allowShort, "Sell short when the price is unusually high"),
    ]

    static let functions: [Function<Self>] = [
        .function("z_score", "Of the last close, in deviations; null until the window is full") { $0.score.value },
        .function("awaits_calm", "After a stop: no entry until the price is back near the mean") { $0.awaitsCalm },
    ]

    var window = 50
    var entry = 2.0
    var exit = 0.5
    var stopPercent = 2.0
    var quantity: Quantity = 1
    var allowShort = true
    private var score = ZScore(50)
    /// After a stop: no entry until the price is back near the mean.
    private var awaitsCalm = false

    func validate() -> [String] {
        exit < entry ? [] : ["exit (\(exit)) must be smaller than entry (\(entry))"]
    }

    mutating func onStart(_ context: inout Context) { score = ZScore(window) }
    mutating func onParameters(_ context: inout Context) {
        if score.period != window { score = ZScore(window) }
    }

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        score.add(bar.close)
        guard let z = score.value, context.workingOrderCount == 0 else { return }
        let position = context.position
        if position.isFlat {
            enter(z, &context)
        } else if stopPercent > 0, position.gainPercent(at: bar.close) <= -stopPercent {
            awaitsCalm = true
            context.closePosition()
        } else if position.isLong ? z >= -exit : z <= exit {
            context.closePosition()
        }
    }

    private mutating func enter(_ z: Double, _ context: inout Context) {
        if awaitsCalm { awaitsCalm = z.magnitude > exit }
        if awaitsCalm { return }
        if z <= -entry {
            context.buy(quantity)
        } else if allowShort, z >= entry {
            context.sell(quantity)
        }
    }
}

@c @implementation
public func strategy_entry_v1(_ hostABI: UInt32) -> UnsafePointer<strategy_entry_v1_t>? {
    StrategyExport.entry(MeanReversion.self, hostABI) { processBlock(MeanReversion.self, $0, $1, $2, $3) }
}
