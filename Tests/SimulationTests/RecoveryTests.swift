import Engine
import FoundationEssentials
import Portfolio
import ScriptedStrategies
import Testing
import Trading

/// The whole core is stopped at random moments and rebuilt from what a host has on disk.
///
///     STRATAGEM_SIMULATION_SEEDS=2000 swift test -c release --filter RecoveryTests
///     STRATAGEM_SIMULATION_SEED=17 swift test --filter RecoveryTests
@Suite("Recovery of the whole core")
struct RecoveryTests {
    static let seeds: [UInt64] = {
        func number(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap(UInt64.init) }
        return number("STRATAGEM_SIMULATION_SEED").map { [$0] }
            ?? Array(1...max(1, number("STRATAGEM_SIMULATION_SEEDS") ?? 100))
    }()

    private static func length(_ seed: UInt64) -> Int {
        var dice = Dice(seed: seed ^ 0x1E46)
        return Int(dice.number(50...600))
    }

    @Test("the newest checkpoint and the facts since rebuild the same state, byte for byte", arguments: seeds)
    func fromCheckpoint(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: RecoveryTests.length(seed))
        run.recordMarks()
        let recovered = try run.recovered(from: run.checkpoint)
        #expect(recovered.summary.completedFacts == 0)
        #expect(recovered.summary.facts == run.engine.factLog.count)
        let differences = recovered.engine.differences(from: run.engine, run.universe.setup)
        #expect(differences.isEmpty, "seed \(seed)")
    }

    @Test("the journal replayed from the start rebuilds the same state, byte for byte", arguments: seeds)
    func fromStart(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: RecoveryTests.length(seed), checkpoints: false)
        run.recordMarks()
        let recovered = try run.recovered(from: nil)
        #expect(recovered.summary.completedFacts == 0)
        let differences = recovered.engine.differences(from: run.engine, run.universe.setup)
        #expect(differences.isEmpty, "seed \(seed)")
    }

    @Test("restored from a checkpoint alone, it goes on as if it had never stopped", arguments: seeds)
    func goesOn(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: RecoveryTests.length(seed))
        run.stopStrategies()
        run.takeCheckpoint()
        var recovered = try run.recovered(from: run.checkpoint)
        #expect(recovered.engine.snapshot() == run.checkpoint?.bytes, "seed \(seed)")
        let other = StoppableRun(after: run, recovered.engine, seed: seed &+ 1)
        run.start(seed: seed &+ 1)
        run.run(events: 300)
        other.run(events: 300)
        #expect(run.bytes == other.bytes, "seed \(seed)")
        #expect(other.engine.snapshot() == run.engine.snapshot(), "seed \(seed)")
        for strategy in run.universe.setup.strategies.indices {
            #expect(
                run.engine.performance(strategy: strategy) == other.engine.performance(strategy: strategy),
                "seed \(seed)")
        }
    }

    @Test("several stops later the whole journal still rebuilds the last state", arguments: seeds)
    func manyStops(seed: UInt64) throws {
        var run = StoppableRun(seed: seed)
        for life in 1...4 as ClosedRange<UInt64> {
            run.run(events: 120)
            let recovered = try run.recovered(from: run.checkpoint)
            run = StoppableRun(after: run, recovered.engine, seed: seed &+ life)
        }
        run.run(events: 50)
        run.recordMarks()
        let recovered = try run.recovered(from: nil)
        let differences = recovered.engine.differences(from: run.engine, run.universe.setup)
        #expect(differences.isEmpty, "seed \(seed)")
    }

    @Test("a journal that was cut anywhere, in the middle of an event too, is completed and goes on", arguments: seeds)
    func cutAnywhere(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: 300)
        var dice = Dice(seed: seed)
        let start = run.checkpoint?.entryCount ?? 0
        for _ in 0..<20 {
            let end = Int(dice.number(Int64(start)...Int64(run.journal.count)))
            var recovered = try run.recovered(from: run.checkpoint, upTo: end)
            #expect(recovered.engine.factLog.events.count == recovered.summary.completedFacts)
            let whole = try run.recovered(from: nil, upTo: end)
            #expect(whole.engine.differences(from: recovered.engine, run.universe.setup).isEmpty, "seed \(seed)")
            // What comes out can be written down and read back.
            var again = Engine(run.universe.setup)
            let bytes = recovered.engine.snapshot()
            try again.restore(bytes)
            #expect(again.snapshot() == bytes)
        }
    }

    @Test("a setup that has grown takes the old checkpoint; what is new starts fresh", arguments: seeds.prefix(20))
    func grownSetup(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: 300)
        var setup = run.universe.setup
        setup.currencies.append("JPY")
        setup.instruments.append(setup.instruments[0])
        setup.instruments[setup.instruments.count - 1].id = "new"
        setup.feeds.append(.bars)
        setup.accounts.append(setup.accounts[0])
        setup.strategies.append(
            EngineSetup.Strategy(id: "new", account: setup.accounts.count - 1, instruments: [0]))
        let recovered = try run.recovered(from: run.checkpoint, setup: setup)
        for strategy in run.universe.setup.strategies.indices {
            for instrument in run.universe.setup.instruments.indices {
                #expect(
                    recovered.engine.position(strategy: strategy, instrument: instrument)
                        == run.engine.position(strategy: strategy, instrument: instrument))
            }
        }
        let fresh = setup.accounts.count - 1
        #expect(
            recovered.engine.cash(account: fresh, currency: Int(setup.accounts[fresh].terms.currency))
                == setup.accounts[fresh].terms.openingBalance)
        #expect(recovered.engine.counters(strategy: setup.strategies.count - 1).orders == 0)
    }

    @Test(
        "strategies that came while the engine ran are rebuilt like the others, from checkpoints and from the start",
        arguments: seeds)
    func grownWhileRunning(seed: UInt64) throws {
        let count = RandomUniverse(seed: seed).setup.strategies.count
        let run = StoppableRun(seed: seed, strategies: 1)
        for _ in 1..<max(count, 2) {
            run.run(events: 120)
            if run.engine.strategyCount < count { run.grow(seed: seed) }
        }
        run.run(events: 120)
        run.recordMarks()
        for checkpoint in [run.checkpoint, nil] {
            let recovered = try run.recovered(from: checkpoint)
            let differences = recovered.engine.differences(from: run.engine, run.universe.setup)
            #expect(differences.isEmpty, "seed \(seed)")
        }
    }

    @Test("the seeds bring every fact, arrivals and open round trips into the journals")
    func isRich() throws {
        var kinds: Set<UInt8> = []
        var working = 0
        var open = 0
        var latches = 0
        for seed in 1...200 as ClosedRange<UInt64> {
            let run = StoppableRun(seed: seed)
            run.run(events: 300)
            for case .fact(let bytes) in run.journal { kinds.insert(bytes[0]) }
            let summary = try run.recovered(from: run.checkpoint).summary
            working += summary.workingOrders
            open += summary.openPositions
            latches += summary.latches
        }
        #expect(kinds == Set((1...13) + [15]).subtracting([2]).union([20, 21, 40, 41, 42]))
        #expect(working > 20 && open > 10 && latches > 0)
    }
}

extension StoppableRun {
    /// The journal's facts in one piece.
    fileprivate var bytes: [UInt8] {
        journal.flatMap { entry in if case .fact(let bytes) = entry { bytes } else { [] as [UInt8] } }
    }
}
