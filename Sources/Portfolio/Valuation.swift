public import Trading

// What the books say: positions, cash, values. Nothing here changes anything or allocates.
extension Ledger {
    /// The account of a strategy.
    @inlinable public func account(of strategy: Int) -> Int { Int(owners[strategy]) }

    @inlinable public func terms(_ instrument: Int) -> InstrumentTerms { instruments[instrument] }

    @inlinable
    public func position(strategy: Int, instrument: Int) -> Position {
        holdings[strategy * instrumentCount + instrument].position
    }

    /// When the strategy opened its position; nil = it is flat.
    @inlinable
    public func heldSince(strategy: Int, instrument: Int) -> Timestamp? {
        let cell = strategy * instrumentCount + instrument
        return holdings[cell].position.quantity == .zero ? nil : holdings[cell].position.openedAt
    }

    @inlinable
    public func held(strategy: Int, instrument: Int) -> Quantity {
        holdings[strategy * instrumentCount + instrument].position.quantity
    }

    /// Whether the strategy holds anything at all.
    @inlinable public func isOpen(strategy: Int) -> Bool { holdingsOpen.count(strategy) > 0 }

    /// Σ over the account's strategies, signed.
    @inlinable
    public func netQuantity(account: Int, instrument: Int) -> Quantity {
        netQuantities[account * instrumentCount + instrument]
    }

    @inlinable
    public func cash(account: Int, currency: Int) -> Money { balances[account * currencyCount + currency] }

    /// round(mark × quantity × multiplier) in the quote currency, signed like the position.
    public func marketValue(strategy: Int, instrument: Int) -> Money {
        value(of: position(strategy: strategy, instrument: instrument).quantity, instrument)
    }

    /// Market value − cost, in the quote currency.
    public func unrealized(strategy: Int, instrument: Int) -> Money {
        let position = position(strategy: strategy, instrument: instrument)
        return value(of: position.quantity, instrument) - position.cost
    }

    /// Profit of all closes, before commission, in the quote currency.
    public func realized(strategy: Int, instrument: Int) -> Money {
        position(strategy: strategy, instrument: instrument).realized
    }

    /// Account currency per unit of `currency`; nil = unknown.
    @inlinable public func rate(of currency: Int, account: Int) -> Rate? { rates[account * currencyCount + currency] }

    /// `amount` of a currency in the account's own, rounded half-even; nil without a rate (zero needs none) and when the
    /// result is beyond Int128.
    public func convert(_ amount: Money, from currency: Int, account: Int) -> Money? {
        if amount == .zero { return .zero }
        guard let rate = rates[account * currencyCount + currency] else { return nil }
        if rate == .one { return amount }
        return Rounding.halfEven(amount.raw, times: Int128(rate.raw), over: 1_000_000_000).map(Money.init(raw:))
    }

    /// Cash + worth of the positions, in the account's currency; each currency's sum is converted once. nil when an
    /// amount that is not zero has no rate.
    public func equity(account: Int) -> Money? {
        total(account: account) { worth(account: account, currency: $0) }
    }

    /// Equity without the unrealised profit and loss of open positions; each currency's sum is converted once. nil as
    /// `equity`.
    public func balance(account: Int) -> Money? {
        total(account: account) { currency in
            worth(account: account, currency: currency) - unrealized(account: account, currency: currency)
        }
    }

    /// Cash of all currencies in the account's; nil when an amount that is not zero has no rate.
    public func totalCash(account: Int) -> Money? {
        total(account: account) { cash(account: account, currency: $0) }
    }

    /// Σ |net quantity| × mark × multiplier in the account's currency; each currency's sum is converted once. nil when an
    /// amount that is not zero has no rate.
    public func grossExposure(account: Int) -> Money? {
        total(account: account) { currency in
            var sum = Money.zero
            for index in 0..<netOpen.count(account) {
                let instrument = netOpen.item(account, index)
                guard Int(instruments[instrument].currency) == currency else { continue }
                sum += value(of: netQuantity(account: account, instrument: instrument), instrument).magnitude
            }
            return sum
        }
    }

    /// A strategy's results in its account's currency; each sum is converted once per currency. nil when an amount that
    /// is not zero has no rate.
    public func totals(strategy: Int) -> StrategyTotals? {
        let account = account(of: strategy)
        var totals = StrategyTotals()
        for currency in 0..<currencyCount {
            let tally = tallies[strategy * currencyCount + currency]
            let unrealized = marketValues(strategy: strategy, currency: currency) - tally.cost
            guard let realized = convert(tally.realized, from: currency, account: account),
                let commission = convert(tally.commission, from: currency, account: account),
                let funding = convert(tally.financing.funding, from: currency, account: account),
                let borrow = convert(tally.financing.borrow, from: currency, account: account),
                let unrealized = convert(unrealized, from: currency, account: account)
            else { return nil }
            totals.realized += realized
            totals.commission += commission
            totals.financing += FinancingTotals(funding: funding, borrow: borrow)
            totals.unrealized += unrealized
        }
        return totals
    }

    /// Σ market value of a strategy's open positions in one currency.
    private func marketValues(strategy: Int, currency: Int) -> Money {
        if isSettled { return kept.strategySums[strategy * currencyCount + currency] }
        var sum = Money.zero
        for index in 0..<holdingsOpen.count(strategy) {
            let instrument = holdingsOpen.item(strategy, index)
            guard Int(instruments[instrument].currency) == currency else { continue }
            sum += marketValue(strategy: strategy, instrument: instrument)
        }
        return sum
    }

    /// Cash and the worth of all positions of the account's strategies in one currency.
    private func worth(account: Int, currency: Int) -> Money {
        var sum = cash(account: account, currency: currency)
        if isSettled { return sum + kept.accountSums[account * currencyCount + currency] }
        for strategy in 0..<strategyCount where self.account(of: strategy) == account {
            for index in 0..<holdingsOpen.count(strategy) {
                let instrument = holdingsOpen.item(strategy, index)
                guard Int(instruments[instrument].currency) == currency else { continue }
                switch instruments[instrument].settlement {
                case .cash: sum += marketValue(strategy: strategy, instrument: instrument)
                case .linear: sum += unrealized(strategy: strategy, instrument: instrument)
                }
            }
        }
        return sum
    }

    /// Σ unrealised of the account's strategies in one currency.
    private func unrealized(account: Int, currency: Int) -> Money {
        var sum = Money.zero
        for strategy in 0..<strategyCount where self.account(of: strategy) == account {
            let cost = tallies[strategy * currencyCount + currency].cost
            sum += marketValues(strategy: strategy, currency: currency) - cost
        }
        return sum
    }

    private func total(account: Int, _ amount: (Int) -> Money) -> Money? {
        var total = Money.zero
        for currency in 0..<currencyCount {
            guard let converted = convert(amount(currency), from: currency, account: account) else { return nil }
            total += converted
        }
        return total
    }

    func value(of quantity: Quantity, _ instrument: Int) -> Money {
        let multiplier = instruments[instrument].multiplier
        guard let value = Money.value(marks[instrument], quantity, multiplier: multiplier) else {
            preconditionFailure("\(quantity) × \(marks[instrument]) × \(multiplier) is beyond Int128")
        }
        return value
    }
}
