public import CStrategyABI
import StrategyKit

/// Counts bars and adds up their closes: as little as a strategy can do that reads its events.
struct CountSwift: Strategy {
    static let info = StrategyInfo(id: "CountSwift", name: "Bar count in Swift")
    static let events: EventSet = .bars
    static let parameters: [Parameter<Self>] = []

    var bars = 0
    var sum: Int64 = 0

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        bars &+= 1
        sum &+= bar.close.raw
    }
}

@c @implementation
public func strategy_entry_v1(_ hostABI: UInt32) -> UnsafePointer<strategy_entry_v1_t>? {
    StrategyExport.entry(CountSwift.self, hostABI) { processBlock(CountSwift.self, $0, $1, $2, $3) }
}
