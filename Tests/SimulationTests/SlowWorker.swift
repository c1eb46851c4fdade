import CStrategyABI
import Engine
import ScriptedStrategies
import Trading

/// A strategy beside the engine: it answers events with orders and cancels, and its answers wait until the host looks for them.
final class SlowWorker {
    private var dice: Dice
    private let setup: EngineSetup
    private var waiting: [[IntentRecord]] = []
    private var lastTag: UInt64 = 1 << 32

    init(_ universe: RandomUniverse, seed: UInt64) {
        dice = Dice(seed: seed ^ 0x3077)
        setup = universe.setup
    }

    var hasIntents: Bool { !waiting.isEmpty }

    /// It ended with its host.
    func forget() { waiting.removeAll() }

    var call: StrategyCall {
        StrategyCall(
            instance: Unmanaged.passUnretained(self).toOpaque(),
            process: { instance, events, count, _ in
                let worker = Unmanaged<SlowWorker>.fromOpaque(instance!).takeUnretainedValue()
                for index in 0..<count { worker.take(events![index]) }
                return count
            },
            events: EventType.marketEvents,
            poll: { instance, intents in
                let worker = Unmanaged<SlowWorker>.fromOpaque(instance!).takeUnretainedValue()
                if !worker.waiting.isEmpty { intents!.write(worker.waiting.removeFirst()) }
                return 0
            }, runsHere: false)
    }

    private func take(_ event: EventRecord) {
        guard Int(event.instrument) < setup.instruments.count, waiting.count < 64, dice.chance(1, in: 3) else { return }
        let lot = setup.instruments[Int(event.instrument)].terms.lot.raw
        if dice.chance(1, in: 6) {
            waiting.append([.cancel(tag: 0, instrument: event.instrument)])
            return
        }
        lastTag += 1
        waiting.append([
            .submit(
                dice.pick(Side.allCases), Quantity(raw: lot * dice.number(1...4)), tag: lastTag,
                instrument: event.instrument)
        ])
    }
}
