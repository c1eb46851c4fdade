import StrategyKit
import StrategyTesting
import Testing

@Suite("Plugin PumpDetector")
struct PumpDetectorTests {
    private let library = BuiltLibrary.path("PumpDetector")

    @Test("stays out of a calm market, buys a pump and leaves when it fades")
    func pump() throws {
        let scenario = try Scenario(library: library)
        var market = SyntheticMarket(seed: 11)
        scenario.play(market.range(bars: 120, noisePercent: 0.01))
        try scenario.expectOrders(0)
        scenario.play(market.pump(bars: 12, percent: 1.5))
        try scenario.expectNoFaults()
        #expect(scenario.orders.first?.side == .buy && scenario.orders.last?.side == .sell)
        scenario.play(market.range(bars: 60, noisePercent: 0.01))
        try scenario.expectPosition(0)
    }

    @Test("sells a dump short, and does not buy a pump, when its direction is short")
    func dump() throws {
        let scenario = try Scenario(library: library, ["direction": "short"])
        var market = SyntheticMarket(seed: 12)
        scenario.play(market.range(bars: 60, noisePercent: 0.01))
        scenario.play(market.trend(bars: 12, percentPerBar: 0.1))
        try scenario.expectOrders(0)
        scenario.play(market.range(bars: 60, noisePercent: 0.01) + market.pump(bars: 12, percent: -1.5))
        #expect(scenario.orders.first?.side == .sell)
    }

    @Test("needs the volume, not only the move")
    func volume() throws {
        let scenario = try Scenario(library: library, ["volume_surge": 2.5])
        var market = SyntheticMarket(seed: 13)
        scenario.play(market.range(bars: 60, noisePercent: 0.01) + market.pump(bars: 12, percent: 1.5, surge: 1))
        try scenario.expectOrders(0)
    }

    /// A price that climbs 0.1 % each second for ever has that velocity, whatever the windows.
    @Test("measures the velocity of a steady climb", arguments: [0.09, 0.11])
    func velocity(threshold: Double) throws {
        let scenario = try Scenario(
            library: library,
            ["entry_velocity": Setting(floatLiteral: threshold), "volume_surge": 0, "source": "trades"])
        var price: Price = 100
        for second in 1...60 {
            scenario.play(.trade(price, 1, at: Timestamp(nanoseconds: Int64(second) * 1_000_000_000)))
            price = price * 1.001
        }
        #expect(scenario.orders.isEmpty == (threshold > 0.1))
    }

    @Test(
        "leaves on the very bar that reaches its stop, its profit or its time, and then rests",
        arguments: [
            ("stop_percent", 0.2, -0.1), ("take_profit_percent", 0.2, 0.05), ("max_holding", 4, 0.01),
        ])
    func leaves(limit: String, value: Double, percentPerBar: Double) throws {
        var settings: [String: Setting] = ["stop_percent": 0, "take_profit_percent": 0, "max_holding": 0]
        settings[limit] = Setting(floatLiteral: value)
        let scenario = try Scenario(
            library: library, settings.merging(["exit_velocity": -100, "cooldown": 1000]) { $1 })
        var market = SyntheticMarket(seed: 14)
        scenario.play(market.range(bars: 60, noisePercent: 0.01))
        for _ in 0..<50 where scenario.position() == .zero {
            scenario.play(market.trend(bars: 1, percentPerBar: 0.1, noisePercent: 0, surge: 8))
        }
        let entry = try #require(scenario.lastFillPrice)
        let entered = market.time
        var leaves = false
        for _ in 0..<100 where !leaves {
            let gain = (market.price / entry - 1) * 100
            let held = market.time - entered
            switch limit {
            case "stop_percent": leaves = gain <= -value
            case "take_profit_percent": leaves = gain >= value
            default: leaves = held >= .seconds(4)
            }
            #expect((scenario.orders.count == 2) == leaves, "\(gain) % after \(held)")
            scenario.play(market.trend(bars: 1, percentPerBar: percentPerBar, noisePercent: 0))
        }
        #expect(leaves)
        // It rests, whatever comes.
        scenario.play(market.trend(bars: 30, percentPerBar: 0.1) + market.pump(bars: 10, percent: 3))
        try scenario.expectOrders(2)
        try scenario.expectPosition(0)
    }

    @Test("warns once when bars are too long for its windows")
    func longBars() throws {
        let scenario = try Scenario(library: library)
        var market = SyntheticMarket(seed: 15, interval: .seconds(60))
        scenario.play(market.range(bars: 50))
        #expect(scenario.logLines.count == 1)
    }

    @Test("refuses windows that do not fit each other")
    func validates() {
        #expect(throws: ScenarioError.self) { try Scenario(library: library, ["short_window": 10, "long_window": 15]) }
    }

    @Test("survives a market clock that stands still or jumps")
    func oddTimes() throws {
        let scenario = try Scenario(library: library, ["source": "trades"])
        for second: Int64 in [0, 0, 5, 5, 5, 1_000_000, 1_000_001, 9_000_000_000] {
            scenario.play(.trade(100, 1, at: Timestamp(nanoseconds: second * 1_000_000_000)))
        }
        try scenario.expectOrders(0)
        try scenario.expectNoFaults()
    }

    @Test("survives bars that begin before the epoch, and times at the ends of time")
    func extremeTimes() throws {
        let scenario = try Scenario(library: library)
        for nanoseconds: Int64 in [1_000_000_000, 2_000_000_000, .max - 1, .max] {
            scenario.play(
                .bar(open: 5, close: 5, at: Timestamp(nanoseconds: nanoseconds), interval: .seconds(60)))
        }
        try scenario.expectOrders(0)
    }
}
