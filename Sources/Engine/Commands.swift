import CStrategyABI
public import Controls
import Execution
import Portfolio
public import Trading

// What an operator does, between two events.

/// What becomes of a strategy's working orders and positions when it stops.
public enum StopPolicy: String, Sendable, CaseIterable {
    case cancel, keep, flatten
}

extension Engine {
    /// Puts a strategy into its slot. It starts disabled.
    public mutating func attach(_ call: StrategyCall, strategy: Int) {
        slots[strategy].call = call.marked(strategy)
        slots[strategy].interest.events = call.events
        wantFeatures(strategy: strategy)
        dropPair(strategy: strategy)
    }

    /// Puts something between the engine and a strategy; what was there comes back and is given to `restoreCall` later. nil
    /// = the slot has no code, or its code does not run here.
    public mutating func replaceCall(
        strategy: Int, instance: UnsafeMutableRawPointer, process: @escaping StrategyCall.Process
    ) -> StrategyCall? {
        guard let call = slots[strategy].call, call.runsHere else { return nil }
        slots[strategy].call = call.by(instance, process)
        return call
    }

    public mutating func restoreCall(strategy: Int, _ call: StrategyCall) { slots[strategy].call = call }

    /// Writes from now on to `place` whom it calls (`CallMark`). The caller keeps the memory alive as long as the engine.
    public mutating func markCalls(at place: UnsafeMutablePointer<UInt64>) { callMark = place }

    /// Time passes without an event: timers that are due fire. Time that goes back is ignored.
    public mutating func advance(to time: Timestamp) {
        guard time > now else { return }
        fireTimers(until: time)
        passTime(to: time)
    }

    /// Lets a strategy run from the next event on; false when it has no code or was taken out of service.
    @discardableResult
    public mutating func enable(strategy: Int) -> Bool {
        guard slots[strategy].call != nil, slots[strategy].fault == nil else { return false }
        guard !slots[strategy].isEnabled else { return true }
        slots[strategy].isEnabled = true
        slots[strategy].refusedInRow = 0
        answer(strategy, .status(STRATEGY_EVENT_SESSION, code: 0, at: now))
        // It learns which orders of its own work, and what it holds, before it sees the market: its memory may be older. One
        // that has traded may believe to hold what is gone.
        for instrument in 0..<instruments.count { tellWorking(strategy, instrument) }
        let hasTraded = slots[strategy].counters.fills > 0
        for instrument in 0..<instruments.count {
            let position = ledger.position(strategy: strategy, instrument: instrument)
            guard position.quantity != .zero || hasTraded && isBound(strategy, UInt32(instrument)) else { continue }
            answer(
                strategy,
                .position(
                    position, instrument: UInt32(instrument), multiplier: instruments[instrument].multiplier, at: now))
        }
        deliverAnswers()
        return true
    }

    private mutating func tellWorking(_ strategy: Int, _ instrument: Int) {
        var working = orders.first(instrument)
        while working != OrderManager.none {
            let order = orders.order(working)
            if order.intent.strategy == Int32(strategy), order.intent.isOfStrategy { tell(order, .none) }
            working = orders.next(working)
        }
    }

    /// A person has looked at what took the strategy out of service; it may be enabled again.
    public mutating func clearFault(strategy: Int) { slots[strategy].fault = nil }

    /// Stops a strategy: it is told, its intents of that moment still count, then the policy acts.
    public mutating func disable(strategy: Int, policy: StopPolicy = .cancel) {
        guard slots[strategy].isEnabled else { return }
        answer(strategy, .status(STRATEGY_EVENT_SESSION, code: 1, at: now))
        deliverAnswers()
        slots[strategy].isEnabled = false
        slots[strategy].answers.removeAll(keepingCapacity: true)
        timers.removeAll(slot: strategy)
        apply(policy, to: strategy)
    }

    private mutating func apply(_ policy: StopPolicy, to strategy: Int) {
        guard policy != .keep else { return }
        for instrument in 0..<instruments.count {
            // What protects a position stays with it.
            cancelAll(strategy: strategy, instrument: instrument, .strategyStopped) {
                !$0.isProtective && (policy == .flatten || !$0.isLeg)
            }
            if policy == .flatten { flatten(strategy, instrument) }
        }
    }

    /// Closes a position at the market, in as many orders as the instrument's maximum asks for. It ends early when the gate
    /// refuses one, and says why, or when the host has no room for more.
    @discardableResult
    mutating func flatten(_ strategy: Int, _ instrument: Int) -> FindingReason? {
        guard var intent = closingIntent(strategy, instrument) else { return nil }
        var rest = ledger.position(strategy: strategy, instrument: instrument).quantity.magnitude
        while rest.raw > 0 {
            intent.quantity = min(rest, intent.quantity)
            guard case .approved = submit(intent) else { return gate.finding(0).reason }
            guard !orders.isFull else { return nil }
            rest = rest - intent.quantity
        }
        return nil
    }

    /// The first order that closes a position; nil = there is none.
    func closingIntent(_ strategy: Int, _ instrument: Int) -> OrderIntent? {
        let held = ledger.position(strategy: strategy, instrument: instrument).quantity
        guard held != .zero else { return nil }
        return OrderIntent(
            strategy: Int32(strategy), instrument: UInt32(instrument), tag: 0, side: held.closingSide, kind: .market,
            quantity: min(held.magnitude, instruments[instrument].largestOrder), reduceOnly: true,
            origin: .liquidation)
    }

    /// A strategy broke the contract: it gets no more events, and its policy for faults acts.
    mutating func stopFaulted(_ strategy: Int, _ fault: IntentFault) {
        slots[strategy].fault = fault
        slots[strategy].counters.refusedIntents += 1
        facts.append(
            .intentRefused(strategy: Int32(strategy), type: 0, fault: fault, count: 1, time: now))
        if breakers.watchesCounts { countError(strategy: strategy) }
        takeOutOfService(strategy)
    }

    /// A strategy failed in a way that only its host can see: it is told nothing any more, and its policy for faults acts.
    /// It may be given new code and be enabled again.
    public mutating func stopFailed(strategy: Int) {
        guard slots[strategy].isEnabled else { return }
        if breakers.watchesCounts { countError(strategy: strategy) }
        takeOutOfService(strategy)
        deliverAnswers()
    }

    private mutating func takeOutOfService(_ strategy: Int) {
        slots[strategy].isEnabled = false
        slots[strategy].answers.removeAll(keepingCapacity: true)
        timers.removeAll(slot: strategy)
        apply(slots[strategy].onFault, to: strategy)
    }

    /// An operator's order, under a strategy's book. The answer is the gate's.
    public mutating func submitOrder(_ intent: OrderIntent) -> Verdict {
        precondition(
            intent.origin == .operator || intent.origin == .liquidation, "an operator's order says who sent it")
        let verdict = submit(intent)
        deliverAnswers()
        return verdict
    }

    /// An order that another person than its sender has approved, whoever that is: it passes the gate again, without the rule
    /// that asked for the approval.
    public mutating func submitApproved(_ intent: OrderIntent) -> Verdict {
        let verdict = submit(intent, isApprovedBySecond: true)
        deliverAnswers()
        return verdict
    }

    /// Cancels a working order by the host's id; false when nothing works under it.
    @discardableResult
    public mutating func cancelOrder(id: UInt64) -> Bool {
        let slot = orders.slot(id: id, instrumentCount: instruments.count)
        guard slot != OrderManager.none else { return false }
        end(slot, as: .cancelled, .cancelRequested)
        deliverAnswers()
        return true
    }

    /// Latches a scope; the strategies that it covers are told.
    public mutating func setTradingState(_ state: TradingState, scope: LimitScope, index: Int = 0) {
        takeOverLatch(scope, index)
        latch(state, scope, index)
        deliverAnswers()
    }

    /// Latches or releases a scope, and puts the news before the strategies that it covers.
    mutating func latch(_ state: TradingState, _ scope: LimitScope, _ index: Int) {
        gate.setTradingState(state, scope: scope, index: index)
        facts.append(.tradingStateChanged(scope: scope, index: Int32(index), state: state, time: now))
        for slot in slots.indices where covers(scope, index, slot) {
            answer(
                slot, .status(STRATEGY_EVENT_TRADING_STATE, code: UInt32(state.rawValue), at: now))
        }
    }

    private func covers(_ scope: LimitScope, _ index: Int, _ slot: Int) -> Bool {
        switch scope {
        case .system: true
        case .account: slots[slot].account == Int32(index)
        case .strategy: slot == index
        case .instrument: bindings[slot * instruments.count + index]
        }
    }

    /// Replaces the limits of a scope.
    public mutating func setLimits(_ limits: LimitSet, scope: LimitScope, index: Int = 0) {
        gate.setLimits(limits, scope: scope, index: index)
        takeNewDailyLimits()
    }

    /// Every measure of the gate for an order now, passed or not: observed, limit, headroom and utilisation in each scope
    /// with a limit. Changes nothing.
    public mutating func measures(_ intent: OrderIntent) -> [Finding] {
        gate.measures(of: view(intent, purpose: .submit))
    }

    /// What the gate would say about an order now: every failing rule, none = it would pass. Changes nothing.
    public mutating func assess(_ intent: OrderIntent) -> [Finding] { judgement(of: intent).failures }

    /// The same as a mask of rules; 0 = it would pass. Allocates nothing.
    public mutating func failedRules(_ intent: OrderIntent) -> UInt64 {
        gate.assess(view(intent, purpose: .submit))
    }

    /// The same with everything that the gate knows of it. Allocates; for readers, not for the event path.
    public mutating func judgement(of intent: OrderIntent) -> Judgement {
        gate.judgement(of: view(intent, purpose: .submit))
    }
}
