import Testing
import Trading

@Suite("Average price of a position")
struct PositionTests {
    static func position(_ quantity: Int64, cost: Int128) -> Position {
        var position = Position()
        position.quantity = Quantity(raw: quantity)
        position.cost = Money(raw: cost)
        return position
    }

    @Test(
        "is cost / quantity / multiplier, half to even, for long and short",
        arguments: [
            (100_000_000, 4_631_900_000_000, 1, 46_319_000_000_000),
            (-100_000_000, -4_631_900_000_000, 1, 46_319_000_000_000),
            (300_000_000, 100_000_000, 1, 333_333_333),
            (-600_000_000, -400_000_000, 1, 666_666_667),
            (200_000_000, 1_000_000_000, 50, 100_000_000),
            (2_000_000_000_000, 1, 1, 0),
            (2_000_000_000_000, 5_000, 1, 2),
            (400_000_000_000, 1_000, 1, 2),
            (400_000_000_000, 1_400, 1, 4),
            (100, -250, 1, -2_500_000_000),
        ] as [(Int64, Int128, Int64, Int64)])
    func average(quantity: Int64, cost: Int128, multiplier: Int64, expected: Int64) {
        #expect(Self.position(quantity, cost: cost).averagePrice(multiplier: multiplier).raw == expected)
    }

    @Test("is zero when flat, and where it does not fit a price")
    func undefined() {
        #expect(Position().averagePrice(multiplier: 1) == .zero)
        #expect(Self.position(1, cost: 9_223_372_037).averagePrice(multiplier: 1) == .zero)
    }
}
