import Testing
import Trading

@testable import Journal

@Suite("Names")
struct NamesTests {
    private func instrument(_ id: String, tick: Int64 = 10, tradable: Bool = true) -> Instrument {
        Instrument(
            id: id, name: "The \(id)", quoteCurrency: "USDT", assetClass: "crypto",
            terms: InstrumentTerms(
                tick: Price(raw: tick), lot: Quantity(raw: 3), minQuantity: Quantity(raw: 3),
                maxQuantity: Quantity(raw: .max), minNotional: Money(raw: 500_000_001), multiplier: 75,
                settlement: .linear, currency: 2, tradable: tradable))
    }

    @Test("a number stays with its id over restarts, whatever the order in which ids come, and none is used again")
    func stable() throws {
        let folder = TemporaryFolder()
        var journal = try Journal.open(path: folder.journal)
        #expect(try journal.register(.strategy, ["b", "a"]) == ["b", "a"])
        #expect(try journal.register(.currency, ["a"]) == ["a"])
        try journal.close()
        journal = try Journal.open(path: folder.journal)
        #expect(try journal.register(.strategy, ["c", "a", "c"]) == ["b", "a", "c"])
        #expect(try journal.register(.strategy, []) == ["b", "a", "c"])
        #expect(try journal.names(.strategy) == ["b", "a", "c"])
        #expect(try journal.names(.currency) == ["a"])
        #expect(try journal.names(.account) == [])
        try journal.close()
    }

    @Test("an instrument that no feed has any more comes back with its terms, not tradable")
    func instruments() throws {
        let folder = TemporaryFolder()
        var journal = try Journal.open(path: folder.journal)
        #expect(
            try journal.register(instruments: [instrument("X"), instrument("Y")]) == [instrument("X"), instrument("Y")])
        try journal.close()
        journal = try Journal.open(path: folder.journal)
        let all = try journal.register(instruments: [instrument("Z"), instrument("Y", tick: 20)])
        #expect(all == [instrument("X", tradable: false), instrument("Y", tick: 20), instrument("Z")])
        let later = try journal.register(instruments: [instrument("X", tick: 30)])
        #expect(
            later == [
                instrument("X", tick: 30), instrument("Y", tick: 20, tradable: false), instrument("Z", tradable: false),
            ])
        #expect(try journal.names(.instrument) == ["X", "Y", "Z"])
        try journal.close()
    }
}
