import CStrategyABI
import Controls
import Execution
import Portfolio
import Trading

// From a plugin's records to the order path.

extension Engine {
    /// Acts on what a strategy wrote in answer to one event.
    mutating func route(_ records: UnsafeBufferPointer<IntentRecord>, slot: Int) {
        var reader = IntentReader(records, strategy: slot, instrumentCount: instruments.count)
        var taken = 0
        while slots[slot].isEnabled {
            guard taken < intentsPerEventMax else { return refuseRest(reader.rest, slot: slot) }
            guard let intent = reader.next() else { return }
            taken += 1
            act(on: intent, slot: slot)
        }
    }

    private mutating func act(on intent: IntentReader.Intent, slot: Int) {
        switch intent {
        case .submit(let order):
            guard isBound(slot, order.instrument) else {
                return refuse(
                    slot, .instrumentNotBound, UInt16(STRATEGY_INTENT_SUBMIT), order.instrument, order.tag)
            }
            slots[slot].refusedInRow = 0
            _ = submit(order)
        case .modify(let wanted):
            let working = orders.slot(strategy: Int32(slot), instrument: Int(wanted.instrument), tag: wanted.tag)
            guard working != OrderManager.none else { return tellUnknown(slot, wanted.instrument, wanted.tag) }
            modify(working, quantity: wanted.quantity, price: wanted.price, stopPrice: wanted.stopPrice)
        case .cancel(let instrument, let tag):
            cancel(slot, Int(instrument), tag)
        case .timer(let tag, let due):
            let isInFuture = due.nanoseconds == 0 || due > now
            guard isInFuture, timers.set(slot: slot, tag: tag, due: due) else {
                return refuse(slot, .badTimer, UInt16(STRATEGY_INTENT_TIMER), 0, 0)
            }
        case .signal(let instrument, let strength, let price):
            slots[slot].counters.signals += 1
            signals.add(
                StrategySignal(
                    strategy: slot, instrument: Int(instrument), strength: strength, price: price, time: now))
            for other in slots.indices where other != slot && isBound(other, instrument) {
                answer(other, .signal(instrument, source: slot, strength: strength, price: price, at: now))
            }
        case .log(let level, let text):
            slots[slot].counters.logLines += 1
            if lines.count >= Engine.linesMax { lines.removeFirst(Engine.linesMax / 10) }
            lines.append(StrategyLine(strategy: slot, time: now, level: level, text: text))
        case .metric:
            slots[slot].counters.metrics += 1
        case .reply:
            // No command was given, so nobody waits for the answer.
            refuse(slot, .unknownType, UInt16(STRATEGY_INTENT_REPLY), 0, 0)
        case .refused(let fault, let type, let instrument, let tag):
            refuse(slot, fault, type, instrument, tag)
        }
    }

    private mutating func cancel(_ slot: Int, _ instrument: Int, _ tag: UInt64) {
        guard tag != 0 else {
            return cancelAll(strategy: slot, instrument: instrument, .cancelRequested) { $0.isOfStrategy }
        }
        let working = orders.slot(strategy: Int32(slot), instrument: instrument, tag: tag)
        guard working != OrderManager.none else { return tellUnknown(slot, UInt32(instrument), tag) }
        end(working, as: .cancelled, .cancelRequested)
    }

    /// Cancels what `strategy` has working in `instrument`: without a choice all but the protective orders, which stay as long
    /// as the position.
    mutating func cancelAll(
        strategy: Int, instrument: Int, _ reason: OrderReason,
        where isMeant: (OrderIntent) -> Bool = { !$0.isProtective }
    ) {
        var working = orders.first(instrument)
        while working != OrderManager.none {
            var next = orders.next(working)
            let intent = orders.order(working).intent
            if intent.strategy == Int32(strategy), isMeant(intent) {
                end(working, as: .cancelled, reason)
                // The end of a bracket's stop is its target's too, which may be the next.
                if intent.isLeg { next = orders.first(instrument) }
            }
            working = next
        }
    }

    /// A modify or cancel came too late, or names nothing.
    private mutating func tellUnknown(_ slot: Int, _ instrument: UInt32, _ tag: UInt64) {
        let intent = OrderIntent(
            strategy: Int32(slot), instrument: instrument, tag: tag, side: .buy, kind: .market, quantity: .zero)
        var order = Order(id: 0, intent: intent, account: slots[slot].account, at: now)
        order.state = .rejected
        tell(order, .unknownOrder)
    }

    /// Without an order between them. A strategy that writes so many has lost its way.
    static let refusedInRowMax = 1_000

    /// Counts an intent that cannot be taken, writes it down, and tells an order's sender that it was denied.
    private mutating func refuse(
        _ slot: Int, _ fault: IntentFault, _ type: UInt16, _ instrument: UInt32, _ tag: UInt64
    ) {
        slots[slot].refusedInRow += 1
        guard slots[slot].refusedInRow < Engine.refusedInRowMax else { return stopFaulted(slot, .manyRefused) }
        slots[slot].counters.refusedIntents += 1
        facts.append(.intentRefused(strategy: Int32(slot), type: type, fault: fault, count: 1, time: now))
        if breakers.watchesCounts { countError(strategy: slot) }
        let reason: FindingReason = fault == .unknownInstrument ? .unknownInstrument : .badQuantity
        tellDenied(slot, type, instrument, tag, Finding(.instrument, reason))
    }

    /// What is beyond the limit is refused in one fact; the sender of each order among it is told.
    private mutating func refuseRest(_ rest: Slice<UnsafeBufferPointer<IntentRecord>>, slot: Int) {
        guard !rest.isEmpty else { return }
        slots[slot].counters.refusedIntents += UInt64(rest.count)
        facts.append(
            .intentRefused(
                strategy: Int32(slot), type: 0, fault: .tooManyIntents, count: Int32(rest.count), time: now))
        let finding = Finding(.orderRate, .perSecond, scope: .strategy, limit: Int128(intentsPerEventMax) * 100_000_000)
        for record in rest { tellDenied(slot, record.type, record.instrument, record.tag, finding) }
    }

    /// The sender of an order that never reached the gate hears of it all the same.
    private mutating func tellDenied(
        _ slot: Int, _ type: UInt16, _ instrument: UInt32, _ tag: UInt64, _ finding: Finding
    ) {
        guard type == UInt16(STRATEGY_INTENT_SUBMIT) || type == UInt16(STRATEGY_INTENT_MODIFY) else { return }
        slots[slot].counters.denials += 1
        answer(slot, .denial(instrument, tag: tag, failedRules: finding.rule.mask, first: finding, at: now))
    }
}
