public import Trading

extension Ledger {
    /// Gives an account and its strategies fresh books with this cash; open positions are gone without a trade. Numbers of
    /// positions go on.
    public mutating func reset(account: Int, openingBalance: Money) {
        accounts[account].openingBalance = openingBalance
        for currency in 0..<currencyCount {
            let isOwn = currency == Int(accounts[account].currency)
            balances[account * currencyCount + currency] = isOwn ? openingBalance : .zero
        }
        for instrument in 0..<instrumentCount {
            netQuantities[account * instrumentCount + instrument] = .zero
            netOpen.set(account, instrument, open: false)
            kept.touch(instrument)
        }
        for strategy in 0..<strategyCount where Int(owners[strategy]) == account { reset(strategy: strategy) }
    }

    private mutating func reset(strategy: Int) {
        for instrument in 0..<instrumentCount {
            holdings[strategy * instrumentCount + instrument] = Holding()
            financed[strategy * instrumentCount + instrument] = FinancingTotals()
            holdingsOpen.set(strategy, instrument, open: false)
        }
        for currency in 0..<currencyCount { tallies[strategy * currencyCount + currency] = Tally() }
        open(strategy: strategy)
        for instrument in 0..<instrumentCount { refreshEstimate(strategy: strategy, instrument: instrument) }
    }
}
