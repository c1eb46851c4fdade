import Controls
import Execution
import Portfolio
import Trading

// Strategies that come while the engine runs. Every buffer that is kept by strategy has its strategies in rows or at its end,
// so one more is a longer copy, made between two events: the event path knows nothing of it, and an engine that never
// grows is what it always was.

extension Engine {
    /// Strategies that have a book here, with or without code.
    public var strategyCount: Int { slots.count }

    /// Takes in another strategy, between two events, and returns its index, which is the next one. It has an empty book and
    /// no code: `attach` or `rebind` gives it some, `enable` lets it run. Its day starts with the next moment that
    /// passes. nil, and nothing changes, when there is no room, when the terms name what is not there, or in a recovery.
    /// Allocates.
    public mutating func add(strategy terms: EngineSetup.Strategy) -> Int? {
        guard slots.count < strategiesMax, recovery.phase != .open,
            terms.problems(accountCount: accounts.count, instrumentCount: instruments.count).isEmpty
        else { return nil }
        let index = slots.count
        let account = terms.account
        let ledgerIndex = Int(ledger.addStrategy(account: Int32(account)))
        precondition(ledgerIndex == index, "strategy \(index) is number \(ledgerIndex) in the ledger")
        orders.addStrategy()
        gate.addStrategy(terms.limits)
        days.addStrategy()
        reaches.addStrategy(instruments: instruments.count)
        running.addStrategy(opening: ledger.accounts[account].openingBalance)
        bindings = FixedBuffer(bindings, adding: instruments.count, of: false)
        protections = FixedBuffer(protections, adding: instruments.count, of: Protection(terms: .none))
        for instrument in terms.instruments {
            bindings[index * instruments.count + instrument] = true
            protections[index * instruments.count + instrument].terms = terms.protection
        }
        slots.append(StrategySlot(terms))
        trackers.append(
            PerformanceTracker(
                openingEquity: ledger.accounts[account].openingBalance.approximate,
                dayOffset: accounts[account].dayOffset))
        reviewDailyLimits()
        days.nextTurn = Timestamp(nanoseconds: .min)
        return index
    }
}

extension UnsafeMutableBufferPointer {
    /// Moves the elements into a block with room for one more; the old block is gone.
    fileprivate mutating func append(_ element: Element) {
        let grown = UnsafeMutableBufferPointer.allocate(capacity: count + 1)
        _ = grown.moveInitialize(fromContentsOf: self)
        grown.initializeElement(at: count, to: element)
        deallocate()
        self = grown
    }
}
