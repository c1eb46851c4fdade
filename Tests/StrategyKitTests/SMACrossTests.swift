import StrategyKit
import StrategyTesting
import Testing

@Suite("Plugin SMACross")
struct SMACrossTests {
    private let library = BuiltLibrary.path("SMACross")

    /// The position that the rule wants after each close, from scratch each time: Σ over the window against Σ over the
    /// window, cross-multiplied, in Int128.
    private func wanted(_ closes: [Price], fast: Int, slow: Int) -> [Int] {
        var held = 0
        return closes.indices.map { index in
            guard index + 1 >= slow else { return 0 }
            let sum = { (count: Int) in closes[(index + 1 - count)...index].reduce(Int128(0)) { $0 + Int128($1.raw) } }
            let left = sum(fast) * Int128(slow)
            let right = sum(slow) * Int128(fast)
            if left > right { held = 1 }
            if left < right { held = -1 }
            return held
        }
    }

    private func events(_ closes: [Price]) -> [MarketEvent] {
        closes.enumerated().map { index, close in
            .bar(open: close, close: close, at: Timestamp(nanoseconds: Int64(index + 1) * 60_000_000_000))
        }
    }

    private func walk(seed: UInt64, bars: Int, step: Price, start: Price) -> [Price] {
        var random = SeededRandom(seed: seed)
        var price = start
        return (0..<bars).map { _ in
            price += step * (Int(random.next() % 7) - 3)
            price = max(price, step)
            return price
        }
    }

    @Test("holds what the averages say, one bar later", arguments: [(2, 5, 1), (20, 100, 2), (1, 3, 3), (7, 8, 4)])
    func followsReference(fast: Int, slow: Int, seed: UInt64) throws {
        let closes = walk(seed: seed, bars: 600, step: 0.5, start: 300)
        let expected = wanted(closes, fast: fast, slow: slow)
        let scenario = try Scenario(
            library: library,
            ["fast": Setting(integerLiteral: fast), "slow": Setting(integerLiteral: slow), "quantity": 0.3])
        for (index, event) in events(closes).enumerated() {
            scenario.play(event)
            // The order given on the bar before was filled at this bar's open.
            let before = index == 0 ? 0 : expected[index - 1]
            try scenario.expectPosition(before == 0 ? .zero : before > 0 ? 0.3 : -0.3)
        }
        #expect(Set(expected) == [0, 1, -1])
        try scenario.expectNoFaults()
    }

    @Test("decides by the last unit of the largest prices")
    func largePrices() throws {
        let top = Price(raw: .max - 10)
        let closes = [top, top, top, top, top + Price(raw: 1), top + Price(raw: 1), top]
        let expected = wanted(closes, fast: 2, slow: 4)
        #expect(expected == [0, 0, 0, 0, 1, 1, 1] || expected.last == 1)
        let scenario = try Scenario(library: library, ["fast": 2, "slow": 4])
        var held: [Quantity] = []
        for event in events(closes + [top]) {
            scenario.play(event)
            held.append(scenario.position())
        }
        #expect(held.dropFirst().map { Int($0.double) } == expected)
    }

    @Test("flips with one order of the whole difference")
    func flips() throws {
        let scenario = try Scenario(library: library, ["fast": 1, "slow": 2, "quantity": 2])
        scenario.play(events([10, 11, 12, 9, 9]))
        #expect(scenario.orders.map(\.quantity) == [2, 4])
        #expect(scenario.orders.map(\.side) == [.buy, .sell])
    }

    @Test("keeps its position while both averages are equal")
    func equal() throws {
        let scenario = try Scenario(library: library, ["fast": 1, "slow": 2])
        scenario.play(events([10, 11, 11, 11, 11]))
        try scenario.expectOrders(1)
        try scenario.expectPosition(1)
    }

    @Test("sends no second order while one works, and tries again on the bar after a denial")
    func oneAtATime() throws {
        let scenario = try Scenario(library: library, ["fast": 1, "slow": 2])
        scenario.holdsFills = true
        scenario.play(events([10, 11, 12, 9, 8]))
        try scenario.expectOrders(1)
        let denied = try Scenario(library: library, ["fast": 1, "slow": 2])
        denied.deniesOrders = true
        denied.play(events([10, 11, 12, 13]))
        try denied.expectOrders(3)
        try denied.expectPosition(0)
    }

    @Test("refuses fast ≥ slow")
    func validates() {
        let error = #expect(throws: ScenarioError.self) { try Scenario(library: library, ["fast": 9, "slow": 9]) }
        #expect(error?.description == "fast (9) must be smaller than slow (9)")
    }

    @Test("goes on after a restore as if nothing had happened", arguments: [3, 49, 50, 51, 250])
    func restores(at split: Int) throws {
        let all = events(walk(seed: 5, bars: 400, step: 1, start: 500))
        let settings: [String: Setting] = ["fast": 10, "slow": 50]
        let whole = try Scenario(library: library, settings)
        whole.play(all)
        let broken = try Scenario(library: library, settings)
        broken.play(Array(all[..<split]))
        try broken.reload()
        broken.play(Array(all[split...]))
        #expect(whole.orders.count > 5)
        #expect(broken.orders == whole.orders)
        #expect(broken.save() == whole.save())
    }

    @Test(
        "every bundled plugin gives the same intents when it is reloaded after every event",
        arguments: [
            "SMACross", "MeanReversion", "PumpDetector",
        ])
    func reloads(plugin: String) throws {
        let library = BuiltLibrary.path(plugin)
        var market = SyntheticMarket(seed: 21)
        let settings: [String: Setting] = plugin == "SMACross" ? ["fast": 5, "slow": 20] : [:]
        let events =
            market.range(bars: 120) + market.pump() + market.gap(percent: -3) + market.pump(percent: -4)
            + market.trend(bars: 60, percentPerBar: 0.1, noisePercent: 0.2)
        let whole = try Scenario(library: library, settings)
        let broken = try Scenario(library: library, settings)
        for event in events {
            whole.play(event)
            broken.play(event)
            try broken.reload()
        }
        #expect(whole.orders.count > 3)
        #expect(broken.intents == whole.intents)
        #expect(broken.save() == whole.save())
    }

    @Test("new windows while running take effect at once, from the closes that it knows")
    func changesWhileRunning() throws {
        let closes = walk(seed: 8, bars: 300, step: 1, start: 400)
        let scenario = try Scenario(library: library, ["fast": 3, "slow": 60])
        scenario.play(Array(events(closes)[..<200]))
        try scenario.set("slow", 30)
        let expected = wanted(closes, fast: 3, slow: 30)
        for (index, event) in events(closes).enumerated().dropFirst(200) {
            scenario.play(event)
            if index > 201 { try scenario.expectPosition(Quantity(Double(expected[index - 1]))) }
        }
    }
}
