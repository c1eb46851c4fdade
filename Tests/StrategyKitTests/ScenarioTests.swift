import StrategyKit
import StrategyTesting
import Testing

/// Buys with the kind that it is told, once.
private struct Buyer: Strategy {
    enum Kind: String, CaseIterable, Codable { case market, limit, stop, stopLimit }
    static let info = StrategyInfo(id: "Buyer", name: "Buyer")
    static let parameters: [Parameter<Self>] = [.choice("kind", \.kind, "Order kind"), .boolean("ioc", \.ioc, "IOC")]
    var kind = Kind.market
    var ioc = false
    var done = false
    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        guard !done else { return }
        done = true
        let kind: OrderKind =
            switch self.kind {
            case .market: .market
            case .limit: .limit(100)
            case .stop: .stop(110)
            case .stopLimit: .stopLimit(stop: 110, limit: 111)
            }
        context.buy(1, kind, timeInForce: ioc ? .immediateOrCancel : .goodTillCancelled)
    }
    mutating func onPosition(_ position: Position, _ context: inout Context) {
        context.log("\(position.quantity) at \(position.averagePrice)")
    }
}

@Suite("Scenarios")
struct ScenarioTests {
    private func bar(_ second: Int64, open: Price, high: Price, low: Price, close: Price) -> MarketEvent {
        .bar(
            open: open, high: high, low: low, close: close, at: Timestamp(nanoseconds: second * 1_000_000_000),
            interval: .seconds(1))
    }

    @Test(
        "fills at the next bar as the paper venue does",
        arguments: [
            ("market", 105, 120, 90, "1 at 105"), ("limit", 99, 120, 98, "1 at 99"),
            ("limit", 105, 120, 99, "1 at 100"),
            ("limit", 105, 120, 100, ""), ("stop", 105, 120, 90, "1 at 110"), ("stop", 113, 120, 90, "1 at 113"),
            ("stop", 105, 109, 90, ""), ("stopLimit", 105, 120, 90, "1 at 110"), ("stopLimit", 115, 120, 90, ""),
        ] as [(String, Price, Price, Price, String)])
    func fills(kind: String, open: Price, high: Price, low: Price, result: String) throws {
        let scenario = try Scenario(Buyer.self, ["kind": Setting(stringLiteral: kind)])
        scenario.play(bar(1, open: 105, high: 105, low: 105, close: 105))
        scenario.play(bar(2, open: open, high: high, low: low, close: low))
        #expect(scenario.logLines.joined() == result)
    }

    @Test("an IOC order that finds no price ends")
    func immediateOrCancel() throws {
        let scenario = try Scenario(Buyer.self, ["kind": "limit", "ioc": true])
        scenario.play(bar(1, open: 105, high: 105, low: 105, close: 105))
        scenario.play(bar(2, open: 105, high: 106, low: 90, close: 105))
        #expect(scenario.workingOrders.isEmpty && scenario.position() == .zero)
    }

    @Test("a failed expectation says what was there instead")
    func messages() throws {
        let scenario = try Scenario(Buyer.self)
        let nothing = #expect(throws: ExpectationFailure.self) { try scenario.expectOrders(1) }
        #expect(nothing?.description == "0 orders were sent, expected 1; the strategy did nothing")
        scenario.play(bar(1, open: 105, high: 105, low: 105, close: 105))
        let other = #expect(throws: ExpectationFailure.self) { try scenario.expectLastOrder(.sell, 2) }
        #expect(other?.description.hasPrefix("the last order is 'buy 1', expected 'sell 2'") == true)
        #expect(throws: ExpectationFailure.self) { try scenario.expectPosition(1) }
    }

    @Test("a library that is missing is an error with its path")
    func missingLibrary() {
        let error = #expect(throws: ScenarioError.self) { try Scenario(library: "/nowhere/libX.so") }
        #expect(error?.description.contains("/nowhere/libX.so") == true)
    }

    @Test("a seed gives the same market for ever")
    func seeds() throws {
        var one = SyntheticMarket(seed: 7)
        var other = SyntheticMarket(seed: 7)
        let bars = one.trend(bars: 5, percentPerBar: 0.1)
        #expect(bars.map(\.time) == other.trend(bars: 5, percentPerBar: 0.1).map(\.time) && one.price == other.price)
        // SplitMix64 from seed 1234567, from the authors' published sequence.
        var random = SeededRandom(seed: 1_234_567)
        #expect([random.next(), random.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
    }
}
