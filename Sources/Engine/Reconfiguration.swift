import CStrategyABI
public import Controls
import Execution
import Portfolio
public import Trading

// What changes while the engine runs, between two events.

extension Engine {
    /// Gives a slot another instance, other instruments or other limits; `call` nil leaves the slot without code. An enabled
    /// strategy stays enabled, and is told as at its start that it runs and what it holds. Its orders work on, its timers
    /// run on, and a position in an instrument that it is no longer bound to keeps the protection that it had.
    public mutating func rebind(strategy: Int, _ terms: EngineSetup.Strategy, call: StrategyCall?) {
        precondition(terms.account == Int(slots[strategy].account), "strategy \(strategy) keeps its account")
        let wasEnabled = slots[strategy].isEnabled
        slots[strategy].isEnabled = false
        slots[strategy].fault = nil
        slots[strategy].answers.removeAll(keepingCapacity: true)
        slots[strategy].call = call?.marked(strategy)
        dropFollowers(strategy: strategy)
        if call == nil { timers.removeAll(slot: strategy) }
        slots[strategy].interest.events = call?.events ?? 0
        setTerms(strategy, terms)
        if wasEnabled { enable(strategy: strategy) }
    }

    /// What a slot may see, send and lose.
    mutating func setTerms(_ strategy: Int, _ terms: EngineSetup.Strategy) {
        slots[strategy].orderKinds = terms.orderKinds.reduce(0) { $0 | $1.mask }
        slots[strategy].interest.barInterval = terms.timeframe?.interval ?? 0
        for instrument in 0..<instruments.count {
            bindings[strategy * instruments.count + instrument] = terms.instruments.contains(instrument)
        }
        wantFeatures(strategy: strategy)
        slots[strategy].schedule = terms.schedule
        slots[strategy].onFault = terms.onFault
        setLimits(terms.limits, scope: .strategy, index: strategy)
        for instrument in 0..<instruments.count {
            let isBound = isBound(strategy, UInt32(instrument))
            let isHeld = ledger.position(strategy: strategy, instrument: instrument).quantity != .zero
            guard isBound || !isHeld else { continue }
            setProtection(strategy: strategy, instrument: instrument, isBound ? terms.protection : .none)
        }
    }

    /// The working order with the host's id.
    public func workingOrder(id: UInt64) -> Order? {
        let slot = orders.slot(id: id, instrumentCount: instruments.count)
        return slot == OrderManager.none ? nil : orders.order(slot)
    }

    /// An operator's change of a working order: judged like a new one, and a refused one stays as it was. nil = nothing works
    /// under the id that an operator may change: the legs of a protective pair follow its terms (`setProtection`).
    public mutating func modifyOrder(id: UInt64, quantity: Quantity, price: Price, stopPrice: Price) -> Verdict? {
        let slot = orders.slot(id: id, instrumentCount: instruments.count)
        guard slot != OrderManager.none, !orders.order(slot).intent.isProtective else { return nil }
        let verdict = modify(slot, quantity: quantity, price: price, stopPrice: stopPrice)
        deliverAnswers()
        return verdict
    }

    /// Cancels everything that works for a strategy in an instrument, whoever sent it.
    public mutating func cancelOrders(strategy: Int, instrument: Int) {
        cancelAll(strategy: strategy, instrument: instrument, .halted)
        deliverAnswers()
    }

    /// Sends market orders that close what a strategy holds in an instrument.
    public mutating func flattenPosition(strategy: Int, instrument: Int) {
        flatten(strategy, instrument)
        deliverAnswers()
    }

    /// An amount of an instrument's currency in an account's; nil without a rate.
    public func converted(_ amount: Money, instrument: Int, account: Int) -> Money? {
        ledger.convert(amount, from: Int(instruments[instrument].currency), account: account)
    }

    public func limits(scope: LimitScope, index: Int = 0) -> LimitSet { gate.limits(scope: scope, index: index) }
}
