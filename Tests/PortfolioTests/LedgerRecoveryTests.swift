import Portfolio
import Testing
import Trading

@Suite("Books that come back")
struct LedgerRecoveryTests {
    private static func ledger(strategies: [Int32] = [0, 1], opening: String = "1000") -> Ledger {
        Ledger(
            instruments: [terms(.cash), terms(.linear, multiplier: 10, currency: 1)], currencyCount: 2,
            accounts: [
                AccountTerms(openingBalance: Money(opening)!, rates: [.one, Rate("1.25")!]),
                AccountTerms(currency: 1, openingBalance: Money("7")!),
            ], strategyAccounts: strategies)
    }

    /// A long with part of its round trip behind it, a short, a flat instrument with results.
    private static func used() -> Ledger {
        var ledger = ledger()
        _ = ledger.apply(fill(.buy, "3", at: "10.5", commission: "0.01", seconds: 1))
        _ = ledger.apply(fill(.sell, "1", at: "11", commission: "0.02", seconds: 2))
        _ = ledger.apply(
            fill(.sell, "2", at: "5", commission: "-0.03", multiplier: 10, strategy: 1, account: 1, instrument: 1))
        _ = ledger.apply(fill(.buy, "1", at: "9", multiplier: 10, instrument: 1, seconds: 3))
        _ = ledger.apply(fill(.sell, "1", at: "8.5", multiplier: 10, instrument: 1, seconds: 4))
        ledger.mark(0, Price("12")!)
        return ledger
    }

    private static func bytes(_ ledger: borrowing Ledger) -> [UInt8] {
        var writer = ByteWriter()
        ledger.encode(into: &writer)
        return writer.bytes
    }

    private static func fault(_ bytes: [UInt8], into ledger: consuming Ledger) -> String? {
        var reader = ByteReader(bytes)
        do {
            try ledger.decode(from: &reader)
            try reader.end()
            return nil
        } catch { return error.description }
    }

    @Test("positions, round trips, cash, totals and estimates are as they were, and go on alike")
    func comesBack() throws {
        var old = Self.used()
        let bytes = Self.bytes(old)
        var new = Self.ledger(opening: "5")
        var reader = ByteReader(bytes)
        try new.decode(from: &reader)
        try reader.end()
        try new.check()
        #expect(Self.bytes(new) == bytes)
        #expect(new.accounts[0].openingBalance == Money("1000"))
        for strategy in 0..<2 {
            #expect(new.totals(strategy: strategy) == old.totals(strategy: strategy))
            #expect(new.equityEstimate(strategy: strategy) == old.equityEstimate(strategy: strategy))
            #expect(new.isOpen(strategy: strategy) == old.isOpen(strategy: strategy))
            for instrument in 0..<2 {
                #expect(
                    new.position(strategy: strategy, instrument: instrument)
                        == old.position(strategy: strategy, instrument: instrument))
            }
        }
        for account in 0..<2 {
            #expect(new.equity(account: account) == old.equity(account: account))
            #expect(new.grossExposure(account: account) == old.grossExposure(account: account))
        }
        let last = fill(.sell, "2", at: "12.5", commission: "0.1", seconds: 9)
        let outcome = try new.replay(last)
        #expect(outcome == old.apply(last))
        #expect(outcome.roundTrip != nil)
        #expect(Self.bytes(new) == Self.bytes(old))
        try new.check()
    }

    @Test("a blank ledger comes back blank, and a strategy may be new or move while it has no history")
    func blank() {
        #expect(Self.fault(Self.bytes(Self.ledger()), into: Self.ledger(strategies: [1, 0, 0])) == nil)
        let moved = Self.fault(Self.bytes(Self.used()), into: Self.ledger(strategies: [1, 1]))
        #expect(moved?.contains("strategy 0 traded for account 0, and now for 1") == true)
        let fewer = Self.fault(Self.bytes(Self.ledger()), into: Self.ledger(strategies: [0]))
        #expect(fewer?.contains("more than there are now") == true)
    }

    @Test("a fill that the venue cannot have made is refused, and changes nothing")
    func impossibleFills() throws {
        var ledger = Self.used()
        let before = Self.bytes(ledger)
        var wrongValue = fill(.buy, "1", at: "10")
        wrongValue.value = Money("11")!
        var nothing = fill(.buy, "1", at: "10")
        nothing.quantity = .zero
        var costly = fill(.buy, "1", at: "10")
        costly.commission = Money(raw: .max)
        let far = Quantity(raw: .max)
        var tooMuch = fill(.buy, "1", at: "10")
        tooMuch.quantity = far
        tooMuch.value = Money.value(tooMuch.price, far)!
        for bad in [
            wrongValue, nothing, costly, tooMuch, fill(.buy, "1", at: "10", strategy: 2),
            fill(.buy, "1", at: "10", strategy: -1), fill(.buy, "1", at: "10", account: 1),
            fill(.buy, "1", at: "10", instrument: 2),
        ] {
            #expect(throws: RecoveryFault.self) { _ = try ledger.replay(bad) }
            #expect(Self.bytes(ledger) == before)
        }
        _ = try ledger.replay(fill(.buy, "1", at: "10"))
        #expect(Self.bytes(ledger) != before)
    }

    @Test("no single wrong byte traps, and books that do not add up are found")
    func wrongBytes() {
        let good = Self.bytes(Self.used())
        var found = 0
        for place in good.indices {
            for value in [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8] where good[place] != value {
                var bad = good
                bad[place] = value
                var ledger = Self.ledger()
                var reader = ByteReader(bad)
                do {
                    try ledger.decode(from: &reader)
                    try ledger.check()
                    _ = ledger.equity(account: 0)
                } catch { found += 1 }
            }
        }
        #expect(found > good.count)
        for length in good.indices {
            #expect(Self.fault(Array(good.prefix(length)), into: Self.ledger()) != nil)
        }
    }

    @Test("statistics come back to the bit")
    func tracker() throws {
        var old = PerformanceTracker(openingEquity: 100)
        for index in 0..<20 as Range<Int64> {
            old.mark(
                time: index * 40_000_000_000_000, equity: 100 + Double(index % 7) / 3 - Double(index) / 9,
                isOpen: index % 3 == 0)
        }
        var ledger = Self.ledger()
        _ = ledger.apply(fill(.buy, "1", at: "10", seconds: 1))
        let trip = try #require(ledger.apply(fill(.sell, "1", at: "11", seconds: 5)).roundTrip)
        old.roundTrip(trip, rate: Rate("1.1")!)
        var writer = ByteWriter()
        old.trades.encode(into: &writer)
        old.encodeMarks(into: &writer)
        var new = PerformanceTracker(openingEquity: 5)
        var reader = ByteReader(writer.bytes)
        try new.decodeTrades(from: &reader)
        try new.decodeMarks(from: &reader)
        try reader.end()
        #expect(new.performance == old.performance)
        new.mark(time: 900_000_000_000_000, equity: 80, isOpen: true)
        old.mark(time: 900_000_000_000_000, equity: 80, isOpen: true)
        #expect(new.performance == old.performance)
        #expect(new.dailyReturns == old.dailyReturns && new.dailyReturns.values.count > 5)
    }
}
