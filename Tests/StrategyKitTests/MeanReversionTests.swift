import StrategyKit
import StrategyTesting
import Testing

@Suite("Plugin MeanReversion")
struct MeanReversionTests {
    private let library = BuiltLibrary.path("MeanReversion")

    private func bars(_ closes: [Price], from second: Int64 = 1) -> [MarketEvent] {
        closes.enumerated().map { index, close in
            .bar(open: close, close: close, at: Timestamp(nanoseconds: (second + Int64(index)) * 1_000_000_000))
        }
    }

    private let calm: [Price] = [100, 101, 99, 100, 101, 99, 100, 101, 99, 100]
    private let settings: [String: Setting] = [
        "window": 10, "entry": 1.5, "exit": 0.2, "stop_percent": 10, "quantity": 3,
    ]

    @Test("buys what is cheap, and closes near the mean")
    func long() throws {
        let scenario = try Scenario(library: library, settings)
        scenario.play(bars(calm + [95, 96]))
        try scenario.expectLastOrder(.buy, 3)
        try scenario.expectPosition(3)
        scenario.play(bars([100, 100], from: 13))
        try scenario.expectLastOrder(.sell, 3, reduceOnly: true)
        try scenario.expectPosition(0)
    }

    @Test("sells short what is dear only when it may", arguments: [true, false])
    func short(allowed: Bool) throws {
        let scenario = try Scenario(
            library: library, settings.merging(["allow_short": Setting(booleanLiteral: allowed)]) { $1 })
        scenario.play(bars(calm + [105, 105]))
        try scenario.expectPosition(allowed ? -3 : 0)
    }

    @Test("stops a loss, and waits for calm before it enters again")
    func stop() throws {
        let scenario = try Scenario(library: library, settings)
        scenario.play(bars(calm + [95, 95, 84, 83, 70, 60]))
        try scenario.expectPosition(0)
        try scenario.expectOrders(2)
        try scenario.expectLastOrder(.sell, 3, reduceOnly: true)
        let later = (0..<12).map { Price(integerLiteral: 80 + Int64($0 % 3)) }
        scenario.play(bars(later + [70, 70], from: 17))
        try scenario.expectLastOrder(.buy, 3)
        try scenario.expectNoFaults()
    }

    @Test("refuses an exit band that is not inside the entry band")
    func validates() {
        #expect(throws: ScenarioError.self) { try Scenario(library: library, ["entry": 1, "exit": 1]) }
    }
}
