import Controls
import Engine
import Execution
import ScriptedStrategies
import Trading

/// A run under load in which emergency stops are thrown at random instants, and the host is broken off and rebuilt from what was
/// committed. Orders are then in every stage: asked for by a worker and not taken yet, judged and not committed, on their way
/// to the venue, at the venue.
final class LatchRun {
    /// What a host commits together.
    enum Entry {
        case fact([UInt8])
        case limits(LimitSet, LimitScope, Int)
        case thrown(EmergencyStop)
        case released(UInt64)
    }

    let universe: RandomUniverse
    private let seed: UInt64
    private(set) var engine: Engine
    private var market: RandomMarket
    private var commander: RandomOperator
    private var dice: Dice
    private var strategies: [UnrulyStrategy] = []
    private var worker: SlowWorker
    private var committed: [Entry] = []
    private var waiting: [Entry] = []
    private var checkpoint: (bytes: [UInt8], entryCount: Int)?
    private var watch: LatchWatch
    private(set) var outcome = LatchOutcome()
    private var lastStopID: UInt64 = 0
    private var life: UInt64 = 0
    /// In every second run breakers throw stops, too.
    private var breakers: [Breaker] = []
    /// Of persons: those must come back, and a breaker's that was not committed is gone with the facts around it.
    private var answered: [EmergencyStop] = []

    init(seed: UInt64) {
        self.seed = seed
        universe = RandomUniverse(seed: seed)
        market = RandomMarket(universe, seed: seed)
        commander = RandomOperator(universe, seed: seed, touchesLatches: false)
        dice = Dice(seed: seed ^ 0x57_0F)
        worker = SlowWorker(universe, seed: seed)
        engine = Engine(universe.setup)
        watch = LatchWatch(universe.setup)
        if seed % 2 == 1 { breakers = universe.breakers(&dice) }
        engine.setBreakers(breakers)
    }

    /// The whole story: load, stops, crashes, what is left, release, load again.
    func play() throws(LatchFailure) {
        try startStrategies()
        try load(events: Int(dice.number(5...120)))
        try throwStop(scope: LimitScope.allCases[Int(seed % 4)], mode: EmergencyStop.Mode.allCases[Int(seed / 4 % 4)])
        for _ in 0..<dice.number(1...3) {
            if dice.chance(2, in: 3) { try crash() }
            try load(events: Int(dice.number(0...50)))
            if dice.chance(1, in: 3) {
                try throwStop(scope: dice.pick(LimitScope.allCases), mode: dice.pick(EmergencyStop.Mode.allCases))
            }
        }
        try finishClosing()
        try release()
        try load(events: 60)
    }

    // MARK: Load

    private func startStrategies() throws(LatchFailure) {
        strategies = universe.setup.strategies.indices.map { UnrulyStrategy($0, universe, seed: seed &+ life) }
        for (index, strategy) in strategies.enumerated() {
            engine.attach(index == 0 ? worker.call : strategy.script.call(), strategy: index)
            engine.enable(strategy: index)
        }
        try drain()
    }

    private func load(events: Int) throws(LatchFailure) {
        for _ in 0..<events {
            market.next().withUnsafeBufferPointer { engine.run($0) }
            try drain()
            if dice.chance(1, in: 3) { try poll() }
            if commander.acts() { try command() }
            if dice.chance(1, in: 4) { commit() }
            if dice.chance(1, in: 80) { takeCheckpoint() }
        }
    }

    private func poll() throws(LatchFailure) {
        engine.pollLate()
        try drain()
    }

    private func command() throws(LatchFailure) {
        var shadow: Shadow?
        commander.act(on: &engine, &shadow)
        try drain()
        if let new = commander.newLimits { waiting.append(.limits(new.limits, new.scope, new.index)) }
    }

    /// Writes down what happened and looks whether it may have.
    private func drain() throws(LatchFailure) {
        let log = engine.factLog
        var tripped = takeNews()
        for event in log.events {
            var bytes: [UInt8] = []
            FactCoding.append(event, findings: log.findings, to: &bytes)
            waiting.append(.fact(bytes))
            // From its latch on a breaker's stop holds.
            if case .tradingStateChanged(let scope, let index, let state, _) = event, state != .active {
                let place = tripped.firstIndex { $0.scope == scope && $0.index == Int(index) }
                if let place { watch.stops.append(tripped.remove(at: place)) }
            }
            try watch.see(event, &outcome)
        }
        watch.stops += tripped
        engine.clearFacts()
        try watch.look(at: engine)
    }

    /// What breakers did: the stops that they threw; those that they lifted hold no longer.
    private func takeNews() -> [EmergencyStop] {
        var tripped: [EmergencyStop] = []
        for news in engine.takeBreakerNews() {
            switch news {
            case .tripped(_, let stop, _, _):
                tripped.append(stop)
                lastStopID = max(lastStopID, stop.id)
                waiting.append(.thrown(stop))
                outcome.tripped += 1
            case .reset(_, let id, _):
                watch.stops.removeAll { $0.id == id }
                tripped.removeAll { $0.id == id }
                waiting.append(.released(id))
            }
        }
        return tripped
    }

    // MARK: The journal

    private func commit() {
        committed += waiting
        waiting.removeAll()
    }

    private func takeCheckpoint() {
        let bytes = engine.snapshot()
        for event in engine.factLog.events {
            var fact: [UInt8] = []
            FactCoding.append(event, findings: engine.factLog.findings, to: &fact)
            waiting.append(.fact(fact))
        }
        engine.clearFacts()
        commit()
        checkpoint = (bytes, committed.count)
    }

    /// Everything that was not committed is gone.
    private func crash() throws(LatchFailure) {
        life += 1
        outcome.crashes += 1
        waiting.removeAll()
        var inForce: [EmergencyStop] = []
        var rebuilt = Engine(universe.setup)
        do {
            if let checkpoint { try rebuilt.restore(checkpoint.bytes) }
            for (place, entry) in committed.enumerated() {
                let isInCheckpoint = place < checkpoint?.entryCount ?? 0
                switch entry {
                case .thrown(let stop): inForce.append(stop)
                case .released(let id): inForce.removeAll { $0.id == id }
                case _ where isInCheckpoint: break
                case .limits(let limits, let scope, let index): rebuilt.setLimits(limits, scope: scope, index: index)
                case .fact(let bytes):
                    let (events, findings) = try FactCoding.read(bytes)
                    for event in events { try rebuilt.replay(event, findings: findings) }
                }
            }
            _ = try rebuilt.finishRecovery()
        } catch {
            throw LatchFailure("the recovery: \(error)")
        }
        guard answered.allSatisfy(inForce.contains) else {
            throw LatchFailure("stops in force after a crash: \(inForce), answered were \(answered)")
        }
        watch.stops = inForce
        lastStopID = inForce.map(\.id).reduce(lastStopID, max)
        engine = rebuilt
        watch.takePositions(of: engine)
        // What the recovery wrote anew is no news, but the facts of it belong into the journal.
        engine.resumeStops(inForce)
        engine.setBreakers(breakers)
        engine.numberStops(from: lastStopID + 1)
        worker.forget()
        try drain()
        try startStrategies()
    }

    // MARK: Stops

    private func throwStop(scope: LimitScope, mode: EmergencyStop.Mode) throws(LatchFailure) {
        lastStopID += 1
        let setup = universe.setup
        let count =
            switch scope {
            case .system: 1
            case .account: setup.accounts.count
            case .strategy: setup.strategies.count
            case .instrument: setup.instruments.count
            }
        let stop = EmergencyStop(
            id: lastStopID, scope: scope, index: Int(dice.number(0...Int64(count - 1))), mode: mode)
        outcome.note(
            stop, engine, queued: worker.hasIntents, latencyNanoseconds: universe.setup.venue.latencyNanoseconds)
        watch.stops.append(stop)
        answered.append(stop)
        engine.numberStops(from: lastStopID + 1)
        engine.throwStop(stop)
        try watch.lookRightAfter(stop, engine)
        try drain()
        // Its answer leaves with this commit.
        waiting.append(.thrown(stop))
        commit()
        try poll()
        try cancelSomething(under: stop)
        try watch.checkDenied(stop, &engine, &dice)
    }

    /// While trading is stopped an operator can still cancel.
    private func cancelSomething(under stop: EmergencyStop) throws(LatchFailure) {
        let working = universe.setup.instruments.indices.flatMap { engine.workingOrders(instrument: $0) }
        guard let order = working.first(where: { watch.covers(stop, $0.intent) }) else { return }
        guard engine.cancelOrder(id: order.id), engine.workingOrder(id: order.id) == nil else {
            throw LatchFailure("order \(order.id) could not be cancelled under \(stop)")
        }
        outcome.cancelled += 1
        try drain()
    }

    /// The market goes on, without an operator's orders, until all that is to be closed is flat or says why it is not.
    private func finishClosing() throws(LatchFailure) {
        for _ in 0..<600 where closing.contains(where: { !engine.residuals(of: $0.id).isEmpty }) {
            market.next().withUnsafeBufferPointer { engine.run($0) }
            try drain()
            if dice.chance(1, in: 60) {
                commit()
                try crash()
            }
        }
        for stop in closing {
            let left = engine.residuals(of: stop.id)
            outcome.note(closed: stop, left: left)
            // After a crash an order of the life before may be what closes it.
            for residual in left where residual.attempts == 0 && residual.working == .zero {
                throw LatchFailure("\(residual) was never tried")
            }
        }
    }

    private var closing: [EmergencyStop] { watch.stops.filter { $0.mode == .flatten } }

    private func release() throws(LatchFailure) {
        // From here on a breaker would stop what shall trade again.
        breakers = []
        engine.setBreakers([])
        answered = []
        while let stop = watch.stops.first {
            watch.stops.removeFirst()
            guard engine.releaseStop(id: stop.id) else { throw LatchFailure("\(stop) could not be released") }
            try drain()
            waiting.append(.released(stop.id))
            commit()
        }
        guard engine.stopsInForce.isEmpty else { throw LatchFailure("in force at the end: \(engine.stopsInForce)") }
        outcome.isReleased = true
    }
}

struct LatchFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
