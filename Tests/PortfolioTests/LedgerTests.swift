import Portfolio
import Testing
import Trading

@Suite("Ledger")
struct LedgerTests {
    static func ledger(
        _ instruments: [InstrumentTerms] = [terms()], strategyAccounts: [Int32] = [0], currencyCount: Int = 1,
        rates: [Rate?] = []
    ) -> Ledger {
        Ledger(
            instruments: instruments, currencyCount: currencyCount,
            accounts: [AccountTerms(openingBalance: Money("1000")!, rates: rates)], strategyAccounts: strategyAccounts)
    }

    @Test("starts with the opening balance in the account's currency and nothing else")
    func opening() {
        let ledger = Ledger(
            instruments: [terms()], currencyCount: 2,
            accounts: [AccountTerms(currency: 1, openingBalance: Money("5")!)], strategyAccounts: [0])
        #expect(ledger.cash(account: 0, currency: 0) == .zero)
        #expect(ledger.cash(account: 0, currency: 1) == Money("5"))
        #expect(ledger.equity(account: 0) == Money("5"))
        #expect(ledger.grossExposure(account: 0) == .zero)
        #expect(ledger.totals(strategy: 0) == StrategyTotals())
        #expect(ledger.position(strategy: 0, instrument: 0) == Position())
        #expect(ledger.isOpen(strategy: 0) == false)
        #expect(ledger.equityEstimate(strategy: 0) == 5)
    }

    @Test("cash settlement moves the whole value, linear only the profit; commission leaves both")
    func settlements() {
        var ledger = Self.ledger([terms(.cash), terms(.linear)], strategyAccounts: [0])
        _ = ledger.apply(fill(.buy, "2", at: "100", commission: "0.5"))
        #expect(ledger.cash(account: 0, currency: 0) == Money("799.5"))
        _ = ledger.apply(fill(.sell, "2", at: "110", commission: "0.5"))
        #expect(ledger.cash(account: 0, currency: 0) == Money("1019"))
        _ = ledger.apply(fill(.sell, "3", at: "100", commission: "1", instrument: 1))
        #expect(ledger.cash(account: 0, currency: 0) == Money("1018"))
        let closed = ledger.apply(fill(.buy, "1", at: "90", commission: "-0.25", instrument: 1))
        #expect(closed.realized == Money("10"))
        #expect(ledger.cash(account: 0, currency: 0) == Money("1028.25"))
        ledger.mark(1, Price("95")!)
        #expect(ledger.unrealized(strategy: 0, instrument: 1) == Money("10"))
        #expect(ledger.marketValue(strategy: 0, instrument: 1) == Money("-190"))
        #expect(ledger.equity(account: 0) == Money("1038.25"))
        #expect(
            ledger.totals(strategy: 0)
                == StrategyTotals(realized: Money("30")!, unrealized: Money("10")!, commission: Money("1.75")!))
    }

    @Test("a partial close takes its share of the exact cost, the remainder stays")
    func partialClose() {
        var ledger = Self.ledger()
        _ = ledger.apply(fill(.buy, "0.00000003", at: "0.333333333"))
        // Cost 1 unit of 1e-8; closing a third takes 1/3 → 0, the next 1/2 → 0 (even), the last the whole unit.
        let first = ledger.apply(fill(.sell, "0.00000001", at: "1"))
        #expect(first.realized.raw == 1)
        #expect(first.position.cost.raw == 1)
        #expect(first.roundTrip == nil)
        let second = ledger.apply(fill(.sell, "0.00000001", at: "1"))
        #expect(second.realized.raw == 1)
        #expect(second.position.cost.raw == 1)
        let third = ledger.apply(fill(.sell, "0.00000001", at: "1"))
        #expect(third.realized.raw == 0)
        #expect(third.position.cost.raw == 0)
        #expect(third.roundTrip?.pnl.raw == 2)
    }

    @Test("a flip ends one round trip and opens the next with a new id and its share of value and commission")
    func flip() throws {
        var ledger = Self.ledger()
        let opened = ledger.apply(fill(.buy, "1", at: "100", commission: "1", seconds: 10))
        #expect(opened.position.id == 1)
        let flipped = ledger.apply(fill(.sell, "3", at: "90", commission: "0.00000010", seconds: 20))
        let trip = try #require(flipped.roundTrip)
        // Commission 10 units: the opening two thirds are 6.67 → 7, the closing part takes the remaining 3.
        #expect(
            trip
                == RoundTrip(
                    id: 1, strategy: 0, instrument: 0, side: .buy, quantity: Quantity("1")!,
                    entryTime: Timestamp(nanoseconds: 10_000_000_000), entryPrice: Price("100")!,
                    exitTime: Timestamp(nanoseconds: 20_000_000_000), exitPrice: Price("90")!,
                    commission: Money("1.00000003")!, pnl: Money("-11.00000003")!))
        #expect(flipped.realized == Money("-10"))
        #expect(flipped.position.id == 2)
        #expect(flipped.position.quantity == Quantity("-2"))
        #expect(flipped.position.cost == Money("-180"))
        #expect(flipped.position.realized == Money("-10"))
        #expect(flipped.position.commission == Money("1.0000001"))
        #expect(flipped.position.openedAt == Timestamp(nanoseconds: 20_000_000_000))
        let closed = try #require(ledger.apply(fill(.buy, "2", at: "80", seconds: 30)).roundTrip)
        #expect(closed.side == .sell)
        #expect(closed.pnl == Money("19.99999993"))
        #expect(closed.commission == Money("0.00000007"))
    }

    @Test("in a flip of equal halves the opening part is rounded to even and the closing part takes the rest")
    func flipTie() {
        var ledger = Self.ledger()
        _ = ledger.apply(fill(.buy, "0.00000001", at: "1"))
        // Value 3 units and commission 5: halves of 1.5 → 2 and 2.5 → 2 open, 1 and 3 close.
        let flipped = ledger.apply(fill(.sell, "0.00000002", at: "1.5", commission: "0.00000005"))
        #expect(flipped.position.cost.raw == -2)
        #expect(flipped.realized.raw == 0)
        #expect(flipped.roundTrip?.commission.raw == 3)
        #expect(flipped.roundTrip?.pnl.raw == -3)
    }

    @Test("a round trip averages its entries and exits over the multiplier and keeps its largest quantity")
    func roundTrip() throws {
        var ledger = Self.ledger([terms(.linear, multiplier: 50)])
        func trade(_ side: Side, _ quantity: String, _ price: String) -> FillOutcome {
            ledger.apply(fill(side, quantity, at: price, commission: "1", multiplier: 50))
        }
        #expect(trade(.sell, "1", "200").roundTrip == nil)
        #expect(trade(.sell, "2", "203").roundTrip == nil)
        #expect(trade(.buy, "2", "199").roundTrip == nil)
        #expect(trade(.sell, "1", "201").roundTrip == nil)
        let trip = try #require(trade(.buy, "2", "198").roundTrip)
        #expect(trip.side == .sell)
        #expect(trip.quantity == Quantity("3"))
        #expect(trip.entryPrice == Price("201.75"))
        #expect(trip.exitPrice == Price("198.5"))
        #expect(trip.commission == Money("5"))
        #expect(trip.pnl == Money("645"))
        #expect(ledger.position(strategy: 0, instrument: 0).openedAt == Timestamp(nanoseconds: 0))
    }

    @Test("a trip that trades more than a Quantity can hold is still averaged")
    func longTrip() throws {
        var ledger = Self.ledger()
        _ = ledger.apply(fill(.buy, "1", at: "2"))
        for _ in 0..<4 {
            _ = ledger.apply(fill(.buy, "90000000000", at: "2"))
            _ = ledger.apply(fill(.sell, "90000000000", at: "2"))
        }
        let trip = try #require(ledger.apply(fill(.sell, "1", at: "2")).roundTrip)
        #expect(trip.entryPrice == Price("2"))
        #expect(trip.exitPrice == Price("2"))
        #expect(trip.pnl == .zero)
    }

    @Test("the largest fill that an instrument can have is booked exactly")
    func largest() {
        var ledger = Self.ledger([terms(.cash, multiplier: 1_000_000)])
        let quantity = Quantity(raw: Int64.max)
        let value = Money.value(Price(raw: Int64.max), quantity, multiplier: 1_000_000)!
        func huge(_ side: Side, _ quantity: Quantity) -> Fill {
            Fill(
                id: 0, orderID: 0, strategy: 0, account: 0, instrument: 0, side: side, liquidity: .taker,
                price: Price(raw: Int64.max), quantity: quantity,
                value: Money.value(Price(raw: Int64.max), quantity, multiplier: 1_000_000)!, commission: .zero,
                time: Timestamp(nanoseconds: 0))
        }
        _ = ledger.apply(huge(.buy, quantity))
        #expect(ledger.marketValue(strategy: 0, instrument: 0) == value)
        #expect(ledger.equity(account: 0) == Money("1000"))
        let part = ledger.apply(huge(.sell, Quantity(raw: Int64.max - 2)))
        // Python: M = 2**63 - 1; v = round(Fraction(M * M * 10**6, 10**9)); v - round(Fraction(v * (M - 2), M))
        #expect(part.position.cost.raw == Int128("18446744073709552"))
        let rest = ledger.apply(huge(.sell, Quantity(raw: 2)))
        #expect(rest.position.quantity == .zero)
        #expect(ledger.cash(account: 0, currency: 0) == Money("1000")! + rest.position.realized)
    }

    @Test("two strategies of one account net in the account's book and keep their own positions")
    func netting() {
        var ledger = Self.ledger(strategyAccounts: [0, 0])
        _ = ledger.apply(fill(.buy, "3", at: "10", strategy: 0))
        _ = ledger.apply(fill(.sell, "1", at: "12", strategy: 1))
        #expect(ledger.netQuantity(account: 0, instrument: 0) == Quantity("2"))
        #expect(ledger.position(strategy: 0, instrument: 0).quantity == Quantity("3"))
        #expect(ledger.position(strategy: 1, instrument: 0).quantity == Quantity("-1"))
        #expect(ledger.position(strategy: 1, instrument: 0).id == 2)
        ledger.mark(0, Price("11")!)
        #expect(ledger.grossExposure(account: 0) == Money("22"))
        #expect(ledger.totals(strategy: 0)?.net == Money("3"))
        #expect(ledger.totals(strategy: 1)?.net == Money("1"))
        #expect(ledger.equity(account: 0) == Money("1004"))
        _ = ledger.apply(fill(.sell, "2", at: "11", strategy: 1))
        #expect(ledger.netQuantity(account: 0, instrument: 0) == .zero)
        #expect(ledger.grossExposure(account: 0) == .zero)
    }

    @Test("an instrument that was never marked is worth what its first fill paid")
    func unmarked() {
        var ledger = Self.ledger([terms(.cash), terms(.cash)])
        #expect(ledger.mark(0) == .zero)
        _ = ledger.apply(fill(.buy, "2", at: "100"))
        #expect(ledger.mark(0) == Price("100"))
        #expect(ledger.equity(account: 0) == Money("1000"))
        ledger.mark(0, Price("101")!)
        _ = ledger.apply(fill(.buy, "2", at: "110"))
        #expect(ledger.mark(0) == Price("101"))
    }

    @Test("equity converts each currency's sum once, half to even")
    func conversion() {
        var ledger = Self.ledger(
            [terms(.linear, currency: 1), terms(.linear, currency: 1)], currencyCount: 2, rates: [nil, Rate("0.5")!])
        // Two gains of 3 units of 1e-8: 6 × 0.5 = 3 exactly; each alone would be 1.5 → 2.
        for instrument in UInt32(0)..<2 {
            _ = ledger.apply(fill(.buy, "1", at: "1", instrument: instrument))
            ledger.mark(Int(instrument), Price("1.00000003")!)
        }
        #expect(ledger.equity(account: 0) == Money("1000.00000003"))
        // Five units in all: 2.5 → 2.
        ledger.mark(1, Price("1.00000002")!)
        #expect(ledger.equity(account: 0) == Money("1000.00000002"))
        #expect(ledger.totals(strategy: 0)?.unrealized.raw == 2)
        #expect(ledger.convert(Money(raw: 7), from: 1, account: 0)?.raw == 4)
    }

    @Test("without a rate there is no equity, unless nothing stands in that currency")
    func missingRate() {
        var ledger = Self.ledger([terms(.linear, currency: 1)], currencyCount: 2)
        #expect(ledger.equity(account: 0) == Money("1000"))
        #expect(ledger.convert(.zero, from: 1, account: 0) == .zero)
        #expect(ledger.convert(Money(raw: 1), from: 1, account: 0) == nil)
        _ = ledger.apply(fill(.buy, "1", at: "1"))
        #expect(ledger.equity(account: 0) == Money("1000"))
        #expect(ledger.grossExposure(account: 0) == nil)
        #expect(ledger.equityEstimate(strategy: 0).isNaN)
        ledger.mark(0, Price("2")!)
        #expect(ledger.equity(account: 0) == nil)
        #expect(ledger.totals(strategy: 0) == nil)
    }

    @Test("a rate may be so large that a value no longer fits: nil, not a crash")
    func conversionBeyondRange() {
        let ledger = Self.ledger([], currencyCount: 2, rates: [nil, Rate(raw: Int64.max)])
        #expect(ledger.convert(Money(raw: Int128.max / 2), from: 1, account: 0) == nil)
    }

    @Test("a strategy that is added later starts empty and leaves the others as they were")
    func addStrategy() {
        var ledger = Self.ledger([terms(), terms()])
        _ = ledger.apply(fill(.buy, "2", at: "10", instrument: 1))
        let before = ledger.position(strategy: 0, instrument: 1)
        let added = ledger.addStrategy(account: 0)
        #expect(added == 1)
        #expect(ledger.strategyCount == 2)
        #expect(ledger.position(strategy: 0, instrument: 1) == before)
        #expect(ledger.isOpen(strategy: 0) == true)
        #expect(ledger.isOpen(strategy: 1) == false)
        _ = ledger.apply(fill(.sell, "1", at: "12", strategy: added, instrument: 1))
        #expect(ledger.netQuantity(account: 0, instrument: 1) == Quantity("1"))
        ledger.mark(1, Price("13")!)
        #expect(ledger.equity(account: 0) == Money("1005"))
        #expect(ledger.equityEstimate(strategy: 0) == 1006)
        #expect(ledger.equityEstimate(strategy: 1) == 999)
    }
}
