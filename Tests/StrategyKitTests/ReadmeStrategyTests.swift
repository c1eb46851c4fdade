import StrategyKit
import StrategyTesting
import Testing

@Suite("The strategy of the README")
struct ReadmeStrategyTests {
    @Test("rides a trend, and leaves at its stop when the trend breaks")
    func ridesAndLeaves() throws {
        let scenario = try Scenario(TrendRider.self, ["quantity": 2, "stop_percent": 3])
        var market = SyntheticMarket(seed: 1)
        scenario.play(market.range(bars: 60, noisePercent: 0.01))
        scenario.play(market.trend(bars: 60, percentPerBar: 0.2))
        try scenario.expectPosition(2)
        scenario.play(market.gap(percent: -4))
        try scenario.expectLastOrder(.sell, 2)
        scenario.play(market.trend(bars: 1, percentPerBar: -0.1))
        try scenario.expectPosition(0)
        try scenario.expectNoFaults()
    }

    @Test("stays out while the trend is down")
    func staysOut() throws {
        let scenario = try Scenario(TrendRider.self)
        var market = SyntheticMarket(seed: 2)
        scenario.play(market.trend(bars: 200, percentPerBar: -0.1))
        try scenario.expectOrders(0)
    }
}
