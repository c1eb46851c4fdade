import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

/// Whatever a disk makes of a checkpoint or a journal: it is read as it was, or it is a fault, and never a trap.
@Suite("Damaged checkpoints and journals")
struct DamagedBytesTests {
    private static let seeds = RecoveryTests.seeds.prefix(40)

    private static func damaged(_ bytes: [UInt8], _ dice: inout Dice, from first: Int = 0) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int(dice.number(1...4)) where bytes.count > first {
            let place = Int(dice.number(Int64(first)...Int64(bytes.count - 1)))
            switch dice.number(0...5) {
            case 0: bytes.removeLast(min(Int(dice.number(1...40)), bytes.count - first))
            case 1: bytes.insert(UInt8(dice.number(0...255)), at: place)
            case 2: bytes[place] = dice.pick([0, 1, 0x7F, 0x80, 0xFF])
            case 3: for index in place..<min(place + 8, bytes.count) { bytes[index] = dice.pick([0xFF, 0x7F, 0x80]) }
            default: bytes[place] ^= UInt8(1) << UInt8(dice.number(0...7))
            }
        }
        return bytes
    }

    private static func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a damaged checkpoint is refused by its checksum", arguments: seeds)
    func checksum(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: 100)
        run.takeCheckpoint()
        let good = try #require(run.checkpoint?.bytes)
        var dice = Dice(seed: seed)
        for _ in 0..<40 {
            let bad = DamagedBytesTests.damaged(good, &dice)
            guard bad != good else { continue }
            var engine = Engine(run.universe.setup)
            #expect(throws: RecoveryFault.self) { try engine.restore(bad) }
        }
    }

    @Test(
        "a checkpoint with nonsense under a right checksum is a fault, or the engine can go on with it",
        arguments: seeds)
    func nonsense(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: 200)
        run.takeCheckpoint()
        let good = try #require(run.checkpoint?.bytes)
        var dice = Dice(seed: seed)
        var refused = 0
        for _ in 0..<60 {
            var bad = DamagedBytesTests.damaged(good, &dice, from: 14)
            let sum = Checksum.crc32c(bad[14...])
            withUnsafeBytes(of: sum.littleEndian) { bad.replaceSubrange(10..<14, with: $0) }
            var engine = Engine(run.universe.setup)
            let fault = DamagedBytesTests.message {
                try engine.restore(bad)
                _ = try engine.finishRecovery()
            }
            guard fault == nil else {
                refused += 1
                continue
            }
            let again = StoppableRun(after: run, engine, seed: seed)
            again.run(events: 20)
            _ = again.engine.snapshot()
        }
        #expect(refused > 10)
    }

    @Test("damaged facts are a fault, or what they say is possible", arguments: seeds)
    func facts(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: 150, checkpoints: false)
        var dice = Dice(seed: seed)
        for _ in 0..<25 {
            var engine = Engine(run.universe.setup)
            let place = Int(dice.number(0...Int64(run.journal.count - 1)))
            _ = DamagedBytesTests.message {
                for (index, entry) in run.journal.enumerated() {
                    guard case .fact(let good) = entry else { continue }
                    let bytes = index == place ? DamagedBytesTests.damaged(good, &dice) : good
                    let (events, findings) = try FactCoding.read(bytes)
                    for event in events { try engine.replay(event, findings: findings) }
                }
                _ = try engine.finishRecovery()
            }
        }
    }

    @Test("facts in a wrong order, twice or with one missing are a fault that says which", arguments: seeds.prefix(10))
    func order(seed: UInt64) throws {
        let run = StoppableRun(seed: seed)
        run.run(events: 200, checkpoints: false)
        let facts = try run.journal.compactMap { entry throws -> TradingEvent? in
            guard case .fact(let bytes) = entry else { return nil }
            return try FactCoding.read(bytes).events.first
        }
        let accepted = facts.filter { if case .orderAccepted = $0 { true } else { false } }
        guard accepted.count > 2 else { return }
        var engine = Engine(run.universe.setup)
        try engine.replay(accepted[0])
        let twice = DamagedBytesTests.message { try engine.replay(accepted[0]) }
        #expect(twice?.hasPrefix("fact 2 (order accepted): order 1 ") == true)
        let missing = DamagedBytesTests.message { try engine.replay(accepted[2]) }
        #expect(missing?.hasPrefix("fact 2 (order accepted): order ") == true)
    }

    @Test("an engine that runs takes no checkpoint and no facts")
    func onlyFresh() throws {
        let run = StoppableRun(seed: 3)
        run.run(events: 50)
        run.takeCheckpoint()
        let bytes = try #require(run.checkpoint?.bytes)
        let mark = TradingEvent.priceMarked(instrument: 0, price: 1, time: .minute(1))
        #expect(throws: RecoveryFault.self) { try run.engine.restore(bytes) }
        #expect(throws: RecoveryFault.self) { try run.engine.replay(mark) }
        var recovered = try run.recovered(from: run.checkpoint)
        #expect(throws: RecoveryFault.self) { try recovered.engine.replay(mark) }
        #expect(throws: RecoveryFault.self) { try recovered.engine.restore(bytes) }
        #expect(throws: RecoveryFault.self) { try recovered.engine.finishRecovery() }
    }

    @Test("a checkpoint of another market says what has changed")
    func otherMarket() throws {
        let run = StoppableRun(seed: 5)
        run.run(events: 200)
        run.takeCheckpoint()
        let bytes = try #require(run.checkpoint?.bytes)
        func fault(_ change: (inout EngineSetup) -> Void) -> String? {
            var setup = run.universe.setup
            change(&setup)
            return DamagedBytesTests.message {
                var engine = Engine(setup)
                try engine.restore(bytes)
            }
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.instruments[0].terms.multiplier += 1 }?.contains("instrument 0 was counted with") == true)
        #expect(
            fault {
                $0.instruments.removeLast()
                $0.feeds.removeLast()
                for index in $0.strategies.indices { $0.strategies[index].instruments = [] }
            }?
            .contains("more than there are now") == true)
    }
}
