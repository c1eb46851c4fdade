import Execution
import Testing
import Trading

@Suite("Venue terms")
struct VenueTermsTests {
    struct Row: Sendable {
        var maker = "0"
        var taker = "0"
        var perUnit = "0"
        let value: String
        var quantity = "1"
        let asMaker: String
        let asTaker: String
    }

    @Test(
        "commission is value × rate, half to even, plus the part per unit",
        arguments: [
            Row(maker: "0.0001", taker: "0.0002", value: "1000", asMaker: "0.1", asTaker: "0.2"),
            // A tie at half a unit of 1e-8 goes to the even neighbour: 0.5 → 0, 1.5 → 2.
            Row(maker: "0.00005", taker: "0.00015", value: "0.0001", asMaker: "0", asTaker: "0.00000002"),
            Row(maker: "-0.0001", taker: "0.0002", value: "1000", asMaker: "-0.1", asTaker: "0.2"),
            Row(taker: "0.001", perUnit: "0.005", value: "100", quantity: "3", asMaker: "0.015", asTaker: "0.115"),
            Row(perUnit: "0.00000001", value: "100", quantity: "0.5", asMaker: "0", asTaker: "0"),
            Row(perUnit: "0.00000003", value: "100", quantity: "0.5", asMaker: "0.00000002", asTaker: "0.00000002"),
        ])
    func commission(_ row: Row) {
        var terms = VenueTerms()
        terms.makerRate = rate(row.maker)
        terms.takerRate = rate(row.taker)
        terms.commissionPerUnit = money(row.perUnit)
        for (liquidity, expected) in [(Fill.Liquidity.maker, row.asMaker), (.taker, row.asTaker)] {
            let commission = terms.commission(
                value: money(row.value), quantity: quantity(row.quantity), liquidity: liquidity)
            #expect(commission == money(expected))
        }
    }
}
