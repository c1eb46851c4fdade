/// The files of a strategy in Swift.
enum SwiftScaffold {
    /// Never the name of a type of the kit.
    private static func type(_ scaffold: Scaffold) -> String { scaffold.pluginID + "Strategy" }

    static func source(_ scaffold: Scaffold) -> Scaffold.File {
        Scaffold.File(
            path: "\(scaffold.stem).swift",
            text: """
                import StrategyKit

                /// Follows the trend: long while the fast average of closes is above the slow one, short while it is below.
                struct \(type(scaffold)): Strategy {
                    static let info = StrategyInfo(id: "\(scaffold.pluginID)", name: "\(scaffold.title)")
                    /// Bars alone. Without this line come trades and quotes, too.
                    static let events: EventSet = .bars
                    /// What strategy.yaml and operators may set; the defaults are those of the properties.
                    static let parameters: [Parameter<Self>] = [
                        .quantity("quantity", \\.quantity, in: 0.0001...1000, "Position to hold, long or short")
                    ]

                    var quantity: Quantity = 0.01
                    /// All properties are saved by the host, and given back after a reload or a restart.
                    var fast = EMA(5), slow = EMA(20)

                    mutating func onBar(_ bar: Bar, _ context: inout Context) {
                        fast.add(bar.close)
                        slow.add(bar.close)
                        // nil until the average has seen enough bars.
                        guard let fast = fast.value, let slow = slow.value else { return }
                        context.moveTo(fast > slow ? quantity : -quantity)
                    }
                }

                """)
    }

    static func test(_ scaffold: Scaffold) -> Scaffold.File {
        Scaffold.File(
            path: "Tests/\(type(scaffold))Tests.swift",
            text: """
                // Run by `stratagem build \(scaffold.id) --test`: compiled with the strategy, no host needed.
                import StrategyKit
                import StrategyTesting
                import Testing

                @Test("is long in a rising market and short in a falling one")
                func followsTheTrend() throws {
                    let scenario = try Scenario(\(type(scaffold)).self, ["quantity": 2])
                    var market = SyntheticMarket(seed: 1)
                    scenario.play(market.trend(bars: 60, percentPerBar: 0.1))
                    try scenario.expectPosition(2)
                    scenario.play(market.trend(bars: 60, percentPerBar: -0.1))
                    try scenario.expectPosition(-2)
                    try scenario.expectNoFaults()
                }

                @Test("goes on after a reload as if nothing had happened")
                func survivesAReload() throws {
                    let scenario = try Scenario(\(type(scaffold)).self)
                    var market = SyntheticMarket(seed: 2)
                    scenario.play(market.trend(bars: 40, percentPerBar: 0.1))
                    let orders = scenario.orders.count
                    try scenario.reload()
                    scenario.play(market.trend(bars: 10, percentPerBar: 0.1))
                    try scenario.expectOrders(orders)
                }

                """)
    }
}
