import StrategyKit
import StrategyTesting
import Testing

@Suite("Plugin Breakout, in C")
struct BreakoutTests {
    private let library = BuiltLibrary.path("Breakout")
    private let short: [String: Setting] = ["window": 3, "exit_window": 2, "patience": 2, "quantity": 2]

    private func trades(_ prices: [Price], from second: Int64 = 1) -> [MarketEvent] {
        prices.enumerated().map { .trade($1, 100, at: Timestamp(nanoseconds: (second + Int64($0)) * 1_000_000_000)) }
    }

    @Test("sends a limit order at the price that breaks the channel, and not before the window is known")
    func entry() throws {
        let scenario = try Scenario(library: library, short)
        scenario.play(trades([10, 11, 12]))
        try scenario.expectOrders(0)
        scenario.play(trades([12], from: 4))
        try scenario.expectOrders(0)
        scenario.play(trades([12.5], from: 5))
        try scenario.expectLastOrder(.buy, 2, limitPrice: 12.5, reduceOnly: false)
    }

    @Test("uses a bar's high and low for the channel and its close as the price")
    func bars() throws {
        let scenario = try Scenario(library: library, short)
        let bar = { (second: Int64, high: Price, low: Price, close: Price) in
            MarketEvent.bar(
                open: close, high: high, low: low, close: close, at: Timestamp(nanoseconds: second * 1_000_000_000))
        }
        scenario.play([bar(1, 20, 5, 10), bar(2, 12, 9, 10), bar(3, 12, 9, 10), bar(4, 30, 9, 19)])
        try scenario.expectOrders(0)
        scenario.play(bar(5, 31, 9, 30))
        try scenario.expectOrders(0)
        scenario.play(bar(6, 31, 4, 8))
        try scenario.expectLastOrder(.sell, 2, limitPrice: 8)
    }

    @Test("does not sell short unless both = 1")
    func longOnly() throws {
        let settings = short.merging(["both": false]) { $1 }
        let scenario = try Scenario(library: library, settings)
        scenario.play(trades([10, 10, 10, 9, 8, 7]))
        try scenario.expectOrders(0)
    }

    @Test("cancels an entry that did not trade in `patience` events")
    func patience() throws {
        let scenario = try Scenario(library: library, short)
        scenario.play(trades([10, 10, 10, 11, 12]))
        try scenario.expectOrders(1)
        #expect(scenario.workingOrders.count == 1)
        scenario.play(trades([13], from: 6))
        let tag = try #require(scenario.orders.first?.tag)
        #expect(scenario.intents.contains(.cancel(tag: tag, instrument: 0)))
        #expect(scenario.workingOrders.isEmpty)
        // The event after the cancel may enter again.
        scenario.play(trades([14], from: 7))
        try scenario.expectLastOrder(.buy, 2, limitPrice: 14)
    }

    @Test("leaves by a reduce-only limit on the opposite break, and chases the price until it trades")
    func exit() throws {
        let scenario = try Scenario(library: library, short)
        scenario.play(trades([10, 10, 10, 11, 11]))
        try scenario.expectPosition(2)
        scenario.holdsFills = true
        scenario.play(trades([11, 10.5, 10], from: 6))
        try scenario.expectOrders(2)
        try scenario.expectLastOrder(.sell, 2, limitPrice: 10.5, reduceOnly: true)
        let tag = try #require(scenario.orders.last?.tag)
        #expect(scenario.intents.last == .modify(tag: tag, quantity: 2, limitPrice: 10, stopPrice: 0))
        scenario.holdsFills = false
        scenario.play(trades([10.2], from: 9))
        try scenario.expectPosition(0)
        try scenario.expectNoFaults()
    }

    @Test("forgets a denied entry and tries again")
    func denied() throws {
        let scenario = try Scenario(library: library, short)
        scenario.deniesOrders = true
        scenario.play(trades([10, 10, 10, 11, 12, 13]))
        try scenario.expectOrders(3)
    }

    @Test("refuses an exit window longer than the window")
    func validates() {
        #expect(throws: ScenarioError.self) { try Scenario(library: library, ["window": 3, "exit_window": 4]) }
    }
}
