import Engine
import Portfolio
import Trading

/// Positions, cash and results recounted from fills alone, in plain integers and another way than the ledger's: what was
/// paid and received is one running sum, and profit is what that sum and the cost of what is left say.
struct ShadowBooks {
    struct Cell {
        var quantity: Int128 = 0
        /// Σ value of the buys − Σ value of the sells.
        var paid: Int128 = 0
        /// Of what is held, signed like it.
        var cost: Int128 = 0
        var commission: Int128 = 0
        /// What holding it has cost.
        var financing: Int128 = 0
        var trip = Trip()

        var realized: Int128 { cost - paid }
    }

    /// The round trip that a position is in.
    struct Trip {
        var openedAt: Int64 = 0
        var entryValue: Int128 = 0
        var entryQuantity: Int128 = 0
        var exitValue: Int128 = 0
        var commission: Int128 = 0
        var largest: Int128 = 0
    }

    let setup: EngineSetup
    private let terms: [InstrumentTerms]
    private let accountOf: [Int]
    /// Strategy × instrument.
    private(set) var cells: [Cell]
    /// Account × currency.
    private(set) var cash: [Int128]
    var marks: [Int128]
    /// Account × currency: what a market has made of a rate; nil = the fixed one holds.
    private var quotedRates: [Int128?]

    init(_ setup: EngineSetup) {
        self.setup = setup
        terms = setup.instruments.map(\.terms)
        accountOf = setup.strategies.map(\.account)
        cells = Array(repeating: Cell(), count: setup.strategies.count * setup.instruments.count)
        cash = setup.accounts.flatMap { account in
            setup.currencies.indices.map {
                $0 == Int(account.terms.currency) ? account.terms.openingBalance.raw : 0
            }
        }
        marks = Array(repeating: 0, count: setup.instruments.count)
        quotedRates = Array(repeating: nil, count: setup.accounts.count * setup.currencies.count)
    }

    /// n / d to the nearest, ties to the even one, for d > 0.
    static func rounded(_ n: Int128, _ d: Int128) -> Int128 {
        var (down, rest) = n.quotientAndRemainder(dividingBy: d)
        if rest < 0 {
            down -= 1
            rest += d
        }
        let twice = 2 * rest
        return twice > d || (twice == d && down % 2 != 0) ? down + 1 : down
    }

    func cell(_ strategy: Int, _ instrument: Int) -> Cell { cells[strategy * terms.count + instrument] }

    func value(_ price: Int128, _ quantity: Int128, _ instrument: Int) -> Int128 {
        ShadowBooks.rounded(price * quantity * Int128(terms[instrument].multiplier), 1_000_000_000)
    }

    func netQuantity(account: Int, _ instrument: Int) -> Int128 {
        accountOf.indices.reduce(0) { accountOf[$1] == account ? $0 + cell($1, instrument).quantity : $0 }
    }

    /// Books a fill; returns what the round trip that it ends has to look like.
    mutating func take(_ fill: Fill) -> RoundTrip? {
        let instrument = Int(fill.instrument)
        if marks[instrument] == 0 { marks[instrument] = Int128(fill.price.raw) }
        let index = Int(fill.strategy) * terms.count + instrument
        let before = cells[index]
        let signed = fill.side == .buy ? Int128(fill.quantity.raw) : -Int128(fill.quantity.raw)
        let closing = (before.quantity > 0) == (signed < 0) ? min(before.quantity.magnitude, signed.magnitude) : 0
        let opening = Int128(signed.magnitude - closing)
        // The opening part of a flip is rounded, the closing part is the rest.
        func share(_ amount: Int128) -> (closing: Int128, opening: Int128) {
            guard closing > 0 else { return (0, amount) }
            let part = ShadowBooks.rounded(amount * opening, Int128(signed.magnitude))
            return (amount - part, part)
        }
        let value = share(fill.value.raw)
        let commission = share(fill.commission.raw)
        let direction: Int128 = signed > 0 ? 1 : -1

        var cell = before
        cell.quantity += signed
        cell.paid += direction * fill.value.raw
        cell.commission += fill.commission.raw
        var ended: RoundTrip?
        if closing > 0 {
            cell.cost -= ShadowBooks.rounded(before.cost * Int128(closing), Int128(before.quantity.magnitude))
            cell.trip.exitValue += value.closing
            cell.trip.commission += commission.closing
            if closing == before.quantity.magnitude {
                ended = roundTrip(cell.trip, fill, isLong: before.quantity > 0)
                cell.trip = Trip()
            }
        }
        if opening > 0 {
            if cell.trip.entryQuantity == 0 { cell.trip.openedAt = fill.time.nanoseconds }
            cell.cost += direction * value.opening
            cell.trip.entryValue += value.opening
            cell.trip.entryQuantity += opening
            cell.trip.commission += commission.opening
            cell.trip.largest = max(cell.trip.largest, Int128(cell.quantity.magnitude))
        }
        cells[index] = cell

        let account = Int(fill.account) * setup.currencies.count + Int(terms[instrument].currency)
        switch terms[instrument].settlement {
        case .cash: cash[account] -= direction * fill.value.raw
        case .linear: cash[account] += cell.realized - before.realized
        }
        cash[account] -= fill.commission.raw
        return ended
    }

    /// Books what holding a position has cost.
    mutating func take(_ payment: Financing) {
        let instrument = Int(payment.instrument)
        cells[Int(payment.strategy) * terms.count + instrument].financing += payment.paid.raw
        cash[Int(payment.account) * setup.currencies.count + Int(terms[instrument].currency)] -= payment.paid.raw
    }

    private func roundTrip(_ trip: Trip, _ fill: Fill, isLong: Bool) -> RoundTrip {
        let multiplier = Int128(terms[Int(fill.instrument)].multiplier)
        func average(_ value: Int128) -> Price {
            Price(raw: Int64(ShadowBooks.rounded(value * 1_000_000_000, trip.entryQuantity * multiplier)))
        }
        let gain = isLong ? trip.exitValue - trip.entryValue : trip.entryValue - trip.exitValue
        return RoundTrip(
            id: 0, strategy: fill.strategy, instrument: fill.instrument, side: isLong ? .buy : .sell,
            quantity: Quantity(raw: Int64(trip.largest)), entryTime: Timestamp(nanoseconds: trip.openedAt),
            entryPrice: average(trip.entryValue), exitTime: fill.time, exitPrice: average(trip.exitValue),
            commission: Money(raw: trip.commission), pnl: Money(raw: gain - trip.commission))
    }

    /// A mark from the market, and the rates that hang on it.
    func check(_ instrument: Int, isMarkedAt price: Price) throws(Violation) {
        guard marks.indices.contains(instrument), marks[instrument] == Int128(price.raw) else {
            throw Violation("instrument \(instrument) is written down at \(price)")
        }
    }

    mutating func mark(_ instrument: Int, _ price: Int128) {
        marks[instrument] = price
        for quoted in setup.quotedRates where Int(quoted.instrument) == instrument {
            quotedRates[Int(quoted.account) * setup.currencies.count + Int(quoted.currency)] =
                quoted.isInverse ? ShadowBooks.rounded(1_000_000_000_000_000_000, price) : price
        }
    }

    // MARK: - Totals in the account's currency

    func rate(account: Int, currency: Int) -> Int128? {
        let terms = setup.accounts[account].terms
        if currency == Int(terms.currency) { return 1_000_000_000 }
        if let quoted = quotedRates[account * setup.currencies.count + currency] { return quoted }
        guard currency < terms.rates.count, let rate = terms.rates[currency] else { return nil }
        return Int128(rate.raw)
    }

    /// Each currency's sum converted once; nil when something that is not zero has no rate.
    private func total(_ account: Int, _ amount: (Int) -> Int128) -> Int128? {
        var total: Int128 = 0
        for currency in setup.currencies.indices {
            let sum = amount(currency)
            guard sum != 0 else { continue }
            guard let rate = rate(account: account, currency: currency) else { return nil }
            total += rate == 1_000_000_000 ? sum : ShadowBooks.rounded(sum * rate, 1_000_000_000)
        }
        return total
    }

    func totalCash(account: Int) -> Int128? { total(account) { cash[account * setup.currencies.count + $0] } }

    func equity(account: Int) -> Int128? {
        total(account) { cash[account * setup.currencies.count + $0] + worth(account: account, currency: $0) }
    }

    /// Equity without open profit and loss: what was paid for counts at its cost.
    func balance(account: Int) -> Int128? {
        total(account) { currency in
            var sum = cash[account * setup.currencies.count + currency]
            for strategy in accountOf.indices where accountOf[strategy] == account {
                for instrument in terms.indices
                where Int(terms[instrument].currency) == currency && terms[instrument].settlement == .cash {
                    sum += cell(strategy, instrument).cost
                }
            }
            return sum
        }
    }

    /// What a strategy has made after commission and the cost of holding, without and with its open positions.
    func result(strategy: Int) -> (balance: Int128, equity: Int128)? {
        func sum(_ part: (Int, Cell) -> Int128) -> Int128? {
            total(accountOf[strategy]) { currency in
                terms.indices.reduce(0) { sum, instrument in
                    guard Int(terms[instrument].currency) == currency else { return sum }
                    return sum + part(instrument, cell(strategy, instrument))
                }
            }
        }
        guard let realized = sum({ $1.realized }), let costs = sum({ $1.commission }),
            let financing = sum({ $1.financing }),
            let unrealized = sum({ value(marks[$0], $1.quantity, $0) - $1.cost })
        else { return nil }
        let settled = realized - costs - financing
        return (settled, settled + unrealized)
    }

    /// Market value of what is paid for, profit at the mark of what is not.
    private func worth(account: Int, currency: Int) -> Int128 {
        var sum: Int128 = 0
        for strategy in accountOf.indices where accountOf[strategy] == account {
            for instrument in terms.indices where Int(terms[instrument].currency) == currency {
                let cell = cell(strategy, instrument)
                guard cell.quantity != 0 else { continue }
                sum += value(marks[instrument], cell.quantity, instrument)
                if terms[instrument].settlement == .linear { sum -= cell.cost }
            }
        }
        return sum
    }
}
