import Engine
import FoundationEssentials
import ScriptedStrategies
import Testing
import Trading

/// Emergency stops of every scope and mode under load, with crashes between the throw and the end. A seed of the simulation is
/// five runs of the campaign.
///
///     STRATAGEM_SIMULATION_SEEDS=2000 swift test -c release --filter LatchCampaign
///     STRATAGEM_LATCH_SEED=17 swift test --filter LatchCampaign
@Suite("Latch campaign")
struct LatchCampaignTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }

    static let runsPerBatch: UInt64 = 100
    static let single = number("STRATAGEM_LATCH_SEED")
    static let batches: [UInt64] =
        single.map { [$0 / runsPerBatch] }
        ?? Array(0..<max(1, (number("STRATAGEM_SIMULATION_SEEDS") ?? 100) * 5 / runsPerBatch))

    @Test(
        "no strategy order leaves after a stop, cancels do, and flatten ends flat or says what is left; over crashes",
        arguments: batches)
    func campaign(batch: UInt64) {
        let first = batch * LatchCampaignTests.runsPerBatch
        let seeds = LatchCampaignTests.single.map { [$0] } ?? Array(first..<first + LatchCampaignTests.runsPerBatch)
        var sum = LatchOutcome()
        for seed in seeds {
            let run = LatchRun(seed: seed)
            do {
                try run.play()
            } catch {
                Issue.record(
                    "seed \(seed): \(error)\n  replay: STRATAGEM_LATCH_SEED=\(seed) swift test --filter LatchCampaign")
            }
            sum = sum + run.outcome
        }
        guard LatchCampaignTests.single == nil else { return }
        // A campaign in which little happens proves little.
        #expect(sum.kinds.count == 16, "\(sum)")
        #expect(sum.crashes > 20 && sum.cancelled > 10 && sum.denied > 100 && sum.tradedAgain > 50, "\(sum)")
        #expect(sum.queued > 20 && sum.inFlight > 5 && sum.atVenue > 50, "\(sum)")
        #expect(sum.flat > 5 && sum.tripped > 20, "\(sum)")
    }
}
