import CStrategyABI
import Execution
import Portfolio
import Trading

// While nothing but one strategy can act, it gets many events in one call, and the market catches up behind it.

extension Engine {
    /// Nothing but the one strategy can act on the next event, so it may look ahead over a block.
    var isCalm: Bool {
        slots.count == 1 && slots[0].isEnabled && orders.workingCount == 0 && timers.isEmpty && !hasAnswers
            && !days.isEventByEvent
            && booksDue == 0 && !hasFollowers && !watchesFeatures
    }

    /// Gives the strategy as many events as it wants to see in one call, then catches the market up to where it stopped.
    /// Returns how many records that were.
    mutating func runBlock(_ base: UnsafePointer<EventRecord>, count: Int) -> Int {
        guard let call = slots[0].call else { preconditionFailure("an enabled strategy without code") }
        let outcome = process(call, base, count: count, &slots[0].counters)
        // A record and its MORE records are one event, whatever the strategy says.
        var end = outcome.consumed
        while end < count, base[end - 1].hasMore { end += 1 }
        var index = 0
        while index < end {
            let passed = passRun(base + index, count: end - index)
            if passed == 0 { passOne(base + index, count: end - index) }
            index += max(passed, 1)
        }
        act(on: outcome, slot: 0)
        if hasAnswers { deliverAnswers() }
        return end
    }

    /// Records that the strategy may be given in one call: they stay in the first-level cache between its pass and ours.
    private static let blockMax = 256

    /// The end of the records from `start` on that the only strategy is to see.
    func wantedEnd(_ events: UnsafeBufferPointer<EventRecord>, from start: Int) -> Int {
        let interest = slots[0].interest
        let limit = min(events.count, start + Engine.blockMax)
        var end = start
        // Type, flags and instrument of the record before, where these alone decide.
        var known: UInt64?
        while end < limit {
            let record = events[end]
            if record.head != known {
                let isPart = record.kind == .more && end > start
                guard isPart || (interest.covers(record) && isBound(0, record.instrument)) else { break }
                known = interest.looksInside(record.kind) ? nil : record.head
            }
            end += 1
        }
        // A record and its MORE records stay together.
        while end > start, events[end - 1].hasMore { end -= 1 }
        return end
    }

    /// Time, market and marks after as many events as are of one instrument and need nothing but that. Returns how many records
    /// that were; 0 = look at the first one by itself.
    @inline(__always)
    private mutating func passRun(_ base: UnsafePointer<EventRecord>, count: Int) -> Int {
        let instrument = base[0].instrument
        guard base[0].kind != .more, !watchesMarks,
            let line = ledger.equityLine(strategy: 0, instrument: Int(instrument))
        else { return 0 }
        let isOpen = ledger.isOpen(strategy: 0)
        var market = markets[Int(instrument)]
        var mark = Price.zero
        var time = now
        var events: UInt64 = 0
        var end = 0
        while end < count {
            let record = base[end]
            if record.kind != .more {
                let isNext = record.kind != .depth && record.instrument == instrument
                guard isNext, record.timestamp < days.nextTurn else { break }
                time = record.timestamp
                events += 1
                let next = market.observe(record)
                if next != .zero {
                    mark = next
                    trackers[0].mark(time: time.nanoseconds, equity: line.equity(at: mark), isOpen: isOpen)
                }
            }
            end += 1
        }
        guard end > 0 else { return 0 }
        now = time
        sequence += events
        markets[Int(instrument)] = market
        if mark != .zero { ledger.mark(Int(instrument), mark) }
        return end
    }

    /// The same after one record, whatever it is; `count` are there with its MORE records.
    @inline(never)
    private mutating func passOne(_ base: UnsafePointer<EventRecord>, count: Int) {
        let record = base[0]
        guard record.kind != .more else { return }
        passTime(to: record.timestamp)
        sequence += 1
        if record.kind == .depth { renewBook(base, count: count) }
        take(record)
        if record.kind == .depth { markBook(Int(record.instrument)) }
    }
}
