import Testing
import Trading

@testable import stratagem

@Suite("Size of what the bridge trades")
struct BridgedSizeTests {
    private func size(held: Money = .zero, atRisk: Money = .zero, unitLoss: String = "2") -> BridgedSize {
        BridgedSize(
            equity: Money("100000")!, positionShare: Rate("0.05")!, riskShare: Rate("0.01")!, held: held,
            atRisk: atRisk, unitValue: Money("100")!, unitLoss: Money(unitLoss)!)
    }

    private func quantity(_ size: BridgedSize, _ confidence: String = "0.8", lot: String = "1") -> Quantity {
        size.quantity(confidence: Rate(confidence)!, lot: Quantity(lot)!)
    }

    @Test("is the position's share of equity times the confidence, where the stop is near")
    func byPosition() {
        // 100000 × 0.05 × 0.8 = 4000, at 100 each.
        #expect(quantity(size()) == Quantity("40"))
        #expect(quantity(size(), "1") == Quantity("50"))
    }

    @Test("loses no more at the stop than the risk limit leaves")
    func byRisk() {
        // 100000 × 0.01 = 1000 may be lost: 40 at 25 each; 100 of it is at risk already: 36.
        #expect(quantity(size(unitLoss: "25"), "1") == Quantity("40"))
        #expect(quantity(size(atRisk: Money("100")!, unitLoss: "25"), "1") == Quantity("36"))
        #expect(quantity(size(atRisk: Money("1000")!, unitLoss: "25")) == .zero)
        #expect(quantity(size(atRisk: Money("2000")!, unitLoss: "25")) == .zero)
    }

    @Test("does not go beyond what the position may still grow")
    func room() {
        #expect(quantity(size(held: Money("4000")!), "1") == Quantity("10"))
        #expect(quantity(size(held: Money("5000")!)) == .zero && quantity(size(held: Money("6000")!)) == .zero)
    }

    @Test("is in whole lots, rounded down, and nothing where not one fits")
    func lots() {
        #expect(quantity(size(), "0.81", lot: "3") == Quantity("39"))
        #expect(quantity(size(), lot: "41") == .zero)
    }
}

@Suite("Rate over the last minute")
struct RateMeterTests {
    private static let second: Int64 = 1_000_000_000

    @Test("is what was counted in the last minute, by the second; 0 in the first one")
    func rate() {
        var meter = RateMeter()
        #expect(meter.rate(5, clock: 0) == 0)
        // Two a second for two minutes, then none.
        for second in 0...120 { meter.note(2 * second, clock: Int64(second) * Self.second) }
        #expect(meter.rate(240, clock: 120 * Self.second) == 2)
        for second in 121...150 { meter.note(240, clock: Int64(second) * Self.second) }
        #expect(meter.rate(240, clock: 150 * Self.second) == 1)
        for second in 151...200 { meter.note(240, clock: Int64(second) * Self.second) }
        #expect(meter.rate(240, clock: 200 * Self.second) == 0)
    }
}
