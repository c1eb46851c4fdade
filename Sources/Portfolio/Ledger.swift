public import Trading

/// Positions, cash and equity of every account, exact to the last unit.
///
/// The same fills are kept in two books: per strategy a position with its exact cost, per account the net quantity.
/// Cash belongs to the account. For settlement `cash` the fill's whole value moves it, for `linear` the realised profit
/// of the *strategy's* position does; commission leaves it either way, and so does what holding costs (funding, borrow).
/// Per currency, at any time and to the last unit,
///
///     Σ cash + Σ worth of the strategies' positions = opening balance + Σ (realized + unrealized − commission − financing)
///
/// where the worth is the market value (cash) or market value − cost (linear). Both sides are sums of the same rounded
/// terms, so the identity needs no tolerance.
///
/// Nothing is allocated after `init` except by `addStrategy`. Fills come from the own venue: an unknown strategy or
/// instrument, or another account than the strategy's, is a broken invariant and stops the process. The gate keeps
/// resulting positions within `Quantity`.
@frozen public struct Ledger: ~Copyable {
    public internal(set) var accounts: [AccountTerms]
    public let instrumentCount: Int
    public let currencyCount: Int
    public private(set) var strategyCount: Int

    @usableFromInline let instruments: FixedBuffer<InstrumentTerms>
    @usableFromInline var marks: FixedBuffer<Price>
    /// Account × currency.
    @usableFromInline var balances: FixedBuffer<Money>
    /// Account × currency: account currency per unit.
    @usableFromInline var rates: FixedBuffer<Rate?>
    /// Account × instrument.
    @usableFromInline var netQuantities: FixedBuffer<Quantity>
    @usableFromInline var netOpen: OpenList
    /// Strategy → account.
    @usableFromInline var owners: FixedBuffer<Int32>
    /// Strategy × instrument.
    @usableFromInline var holdings: FixedBuffer<Holding>
    @usableFromInline var holdingsOpen: OpenList
    /// Strategy × instrument: apart from the holdings, which every fill reads and which stay small so.
    @usableFromInline var financed: FixedBuffer<FinancingTotals>
    /// Strategy × currency.
    @usableFromInline var tallies: FixedBuffer<Tally>
    /// Strategy: its equity less the market value of its positions, in account currency, for statistics only.
    @usableFromInline var estimateBases: FixedBuffer<Double>
    @usableFromInline var kept: KeptValues
    @usableFromInline var nextPositionID: UInt64 = 1

    /// `strategyAccounts` gives each strategy's account by index.
    public init(
        instruments: [InstrumentTerms], currencyCount: Int, accounts: [AccountTerms], strategyAccounts: [Int32]
    ) {
        precondition(currencyCount > 0 && currencyCount <= 256, "\(currencyCount) currencies")
        self.accounts = accounts
        self.currencyCount = currencyCount
        instrumentCount = instruments.count
        strategyCount = strategyAccounts.count
        self.instruments = FixedBuffer(instruments)
        marks = FixedBuffer(count: instruments.count, repeating: .zero)
        balances = FixedBuffer(count: accounts.count * currencyCount, repeating: .zero)
        rates = FixedBuffer(accounts.flatMap { terms in (0..<currencyCount).map { terms.rate(of: $0) } })
        netQuantities = FixedBuffer(count: accounts.count * instruments.count, repeating: .zero)
        netOpen = OpenList(rows: accounts.count, columns: instruments.count)
        owners = FixedBuffer(strategyAccounts)
        holdings = FixedBuffer(count: strategyAccounts.count * instruments.count, repeating: Holding())
        financed = FixedBuffer(
            count: strategyAccounts.count * instruments.count, repeating: FinancingTotals())
        holdingsOpen = OpenList(rows: strategyAccounts.count, columns: instruments.count)
        tallies = FixedBuffer(count: strategyAccounts.count * currencyCount, repeating: Tally())
        estimateBases = FixedBuffer(count: strategyAccounts.count, repeating: 0)
        kept = KeptValues(
            instruments: instruments.count, currencies: currencyCount, accounts: accounts.count,
            strategies: strategyAccounts.count)
        for terms in instruments { precondition(Int(terms.currency) < currencyCount, "currency \(terms.currency)") }
        for (account, terms) in accounts.enumerated() {
            precondition(Int(terms.currency) < currencyCount, "account \(account) has currency \(terms.currency)")
            balances[account * currencyCount + Int(terms.currency)] = terms.openingBalance
        }
        for strategy in 0..<strategyCount { open(strategy: strategy) }
    }

    /// Adds a strategy of `account`; returns its index. Allocates: call it between events.
    public mutating func addStrategy(account: Int32) -> Int32 {
        let strategy = strategyCount
        strategyCount += 1
        owners = FixedBuffer(owners, adding: 1, of: account)
        holdings = FixedBuffer(holdings, adding: instrumentCount, of: Holding())
        holdingsOpen.addRow()
        financed = FixedBuffer(financed, adding: instrumentCount, of: FinancingTotals())
        tallies = FixedBuffer(tallies, adding: currencyCount, of: Tally())
        estimateBases = FixedBuffer(estimateBases, adding: 1, of: 0)
        kept.addStrategy(instruments: instrumentCount, currencies: currencyCount)
        open(strategy: strategy)
        return Int32(strategy)
    }

    /// The next position has this id. Only before the first one.
    public mutating func number(from first: UInt64) {
        precondition(nextPositionID == 1 && first > 0, "numbers from \(first) on after position \(nextPositionID - 1)")
        nextPositionID = first
    }

    mutating func open(strategy: Int) {
        let account = owners[strategy]
        precondition(accounts.indices.contains(Int(account)), "strategy \(strategy) has no account \(account)")
        estimateBases[strategy] = accounts[Int(account)].openingBalance.approximate
    }

    /// Books a fill: the strategy's position, the account's net quantity, cash and commission.
    public mutating func apply(_ fill: Fill) -> FillOutcome {
        let strategy = Int(fill.strategy)
        let account = Int(fill.account)
        let instrument = Int(fill.instrument)
        precondition(owners[strategy] == fill.account, "fill \(fill.id) of strategy \(strategy) for account \(account)")
        precondition(fill.quantity > .zero, "fill \(fill.id) of \(fill.quantity)")
        let terms = instruments[instrument]
        let currency = Int(terms.currency)
        // Until the market marks it, an instrument is worth what its first fill paid.
        if marks[instrument] == .zero { marks[instrument] = fill.price }

        let cell = strategy * instrumentCount + instrument
        let costBefore = holdings[cell].position.cost
        let outcome = holdings[cell].take(fill, multiplier: terms.multiplier, nextID: &nextPositionID)
        holdingsOpen.set(strategy, instrument, open: outcome.position.quantity != .zero)

        let net = account * instrumentCount + instrument
        netQuantities[net] = fill.side == .buy ? netQuantities[net] + fill.quantity : netQuantities[net] - fill.quantity
        netOpen.set(account, instrument, open: netQuantities[net] != .zero)

        let moved =
            switch terms.settlement {
            case .cash: fill.side == .buy ? -fill.value : fill.value
            case .linear: outcome.realized
            }
        balances[account * currencyCount + currency] += moved - fill.commission

        let tally = strategy * currencyCount + currency
        tallies[tally].realized += outcome.realized
        tallies[tally].commission += fill.commission
        tallies[tally].cost += outcome.position.cost - costBefore
        refreshEstimate(strategy: strategy, instrument: instrument)
        kept.touch(instrument)
        return outcome
    }

    /// Sets the price that positions in `instrument` are valued at (the caller follows the mark rule of the feed).
    @inlinable
    public mutating func mark(_ instrument: Int, _ price: Price) {
        marks[instrument] = price
        kept.touch(instrument)
    }

    /// Changes of marks, positions and rates so far, and whether one was in an instrument since.
    @inlinable public var changeCount: UInt64 { kept.changes.latest }
    @inlinable public func hasChanged(_ instrument: Int, since seen: UInt64) -> Bool {
        kept.changes.hasChanged(instrument, since: seen)
    }

    /// The price that positions are valued at; zero before the first mark and the first fill.
    @inlinable
    public func mark(_ instrument: Int) -> Price { marks[instrument] }
}
