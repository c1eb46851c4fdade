import CStrategyABI
import Engine
import PluginHost
import Trading

/// One strategy's code of today, which is given what the recorded one was given.
final class ReplayedStrategy {
    struct Difference {
        var time: Timestamp
        /// Number of the event, from 1, among those of this strategy.
        var event: Int
        var recorded: [IntentRecord]
        var today: [IntentRecord]
        /// Those before it, and it.
        var events: [EventRecord]
    }

    let code: RecordedCode
    private let instance: StrategyInstance
    private let call: StrategyCall
    private let written: UnsafeMutablePointer<IntentRecord>
    private static let capacity = 1024
    private static let recentMax = 6

    private(set) var events = 0
    /// Compared, and equal.
    private(set) var intents = 0
    private(set) var difference: Difference?
    /// It broke the contract or its worker ended.
    private(set) var fault: String?
    // What only one side has said yet.
    private var recorded: [IntentRecord] = []
    private var today: [IntentRecord] = []
    private var recent: [EventRecord] = []

    init(_ code: RecordedCode, _ instance: StrategyInstance) {
        self.code = code
        self.instance = instance
        call = StrategyCall(instance)
        written = .allocate(capacity: ReplayedStrategy.capacity)
        written.initialize(repeating: IntentRecord(), count: ReplayedStrategy.capacity)
    }

    deinit { written.deallocate() }

    /// It goes on, and there is something to find.
    var isGoing: Bool { difference == nil && fault == nil }

    /// One call of the recorded one, or with no events what that said late.
    func take(_ events: UnsafeBufferPointer<EventRecord>, _ intents: UnsafeBufferPointer<IntentRecord>) {
        guard isGoing else { return }
        if let base = events.baseAddress, !events.isEmpty { run(base, events.count) }
        recorded += intents
        compare(isComplete: !code.answersLate)
    }

    /// Nothing more comes. Of one that answered late the last answers were not waited for.
    func end() {
        guard isGoing, !recorded.isEmpty else { return }
        note()
    }

    private func run(_ base: UnsafePointer<EventRecord>, _ count: Int) {
        var index = 0
        while index < count {
            // What the code named when it was recorded; today's names others.
            let others = call.featuresOfOthers(base + index, count - index)
            index += others
            guard index < count else { return }
            var block = strategy_intents_v1_t(records: written, capacity: ReplayedStrategy.capacity, count: 0)
            let consumed = call.run(base + index, count - index, &block)
            guard consumed > 0, consumed <= count - index, block.count >= 0, block.count <= ReplayedStrategy.capacity
            else {
                fault =
                    instance.end?.text
                    ?? "its answer broke the contract: \(consumed) of \(count - index) events, \(block.count) intents"
                return
            }
            for record in UnsafeBufferPointer(start: base + index, count: consumed) { remember(record) }
            index += consumed
            today += UnsafeBufferPointer(start: written, count: block.count)
        }
    }

    private func remember(_ record: EventRecord) {
        events += 1
        if recent.count == ReplayedStrategy.recentMax { recent.removeFirst() }
        recent.append(record)
    }

    /// `isComplete`: both have said all that they have to say.
    private func compare(isComplete: Bool) {
        let common = min(recorded.count, today.count)
        for index in 0..<common where !IntentRecord.areSame(recorded[index], today[index]) { return note() }
        if isComplete, recorded.count != today.count { return note() }
        guard common > 0 else { return }
        intents += common
        recorded.removeFirst(common)
        today.removeFirst(common)
    }

    private func note() {
        difference = Difference(
            time: recent.last?.timestamp ?? Timestamp(nanoseconds: 0), event: events, recorded: recorded, today: today,
            events: recent)
    }
}

extension IntentRecord {
    /// All 64 bytes.
    static func areSame(_ one: IntentRecord, _ other: IntentRecord) -> Bool {
        withUnsafeBytes(of: one) { left in withUnsafeBytes(of: other) { left.elementsEqual($0) } }
    }
}
