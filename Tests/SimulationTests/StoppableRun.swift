import CStrategyABI
import Controls
import Engine
import Portfolio
import ScriptedStrategies
import Trading

/// A run that can be stopped at any event: the random market and its unruly strategies over an engine, and beside it what a
/// host keeps on disk – a journal of facts as bytes, changed limits among them, and checkpoints.
final class StoppableRun {
    /// A line of the journal.
    enum Entry {
        case fact([UInt8])
        case limits(LimitSet, LimitScope, Int)
    }

    struct Checkpoint {
        var bytes: [UInt8]
        /// Entries of the journal that it covers.
        var entryCount: Int
    }

    let universe: RandomUniverse
    private(set) var journal: [Entry] = []
    private(set) var checkpoint: Checkpoint?
    var engine: Engine
    private var market: RandomMarket
    private var commander: RandomOperator
    private var dice: Dice
    private var strategies: [UnrulyStrategy] = []

    /// `strategies`: so many of the universe's are there at the start, the others come by `grow`; nil = all are.
    init(seed: UInt64, strategies: Int? = nil) {
        universe = RandomUniverse(seed: seed).withPrograms(seed: seed)
        market = RandomMarket(universe, seed: seed)
        let present = universe.limited(toStrategies: strategies ?? universe.setup.strategies.count)
        commander = RandomOperator(present, seed: seed)
        dice = Dice(seed: seed ^ 0x5157)
        engine = Engine(present.setup)
        start(seed: seed)
    }

    /// Adds the universe's next strategy to the running engine.
    func grow(seed: UInt64) {
        let index = engine.strategyCount
        precondition(engine.add(strategy: universe.setup.strategies[index]) == index, "no room for strategy \(index)")
        let strategy = UnrulyStrategy(index, universe, seed: seed)
        strategies.append(strategy)
        engine.attach(strategy.script.call(), strategy: index)
        engine.enable(strategy: index)
        drain()
        commander = RandomOperator(universe.limited(toStrategies: index + 1), seed: seed &+ UInt64(index))
    }

    /// The same market and operator over another engine.
    init(after other: StoppableRun, _ engine: consuming Engine, seed: UInt64) {
        universe = other.universe
        market = other.market
        commander = other.commander
        dice = other.dice
        journal = other.journal
        self.engine = engine
        start(seed: seed)
    }

    /// Puts fresh instances into all slots and enables those that are in service.
    func start(seed: UInt64) {
        strategies = (0..<engine.strategyCount).map { UnrulyStrategy($0, universe, seed: seed) }
        for (index, strategy) in strategies.enumerated() {
            engine.attach(strategy.script.call(), strategy: index)
            engine.enable(strategy: index)
        }
        drain()
    }

    func stopStrategies() {
        for index in strategies.indices { engine.disable(strategy: index, policy: .keep) }
        drain()
    }

    /// Market events and commands; now and then marks are written down and, if asked for, a checkpoint is.
    func run(events: Int, checkpoints: Bool = true) {
        for _ in 0..<events {
            market.next().withUnsafeBufferPointer { engine.run($0) }
            drain()
            if commander.acts() { command() }
            if dice.chance(1, in: 10) { recordMarks() }
            if checkpoints, dice.chance(1, in: 150) { takeCheckpoint() }
        }
    }

    private func command() {
        var shadow: Shadow?
        commander.act(on: &engine, &shadow)
        for account in universe.setup.accounts.indices where dice.chance(1, in: 3) {
            engine.releaseProgram(account: account)
        }
        drain()
        if let new = commander.newLimits { journal.append(.limits(new.limits, new.scope, new.index)) }
    }

    func recordMarks() {
        engine.recordMarks()
        drain()
    }

    func takeCheckpoint() {
        let bytes = engine.snapshot()
        drain()
        checkpoint = Checkpoint(bytes: bytes, entryCount: journal.count)
    }

    private func drain() {
        let log = engine.factLog
        for event in log.events {
            var bytes: [UInt8] = []
            FactCoding.append(event, findings: log.findings, to: &bytes)
            journal.append(.fact(bytes))
        }
        engine.clearFacts()
    }

    /// A new engine out of what is on disk, `end` entries of the journal long.
    func recovered(
        from checkpoint: Checkpoint?, upTo end: Int? = nil, setup: EngineSetup? = nil
    ) throws -> Recovered {
        var engine = Engine(setup ?? universe.setup)
        if let checkpoint { try engine.restore(checkpoint.bytes) }
        for entry in journal[(checkpoint?.entryCount ?? 0)..<(end ?? journal.count)] {
            switch entry {
            case .fact(let bytes):
                let (events, findings) = try FactCoding.read(bytes)
                for event in events { try engine.replay(event, findings: findings) }
            case .limits(let limits, let scope, let index): engine.setLimits(limits, scope: scope, index: index)
            }
        }
        let summary = try engine.finishRecovery()
        return Recovered(engine: engine, summary: summary)
    }

    struct Recovered: ~Copyable {
        var engine: Engine
        let summary: RecoverySummary
    }
}

extension Engine {
    /// What differs from another engine with the same setup; empty = nothing durable does.
    func differences(from other: borrowing Engine, _ setup: EngineSetup) -> [String] {
        var result: [String] = []
        var own: [UInt8] = []
        var others: [UInt8] = []
        canonicalState(into: &own)
        other.canonicalState(into: &others)
        if own != others { result.append("books") }
        for instrument in setup.instruments.indices {
            if workingOrders(instrument: instrument) != other.workingOrders(instrument: instrument) {
                result.append("working orders of \(instrument)")
            }
        }
        let scopes =
            setup.accounts.indices.map { (LimitScope.account, $0) }
            + setup.strategies.indices.map { (LimitScope.strategy, $0) }
        for (scope, index) in scopes where day(scope: scope, index: index) != other.day(scope: scope, index: index) {
            result.append(
                "day of \(scope.name) \(index): \(day(scope: scope, index: index)), not \(other.day(scope: scope, index: index))"
            )
        }
        for account in setup.accounts.indices where equity(account: account) != other.equity(account: account) {
            result.append("equity of \(account)")
        }
        for strategy in setup.strategies.indices {
            if totals(strategy: strategy) != other.totals(strategy: strategy) { result.append("totals of \(strategy)") }
            if fault(strategy: strategy) != other.fault(strategy: strategy) { result.append("fault of \(strategy)") }
            let (a, b) = (counters(strategy: strategy), other.counters(strategy: strategy))
            if (a.orders, a.fills, a.denials, a.refusedIntents) != (b.orders, b.fills, b.denials, b.refusedIntents) {
                result.append("counters of \(strategy): \(a), not \(b)")
            }
            if performance(strategy: strategy).profitFactor != other.performance(strategy: strategy).profitFactor {
                result.append("round trips of \(strategy)")
            }
        }
        let (a, b) = (durableState(), other.durableState())
        if a != b {
            let place = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? min(a.count, b.count)
            result.append("durable state from byte \(place) on (\(a.count) and \(b.count) bytes)")
        }
        return result
    }
}
