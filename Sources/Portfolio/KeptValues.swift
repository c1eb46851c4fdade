public import Trading

/// What positions are worth, kept as sums: a mark or a fill only notes its instrument, and `Ledger.settle` brings the sums up
/// to date by what has changed there. Equity is a few numbers then, not a walk over all positions; nothing is counted twice
/// and nothing is rounded otherwise than in that walk. Whoever reads before `settle` gets the walk.
@frozen @usableFromInline
struct KeptValues: ~Copyable {
    /// What went into the sums.
    @usableFromInline struct Entry: BitwiseCopyable {
        var value = Money.zero
        /// Taken off for settlement `linear`; zero for `cash`.
        var cost = Money.zero
    }

    /// Strategy × instrument.
    @usableFromInline var entries: FixedBuffer<Entry>
    /// Strategy × currency: Σ market value.
    @usableFromInline var strategySums: FixedBuffer<Money>
    /// Account × currency: Σ worth of the strategies' positions.
    @usableFromInline var accountSums: FixedBuffer<Money>
    /// By instrument: it is in the list of those that have changed.
    @usableFromInline var isStale: FixedBuffer<Bool>
    @usableFromInline var stale: FixedBuffer<Int32>
    @usableFromInline var staleCount = 0
    /// Of marks, positions and rates, by instrument; for who keeps other sums of them.
    @usableFromInline var changes: ChangeCount

    init(instruments: Int, currencies: Int, accounts: Int, strategies: Int) {
        entries = FixedBuffer(count: strategies * instruments, repeating: Entry())
        strategySums = FixedBuffer(count: strategies * currencies, repeating: .zero)
        accountSums = FixedBuffer(count: accounts * currencies, repeating: .zero)
        isStale = FixedBuffer(count: instruments, repeating: false)
        stale = FixedBuffer(count: instruments, repeating: 0)
        changes = ChangeCount(count: instruments)
        for instrument in 0..<instruments { touch(instrument) }
    }

    /// Its mark, or a position in it, has changed.
    @inlinable
    mutating func touch(_ instrument: Int) {
        changes.note(instrument)
        if isStale[instrument] { return }
        isStale[instrument] = true
        stale[staleCount] = Int32(truncatingIfNeeded: instrument)
        staleCount += 1
    }

    mutating func addStrategy(instruments: Int, currencies: Int) {
        entries = FixedBuffer(entries, adding: instruments, of: Entry())
        strategySums = FixedBuffer(strategySums, adding: currencies, of: .zero)
    }
}

extension Ledger {
    @inlinable var isSettled: Bool { kept.staleCount == 0 }

    /// Brings the sums up to date, for whoever asks for equity and results often.
    @inlinable
    public mutating func settle() {
        if kept.staleCount > 0 { settleStale() }
    }

    @usableFromInline
    mutating func settleStale() {
        for index in 0..<kept.staleCount {
            let instrument = Int(kept.stale[index])
            kept.isStale[instrument] = false
            for strategy in 0..<strategyCount { settle(strategy, instrument) }
        }
        kept.staleCount = 0
    }

    private mutating func settle(_ strategy: Int, _ instrument: Int) {
        let cell = strategy * instrumentCount + instrument
        let quantity = holdings[cell].position.quantity
        let old = kept.entries[cell]
        if quantity == .zero, old.value == .zero, old.cost == .zero { return }
        var new = KeptValues.Entry()
        if quantity != .zero {
            new.value = value(of: quantity, instrument)
            if instruments[instrument].settlement == .linear { new.cost = holdings[cell].position.cost }
        }
        kept.entries[cell] = new
        let currency = Int(instruments[instrument].currency)
        let change = new.value - old.value
        kept.strategySums[strategy * currencyCount + currency] += change
        kept.accountSums[account(of: strategy) * currencyCount + currency] += change - (new.cost - old.cost)
    }
}
