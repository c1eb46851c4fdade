public import Controls
import Portfolio
public import Trading

/// Where an account stands with its compliance program.
public struct ComplianceStatus: Sendable, Equatable {
    public var lock = OrderContext.Program.Lock.none
    /// Since the day's start, below zero = won; nil without such a rule, or without a rate.
    public var dayLoss: Money?
    public var dayLossLimit: Money?
    /// From what the total drawdown is measured from.
    public var drawdown: Money?
    public var drawdownLimit: Money?
    /// Of the account's day.
    public var messages: Int64 = 0
    public var fills: Int64 = 0
    /// Within the program's window of days.
    public var dayTrades: Int32 = 0
    /// Of all days that have ended, and the best of them.
    public var profit = Money.zero
    public var bestDay = Money.zero
}

extension Engine {
    public func complianceTerms(account: Int) -> ComplianceTerms { compliance.terms[account] }

    public func complianceStatus(account: Int) -> ComplianceStatus {
        let terms = compliance.terms[account]
        var status = ComplianceStatus()
        status.lock = programLock(account)
        if !terms.dailyLoss.isNone, let day = dayResult(.account, account) {
            status.dayLoss = day.loss(from: terms.dailyLossBase)
            status.dayLossLimit = terms.dailyLoss.amount(of: day.start(terms.dailyLossBase))
        }
        if !terms.drawdown.isNone, let equity = ledger.equity(account: account) {
            let start = compliance.drawdownStart(account)
            status.drawdown = start - equity
            status.drawdownLimit = terms.drawdown.amount(of: start)
        }
        var memory = compliance.memories[account]
        memory.pass(to: now.day(offset: accounts[account].dayOffset))
        status.messages = memory.messages
        status.fills = memory.fills
        status.dayTrades = memory.dayTrades(ofDays: terms.dayTradeDays)
        status.profit = memory.profit
        status.bestDay = memory.bestDay
        return status
    }
}
