import CStrategyABI
import Trading

/// Two instances that answer late, side by side in one slot: both are given the same, what the running one says goes to the
/// engine, what its shadow says is compared only. Each answer says how many events its author had seen by then, so that the
/// two are matched by event, whenever they come.
///
/// An order that the shadow alone wants ends for it, as for a shadow that answers at once; that it is told between two
/// events, which do not count.
final class LatePair: @unchecked Sendable {
    let shadow: ShadowCall
    let running: StrategyCall
    private var heard: LateAnswers
    private var own: LateAnswers
    /// What the shadow alone was told.
    private var told: [Told] = []
    /// Of the newest event that both were given.
    private var time: Timestamp
    /// Answers to its own ends since the last event.
    private var replies = 0
    private static let repliesMax = 16
    private let scratch: UnsafeMutablePointer<IntentRecord>

    /// `count` records for the shadow alone, after `at` events that both were given and `before` such records.
    private struct Told {
        let at: UInt64
        let before: UInt64
        let count: UInt64
    }

    /// nil = they do not say what their answers belong to.
    init?(_ running: StrategyCall, _ shadow: ShadowCall, at time: Timestamp) {
        // The two would not see the same number of events.
        guard running.features == shadow.call.features else { return nil }
        guard let heard = LateAnswers(running), let own = LateAnswers(shadow.call) else { return nil }
        self.running = running
        self.shadow = shadow
        self.heard = heard
        self.own = own
        self.time = time
        scratch = .allocate(capacity: Engine.intentCapacity)
        scratch.initialize(repeating: IntentRecord(), count: Engine.intentCapacity)
    }

    deinit { scratch.deallocate() }

    /// What stands in the slot. The engine keeps the pair as long.
    var call: StrategyCall {
        StrategyCall(
            instance: Unmanaged.passUnretained(self).toOpaque(),
            process: { instance, events, count, intents in
                guard let instance, let events, let intents else { return 0 }
                return Unmanaged<LatePair>.fromOpaque(instance).takeUnretainedValue().give(events, count, intents)
            }, events: running.events, features: running.features,
            poll: { instance, intents in
                guard let instance, let intents else { return 0 }
                return Unmanaged<LatePair>.fromOpaque(instance).takeUnretainedValue().poll(intents)
            }, runsHere: false)
    }

    private func give(
        _ events: UnsafePointer<EventRecord>, _ count: Int, _ intents: UnsafeMutablePointer<strategy_intents_v1_t>
    ) -> Int {
        let taken = running.process(running.instance, events, count, intents)
        guard taken > 0, taken <= count else { return taken }
        heard.add(intents.pointee)
        time = events[taken - 1].timestamp
        replies = 0
        giveShadow(events, taken)
        return taken
    }

    private func giveShadow(_ events: UnsafePointer<EventRecord>, _ count: Int) {
        var index = 0
        while index < count, shadow.fault == nil {
            var block = strategy_intents_v1_t(records: scratch, capacity: Engine.intentCapacity, count: 0)
            let taken = shadow.call.process(shadow.call.instance, events + index, count - index, &block)
            guard taken > 0, taken <= count - index else { return shadow.end(.workerEnded) }
            own.add(block)
            index += taken
        }
    }

    /// Records for the shadow alone.
    func tellShadow(_ records: [EventRecord]) {
        guard !records.isEmpty else { return }
        let before = (told.last?.before ?? 0) + (told.last?.count ?? 0)
        told.append(Told(at: own.given - before, before: before, count: UInt64(records.count)))
        records.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { giveShadow(base, buffer.count) }
        }
    }

    private func poll(_ intents: UnsafeMutablePointer<strategy_intents_v1_t>) -> Int {
        let seen = heard.seen
        let status = running.poll?(running.instance, intents) ?? 0
        guard status == 0 else { return status }
        if heard.add(intents.pointee) { return 0 }
        heard.known = seen
        if shadow.fault == nil { pollShadow() }
        return 0
    }

    /// So many answers of the shadow at a time; the rest waits for the next time.
    private static let answersMax = 64

    private func pollShadow() {
        let seen = own.seen
        for _ in 0..<LatePair.answersMax {
            var block = strategy_intents_v1_t(records: scratch, capacity: Engine.intentCapacity, count: 0)
            guard shadow.call.poll?(shadow.call.instance, &block) == 0 else { return shadow.end(.workerEnded) }
            guard block.count >= 0, block.count <= Engine.intentCapacity else {
                return shadow.end(.countBeyondCapacity)
            }
            if own.add(block) { continue }
            own.known = seen
            compare()
            return
        }
    }

    // MARK: Comparing

    /// All that both have answered by now.
    private func compare() {
        let known = min(heard.known, common(own.known).at)
        var ended: [EventRecord] = []
        while true {
            let next = heard.first.map(\.through)
            let shadowNext = own.first.map { common($0.through) }
            // Where both answered to the same event they are one call; what the shadow was told alone comes after it.
            let isHeard = next.map { next in shadowNext.map { next <= $0.at } ?? true } ?? false
            let isOwn =
                shadowNext.map { own in
                    next.map { own.at < $0 || (own.at == $0 && !own.isAlone) } ?? true
                } ?? false
            guard let at = isHeard ? next : shadowNext?.at, at <= known, isHeard || isOwn else { break }
            let one = isHeard ? heard.removeFirst() : []
            let other = isOwn ? own.removeFirst() : []
            ended += shadow.judge(running: one, shadow: other, at: time)
        }
        let open = min(own.known, own.first?.through ?? .max)
        while told.count > 1, told[1].at + told[1].before < open { told.removeFirst() }
        guard !ended.isEmpty, replies < LatePair.repliesMax else { return }
        replies += 1
        tellShadow(ended)
    }

    /// What the shadow's own count means in events that both were given.
    private func common(_ count: UInt64) -> (at: UInt64, isAlone: Bool) {
        guard let last = told.last(where: { count > $0.at + $0.before }) else {
            return (count - (told.first?.before ?? 0), false)
        }
        let isAlone = count <= last.at + last.before + last.count
        return isAlone ? (last.at, true) : (count - last.before - last.count, false)
    }
}

/// What one instance has answered and nobody has looked at, by the events that it had seen.
private struct LateAnswers {
    struct Answer {
        let through: UInt64
        let records: [IntentRecord]
    }
    private let call: StrategyCall
    private let position: StrategyCall.Position
    /// Events that it had been given before.
    private let base: UInt64
    private var answers: [Answer] = []
    /// Every answer up to here is in `answers`, or was.
    var known: UInt64 = 0

    init?(_ call: StrategyCall) {
        guard call.poll != nil, let position = call.position else { return nil }
        self.call = call
        self.position = position
        base = LateAnswers.read(call, position).given
    }

    private static func read(
        _ call: StrategyCall, _ position: StrategyCall.Position
    ) -> (given: UInt64, seen: UInt64, answered: UInt64) {
        var numbers: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &numbers) { bytes in
            position(call.instance, bytes.baseAddress?.assumingMemoryBound(to: UInt64.self))
        }
        return (numbers.0, numbers.1, numbers.2)
    }

    /// Events that it was given since, and those of them that it has seen, whose answers are there.
    var given: UInt64 { LateAnswers.read(call, position).given - base }
    var seen: UInt64 { max(LateAnswers.read(call, position).seen, base) - base }
    var first: Answer? { answers.first }
    mutating func removeFirst() -> [IntentRecord] { answers.removeFirst().records }

    /// false = there was none.
    @discardableResult
    mutating func add(_ block: strategy_intents_v1_t) -> Bool {
        guard block.count > 0, block.count <= Engine.intentCapacity else { return false }
        let through = LateAnswers.read(call, position).answered
        // What it said to the time before is nobody's to compare.
        if through > base {
            let records = UnsafeBufferPointer(start: block.records, count: block.count)
            answers.append(Answer(through: through - base, records: Array(records)))
        }
        return true
    }
}

extension Engine {
    /// Lets a shadow live beside one that answers late and stands held: both are given what waited. `isNew` = it begins
    /// without memory, and is told so. false = they cannot be compared; the running one is still held.
    public mutating func pair(_ held: HeldCall, strategy: Int, with shadow: ShadowCall, isNew: Bool) -> Bool {
        let running = followers(of: strategy).pair?.running ?? held.old
        guard let pair = LatePair(running, shadow, at: now) else { return false }
        if isNew { pair.tellShadow(introduction(strategy: strategy)) }
        release(held, strategy: strategy, to: pair.call)
        put(Followers(strategy: strategy, pair: pair))
        return true
    }

    /// The shadow of a held pair takes over, and is given what waited.
    public mutating func promote(_ held: HeldCall, strategy: Int) {
        guard let pair = followers(of: strategy).pair else { return endHold(held, strategy: strategy) }
        release(held, strategy: strategy, to: pair.shadow.call)
        mendDifferences(of: pair.shadow, strategy: strategy)
    }
}
