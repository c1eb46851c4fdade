import Engine
import FoundationEssentials
import Portfolio
import ScriptedStrategies
import Testing
import Trading

/// A busy session that ends behind every single write of its journal.
///
///     STRATAGEM_CRASH_SEEDS=200 swift test -c release --filter CrashCampaignTests
@Suite("Crash campaign")
struct CrashCampaignTests {
    static let seeds: [UInt64] = {
        let text = ProcessInfo.processInfo.environment["STRATAGEM_CRASH_SEEDS"]
        return Array(1...max(1, text.flatMap(UInt64.init) ?? 6))
    }()

    /// What facts alone say that there is.
    private struct Told: Equatable {
        var accepted: Set<UInt64> = []
        var ended: Set<UInt64> = []
        var fills: Set<UInt64> = []

        /// False = something was told twice.
        mutating func take(_ entry: StoppableRun.Entry) throws -> Bool {
            guard case .fact(let bytes) = entry else { return true }
            var isNew = true
            for event in try FactCoding.read(bytes).0 {
                switch event {
                case .orderAccepted(let order): isNew = accepted.insert(order.id).inserted && isNew
                case .orderChanged(let order, _):
                    if order.state.isTerminal { isNew = ended.insert(order.id).inserted && isNew }
                case .orderFilled(let fill): isNew = fills.insert(fill.id).inserted && isNew
                default: break
                }
            }
            return isNew
        }
    }

    @Test(
        "behind every write nothing is lost and nothing is sent twice, and both ways of recovery agree",
        arguments: seeds)
    func everyWrite(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: 60)
        let start = run.checkpoint?.entryCount ?? 0
        var told = Told()
        for entry in run.journal[..<start] { #expect(try told.take(entry)) }
        for end in start...run.journal.count {
            if end > start { #expect(try told.take(run.journal[end - 1]), "entry \(end) of seed \(seed) comes twice") }
            let recovered = try run.recovered(from: run.checkpoint, upTo: end)
            // What the stop had cut off of an event is written by the recovery, and counts.
            var whole = told
            for event in recovered.engine.factLog.events {
                var bytes: [UInt8] = []
                FactCoding.append(event, findings: recovered.engine.factLog.findings, to: &bytes)
                #expect(try whole.take(.fact(bytes)), "seed \(seed), \(end) writes: \(event)")
            }
            #expect(recovered.summary.orders == UInt64(whole.accepted.count), "seed \(seed), \(end) writes")
            #expect(recovered.summary.fills == UInt64(whole.fills.count), "seed \(seed), \(end) writes")
            #expect(
                recovered.engine.workingOrderCount == whole.accepted.subtracting(whole.ended).count,
                "seed \(seed), \(end) writes")
            let fromStart = try run.recovered(from: nil, upTo: end)
            #expect(
                fromStart.engine.differences(from: recovered.engine, run.universe.setup).isEmpty,
                "seed \(seed), \(end) writes")
        }
    }

    @Test(
        "after every event books, totals and statistics rebuilt are those of the run that never stopped",
        arguments: seeds)
    func everyEvent(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        for event in 0..<150 {
            run.run(events: 1)
            run.recordMarks()
            let recovered = try run.recovered(from: run.checkpoint)
            let differences = recovered.engine.differences(from: run.engine, run.universe.setup)
            #expect(differences.isEmpty, "seed \(seed), event \(event)")
            for strategy in run.universe.setup.strategies.indices {
                let rebuilt = CrashCampaignTests.statistics(recovered.engine, strategy)
                #expect(
                    rebuilt == CrashCampaignTests.statistics(run.engine, strategy), "seed \(seed), event \(event)")
            }
        }
    }

    /// Those over trades. Those over equity follow from marks, and of several within one instant the journal has the last;
    /// that they are the same from one commit to the next is shown with a whole host.
    private static func statistics(_ engine: borrowing Engine, _ strategy: Int) -> [Double?] {
        let performance = engine.performance(strategy: strategy)
        return [
            Double(performance.totalTrades), performance.winRate, performance.profitFactor, performance.expectancy,
            performance.averageTradeDurationSeconds,
        ]
    }
}
