public import Trading

// Equity as a Double, cheap enough for every event: statistics read it, money never does.
extension Ledger {
    /// The account's opening balance plus this strategy's net result at the present marks, in the account's currency.
    /// For a strategy that has its account to itself this is the account's equity, but for the rounding of a Double
    /// (relative to the largest value involved, about 1e-15 for each open position). NaN when a rate is missing.
    @inlinable
    public func equityEstimate(strategy: Int) -> Double {
        var equity = estimateBases[strategy]
        let count = holdingsOpen.count(strategy)
        for index in 0..<count {
            let instrument = holdingsOpen.item(strategy, index)
            equity += Double(marks[instrument].raw) * holdings[strategy * instrumentCount + instrument].weight
        }
        return equity
    }

    /// The same estimate as it hangs on one instrument's mark; nil while another one is held.
    @inlinable
    public func equityLine(strategy: Int, instrument: Int) -> EquityLine? {
        let count = holdingsOpen.count(strategy)
        if count == 0 { return EquityLine(base: estimateBases[strategy], weight: 0) }
        guard count == 1, holdingsOpen.item(strategy, 0) == instrument else { return nil }
        let weight = holdings[strategy * instrumentCount + instrument].weight
        return EquityLine(base: estimateBases[strategy], weight: weight)
    }

    /// Recomputes, from the exact sums, what a fill or a payment has changed for `equityEstimate`.
    mutating func refreshEstimate(strategy: Int, instrument: Int) {
        refreshBase(strategy: strategy)
        refreshWeight(strategy: strategy, instrument: instrument)
    }

    /// The same after a currency's rate has changed.
    mutating func refreshEstimate(strategy: Int, currency: Int) {
        refreshBase(strategy: strategy)
        for index in 0..<holdingsOpen.count(strategy) {
            let instrument = holdingsOpen.item(strategy, index)
            guard Int(instruments[instrument].currency) == currency else { continue }
            refreshWeight(strategy: strategy, instrument: instrument)
        }
    }

    private mutating func refreshBase(strategy: Int) {
        let account = account(of: strategy)
        var base = accounts[account].openingBalance.approximate
        for currency in 0..<currencyCount {
            let tally = tallies[strategy * currencyCount + currency]
            let amount = tally.realized - tally.commission - tally.financing.paid - tally.cost
            if amount != .zero { base += amount.approximate * rateEstimate(account: account, currency: currency) }
        }
        estimateBases[strategy] = base
    }

    private mutating func refreshWeight(strategy: Int, instrument: Int) {
        let terms = instruments[instrument]
        let cell = strategy * instrumentCount + instrument
        let quantity = holdings[cell].position.quantity
        holdings[cell].weight =
            quantity.approximate * Double(terms.multiplier) / 1e9
            * rateEstimate(account: account(of: strategy), currency: Int(terms.currency))
    }

    private func rateEstimate(account: Int, currency: Int) -> Double {
        rates[account * currencyCount + currency]?.approximate ?? .nan
    }
}

/// Equity along the mark of the one instrument that is held: base + mark × weight.
@frozen public struct EquityLine: BitwiseCopyable {
    @usableFromInline let base: Double
    /// Zero where nothing is held.
    @usableFromInline let weight: Double

    @usableFromInline init(base: Double, weight: Double) {
        self.base = base
        self.weight = weight
    }

    @inlinable public func equity(at mark: Price) -> Double { base + Double(mark.raw) * weight }
}
