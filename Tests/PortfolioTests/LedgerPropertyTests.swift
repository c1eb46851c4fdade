import Portfolio
import Testing
import Trading

/// The books kept in the plainest way: every fill is remembered, and each number is worked out from all of them again
/// when it is asked for, with a half-even division of its own.
struct ShadowLedger {
    struct State {
        var quantity: Int128 = 0
        var cost: Int128 = 0
        var realized: Int128 = 0
        var commission: Int128 = 0
        var flow: Int128 = 0
    }

    let instruments: [InstrumentTerms]
    let owners: [Int32]
    let openings: [Int128]
    let currencies: [UInt8]
    var marks: [Int64]
    var fills: [Fill] = []
    var states: [[State]]

    init(instruments: [InstrumentTerms], owners: [Int32], openings: [Int128], currencies: [UInt8]) {
        self.instruments = instruments
        self.owners = owners
        self.openings = openings
        self.currencies = currencies
        marks = Array(repeating: 0, count: instruments.count)
        states = Array(repeating: Array(repeating: State(), count: instruments.count), count: owners.count)
    }

    /// Half to even from the floor: add half, step back where that made an odd number out of a tie.
    static func divide(_ a: Int128, _ b: Int128) -> Int128 {
        let doubled = 2 * a + b
        var quotient = doubled / (2 * b)
        if doubled % (2 * b) < 0 { quotient -= 1 }
        let isTie = doubled % (2 * b) == 0
        return isTie && quotient % 2 != 0 ? quotient - 1 : quotient
    }

    mutating func take(_ fill: Fill) {
        fills.append(fill)
        if marks[Int(fill.instrument)] == 0 { marks[Int(fill.instrument)] = fill.price.raw }
        var state = states[Int(fill.strategy)][Int(fill.instrument)]
        let direction: Int128 = fill.side == .buy ? 1 : -1
        let total = Int128(fill.quantity.raw)
        let against = state.quantity * direction < 0 ? min(total, abs(state.quantity)) : 0
        let openValue = against == total ? 0 : Self.divide(fill.value.raw * (total - against), total)
        if against > 0 {
            let part = Self.divide(state.cost * against, abs(state.quantity))
            state.realized += -direction * (fill.value.raw - openValue) - part
            state.cost -= part
        }
        state.cost += direction * openValue
        state.quantity += direction * total
        state.commission += fill.commission.raw
        state.flow -= direction * fill.value.raw
        states[Int(fill.strategy)][Int(fill.instrument)] = state
    }

    func cash(account: Int, currency: Int) -> Int128 {
        var sum = Int(currencies[account]) == currency ? openings[account] : 0
        for (strategy, owner) in owners.enumerated() where Int(owner) == account {
            for (index, terms) in instruments.enumerated() where Int(terms.currency) == currency {
                let state = states[strategy][index]
                sum += (terms.settlement == .cash ? state.flow : state.realized) - state.commission
            }
        }
        return sum
    }

    func value(_ quantity: Int128, _ instrument: Int) -> Int128 {
        Self.divide(Int128(marks[instrument]) * quantity * Int128(instruments[instrument].multiplier), 1_000_000_000)
    }

    /// Opening balance + Σ (realized + unrealized − commission): the other side of the equity identity.
    func equity(account: Int, currency: Int) -> Int128 {
        var sum = Int(currencies[account]) == currency ? openings[account] : 0
        for (strategy, owner) in owners.enumerated() where Int(owner) == account {
            for (index, terms) in instruments.enumerated() where Int(terms.currency) == currency {
                let state = states[strategy][index]
                sum += state.realized + value(state.quantity, index) - state.cost - state.commission
            }
        }
        return sum
    }
}

@Suite("Ledger properties over random fills")
struct LedgerPropertyTests {
    static let instruments = [
        terms(.cash), terms(.linear), terms(.linear, multiplier: 50, currency: 1),
        terms(.cash, multiplier: 7, currency: 2),
    ]
    static let owners: [Int32] = [0, 1, 0, 1, 1]
    static let openings: [Int128] = [100_000_000_000_000, 3]
    static let currencies: [UInt8] = [0, 2]
    static let rates: [[Rate?]] = [
        [.one, Rate(raw: 11_800_003), Rate(raw: 1_083_999_999)], [Rate(raw: 922_509_226), Rate(raw: 10_885_610), .one],
    ]

    static func ledger() -> Ledger {
        Ledger(
            instruments: instruments, currencyCount: 3,
            accounts: (0..<2).map {
                AccountTerms(currency: currencies[$0], openingBalance: Money(raw: openings[$0]), rates: rates[$0])
            }, strategyAccounts: owners)
    }

    /// Sizes from one unit of 1e-8 to thousands, exact closes and flips often, rebates now and then.
    static func randomFill(_ ledger: borrowing Ledger, id: UInt64, _ random: inout SeededGenerator) -> Fill {
        let strategy = Int.random(in: 0..<owners.count, using: &random)
        let instrument = Int.random(in: 0..<instruments.count, using: &random)
        let held = ledger.position(strategy: strategy, instrument: instrument).quantity
        var side: Side = Bool.random(using: &random) ? .buy : .sell
        var quantity = Quantity(
            raw: max(
                1, Int64.random(in: 1...1_000_000_000_000, using: &random) >> Int64.random(in: 0...40, using: &random)))
        if held != .zero, UInt8.random(in: 0..<4, using: &random) == 0 {
            quantity = held.magnitude
            side = held.raw > 0 ? .sell : .buy
        }
        let price = Price(
            raw: Int64.random(in: 1...60_000_000_000_000, using: &random) >> Int64.random(in: 0...20, using: &random))
        let value = Money.value(price, quantity, multiplier: instruments[instrument].multiplier)!
        let rate = Rate(raw: Int64.random(in: -100_000...1_000_000, using: &random))
        return Fill(
            id: id, orderID: id, strategy: Int32(strategy), account: owners[strategy], instrument: UInt32(instrument),
            side: side, liquidity: .maker, price: price, quantity: quantity, value: value,
            commission: value.times(rate),
            time: Timestamp(nanoseconds: Int64(id)))
    }

    /// Compares everything; nil when all is equal, else what is not.
    static func difference(_ ledger: borrowing Ledger, _ shadow: ShadowLedger) -> String? {
        for strategy in owners.indices {
            for instrument in instruments.indices {
                let position = ledger.position(strategy: strategy, instrument: instrument)
                let state = shadow.states[strategy][instrument]
                guard Int128(position.quantity.raw) == state.quantity, position.cost.raw == state.cost,
                    position.realized.raw == state.realized, position.commission.raw == state.commission,
                    (position.id == 0) == (state.quantity == 0), state.quantity != 0 || state.cost == 0
                else { return "position of \(strategy) in \(instrument): \(position), expected \(state)" }
            }
        }
        for account in 0..<2 {
            var equity: Int128 = 0
            for currency in 0..<3 {
                let cash = ledger.cash(account: account, currency: currency).raw
                let expected = shadow.cash(account: account, currency: currency)
                guard cash == expected else { return "cash \(currency) of \(account): \(cash), expected \(expected)" }
                let rate = Int128(rates[account][currency]!.raw)
                equity += ShadowLedger.divide(shadow.equity(account: account, currency: currency) * rate, 1_000_000_000)
            }
            guard ledger.equity(account: account)?.raw == equity else {
                return "equity of \(account): \(ledger.equity(account: account)?.raw ?? 0), expected \(equity)"
            }
            for instrument in instruments.indices {
                let net = owners.indices.filter { Int(owners[$0]) == account }
                    .reduce(Int128(0)) { $0 + shadow.states[$1][instrument].quantity }
                guard Int128(ledger.netQuantity(account: account, instrument: instrument).raw) == net else {
                    return "net quantity of \(account) in \(instrument), expected \(net)"
                }
            }
        }
        return nil
    }

    @Test("positions, cash and the equity identity hold to the last unit after every fill and mark", arguments: 1...6)
    func identity(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ledger = Self.ledger()
        var shadow = ShadowLedger(
            instruments: Self.instruments, owners: Self.owners, openings: Self.openings, currencies: Self.currencies)
        for id in UInt64(1)...400 {
            let fill = Self.randomFill(ledger, id: id, &random)
            _ = ledger.apply(fill)
            shadow.take(fill)
            if let difference = Self.difference(ledger, shadow) {
                Issue.record("seed \(seed), after fill \(id): \(difference)")
                return
            }
            let instrument = Int.random(in: 0..<Self.instruments.count, using: &random)
            let price = Int64.random(in: 1...60_000_000_000_000, using: &random)
            ledger.mark(instrument, Price(raw: price))
            shadow.marks[instrument] = price
            if let difference = Self.difference(ledger, shadow) {
                Issue.record("seed \(seed), after mark \(id): \(difference)")
                return
            }
        }
    }

    @Test("sums that are kept up to date say what a walk over all positions says", arguments: 1...6)
    func keptSums(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 3000)
        var kept = Self.ledger()
        var walked = Self.ledger()
        var shadow = ShadowLedger(
            instruments: Self.instruments, owners: Self.owners, openings: Self.openings, currencies: Self.currencies)
        for id in UInt64(1)...400 {
            let fill = Self.randomFill(kept, id: id, &random)
            _ = kept.apply(fill)
            _ = walked.apply(fill)
            shadow.take(fill)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let instrument = Int.random(in: 0..<Self.instruments.count, using: &random)
                let price = Int64.random(in: 1...60_000_000_000_000, using: &random)
                kept.mark(instrument, Price(raw: price))
                walked.mark(instrument, Price(raw: price))
                shadow.marks[instrument] = price
            }
            if Bool.random(using: &random) { kept.settle() }
            if let difference = Self.difference(kept, shadow) {
                Issue.record("seed \(seed), fill \(id): \(difference)")
                return
            }
            for strategy in Self.owners.indices {
                #expect(
                    kept.totals(strategy: strategy) == walked.totals(strategy: strategy), "seed \(seed), fill \(id)")
            }
            for account in 0..<2 { #expect(kept.balance(account: account) == walked.balance(account: account)) }
        }
    }

    @Test("round trips add up to realized profit less commission whenever a strategy is flat", arguments: 1...4)
    func trips(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 1000)
        var ledger = Self.ledger()
        var sums = Array(
            repeating: Array(repeating: Money.zero, count: Self.instruments.count), count: Self.owners.count)
        var ids: Set<UInt64> = []
        var checked = 0
        for id in UInt64(1)...2000 {
            let fill = Self.randomFill(ledger, id: id, &random)
            let before = ledger.position(strategy: Int(fill.strategy), instrument: Int(fill.instrument))
            let outcome = ledger.apply(fill)
            if let trip = outcome.roundTrip {
                sums[Int(fill.strategy)][Int(fill.instrument)] += trip.pnl
                #expect(ids.insert(trip.id).inserted && trip.id == before.id)
                #expect(trip.side == fill.side.opposite && trip.quantity >= before.quantity.magnitude)
                #expect(trip.entryTime == before.openedAt && trip.exitTime == fill.time)
            }
            if outcome.position.quantity == .zero {
                checked += 1
                #expect(
                    sums[Int(fill.strategy)][Int(fill.instrument)]
                        == outcome.position.realized - outcome.position.commission, "seed \(seed), fill \(id)")
            }
        }
        #expect(checked > 200)
    }

    @Test("the estimate for statistics follows the exact equity", arguments: 1...3)
    func estimate(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 2000)
        var ledger = Self.ledger()
        for id in UInt64(1)...500 {
            let fill = Self.randomFill(ledger, id: id, &random)
            _ = ledger.apply(fill)
            let instrument = Int.random(in: 0..<Self.instruments.count, using: &random)
            ledger.mark(instrument, Price(raw: Int64.random(in: 1...60_000_000_000_000, using: &random)))
            for strategy in Self.owners.indices {
                guard let totals = ledger.totals(strategy: strategy) else {
                    Issue.record("seed \(seed): no totals")
                    return
                }
                let account = ledger.account(of: strategy)
                let exact = (Money(raw: Self.openings[account]) + totals.net).approximate
                let estimate = ledger.equityEstimate(strategy: strategy)
                let scale = max(
                    1e6, totals.realized.magnitude.approximate,
                    (ledger.grossExposure(account: account) ?? .zero).approximate)
                #expect(abs(exact - estimate) <= 1e-11 * scale, "seed \(seed), fill \(id): \(estimate) for \(exact)")
            }
        }
    }
}
