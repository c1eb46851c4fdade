public import CStrategyABI

/// The event loop of an instance: the body of a descriptor's `process`. It is inlined into the plugin with the concrete
/// strategy, so that a callback costs a call at most and an empty one nothing.
///
/// Returns right after the event (its MORE records included) in which intents were written; steps over event types that
/// it does not know.
@inlinable @inline(__always)
public func processBlock<S: Strategy>(
    _ type: S.Type, _ instance: UnsafeMutableRawPointer?, _ events: UnsafePointer<strategy_event_v1_t>?, _ count: Int,
    _ intents: UnsafeMutablePointer<strategy_intents_v1_t>?
) -> Int {
    guard let instance, let events, count > 0, let intents, let records = intents.pointee.records else { return 0 }
    let typed = instance.assumingMemoryBound(to: Instance<S>.self)
    let book = instance.assumingMemoryBound(to: Book.self)
    var context = Context(book: book, event: events, intents: intents, records: records)
    if book.pointee.needsAttention { attend(typed, &context) }
    var index = 0
    while index < count {
        let event = events + index
        index += 1
        var more: UnsafePointer<strategy_event_v1_t>?
        if event.pointee.flags & UInt16(STRATEGY_FLAG_MORE) != 0 {
            more = index < count && Int(events[index].type) == STRATEGY_EVENT_MORE ? events + index : nil
            while index < count, Int(events[index].type) == STRATEGY_EVENT_MORE { index += 1 }
        }
        dispatch(event, more: more, moreCount: events + index - event - 1, to: typed, &context)
        if intents.pointee.count != 0 { break }
    }
    return index
}

/// Market data here, in the loop; everything rarer is kept out of it.
@inlinable @inline(__always)
func dispatch<S: Strategy>(
    _ event: UnsafePointer<strategy_event_v1_t>, more: UnsafePointer<strategy_event_v1_t>?, moreCount: Int,
    to instance: UnsafeMutablePointer<Instance<S>>, _ context: inout Context
) {
    let type = Int(event.pointee.type)
    guard type <= STRATEGY_EVENT_BAR else {
        if type == STRATEGY_EVENT_FEATURES { return instance.pointee.book.take(features: event, moreCount: moreCount) }
        return dispatchRare(event, more: more, to: instance, &context)
    }
    let instrument = event.pointee.instrument
    guard instrument < instance.pointee.book.instrumentCount,
        let address = instance.pointee.book.addressOfInstrument[Int(instrument)]
    else { return }
    context.event = event
    context.current = instrument
    let target = address.assumingMemoryBound(to: Slot<S>.self)
    switch type {
    case STRATEGY_EVENT_BAR: target.pointee.strategy.onBar(Bar(event, more: more), &context)
    case STRATEGY_EVENT_TRADE: target.pointee.strategy.onTrade(Trade(event), &context)
    case STRATEGY_EVENT_QUOTE: target.pointee.strategy.onQuote(Quote(event), &context)
    case STRATEGY_EVENT_DEPTH: target.pointee.strategy.onDepth(Depth(event, moreCount: moreCount), &context)
    default: break
    }
}

@inlinable @inline(never)
func dispatchRare<S: Strategy>(
    _ event: UnsafePointer<strategy_event_v1_t>, more: UnsafePointer<strategy_event_v1_t>?,
    to instance: UnsafeMutablePointer<Instance<S>>, _ context: inout Context
) {
    context.event = event
    let report = RareEvent(event, more: more, book: &instance.pointee.book)
    let instrument = event.pointee.instrument
    let slots = instance.pointee.slots
    let slot = report.timer?.slot ?? instance.pointee.book.slot(of: instrument)
    if report.isForAll {
        for slot in 0..<instance.pointee.slotCount {
            context.current = slots[slot].instrument
            report.deliver(to: &slots[slot].strategy, &context)
        }
    } else if slot >= 0, slot < instance.pointee.slotCount {
        context.current = report.timer == nil ? instrument : slots[slot].instrument
        report.deliver(to: &slots[slot].strategy, &context)
    }
}

/// What waited for this block: the start, changed parameters, lines to log.
@inlinable @inline(never)
func attend<S: Strategy>(_ instance: UnsafeMutablePointer<Instance<S>>, _ context: inout Context) {
    instance.pointee.book.needsAttention = false
    for index in 0..<instance.pointee.slotCount {
        let slot = instance.pointee.slots + index
        context.current = slot.pointee.instrument
        if !slot.pointee.isStarted {
            slot.pointee.isStarted = true
            slot.pointee.strategy.onStart(&context)
        } else if slot.pointee.parametersChanged {
            slot.pointee.strategy.onParameters(&context)
        }
        slot.pointee.parametersChanged = false
    }
    context.current = instance.pointee.slots.pointee.instrument
    context.reportNotes()
}
