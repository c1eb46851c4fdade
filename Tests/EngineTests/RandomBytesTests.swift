import CStrategyABI
import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("Random bytes as intents")
struct RandomBytesTests {
    @Test("10,000 random records a seed never crash the host, and the other strategy trades on", arguments: 1...8)
    func fuzz(seed: UInt64) {
        var random = Dice(seed: seed)
        var written = 0
        let broken = ScriptedStrategy { event, _ in
            guard written < 10_000, event.story == "bar" || random.chance(1, in: 30) else { return [] }
            let count = Int(random.number(1...40))
            written += count
            return (0..<count).map { _ in IntentRecord.noise(&random) }
        }
        let good = ScriptedStrategy { event, _ in event.story == "bar" ? [.submit(.buy, 1, tag: 1)] : [] }
        var setup = EngineSetup.small(instruments: 3, strategies: 2)
        setup.strategies[0].instruments = [0, 1]
        setup.accounts[0].limits.priceCollar = Rate(raw: 50_000_000)
        let bench = Bench(setup, [broken, good])
        var minute: Int64 = 0
        while written < 10_000 && bench.isEnabled(0) {
            minute += 1
            let price = Price(100 + random.number(-15...15))
            bench.feed(.flat(minute, price, instrument: UInt32(minute % 3)))
        }
        #expect(written >= 10_000)
        #expect(bench.engine.counters(strategy: 0).refusedIntents > 3000)
        #expect(bench.engine.counters(strategy: 0).orders > 50)
        let trades = bench.engine.counters(strategy: 1)
        bench.feed((1...10).map { .flat(minute + $0, 100) })
        #expect(bench.engine.counters(strategy: 1).fills > trades.fills)
    }
}
