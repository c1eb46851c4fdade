public import CStrategyABI
import Execution
import Portfolio
public import Trading

// The way of an event: venue → fills told → strategies → intents → verdicts told.

extension Engine {
    /// Takes market events in time order. An event that goes back in time is a fault of the feed, and the edges refuse it.
    public mutating func run(_ events: UnsafeBufferPointer<EventRecord>) {
        guard let base = events.baseAddress else { return }
        var index = 0
        // Records below this index are known to be for the only strategy.
        var wanted = 0
        while index < events.count {
            if isCalm {
                if wanted <= index { wanted = wantedEnd(events, from: index) }
                if wanted > index {
                    index += runBlock(base + index, count: wanted - index)
                    continue
                }
            }
            index += step(UnsafeBufferPointer(start: base + index, count: events.count - index))
        }
    }

    /// One event, its MORE records included; returns how many records that were.
    private mutating func step(_ events: UnsafeBufferPointer<EventRecord>) -> Int {
        guard let base = events.baseAddress else { return 0 }
        var count = 1
        while count < events.count, events[count - 1].hasMore, events[count].kind == .more { count += 1 }
        let record = base[0]
        guard Int(record.instrument) < instruments.count else { return count }
        fireTimers(until: record.timestamp)
        passTime(to: record.timestamp)
        sequence += 1
        if record.kind == .depth { renewBook(base, count: count) }
        if orders.hasWorking(Int(record.instrument)) { match(record) }
        if booksDue > 0 { tendBooks(Int(record.instrument)) }
        take(record)
        if record.kind == .depth { markBook(Int(record.instrument)) }
        if watchesFeatures { renewFeatures(record) }
        if hasAnswers { deliverAnswers() }
        let hasFeatures = watchesFeatures && record.kind == .bar
        for slot in slots.indices where wants(slot, record) {
            if hasFeatures { giveFeatures(slot, base, count: count) } else { give(slot, base, count: count) }
        }
        if hasAnswers { deliverAnswers() }
        return count
    }

    /// Gives a strategy records and takes its intents. Returns how many it took, whole events.
    @inline(__always) @discardableResult
    mutating func give(_ slot: Int, _ events: UnsafePointer<EventRecord>, count: Int) -> Int {
        guard let call = slots[slot].call else { return count }
        let outcome = process(call, events, count: count, &slots[slot].counters)
        if hasFollowers { follow(slot, events, count: count, outcome) }
        act(on: outcome, slot: slot)
        var end = outcome.consumed
        while end < count, events[end - 1].hasMore { end += 1 }
        return end
    }

    private func wants(_ slot: Int, _ record: EventRecord) -> Bool {
        slots[slot].isEnabled && slots[slot].interest.covers(record) && isBound(slot, record.instrument)
    }

    /// The strategy may see and trade the instrument.
    @inline(__always)
    func isBound(_ slot: Int, _ instrument: UInt32) -> Bool {
        Int(instrument) < instruments.count && bindings[slot * instruments.count + Int(instrument)]
    }

    /// The market after an event, and what hangs on its mark.
    @inline(__always)
    mutating func take(_ record: EventRecord) {
        let instrument = Int(record.instrument)
        let mark = markets[instrument].observe(record)
        if mark != .zero { self.mark(instrument, mark) }
    }

    @inline(__always)
    private mutating func mark(_ instrument: Int, _ mark: Price) {
        ledger.mark(instrument, mark)
        if watchesMarks { followMark(instrument) }
        for strategy in slots.indices { trackMark(strategy) }
    }

    /// Takes in a depth record and those of the next `count - 1` that belong to it.
    @inline(never)
    mutating func renewBook(_ event: UnsafePointer<EventRecord>, count: Int) {
        let instrument = Int(event.pointee.instrument)
        guard markets[instrument].feed.contains(.depth) else { return }
        var size = 1
        while size < count, event[size - 1].hasMore, event[size].kind == .more { size += 1 }
        books[instrument].apply(event, count: size)
    }

    @inline(never)
    mutating func markBook(_ instrument: Int) {
        guard let time = books[instrument].time else { return }
        let mark = markets[instrument].observe(books[instrument], at: time)
        if mark != .zero { self.mark(instrument, mark) }
    }

    @inline(__always)
    mutating func trackMark(_ strategy: Int) {
        trackers[strategy].mark(
            time: now.nanoseconds, equity: ledger.equityEstimate(strategy: strategy),
            isOpen: ledger.isOpen(strategy: strategy))
    }

    // MARK: - Calling a strategy

    /// What a strategy said that it did in one call.
    struct Outcome: BitwiseCopyable {
        let consumed: Int
        let intentCount: Int
        var fault: IntentFault?
    }

    /// Calls the strategy once and checks what it says it did. The counts are C's, so a garbage one may read as negative.
    @inline(__always)
    func process(
        _ call: StrategyCall, _ events: UnsafePointer<EventRecord>, count: Int, _ counters: inout StrategyCounters
    ) -> Outcome {
        var intents = strategy_intents_v1_t(records: intentBuffer, capacity: Engine.intentCapacity, count: 0)
        callMark.pointee = counters.calls &<< CallMark.slotBits | call.mark
        let consumed = call.process(call.instance, events, count, &intents)
        callMark.pointee = 0
        counters.calls += 1
        guard consumed > 0, consumed <= count else {
            let isGone = !call.runsHere && consumed == -1
            return Outcome(consumed: count, intentCount: 0, fault: isGone ? .workerEnded : .badConsumedCount)
        }
        counters.events += UInt64(consumed)
        guard intents.count >= 0, intents.count <= Engine.intentCapacity else {
            return Outcome(consumed: consumed, intentCount: 0, fault: .countBeyondCapacity)
        }
        return Outcome(consumed: consumed, intentCount: intents.count)
    }

    /// Takes the intents of a call; one whose counts cannot be takes the strategy out of service.
    @inline(__always)
    mutating func act(on outcome: Outcome, slot: Int) {
        if outcome.intentCount > 0 {
            route(UnsafeBufferPointer(start: intentBuffer, count: outcome.intentCount), slot: slot)
        } else if let fault = outcome.fault {
            stopFaulted(slot, fault)
        }
    }

    /// Tells the strategies their verdicts and fills until nobody has anything to answer. One that answers each
    /// verdict with a new order, without end, is taken out of service.
    mutating func deliverAnswers() {
        for slot in slots.indices { slots[slot].replies = 0 }
        repeat {
            while hasAnswers {
                hasAnswers = false
                for slot in slots.indices where !slots[slot].answers.isEmpty { deliverAnswers(to: slot) }
            }
        } while actOnTrips()
    }

    private mutating func deliverAnswers(to slot: Int) {
        var index = 0
        while index < slots[slot].answers.count {
            guard slots[slot].isEnabled, let call = slots[slot].call else { break }
            let outcome = processAnswers(call, slot: slot, from: index)
            index += outcome.consumed
            if outcome.intentCount > 0 { slots[slot].replies += 1 }
            if slots[slot].replies > answersPerEventMax {
                stopFaulted(slot, .intentLoop)
            } else {
                act(on: outcome, slot: slot)
            }
        }
        slots[slot].answers.removeAll(keepingCapacity: true)
    }

    private func processAnswers(_ call: StrategyCall, slot: Int, from index: Int) -> Outcome {
        // The call must not see the queue that its own answers will be put into.
        let answers = slots[slot].answers
        let outcome = answers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("no answers for strategy \(slot)") }
            return process(call, base + index, count: buffer.count - index, &slots[slot].counters)
        }
        if hasFollowers { follow(slot, answers, from: index, outcome) }
        return outcome
    }

    /// Apart, so that it costs nothing where nobody follows.
    @inline(never)
    private func follow(_ slot: Int, _ answers: [EventRecord], from index: Int, _ outcome: Outcome) {
        answers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            follow(slot, base + index, count: buffer.count - index, outcome)
        }
    }

    mutating func fireTimers(until time: Timestamp) {
        guard timers.nextDue <= time else { return }
        for slot in slots.indices { slots[slot].timersFired = 0 }
        while let timer = timers.popDue(at: time) {
            passTime(to: max(now, timer.due))
            slots[timer.slot].timersFired += 1
            guard slots[timer.slot].timersFired <= timersPerEventMax else {
                stopFaulted(timer.slot, .intentLoop)
                continue
            }
            answer(timer.slot, .timer(tag: timer.tag, due: timer.due))
            deliverAnswers()
        }
    }

    /// Puts a record into a strategy's queue.
    mutating func answer(_ slot: Int, _ record: EventRecord) {
        guard slots[slot].isEnabled else { return }
        slots[slot].answers.append(record)
        hasAnswers = true
    }
}
