public import CStrategyABI
import StrategyKit

/// Holds +quantity while the fast exponential average of trade prices is above the slow one, −quantity while it is below.
/// An average begins with the first price and takes 2 / (n + 1) of each later one; nothing is sent before `slow` trades.
struct EMACross: Strategy {
    static let info = StrategyInfo(
        id: "EMACross", name: "EMA crossover", version: "1.0.0",
        description: "Long while the fast average of trade prices is above the slow one, short while it is below")
    static let events: EventSet = .trades
    static let parameters: [Parameter<Self>] = [
        .integer("fast", \.fast, in: 1...100_000, "Length of the fast average", unit: "trades"),
        .integer("slow", \.slow, in: 2...100_000, "Length of the slow average", unit: "trades"),
        .quantity("quantity", \.quantity, in: 0.00000001...1_000_000_000, "Position to hold, long or short"),
    ]

    var fast = 100
    var slow = 1000
    var quantity: Quantity = 1
    private var fastAverage = 0.0
    private var slowAverage = 0.0
    private var fastWeight = 0.0
    private var slowWeight = 0.0
    private var seen = 0

    mutating func onTrade(_ trade: Trade, _ context: inout Context) {
        let price = trade.price.double
        seen += 1
        if seen == 1 {
            (fastAverage, slowAverage) = (price, price)
            (fastWeight, slowWeight) = (2 / Double(fast + 1), 2 / Double(slow + 1))
        } else {
            fastAverage += (price - fastAverage) * fastWeight
            slowAverage += (price - slowAverage) * slowWeight
        }
        if seen < slow || fastAverage == slowAverage { return }
        context.moveTo(fastAverage > slowAverage ? quantity : -quantity)
    }
}

@c @implementation
public func strategy_entry_v1(_ hostABI: UInt32) -> UnsafePointer<strategy_entry_v1_t>? {
    StrategyExport.entry(EMACross.self, hostABI) { processBlock(EMACross.self, $0, $1, $2, $3) }
}
