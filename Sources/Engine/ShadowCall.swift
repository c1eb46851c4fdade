public import CStrategyABI
public import Trading

/// An instance that lives beside the running one: it is given the same records, and what it answers is compared and not
/// sent. One thread at a time uses it: the one that catches up, then the engine's.
///
/// An order that it alone wants ends for it at once, as cancelled, so that it does not wait for a fill for ever. What the
/// running one alone has ordered is written down, since nobody would know it once the shadow takes over.
public final class ShadowCall: @unchecked Sendable {
    public let call: StrategyCall
    public private(set) var comparison = IntentComparison()
    /// It broke the contract and is not called any more.
    public private(set) var fault: IntentFault?
    /// Orders of the running instance that this one did not send, by instrument and tag.
    private(set) var strangers: [OrderName] = []
    /// Timers that this one alone has set.
    private(set) var timers: [OwnTimer] = []

    struct OrderName: Equatable {
        let instrument: UInt32
        let tag: UInt64
    }
    struct OwnTimer {
        let tag: UInt64
        let due: Timestamp
    }

    private let intents: UnsafeMutablePointer<IntentRecord>
    private var written = 0
    /// Answers to the ends of its own orders, one after the other.
    private static let repliesMax = 16
    private static var nothing: UnsafeBufferPointer<IntentRecord> { UnsafeBufferPointer(start: nil, count: 0) }

    /// The caller keeps instance and code alive as long as this.
    public init(_ call: StrategyCall) {
        self.call = call
        intents = .allocate(capacity: Engine.intentCapacity)
        intents.initialize(repeating: IntentRecord(), count: Engine.intentCapacity)
    }

    deinit { intents.deallocate() }

    /// Lives through all that is on the tape.
    public func catchUp(_ tape: EventTape) {
        tape.play { events, count, answer in follow(events, count, answer) }
    }

    /// What it alone is told.
    func follow(_ records: [EventRecord]) {
        records.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { follow(base, buffer.count, ShadowCall.nothing) }
        }
    }

    /// One call of the running instance: its records, and what it answered after the last of them.
    func follow(_ events: UnsafePointer<EventRecord>, _ count: Int, _ answer: UnsafeBufferPointer<IntentRecord>) {
        var index = 0
        while index < count, fault == nil {
            let others = call.featuresOfOthers(events + index, count - index)
            guard let consumed = others > 0 ? others : process(events + index, count - index) else { return }
            index += consumed
            let isLast = index == count
            if isLast || written > 0 { compare(isLast ? answer : ShadowCall.nothing, at: events[index - 1]) }
        }
    }

    /// Those that have ended are nobody's matter any more.
    func forgetStrangers(_ hasEnded: (OrderName) -> Bool) { strangers.removeAll(where: hasEnded) }

    /// How many records it took; nil = its counts cannot be.
    private func process(_ events: UnsafePointer<EventRecord>, _ count: Int) -> Int? {
        var block = strategy_intents_v1_t(records: intents, capacity: Engine.intentCapacity, count: 0)
        let consumed = call.process(call.instance, events, count, &block)
        if consumed <= 0 || consumed > count {
            fault = .badConsumedCount
        } else if block.count < 0 || block.count > Engine.intentCapacity {
            fault = .countBeyondCapacity
        }
        written = fault == nil ? block.count : 0
        return fault == nil ? consumed : nil
    }

    private func compare(_ answer: UnsafeBufferPointer<IntentRecord>, at event: EventRecord) {
        let own = UnsafeBufferPointer(start: intents, count: written)
        if own.count == answer.count, own.isEmpty || own.hasSameBytes(as: answer) {
            if !own.isEmpty { comparison.equal += 1 }
            return
        }
        endOwnOrders(note(running: answer, shadow: own, at: event.timestamp), at: event.timestamp)
    }

    /// Writes a difference down; the orders that it alone wants.
    private func note(
        running: UnsafeBufferPointer<IntentRecord>, shadow: UnsafeBufferPointer<IntentRecord>, at time: Timestamp
    ) -> [OrderName] {
        comparison.note(running: running, shadow: shadow, at: time)
        for order in running.submitted where !shadow.submitted.contains(order) { strangers.append(order) }
        keepTimers(shadow, besides: running)
        return shadow.submitted.filter { !running.submitted.contains($0) }
    }

    // MARK: One that answers late

    /// What the two said to one event; the ends of orders that it alone wants.
    func judge(running: [IntentRecord], shadow: [IntentRecord], at time: Timestamp) -> [EventRecord] {
        running.withUnsafeBufferPointer { running in
            shadow.withUnsafeBufferPointer { shadow in
                if running.count == shadow.count, running.hasSameBytes(as: shadow) {
                    comparison.equal += 1
                    return []
                }
                return note(running: running, shadow: shadow, at: time).map { .ended($0, at: time) }
            }
        }
    }

    /// It is not called any more.
    func end(_ fault: IntentFault) { self.fault = fault }

    private func keepTimers(
        _ own: UnsafeBufferPointer<IntentRecord>, besides answer: UnsafeBufferPointer<IntentRecord>
    ) {
        for record in own where record.type == UInt16(STRATEGY_INTENT_TIMER) {
            timers.removeAll { $0.tag == record.tag }
            let due = Timestamp(nanoseconds: Int64(bitPattern: record.payload.0))
            let isCommon = answer.contains {
                $0.type == record.type && $0.tag == record.tag && $0.payload.0 == record.payload.0
            }
            if !isCommon, due.nanoseconds != 0 { timers.append(OwnTimer(tag: record.tag, due: due)) }
        }
    }

    /// Nobody took its own orders, and it is told so; what it answers to that goes the same way.
    private func endOwnOrders(_ orders: [OrderName], at time: Timestamp) {
        var orders = orders
        for _ in 0..<ShadowCall.repliesMax {
            guard !orders.isEmpty, fault == nil else { return }
            let records = orders.map { EventRecord.ended($0, at: time) }
            orders = []
            records.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                var index = 0
                while index < buffer.count, let consumed = process(base + index, buffer.count - index) {
                    index += consumed
                    let own = UnsafeBufferPointer(start: intents, count: written)
                    if own.isEmpty { continue }
                    comparison.note(running: ShadowCall.nothing, shadow: own, at: time)
                    keepTimers(own, besides: ShadowCall.nothing)
                    orders += own.submitted
                }
            }
        }
    }
}

/// How a shadow's intents compare with the running instance's, call by call.
public struct IntentComparison: Sendable {
    /// Calls in which both wrote the same, and in which they did not; those without intents of either count as neither.
    public internal(set) var equal: UInt64 = 0
    public internal(set) var differing: UInt64 = 0
    /// The first ones.
    public internal(set) var differences: [IntentDifference] = []
    static let differencesMax = 20

    mutating func note(
        running: UnsafeBufferPointer<IntentRecord>, shadow: UnsafeBufferPointer<IntentRecord>, at time: Timestamp
    ) {
        differing += 1
        guard differences.count < IntentComparison.differencesMax else { return }
        let most = IntentDifference.recordsMax
        differences.append(
            IntentDifference(time: time, running: Array(running.prefix(most)), shadow: Array(shadow.prefix(most))))
    }
}

/// What the two wrote after the same event, the first records of each.
public struct IntentDifference: @unchecked Sendable {
    public let time: Timestamp
    public let running: [IntentRecord]
    public let shadow: [IntentRecord]
    static let recordsMax = 8
}

extension UnsafeBufferPointer<IntentRecord> {
    fileprivate func hasSameBytes(as other: Self) -> Bool {
        indices.allSatisfy { index in
            let (one, two) = (self[index], other[index])
            return one.type == two.type && one.flags == two.flags && one.instrument == two.instrument
                && one.tag == two.tag && one.payload == two.payload
        }
    }

    fileprivate var submitted: [ShadowCall.OrderName] {
        compactMap { record in
            guard record.type == UInt16(STRATEGY_INTENT_SUBMIT) else { return nil }
            return ShadowCall.OrderName(instrument: record.instrument, tag: record.tag)
        }
    }
}

extension EventRecord {
    /// An ORDER event: it was cancelled, because nobody took it.
    fileprivate static func ended(_ order: ShadowCall.OrderName, at time: Timestamp) -> EventRecord {
        var record = strategy_order_update_v1_t()
        record.type = UInt16(STRATEGY_EVENT_ORDER)
        record.instrument = order.instrument
        record.time = time.nanoseconds
        record.tag = order.tag
        record.state = OrderState.cancelled.rawValue
        record.reason = OrderReason.strategyStopped.rawValue
        return EventRecord(bytesOf: record)
    }
}
