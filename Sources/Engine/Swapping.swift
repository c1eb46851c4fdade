import CStrategyABI
import Execution
import Portfolio
import Trading

// Another instance takes a running one's place: a tape for it to catch up from, a shadow beside the running one, the swap.

/// What lives beside a running instance.
struct Followers {
    let strategy: Int
    /// What it is given and answers, for an instance that is to take its place.
    var tape: EventTape?
    /// Another instance that is given the same.
    var shadow: ShadowCall?
    /// The two, where they answer late: then the pair stands in the slot.
    var pair: LatePair?
}

extension Engine {
    /// From the next event on all that the strategy is given and answers goes onto the tape; nil ends that. Returns the tape
    /// before, which the engine does not touch any more.
    @discardableResult
    public mutating func setTape(_ tape: EventTape?, strategy: Int) -> EventTape? {
        let before = followers(of: strategy)
        put(Followers(strategy: strategy, tape: tape, shadow: before.shadow, pair: before.pair))
        return before.tape
    }

    /// Lets an instance live beside the running one from the next event on; nil ends that. Returns the one before.
    @discardableResult
    public mutating func setShadow(_ shadow: ShadowCall?, strategy: Int) -> ShadowCall? {
        let before = followers(of: strategy)
        if let pair = before.pair { slots[strategy].call = pair.running.marked(strategy) }
        put(Followers(strategy: strategy, tape: before.tape, shadow: shadow))
        if let shadow { want(shadow.call.features, strategy: strategy) }
        return before.shadow ?? before.pair?.shadow
    }

    /// Tells an instance that begins anew what a strategy is told when it is enabled: that it runs, and what it holds.
    public func introduce(_ shadow: ShadowCall, strategy: Int) { shadow.follow(introduction(strategy: strategy)) }

    func introduction(strategy: Int) -> [EventRecord] {
        var records = [EventRecord.status(STRATEGY_EVENT_SESSION, code: 0, at: now)]
        for instrument in 0..<instruments.count {
            let position = ledger.position(strategy: strategy, instrument: instrument)
            guard position.quantity != .zero else { continue }
            records.append(
                .position(
                    position, instrument: UInt32(instrument), multiplier: instruments[instrument].multiplier, at: now))
        }
        return records
    }

    public func shadow(strategy: Int) -> ShadowCall? {
        let followers = followers(of: strategy)
        return followers.shadow ?? followers.pair?.shadow
    }

    /// Puts an instance that has lived through all that the running one was told into its place, and with it the slot's other
    /// terms where there are some. Nobody is told anything: timers, orders, counters and everything else go on. Only what the
    /// two did differently while they lived side by side is mended: working orders that the new one never sent are
    /// cancelled, timers that it alone has set are set.
    public mutating func swap(strategy: Int, to shadow: ShadowCall, _ terms: EngineSetup.Strategy? = nil) {
        precondition(slots[strategy].fault == nil, "strategy \(strategy) has a fault, so nobody may take it over")
        slots[strategy].call = shadow.call.marked(strategy)
        slots[strategy].interest.events = shadow.call.events
        dropFollowers(strategy: strategy)
        wantFeatures(strategy: strategy)
        if let terms { setTerms(strategy, terms) }
        mendDifferences(of: shadow, strategy: strategy)
    }

    /// Working orders that the new one never sent end, timers that it alone has set are set.
    mutating func mendDifferences(of shadow: ShadowCall, strategy: Int) {
        for order in shadow.strangers where Int(order.instrument) < instruments.count {
            let working = orders.slot(strategy: Int32(strategy), instrument: Int(order.instrument), tag: order.tag)
            if working != OrderManager.none { end(working, as: .cancelled, .strategyStopped) }
        }
        for timer in shadow.timers where timer.due > now {
            _ = timers.set(slot: strategy, tag: timer.tag, due: timer.due)
        }
        if hasAnswers { deliverAnswers() }
    }

    /// Its running half is not called any more.
    mutating func dropPair(strategy: Int) {
        var own = followers(of: strategy)
        guard own.pair != nil else { return }
        own.pair = nil
        put(own)
    }

    mutating func dropFollowers(strategy: Int) { put(Followers(strategy: strategy)) }

    func followers(of strategy: Int) -> Followers {
        followers.first { $0.strategy == strategy } ?? Followers(strategy: strategy)
    }

    mutating func put(_ new: Followers) {
        followers.removeAll { $0.strategy == new.strategy }
        if new.tape != nil || new.shadow != nil || new.pair != nil { followers.append(new) }
        hasFollowers = !followers.isEmpty || callLog != nil
    }

    /// From the next event on all calls of all strategies go into the log; nil ends that.
    public mutating func setCallLog(_ log: CallLog?) {
        callLog = log
        hasFollowers = !followers.isEmpty || log != nil
    }

    /// Shows a strategy's followers what it was given and what it answered, before anything comes of that.
    @inline(never)
    func follow(_ slot: Int, _ events: UnsafePointer<EventRecord>, count: Int, _ outcome: Outcome) {
        guard outcome.fault == nil else { return }
        // A record and its MORE records are one event, whatever the strategy says.
        var end = outcome.consumed
        while end < count, events[end - 1].hasMore { end += 1 }
        let answer = UnsafeBufferPointer(start: UnsafePointer(intentBuffer), count: outcome.intentCount)
        if let callLog, let call = slots[slot].call { callLog.append(slot, call, events, end, answer, at: now) }
        guard let own = followers.first(where: { $0.strategy == slot }) else { return }
        own.tape?.append(events, end, answer)
        guard let shadow = own.shadow else { return }
        // What its new code does counts as the strategy's doing.
        if shadow.call.runsHere {
            callMark.pointee = slots[slot].counters.calls &<< CallMark.slotBits | CallMark.value(slot: slot)
        }
        shadow.follow(events, end, answer)
        callMark.pointee = 0
        guard shadow.strangers.count >= Engine.strangersMax else { return }
        shadow.forgetStrangers { order in
            let instrument = Int(order.instrument)
            return instrument >= instruments.count
                || orders.slot(strategy: Int32(slot), instrument: instrument, tag: order.tag) == OrderManager.none
        }
    }

    private static let strangersMax = 1024
}
