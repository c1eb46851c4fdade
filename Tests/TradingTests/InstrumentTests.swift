import Testing
import Trading

@Suite("Instruments")
struct InstrumentTests {
    static func instrument(_ change: (inout Instrument) -> Void = { _ in }) -> Instrument {
        var instrument = Instrument(
            id: "BTC_USDT", quoteCurrency: "USDT",
            terms: InstrumentTerms(
                tick: Price(raw: 100_000_000), lot: Quantity(raw: 1000), minQuantity: Quantity(raw: 1000),
                maxQuantity: Quantity(raw: 100_000_000_000)))
        change(&instrument)
        return instrument
    }

    @Test("a sound instrument has no problems")
    func sound() {
        #expect(Self.instrument().problems.isEmpty)
        #expect(Self.instrument { $0.id = String(repeating: "A", count: 31) }.problems.isEmpty)
        #expect(Self.instrument { $0.terms.multiplier = 1_000_000 }.problems.isEmpty)
        #expect(Self.instrument { $0.terms.maxQuantity = $0.terms.minQuantity }.problems.isEmpty)
    }

    @Test("each problem is named")
    func named() {
        let cases: [((inout Instrument) -> Void, String)] = [
            ({ $0.id = "" }, "id ''"),
            ({ $0.id = String(repeating: "A", count: 32) }, "31 bytes"),
            ({ $0.quoteCurrency = "" }, "quote currency ''"),
            ({ $0.quoteCurrency = String(repeating: "A", count: 16) }, "15 bytes"),
            ({ $0.terms.tick = .zero }, "tick 0"),
            ({ $0.terms.lot = Quantity(raw: -1) }, "lot -0.00000001"),
            ({ $0.terms.minQuantity = .zero }, "quantities 0…1000"),
            ({ $0.terms.maxQuantity = Quantity(raw: 999) }, "quantities 0.00001…0.00000999"),
            ({ $0.terms.minNotional = Money(raw: -1) }, "minimum notional -0.00000001"),
            ({ $0.terms.multiplier = 0 }, "multiplier 0"),
            ({ $0.terms.multiplier = 1_000_001 }, "multiplier 1000001"),
        ]
        for (change, text) in cases {
            let problems = Self.instrument(change).problems
            #expect(problems.count == 1 && problems[0].contains(text), "\(text) in \(problems)")
        }
    }

    @Test("all problems are reported at once")
    func all() {
        let broken = Self.instrument {
            $0.id = ""
            $0.quoteCurrency = ""
            $0.terms.tick = .zero
            $0.terms.lot = .zero
            $0.terms.maxQuantity = .zero
            $0.terms.minNotional = Money(raw: -1)
            $0.terms.multiplier = -1
        }
        #expect(broken.problems.count == 7)
    }
}
