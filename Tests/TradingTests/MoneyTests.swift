import Testing
import Trading

@Suite("Money")
struct MoneyTests {
    @Test("values a fill exactly and rounds ties to even")
    func values() throws {
        let price = try #require(Price("46319.5"))
        #expect(Money.value(price, try #require(Quantity("0.3"))) == Money("13895.85"))
        #expect(Money.value(price, try #require(Quantity("-0.3"))) == Money("-13895.85"))
        #expect(Money.value(price, try #require(Quantity("2")), multiplier: 50) == Money("4631950"))
        // 0.5, 1.5 and 2.5 units of 1e-8.
        #expect(Money.value(Price(raw: 500_000_000), Quantity(raw: 1))?.raw == 0)
        #expect(Money.value(Price(raw: 500_000_000), Quantity(raw: 3))?.raw == 2)
        #expect(Money.value(Price(raw: 500_000_000), Quantity(raw: 5))?.raw == 2)
        #expect(Money.value(Price(raw: 500_000_000), Quantity(raw: -3))?.raw == -2)
        #expect(Money.value(Price(raw: 500_000_000), Quantity(raw: -5))?.raw == -2)
        #expect(Money.value(Price(raw: 500_000_001), Quantity(raw: 5))?.raw == 3)
    }

    /// Products of Python integers over 10^9, rounded by its fractions module.
    @Test("values the largest price, quantity and multiplier that an instrument can have")
    func largestValue() {
        let price = Price(raw: Int64.max)
        let quantity = Quantity(raw: Int64.max)
        let expected = Int128("85070591730234615847396907784232501")!
        #expect(Money.value(price, quantity, multiplier: 1_000_000)?.raw == expected)
        #expect(Money.value(price, Quantity(raw: -Int64.max), multiplier: 1_000_000)?.raw == -expected)
        #expect(Money.value(price, quantity)?.raw == Int128("85070591730234615847396907784"))
    }

    @Test("is nil where a value is beyond Int128")
    func beyond() {
        #expect(Money.value(Price(raw: Int64.max), Quantity(raw: Int64.max), multiplier: Int64.max) == nil)
    }

    @Test("takes a rate, half to even")
    func rates() throws {
        let commission = try #require(Money("1234.56789")).times(try #require(Rate("0.0002")))
        #expect(commission == Money("0.24691358"))
        #expect(Money(raw: 5).times(Rate(raw: 500_000_000)).raw == 2)
        #expect(Money(raw: 7).times(Rate(raw: 500_000_000)).raw == 4)
        #expect(Money(raw: -5).times(Rate(raw: 500_000_000)).raw == -2)
        #expect(Money(raw: Int128.max).times(.one).raw == Int128.max)
        #expect(
            Money(raw: Int128.max).times(Rate(raw: 999_999_999)).raw
                == Int128("170141183290328048271218071984196802011"))
        #expect(Money(raw: 100).times(Rate(raw: -50_000_000)).raw == -5)
    }

    @Test("is above a share of another amount just where it is above the share that is worked out and rounded")
    func isAboveShare() {
        var random = SystemRandomNumberGenerator()
        func check(_ amount: Int128, _ share: Int64, _ whole: Int128) {
            let (amount, share, whole) = (Money(raw: amount), Rate(raw: share), Money(raw: whole))
            let expected = whole.converted(at: share).map { amount > $0 }
            #expect(amount.isAbove(share, of: whole) == expected, "\(amount.raw), \(share.raw) of \(whole.raw)")
        }
        for _ in 0..<2000 {
            let whole = Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...62, using: &random)
            let share = Int64.random(in: 0...Int64.max, using: &random) >> Int64.random(in: 0...62, using: &random)
            guard let near = Money(raw: Int128(whole)).converted(at: Rate(raw: share)) else { continue }
            for distance in -1...1 as ClosedRange<Int128> { check(near.raw + distance, share, Int128(whole)) }
            check(Int128(Int64.random(in: .min ... .max, using: &random)), share, Int128(whole))
        }
        // Just halves, which round to the even neighbour: 0.5, 1.5 and 2.5 of 1e-8.
        for whole in [1, 3, 5, -1, -3] as [Int128] {
            for amount in -3...3 as ClosedRange<Int128> { check(amount, 500_000_000, whole) }
        }
        for amount in [Int128(Int64.max), Int128(Int64.max) + 1, Int128(1) << 100] {
            check(amount, 1_000_000_000, Int128(Int64.max) + 1)
        }
        #expect(Money.zero.isAbove(Rate(raw: .max), of: Money(raw: 1 << 120)) == nil, "beyond counting")
    }

    @Test("takes a share of a cost, half to even, also where the product is beyond Int128")
    func portions() {
        #expect(Money(raw: 10).portion(Quantity(raw: 1), of: Quantity(raw: 4)).raw == 2)
        #expect(Money(raw: 14).portion(Quantity(raw: 1), of: Quantity(raw: 4)).raw == 4)
        #expect(Money(raw: -10).portion(Quantity(raw: 1), of: Quantity(raw: 4)).raw == -2)
        #expect(Money(raw: 10).portion(Quantity(raw: 3), of: Quantity(raw: 3)).raw == 10)
        let whole = Money(raw: Int128("85070591730234615847396907784232501")!)
        let share = Quantity(raw: Int64.max - 2)
        #expect(whole.portion(share, of: Quantity(raw: Int64.max)).raw == Int128("85070591730234615828950163710522949"))
    }

    @Test("reads exactly and describes itself")
    func text() {
        #expect(Money("1000000")?.raw == 100_000_000_000_000)
        #expect(Money("-0.00000001")?.raw == -1)
        #expect(Money("0.000000001") == nil)
        #expect(Money("92233720369") == nil)
        #expect("\(Money(raw: -123_456_789_012))" == "-1234.56789012")
        #expect("\(Money(raw: Int128.max))" == "1701411834604692317316873037158.84105727")
    }

    @Test("compares, adds and negates")
    func arithmetic() {
        var sum = Money(raw: 3)
        sum += Money(raw: -10)
        #expect(sum.raw == -7)
        sum -= Money(raw: 1)
        #expect(sum == -Money(raw: 8))
        #expect(sum < .zero)
        #expect(sum.magnitude.raw == 8)
    }

    @Test(
        "is near the same Double, also beyond 64 bits",
        arguments: [
            ("0", 0), ("-150000000", -1.5), ("9223372036854775807", 92_233_720_368.547_76),
            ("9223372036854775808", 92_233_720_368.547_76), ("-9223372036854775809", -92_233_720_368.547_76),
            ("-170141183460469231731687303715884105728", -1.7014118346046923e30),
            ("123456789012345678901234567890", 1.2345678901234568e21),
        ])
    func approximates(raw: String, expected: Double) throws {
        let value = Money(raw: try #require(Int128(raw))).approximate
        #expect(abs(value - expected) <= abs(expected) * 4e-16)
    }
}
