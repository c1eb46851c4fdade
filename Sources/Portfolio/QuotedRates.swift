public import Trading

// Conversion rates that follow a market.
extension Ledger {
    /// Account currency per unit of `currency` from now on; nil = none. Everything that is valued next uses it.
    public mutating func setRate(_ rate: Rate?, of currency: Int, account: Int) {
        let cell = account * currencyCount + currency
        guard rates[cell] != rate else { return }
        rates[cell] = rate
        kept.changes.noteAll()
        for strategy in 0..<strategyCount where self.account(of: strategy) == account {
            refreshEstimate(strategy: strategy, currency: currency)
        }
    }
}

extension Rate {
    /// What one unit of a currency costs, out of the price of the instrument that converts it: the price itself where the
    /// instrument is quoted in the account's currency, else 1 / price, rounded half-even to 1e-9. nil when that is zero.
    public init?(price: Price, isInverse: Bool) {
        guard price.raw > 0 else { return nil }
        guard isInverse else {
            self.init(raw: price.raw)
            return
        }
        let one = Int128(Price.one.raw) * Int128(Rate.one.raw)
        let inverse = Int64(Rounding.halfEven(one, over: Int128(price.raw)))
        guard inverse > 0 else { return nil }
        self.init(raw: inverse)
    }
}
