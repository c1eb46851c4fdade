import CStrategyABI
import Trading

/// Stands in the slot of a strategy that answers late, while another instance takes over its memory: what the slot is given
/// waits here, and what the old one still has to say is taken. With more than a tape holds the old one goes on.
public final class HeldCall: @unchecked Sendable {
    let old: StrategyCall
    let tape: EventTape
    private let scratch: UnsafeMutablePointer<IntentRecord>
    /// All that waited was given to the old one after all, and all that came since.
    public private(set) var isBroken = false

    init(_ old: StrategyCall, _ tape: EventTape) {
        self.old = old
        self.tape = tape
        scratch = .allocate(capacity: Engine.intentCapacity)
        scratch.initialize(repeating: IntentRecord(), count: Engine.intentCapacity)
    }

    deinit { scratch.deallocate() }

    var call: StrategyCall {
        StrategyCall(
            instance: Unmanaged.passUnretained(self).toOpaque(),
            process: { instance, events, count, intents in
                guard let instance, let events, let intents else { return 0 }
                return Unmanaged<HeldCall>.fromOpaque(instance).takeUnretainedValue().take(events, count, intents)
            }, events: old.events, features: old.features,
            poll: { instance, intents in
                guard let instance else { return 0 }
                let held = Unmanaged<HeldCall>.fromOpaque(instance).takeUnretainedValue()
                return held.old.poll?(held.old.instance, intents) ?? 0
            }, runsHere: false)
    }

    private func take(
        _ events: UnsafePointer<strategy_event_v1_t>, _ count: Int,
        _ intents: UnsafeMutablePointer<strategy_intents_v1_t>
    ) -> Int {
        if !isBroken {
            tape.append(events, count, UnsafeBufferPointer(start: nil, count: 0))
            if !tape.isOverrun { return count }
            giveBack()
        }
        return old.process(old.instance, events, count, intents)
    }

    /// What waited goes to the old one; its answers come late, as they always do.
    func giveBack() {
        guard !isBroken else { return }
        isBroken = true
        tape.play { events, count, _ in
            var block = strategy_intents_v1_t(records: scratch, capacity: Engine.intentCapacity, count: 0)
            _ = old.process(old.instance, events, count, &block)
        }
    }

}

extension Engine {
    /// Lets wait what a strategy that answers late is to be given from the next event on. The caller keeps the result until
    /// the slot has another call. nil = it answers at once, or there is none.
    public mutating func hold(strategy: Int, on tape: EventTape) -> HeldCall? {
        guard let call = slots[strategy].call, call.poll != nil else { return nil }
        let held = HeldCall(call, tape)
        slots[strategy].call = held.call.marked(strategy)
        return held
    }

    /// The old one goes on with what waited.
    public mutating func endHold(_ held: HeldCall, strategy: Int) {
        guard isHeld(held, strategy: strategy) else { return }
        held.giveBack()
        slots[strategy].call = held.old.marked(strategy)
    }

    /// It still stands in the slot.
    public func isHeld(_ held: HeldCall, strategy: Int) -> Bool {
        slots[strategy].call?.instance == held.call.instance
    }

    /// An instance with the old one's memory takes over, and is given what waited. Nobody is told anything.
    public mutating func release(
        _ held: HeldCall, strategy: Int, to call: StrategyCall, _ terms: EngineSetup.Strategy? = nil
    ) {
        precondition(isHeld(held, strategy: strategy) && !held.isBroken, "strategy \(strategy) is not held")
        slots[strategy].call = call.marked(strategy)
        slots[strategy].interest.events = call.events
        dropFollowers(strategy: strategy)
        wantFeatures(strategy: strategy)
        if let terms { setTerms(strategy, terms) }
        guard slots[strategy].isEnabled else { return }
        var waiting: [EventRecord] = []
        held.tape.play { events, count, _ in
            let begin = call.featuresOfOthers(events, count)
            waiting.append(contentsOf: UnsafeBufferPointer(start: events + begin, count: count - begin))
        }
        // Before what came of the new terms.
        slots[strategy].answers.insert(contentsOf: waiting, at: 0)
        hasAnswers = hasAnswers || !waiting.isEmpty
        if hasAnswers { deliverAnswers() }
    }
}
