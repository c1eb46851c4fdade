import Execution
import Portfolio
public import Trading

// A simulated account begins anew: what it traded stays in the journal, and nothing of it counts any more.

extension Engine {
    /// Cancels what works for the account's strategies, drops their positions without a trade, and gives the account
    /// `balance`, above zero, of its own currency. Highs, losses, the compliance program's memory and the statistics begin
    /// with it; a day's loss no longer latches. Other latches, limits and what is owed to a runaway stay.
    ///
    /// False, and nothing changes, while one of its strategies is enabled: it would trade on with what it believes to hold.
    public mutating func resetAccount(_ account: Int, balance: Money) -> Bool {
        precondition(balance.isSummable && balance > .zero, "account \(account) with \(balance)")
        guard !slots.contains(where: { $0.account == Int32(account) && $0.isEnabled }) else { return false }
        for strategy in slots.indices where slots[strategy].account == Int32(account) {
            for instrument in 0..<instruments.count {
                cancelAll(strategy: strategy, instrument: instrument, .halted) { _ in true }
            }
        }
        record(.accountReset(account: Int32(account), balance: balance, time: now))
        empty(account, balance)
        let day = now.day(offset: accounts[account].dayOffset)
        startDay(day, .account, account, isWritten: true)
        for strategy in slots.indices where slots[strategy].account == Int32(account) {
            startDay(day, .strategy, strategy, isWritten: true)
        }
        reviewDailyLimits()
        deliverAnswers()
        return true
    }

    /// Cash that the account began with.
    public func openingBalance(account: Int) -> Money { ledger.accounts[account].openingBalance }

    mutating func replayReset(_ account: Int32, _ balance: Money) throws(RecoveryFault) {
        try checkAccount(account)
        guard balance.isSummable, balance > .zero else { throw RecoveryFault("it cannot begin with \(balance)") }
        for strategy in slots.indices where slots[strategy].account == account {
            for instrument in 0..<instruments.count
            where orders.totals(strategy: strategy, instrument: instrument) != WorkingTotals() {
                throw RecoveryFault("strategy \(strategy) has working orders")
            }
        }
        empty(Int(account), balance)
        days.nextTurn = Timestamp(nanoseconds: .min)
    }

    private mutating func empty(_ account: Int, _ balance: Money) {
        ledger.reset(account: account, openingBalance: balance)
        if let tracked = whole {
            let opening = ledger.accounts.reduce(Money.zero) { $0 + $1.openingBalance }
            whole = PerformanceTracker(openingEquity: opening.approximate, dayOffset: tracked.dayOffset)
        }
        compliance.openingBalances[account] = balance
        running.accounts[account] = RunningTotals(opening: balance)
        for strategy in slots.indices where slots[strategy].account == Int32(account) {
            running.strategies[strategy] = RunningTotals(opening: balance)
            trackers[strategy] = PerformanceTracker(
                openingEquity: balance.approximate, dayOffset: accounts[account].dayOffset)
        }
    }

    /// What accounts began with is history that a checkpoint keeps, whatever the configuration says today.
    mutating func takeOpeningBalances() {
        for account in 0..<accounts.count {
            let balance = ledger.accounts[account].openingBalance
            compliance.openingBalances[account] = balance
            running.accounts[account] = RunningTotals(opening: balance)
        }
        for strategy in slots.indices {
            let balance = ledger.accounts[Int(slots[strategy].account)].openingBalance
            running.strategies[strategy] = RunningTotals(opening: balance)
        }
    }
}
