import CStrategyABI
import Controls
import Portfolio
public import Trading

// The account's day: it turns with the first instant of a new one, and its loss is measured at every mark.

extension Engine {
    /// Time passes; the one comparison that days, and what is due at their times, cost in between.
    @inline(__always)
    mutating func passTime(to time: Timestamp) {
        now = time
        if time >= days.nextTurn { passTurns() }
    }

    /// What was due on the way to `now`, then the day of `now` itself.
    private mutating func passTurns() {
        let time = now
        if financing.nextDue < time {
            bookFinancing(before: time)
            now = time
        }
        turnDays()
        // What is due at a moment is booked behind it.
        if financing.nextDue.nanoseconds < .max { days.nextTurn = min(days.nextTurn, financing.nextDue + 1) }
        // Whoever was released hears of it before anything else happens.
        if hasAnswers { deliverAnswers() }
    }

    /// Starts the day of every account for which a new one has begun, at the marks from before.
    mutating func turnDays() {
        var next = Timestamp(nanoseconds: .max)
        for account in 0..<accounts.count {
            let offset = accounts[account].dayOffset
            next = min(next, now.dayEnd(offset: offset))
            let day = now.day(offset: offset)
            if day > days.accounts[account].day { startDay(day, .account, account) }
            for strategy in slots.indices where slots[strategy].account == Int32(account) {
                if day > days.strategies[strategy].day { startDay(day, .strategy, strategy) }
            }
        }
        if breakers.watchesTime {
            tendBreakers()
            next = min(next, now + BreakerBook.lookNanoseconds)
        }
        days.nextTurn = next
        reviewDailyLimits()
    }

    /// `isWritten`: whether somebody reads it or not.
    mutating func startDay(_ day: Int64, _ scope: LimitScope, _ index: Int, isWritten: Bool = false) {
        var totals = days.totals(scope, index)
        let isReleased = totals.isLatched && gate.tradingState(scope: scope, index: index) == .reducing
        totals.day = day
        totals.isBreached = false
        totals.isLatched = false
        measureStart(&totals, scope, index, isWritten: isWritten)
        days.set(totals, scope, index)
        if isReleased { latch(.active, scope, index) }
    }

    /// Takes balance and equity as the day's start, and writes them down where somebody reads them.
    private mutating func measureStart(
        _ totals: inout DayTotals, _ scope: LimitScope, _ index: Int, isWritten: Bool = false
    ) {
        let measured = measure(scope, index)
        totals.isKnown = measured != nil
        guard let measured else { return }
        totals.balance = measured.balance
        totals.equity = measured.equity
        guard keepsDays || days.isWatched || isWritten else { return }
        let start = DayStart(
            scope: scope, index: Int32(index), day: totals.day, balance: totals.balance, equity: totals.equity,
            time: now)
        record(.dayStarted(start))
        raiseClosingPeak(start)
    }

    /// nil when something has no conversion rate.
    private func measure(_ scope: LimitScope, _ index: Int) -> (balance: Money, equity: Money)? {
        if scope == .strategy {
            return ledger.totals(strategy: index).map { ($0.settled, $0.net) }
        }
        guard let balance = ledger.balance(account: index), let equity = ledger.equity(account: index) else {
            return nil
        }
        return (balance, equity)
    }

    // MARK: - The loss

    /// Recomputes the floors below which equity must not fall: after a day's start and a change of limits.
    mutating func reviewDailyLimits() {
        var isWatched = !gate.wants.isDisjoint(with: [.accountDay, .ownDay, .accountHigh, .ownHigh])
        for account in 0..<accounts.count {
            days.accountFloors[account] = floor(.account, account)
            isWatched = isWatched || days.accounts[account].isLatched
        }
        for strategy in slots.indices {
            days.strategyFloors[strategy] = floor(.strategy, strategy)
            isWatched = isWatched || days.strategies[strategy].isLatched
        }
        days.isWatched = isWatched || compliance.watchesDays || breakers.watchesMarks
        days.isEventByEvent = days.isWatched || financing.isOn
        watchesMarks = days.isWatched || quotedRates.count > 0 || whole != nil
        reviewProgramFloors()
    }

    private func floor(_ scope: LimitScope, _ index: Int) -> Money {
        let totals = days.totals(scope, index)
        var floor = limit(gate.limits(scope: scope, index: index), totals)
        if scope == .account { floor = max(floor, limit(gate.limits(scope: .system), totals)) }
        return floor
    }

    private func limit(_ limits: LimitSet, _ totals: DayTotals) -> Money {
        limits.dailyLoss.map { totals.start(limits.dailyLossBase) - $0 } ?? DayBook.noFloor
    }

    /// After a mark: whoever has lost too much today may only reduce until tomorrow.
    mutating func checkDailyLoss() {
        for account in 0..<accounts.count where days.accountFloors[account] != DayBook.noFloor {
            checkDailyLoss(.account, account, floor: days.accountFloors[account])
        }
        for strategy in slots.indices where days.strategyFloors[strategy] != DayBook.noFloor {
            checkDailyLoss(.strategy, strategy, floor: days.strategyFloors[strategy])
        }
    }

    private mutating func checkDailyLoss(_ scope: LimitScope, _ index: Int, floor: Money) {
        var totals = days.totals(scope, index)
        if !totals.isKnown {
            // The day begins with the rate that was missing.
            measureStart(&totals, scope, index)
            days.set(totals, scope, index)
            if totals.isKnown { reviewDailyLimits() }
            return
        }
        guard !totals.isBreached, let equity = equity(scope, index), equity < floor else { return }
        let isActive = gate.tradingState(scope: scope, index: index) == .active
        totals.isBreached = true
        totals.isLatched = isActive
        days.set(totals, scope, index)
        let (loss, limit) = worstLoss(totals, equity, scope, index)
        facts.append(
            .dailyLossExceeded(
                DailyLossBreach(
                    scope: scope, index: Int32(index), loss: loss, limit: limit, isLatched: isActive, time: now)))
        if isActive { latch(.reducing, scope, index) }
    }

    /// For the gate; nil when the start or the present cannot be valued.
    func dayResult(_ scope: LimitScope, _ index: Int) -> OrderContext.Day? {
        dayResult(scope, index, equity: equity(scope, index))
    }

    /// `equity`: of the account, or the strategy's result.
    func dayResult(_ scope: LimitScope, _ index: Int, equity: Money?) -> OrderContext.Day? {
        let totals = days.totals(scope, index)
        guard totals.isKnown, let equity else { return nil }
        return OrderContext.Day(startBalance: totals.balance, startEquity: totals.equity, equity: equity)
    }

    private func equity(_ scope: LimitScope, _ index: Int) -> Money? {
        scope == .strategy ? ledger.totals(strategy: index)?.net : ledger.equity(account: index)
    }

    /// The loss and the limit that it is farthest beyond.
    private func worstLoss(
        _ totals: DayTotals, _ equity: Money, _ scope: LimitScope, _ index: Int
    ) -> (loss: Money, limit: Money) {
        func excess(_ limits: LimitSet) -> (loss: Money, limit: Money)? {
            limits.dailyLoss.map { (totals.start(limits.dailyLossBase) - equity, $0) }
        }
        let own = excess(gate.limits(scope: scope, index: index))
        let system = scope == .account ? excess(gate.limits(scope: .system)) : nil
        guard let own else { return system ?? (.zero, .zero) }
        guard let system, system.loss - system.limit > own.loss - own.limit else { return own }
        return system
    }

    /// A person has latched or released a scope: the day's end no longer does. A loss that is within its limit by now
    /// counts anew.
    mutating func takeOverLatch(_ scope: LimitScope, _ index: Int) {
        guard scope == .account || scope == .strategy else { return }
        var totals = days.totals(scope, index)
        totals.isLatched = false
        days.set(totals, scope, index)
        forgive(scope, index)
        reviewDailyLimits()
    }

    /// Limits have changed.
    mutating func takeNewDailyLimits() {
        reviewDailyLimits()
        for account in 0..<accounts.count { forgive(.account, account) }
        for strategy in slots.indices { forgive(.strategy, strategy) }
    }

    private mutating func forgive(_ scope: LimitScope, _ index: Int) {
        var totals = days.totals(scope, index)
        guard totals.isBreached, !totals.isLatched, let equity = equity(scope, index) else { return }
        // A recovery has to come to the same: it sees the marks that were written down.
        if recovery.phase != .open { recordMarks() }
        totals.isBreached = equity < (scope == .strategy ? days.strategyFloors[index] : days.accountFloors[index])
        days.set(totals, scope, index)
    }

    // MARK: - Reading

    /// Where the day of an account or a strategy started.
    public func day(scope: LimitScope, index: Int) -> DayTotals { days.totals(scope, index) }

    /// What an account or a strategy has lost since its day's start, below zero = won; nil when something has no rate.
    public func dayLoss(scope: LimitScope, index: Int, base: DailyLossBase) -> Money? {
        guard days.totals(scope, index).isKnown, let equity = equity(scope, index) else { return nil }
        return days.totals(scope, index).start(base) - equity
    }

    /// Puts back the days of all accounts and strategies, after positions, cash and marks: the rates that follow a mark
    /// are taken from it. The next moment that passes starts a new day only where one has begun.
    public mutating func restoreDays(accounts: [DayTotals], strategies: [DayTotals]) {
        precondition(
            accounts.count == days.accounts.count && strategies.count == days.strategies.count,
            "days of \(accounts.count) accounts and \(strategies.count) strategies")
        days.accounts = FixedBuffer(accounts)
        days.strategies = FixedBuffer(strategies)
        days.nextTurn = Timestamp(nanoseconds: .min)
        refreshQuotedRates()
        reviewDailyLimits()
    }
}

extension LimitSet {
    /// nil = none, or more than any account can lose.
    fileprivate var dailyLoss: Money? { maxDailyLoss.flatMap { $0.isSummable ? $0 : nil } }
}
