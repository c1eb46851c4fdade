internal import CStrategyABI

/// Drives one instance as the engine would, with a venue that fills each order at once, and notes where the plugin breaks
/// the contract of `process`.
final class PracticeRun {
    let instance: StrategyInstance
    /// What it broke, each thing once.
    private(set) var violations: [String] = []
    /// Everything that it wrote, record by record.
    private(set) var intents: [strategy_intent_v1_t] = []
    var keepsIntents = false
    private(set) var intentCount = 0
    /// Of each call of the plugin, once there is room in it.
    var callNanoseconds: [Int64] = []

    private let records: UnsafeMutablePointer<strategy_intent_v1_t>
    private var positions: [Int64]
    private var lastPrices: [Int64]
    private var answers: [strategy_event_v1_t] = []
    private var now: Int64 = 0

    private static let capacity = Int(STRATEGY_INTENTS_MIN)
    /// Records behind the last one that the plugin may write.
    private static let fence = 16
    private static let fenceMark: UInt64 = 0x5afe_5afe_5afe_5afe
    private static let violationsMax = 20
    /// After one block, and in the whole run: a plugin that answers each fill with an order would never come to an end.
    private static let answersMax = 128
    private static let answersOfRunMax = 40_000
    private var answerCount = 0

    init(_ instance: StrategyInstance, instrumentCount: Int) {
        self.instance = instance
        records = .allocate(capacity: Self.capacity + Self.fence)
        records.initialize(repeating: strategy_intent_v1_t(), count: Self.capacity + Self.fence)
        positions = Array(repeating: 0, count: instrumentCount)
        lastPrices = Array(repeating: 0, count: instrumentCount)
    }

    deinit { records.deallocate() }

    /// Goes on where another run is: the same positions and prices, another instance.
    func follow(_ other: PracticeRun) {
        positions = other.positions
        lastPrices = other.lastPrices
        answers = other.answers
        answerCount = other.answerCount
    }

    /// One block; what the plugin is told in answer comes before the rest of it.
    func feed(_ events: [strategy_event_v1_t]) {
        var index = 0
        while index < events.count {
            deliverAnswers()
            index += process(events[index...])
        }
        deliverAnswers()
    }

    private func note(_ event: strategy_event_v1_t) {
        now = max(now, event.time)
        guard event.instrument < lastPrices.count else { return }
        let type = Int(event.type)
        if type == STRATEGY_EVENT_BAR { lastPrices[Int(event.instrument)] = Int64(bitPattern: event.payload.3) }
        if type == STRATEGY_EVENT_TRADE || type == STRATEGY_EVENT_QUOTE {
            lastPrices[Int(event.instrument)] = Int64(bitPattern: event.payload.0)
        }
    }

    private func deliverAnswers() {
        var count = 0
        while !answers.isEmpty, count < Self.answersMax, answerCount < Self.answersOfRunMax {
            let next = answers.prefix(Self.answersMax - count)
            answers.removeFirst(next.count)
            for event in next { _ = process([event]) }
            count += next.count
            answerCount += next.count
        }
        answers = []
    }

    /// How many records were consumed: at least one, at most all.
    private func process(_ events: ArraySlice<strategy_event_v1_t>) -> Int {
        raiseFence()
        var out = strategy_intents_v1_t(records: records, capacity: Self.capacity, count: 0)
        let start = MonotonicTime.now
        let consumed = events.withUnsafeBufferPointer {
            instance.process(instance.pointer, $0.baseAddress, $0.count, &out)
        }
        if callNanoseconds.count < callNanoseconds.capacity { callNanoseconds.append(MonotonicTime.now - start) }
        checkFence()
        if out.records != records || out.capacity != Self.capacity {
            violate("it changed the fields `records` or `capacity` of the host's buffer")
        }
        let isSound = consumed >= 1 && consumed <= events.count
        for event in isSound ? events.prefix(consumed) : events { note(event) }
        if out.count > Self.capacity || out.count < 0 {
            violate("it says that it wrote \(UInt(bitPattern: out.count)) intents into a buffer of \(Self.capacity)")
        } else {
            for index in 0..<out.count { take(records[index], isFirst: index == 0) }
        }
        guard isSound else {
            violate("it says that it consumed \(UInt(bitPattern: consumed)) of \(events.count) events")
            return events.count
        }
        if consumed < events.count, out.count == 0 {
            violate("it stopped after \(consumed) of \(events.count) events without having written an intent")
        }
        return consumed
    }

    /// To the byte, as far as they were kept.
    func hasSameIntents(as other: PracticeRun) -> Bool {
        intents.elementsEqual(other.intents) { left, right in
            withUnsafeBytes(of: left) { left in withUnsafeBytes(of: right) { left.elementsEqual($0) } }
        }
    }

    // MARK: Beyond the buffer

    private func raiseFence() {
        for index in Self.capacity..<Self.capacity + Self.fence { records[index].payload.0 = Self.fenceMark }
    }

    private func checkFence() {
        let isWhole = (Self.capacity..<Self.capacity + Self.fence).allSatisfy {
            records[$0].payload.0 == Self.fenceMark
        }
        if !isWhole { violate("it wrote beyond the end of the host's buffer") }
    }

    // MARK: Intents

    private func take(_ intent: strategy_intent_v1_t, isFirst: Bool) {
        intentCount += 1
        if keepsIntents { intents.append(intent) }
        switch Int(intent.type) {
        case STRATEGY_INTENT_SUBMIT: submit(unsafeBitCast(intent, to: strategy_submit_v1_t.self))
        case STRATEGY_INTENT_MODIFY, STRATEGY_INTENT_CANCEL:
            if intent.tag != 0 { answers.append(update(intent.tag, intent.instrument, .unknownOrder)) }
        case STRATEGY_INTENT_MORE:
            if isFirst { violate("it wrote a MORE record that belongs to no intent") }
        case STRATEGY_INTENT_SIGNAL:
            let strength = Double(bitPattern: intent.payload.0)
            if !(strength.magnitude <= 1) { violate("it sent a signal of strength \(strength), beyond -1…1") }
        case STRATEGY_INTENT_TIMER, STRATEGY_INTENT_METRIC, STRATEGY_INTENT_LOG, STRATEGY_INTENT_REPLY: break
        default: violate("it wrote an intent of the unknown type \(intent.type)")
        }
    }

    private func submit(_ order: strategy_submit_v1_t) {
        guard order.instrument < positions.count else {
            return violate("it sent an order in instrument \(order.instrument) of \(positions.count)")
        }
        if order.tag == 0 { violate("it sent an order with the tag 0") }
        if order.quantity <= 0 { violate("it sent an order of quantity \(order.quantity)") }
        let isBuy = order.side == UInt8(STRATEGY_SIDE_BUY)
        if !isBuy, order.side != UInt8(STRATEGY_SIDE_SELL) { violate("it sent an order of side \(order.side)") }
        let kinds = STRATEGY_KIND_MARKET...STRATEGY_KIND_TRAILING_STOP
        if !kinds.contains(Int(order.kind)) { violate("it sent an order of the unknown kind \(order.kind)") }
        let index = Int(order.instrument)
        let size = min(max(order.quantity, 0), 1 << 60)
        let (position, overflow) = positions[index].addingReportingOverflow(isBuy ? size : -size)
        guard !overflow, position.magnitude < 1 << 61 else {
            answers.append(update(order.tag, order.instrument, .rejected))
            return
        }
        positions[index] = position
        answers.append(update(order.tag, order.instrument, .filled(size, order.price, order.side)))
        var record = strategy_position_v1_t()
        record.type = UInt16(STRATEGY_EVENT_POSITION)
        record.instrument = order.instrument
        record.time = now
        record.quantity = position
        record.average_price = position == 0 ? 0 : lastPrices[index]
        record.opened_at = position == 0 ? 0 : now
        answers.append(unsafeBitCast(record, to: strategy_event_v1_t.self))
    }

    private enum Answer {
        case filled(Int64, Int64, UInt8)
        case rejected
        case unknownOrder
    }

    private func update(_ tag: UInt64, _ instrument: UInt32, _ answer: Answer) -> strategy_event_v1_t {
        var record = strategy_order_update_v1_t()
        record.type = UInt16(STRATEGY_EVENT_ORDER)
        record.instrument = instrument
        record.time = now
        record.tag = tag
        record.order_id = tag
        switch answer {
        case .filled(let quantity, let price, let side):
            record.filled_quantity = quantity
            record.last_quantity = quantity
            record.last_price = price == 0 ? lastPrices[Int(instrument)] : price
            record.side = side
            record.state = UInt8(STRATEGY_ORDER_FILLED)
            record.reason = UInt16(STRATEGY_REASON_FILL)
        case .rejected:
            record.state = UInt8(STRATEGY_ORDER_REJECTED)
            record.reason = UInt16(STRATEGY_REASON_VENUE)
        case .unknownOrder:
            record.state = UInt8(STRATEGY_ORDER_CANCELLED)
            record.reason = UInt16(STRATEGY_REASON_UNKNOWN_ORDER)
        }
        return unsafeBitCast(record, to: strategy_event_v1_t.self)
    }

    private func violate(_ text: String) {
        if violations.count < Self.violationsMax, !violations.contains(text) { violations.append(text) }
    }
}
