public import Trading

extension Ledger {
    /// Books a fill from a journal. What the venue guarantees is checked here: a fill that cannot be is a fault.
    public mutating func replay(_ fill: Fill) throws(RecoveryFault) -> FillOutcome {
        let strategy = Int(fill.strategy)
        let instrument = Int(fill.instrument)
        guard (0..<strategyCount).contains(strategy), instrument < instrumentCount, owners[strategy] == fill.account
        else {
            throw RecoveryFault(
                "fill \(fill.id): strategy \(fill.strategy), account \(fill.account), instrument \(fill.instrument) do not belong together"
            )
        }
        let terms = instruments[instrument]
        guard fill.quantity > .zero, let value = Money.value(fill.price, fill.quantity, multiplier: terms.multiplier),
            value == fill.value, value.isSummable, fill.commission.isSummable, fill.time.isPlausible
        else { throw RecoveryFault("fill \(fill.id): \(fill.quantity) at \(fill.price) are not worth \(fill.value)") }
        guard hasRoom(for: fill) else { throw RecoveryFault("fill \(fill.id): the books are beyond counting") }
        return apply(fill)
    }

    /// No sum that the fill goes into can overflow.
    private func hasRoom(for fill: Fill) -> Bool {
        let strategy = Int(fill.strategy)
        let account = Int(fill.account)
        let instrument = Int(fill.instrument)
        let currency = Int(instruments[instrument].currency)
        let change = fill.side.sign * fill.quantity.raw
        let holding = holdings[strategy * instrumentCount + instrument]
        for held in [holding.position.quantity, netQuantity(account: account, instrument: instrument)] {
            let (sum, overflow) = held.raw.addingReportingOverflow(change)
            if overflow || sum == .min { return false }
        }
        return holding.isCountable && tallies[strategy * currencyCount + currency].isSummable
            && cash(account: account, currency: currency).isSummable && nextPositionID < 1 << 62
    }

    /// Holds what must be true of the books at any time: an account's net quantity is the sum of its strategies'
    /// positions, and its cash is the opening balance and what fills and the holding of positions moved, to the last unit.
    public func check() throws(RecoveryFault) {
        for account in accounts.indices {
            for instrument in 0..<instrumentCount { try checkNet(account, instrument) }
            for currency in 0..<currencyCount { try checkCash(account, currency) }
        }
    }

    private func checkNet(_ account: Int, _ instrument: Int) throws(RecoveryFault) {
        var sum: Int128 = 0
        for strategy in 0..<strategyCount where self.account(of: strategy) == account {
            sum += Int128(position(strategy: strategy, instrument: instrument).quantity.raw)
        }
        let net = netQuantity(account: account, instrument: instrument)
        guard sum == Int128(net.raw) else {
            throw RecoveryFault(
                "account \(account), instrument \(instrument): net quantity \(net) is not the sum of the positions \(DecimalText.format(sum, scale: Quantity.decimals))"
            )
        }
    }

    private func checkCash(_ account: Int, _ currency: Int) throws(RecoveryFault) {
        let terms = accounts[account]
        // Sums wrap around here: whatever the numbers are, unequal ones stay unequal.
        var expected = currency == Int(terms.currency) ? terms.openingBalance.raw : 0
        for strategy in 0..<strategyCount where self.account(of: strategy) == account {
            for instrument in 0..<instrumentCount where Int(instruments[instrument].currency) == currency {
                let position = position(strategy: strategy, instrument: instrument)
                let financing = financing(strategy: strategy, instrument: instrument).paid
                expected = expected &+ position.realized.raw &- position.commission.raw &- financing.raw
                if instruments[instrument].settlement == .cash { expected = expected &- position.cost.raw }
            }
        }
        let cash = cash(account: account, currency: currency)
        guard cash.raw == expected else {
            throw RecoveryFault(
                "account \(account), currency \(currency): cash is \(cash), and the fills make \(Money(raw: expected))")
        }
    }
}
