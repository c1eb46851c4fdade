public import CStrategyABI
import Controls
public import Engine
public import Trading

/// An engine with scripted strategies in its slots, enabled from the start.
public final class Bench {
    public var engine: Engine
    public let strategies: [ScriptedStrategy]
    private var readFacts = 0

    public init(_ setup: EngineSetup, _ strategies: [ScriptedStrategy], events: UInt64 = EventType.marketEvents) {
        self.strategies = strategies
        engine = Engine(setup)
        for (index, strategy) in strategies.enumerated() {
            engine.attach(strategy.call(events: events), strategy: index)
            engine.enable(strategy: index)
        }
    }

    /// One strategy that writes one list of intents after another, one a market event.
    public convenience init(_ setup: EngineSetup = .small(), script: [[IntentRecord]]) {
        self.init(setup, [ScriptedStrategy(script: script)])
    }

    public func feed(_ events: [EventRecord]) { events.withUnsafeBufferPointer { engine.run($0) } }
    public func feed(_ events: EventRecord...) { feed(events) }

    /// Gives each event in a run of its own, so that nothing can look ahead.
    public func feedOneByOne(_ events: [EventRecord]) {
        var index = 0
        while index < events.count {
            var end = index + 1
            while end < events.count, events[end - 1].hasMore { end += 1 }
            events[index..<end].withUnsafeBufferPointer { engine.run($0) }
            index = end
        }
    }

    public var facts: [TradingEvent] { engine.factLog.events }
    /// All facts so far, a line each.
    public var story: [String] { facts.map(\.story) }
    /// The facts since the last look.
    public func news() -> [String] {
        defer { readFacts = facts.count }
        return facts[readFacts...].map(\.story)
    }

    /// Every fact and the books at the end, as the bytes that a state hash covers.
    public var canonicalBytes: [UInt8] {
        var bytes = CanonicalBytes()
        bytes.append(engine.factLog)
        var all = bytes.bytes
        engine.canonicalState(into: &all)
        return all
    }

    // MARK: - The engine's commands, as plain answers

    public func isEnabled(_ strategy: Int) -> Bool { engine.isEnabled(strategy: strategy) }
    public func enable(_ strategy: Int) -> Bool { engine.enable(strategy: strategy) }
    public func add(_ strategy: EngineSetup.Strategy) -> Int? { engine.add(strategy: strategy) }
    public func cancelOrder(id: UInt64) -> Bool { engine.cancelOrder(id: id) }
    public func resetAccount(_ account: Int, _ balance: Money) -> Bool {
        engine.resetAccount(account, balance: balance)
    }

    /// An operator's order; whether the gate approved it.
    public func submit(_ intent: OrderIntent) -> Bool {
        if case .approved = engine.submitOrder(intent) { true } else { false }
    }

    /// What the gate would say.
    public func judge(_ intent: OrderIntent) -> (isApproved: Bool, findings: [Finding]) {
        let findings = engine.assess(intent)
        return (findings.isEmpty, findings)
    }

    public func position(_ strategy: Int = 0, instrument: Int = 0) -> Quantity {
        engine.position(strategy: strategy, instrument: instrument).quantity
    }
}
