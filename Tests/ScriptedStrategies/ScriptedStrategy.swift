public import CStrategyABI
public import Engine
public import Features
public import Trading

/// A strategy of the test's own process: a closure that sees one event at a time and answers with intents. It keeps the
/// ABI's promise and returns right after the event in which it wrote some.
public final class ScriptedStrategy {
    public typealias Answer = (_ event: EventRecord, _ more: [EventRecord]) -> [IntentRecord]
    /// The bare C call, for strategies that break the contract.
    public typealias Process = (UnsafePointer<EventRecord>, Int, UnsafeMutablePointer<strategy_intents_v1_t>) -> Int

    /// Every record it was given, MORE records included.
    public private(set) var seen: [EventRecord] = []
    /// How many records each call brought.
    public private(set) var callSizes: [Int] = []
    public var answer: Answer
    /// Replaces the careful way of `answer`.
    public var process: Process?

    public init(_ answer: @escaping Answer = { _, _ in [] }) { self.answer = answer }

    /// Writes one list of intents after another, one a market event.
    public convenience init(script: [[IntentRecord]]) {
        var next = 0
        self.init { event, _ in
            guard EventType.marketEvents & event.kind.mask != 0, next < script.count else { return [] }
            defer { next += 1 }
            return script[next]
        }
    }

    /// The caller keeps the strategy alive as long as the engine.
    public func call(events: UInt64 = EventType.marketEvents, features: FeatureList = .none) -> StrategyCall {
        StrategyCall(
            instance: Unmanaged.passUnretained(self).toOpaque(),
            process: { instance, events, count, intents in
                guard let instance, let events, let intents else { return 0 }
                let strategy = Unmanaged<ScriptedStrategy>.fromOpaque(instance).takeUnretainedValue()
                return strategy.take(events, count, intents)
            },
            events: events, features: features)
    }

    private func take(
        _ events: UnsafePointer<EventRecord>, _ count: Int, _ intents: UnsafeMutablePointer<strategy_intents_v1_t>
    ) -> Int {
        callSizes.append(count)
        if let process {
            seen.append(contentsOf: UnsafeBufferPointer(start: events, count: count))
            return process(events, count, intents)
        }
        var index = 0
        while index < count {
            let event = events[index]
            var more: [EventRecord] = []
            index += 1
            while index < count, events[index - 1].hasMore {
                more.append(events[index])
                index += 1
            }
            seen.append(event)
            seen.append(contentsOf: more)
            let wanted = answer(event, more)
            guard !wanted.isEmpty else { continue }
            intents.write(wanted)
            break
        }
        return index
    }
}

extension UnsafeMutablePointer<strategy_intents_v1_t> {
    /// Writes as many of `wanted` as there is room for.
    public func write(_ wanted: [IntentRecord]) {
        for intent in wanted where pointee.count < pointee.capacity {
            pointee.records[pointee.count] = intent
            pointee.count += 1
        }
    }
}

extension EventType {
    /// Bars, quotes and trades.
    public static var marketEvents: UInt64 { bar.mask | quote.mask | trade.mask }
}
