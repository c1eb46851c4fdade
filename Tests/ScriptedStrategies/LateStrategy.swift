public import CStrategyABI
public import Engine
public import Trading

/// A strategy that answers late, as one in a worker does: `process` takes the events, `poll` hands out what it wanted.
public final class LateStrategy {
    private var given: [EventRecord] = []
    /// What it has looked at.
    public private(set) var seen: [EventRecord] = []
    public private(set) var waiting: [(through: Int, intents: [IntentRecord])] = []
    private var answered = 0
    public var isGone = false
    /// While it sleeps it takes events and looks at none.
    public var isAsleep = false { didSet { work() } }
    private let answer: (EventRecord) -> [IntentRecord]

    public init(_ answer: @escaping (EventRecord) -> [IntentRecord] = { _ in [] }) { self.answer = answer }

    /// The caller keeps the strategy alive as long as the engine.
    public var call: StrategyCall {
        StrategyCall(
            instance: Unmanaged.passUnretained(self).toOpaque(),
            process: { instance, events, count, _ in
                guard let strategy = LateStrategy.of(instance), let events, !strategy.isGone else { return -1 }
                strategy.given.append(contentsOf: UnsafeBufferPointer(start: events, count: count))
                strategy.work()
                return count
            }, events: EventType.marketEvents,
            poll: { instance, intents in
                guard let strategy = LateStrategy.of(instance), let intents, !strategy.isGone else { return -1 }
                guard !strategy.waiting.isEmpty else { return 0 }
                let next = strategy.waiting.removeFirst()
                strategy.answered = next.through
                intents.write(next.intents)
                return 0
            },
            position: { instance, counts in
                guard let strategy = LateStrategy.of(instance), let counts else { return }
                counts[0] = UInt64(strategy.given.count)
                counts[1] = UInt64(strategy.seen.count)
                counts[2] = UInt64(strategy.answered)
            }, runsHere: false)
    }

    /// Wants something after what it has seen by now.
    public func say(_ intents: [IntentRecord]) { waiting.append((seen.count, intents)) }

    private func work() {
        guard !isAsleep else { return }
        for event in given[seen.count...] {
            seen.append(event)
            let wanted = answer(event)
            if !wanted.isEmpty { say(wanted) }
        }
    }

    private static func of(_ instance: UnsafeMutableRawPointer?) -> LateStrategy? {
        instance.map { Unmanaged<LateStrategy>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Of the bars that it has seen.
    public var minutes: [Int64] { seen.filter { $0.kind == .bar }.map(\.minute) }
}

extension EventRecord {
    /// Minutes since the market of the tests began.
    public var minute: Int64 { (time - Timestamp.minute(0).nanoseconds) / 60_000_000_000 }
}
