import Testing
import Trading

@Suite("Prices, quantities and rates")
struct FixedPointTests {
    @Test("have the scales of the money rules")
    func scales() throws {
        #expect(try #require(Price("1")).raw == 1_000_000_000)
        #expect(try #require(Quantity("1")).raw == 100_000_000)
        #expect(try #require(Rate("0.0002")).raw == 200_000)
        #expect(Price.one == Price("1"))
        #expect(Quantity.one == Quantity("1"))
        #expect(Rate.one == Rate("1.0"))
        #expect(Price.zero.raw == 0)
    }

    @Test("compare as numbers, below zero too")
    func comparisons() {
        let sorted = [Int64.min, -2, -1, 0, 1, 2, Int64.max].map(Price.init(raw:))
        for (i, a) in sorted.enumerated() {
            for (j, b) in sorted.enumerated() {
                #expect((a < b) == (i < j))
                #expect((a >= b) == (i >= j))
                #expect((a == b) == (i == j))
            }
        }
    }

    @Test("refuse a text that is finer than their scale")
    func tooFine() {
        #expect(Price("0.0000000001") == nil)
        #expect(Price.parse("0.0000000001") == .failure(.tooManyDecimals(9)))
        #expect(Quantity.parse("0.000000001") == .failure(.tooManyDecimals(8)))
        #expect(Quantity.parse("92233720368.54775808") == .failure(.outOfRange))
    }

    @Test("describe themselves exactly")
    func descriptions() {
        #expect("\(Price(raw: 46_319_123_000_000))" == "46319.123")
        #expect("\(Quantity(raw: -1))" == "-0.00000001")
        #expect(Price(raw: -1_500_000_000).approximate == -1.5)
    }

    @Test("add, subtract and negate quantities")
    func quantityArithmetic() {
        let a = Quantity(raw: 5)
        let b = Quantity(raw: -7)
        #expect(a + b == Quantity(raw: -2))
        #expect(a - b == Quantity(raw: 12))
        #expect(-b == Quantity(raw: 7))
        #expect(b.magnitude == Quantity(raw: 7))
        #expect(a.magnitude == a)
    }
}
