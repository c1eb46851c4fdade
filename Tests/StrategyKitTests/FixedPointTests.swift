import StrategyKit
import Testing

@Suite("Prices and quantities")
struct FixedPointTests {
    @Test("literals are exact")
    func literals() {
        let price: Price = 101.25
        let lot: Quantity = 0.00000001
        #expect(price.raw == 101_250_000_000 && lot.raw == 1)
        #expect((0.1 as Price).raw == 100_000_000 && (-3 as Quantity).raw == -300_000_000)
    }

    @Test("arithmetic saturates instead of trapping")
    func saturation() {
        let most = Price.max
        let least = Price(raw: .min)
        #expect(most + most == most && least - most == least && -least == most)
        #expect(most * 2 == most && most * -2 == least && least * -2 == most && least.magnitude == most)
        #expect(Price(1e300) == most && Price(-.infinity) == least && Price(.nan) == .zero)
        #expect((10_000_000_000 as Price) == most)
    }

    @Test("rounds to a step in both directions, below zero too")
    func steps() {
        let tick: Price = 0.05
        #expect((1.07 as Price).roundedDown(to: tick) == 1.05 && (1.07 as Price).roundedUp(to: tick) == 1.1)
        #expect((-1.07 as Price).roundedDown(to: tick) == -1.1 && (-1.07 as Price).roundedUp(to: tick) == -1.05)
        #expect((1.05 as Price).roundedUp(to: tick) == 1.05 && (1.07 as Price).roundedDown(to: 0) == 1.07)
    }

    @Test(
        "texts are read exactly or not at all",
        arguments: [
            ("0.01", 1_000_000), ("-1.5", -150_000_000), ("12", 1_200_000_000), ("1.000000000000", 100_000_000),
            (".5", 50_000_000), ("1.", 100_000_000),
        ])
    func texts(text: String, raw: Int64) { #expect(Quantity(text)?.raw == raw) }

    @Test(
        "texts that are no number of the scale are refused",
        arguments: [
            "", ".", "-", "1e3", "0.000000001", "1.2.3", "1,5", " 1", "99999999999999", "0.-5", "nan",
        ])
    func refusals(text: String) { #expect(Quantity(text) == nil) }

    @Test(
        "prints the shortest exact text",
        arguments: [
            (1, "0.00000001"), (-150_000_000, "-1.5"), (0, "0"), (1_200_000_000, "12"),
            (Int64.min, "-92233720368.54775808"),
        ])
    func description(raw: Int64, text: String) { #expect(Quantity(raw: raw).description == text) }
}
