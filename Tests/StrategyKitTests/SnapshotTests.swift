import CStrategyABI
import StrategyKit
import StrategyTesting
import Testing

/// All kinds of values that a strategy may remember.
private struct Hoarder: Strategy {
    enum Mood: String, Codable { case calm, wild }
    struct Inner: Codable {
        var ring = RingBuffer<Int64>(capacity: 4)
        var texts = ["a", "b"]
        var maybe: Double?
    }
    static let info = StrategyInfo(id: "Hoarder", name: "Hoarder")
    var numbers = [1.5, .nan, -.infinity]
    var table = ["x": 1, "y": 2]
    var pairs: [Inner] = [Inner(), Inner()]
    var tree = Branch()
    var count = 0
    var nothing: Int?
    var later: EMA?
    var mood = Mood.wild
    var wide: Int128 = 1 << 100
    var optional: [Int?] = [1, nil]
    var average = SMA(3)
    var score = ZScore(3)
    var ring = RingBuffer<Int64>(capacity: 3)
    var ownRing = RingBuffer<Int64>(capacity: 3)

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        numbers.append(bar.close.double)
        table["bars", default: 0] += 1
        pairs[0].ring.append(bar.close.raw)
        pairs[1].maybe = bar.close.double
        tree.branches.append(Branch())
        count += 1
        if later == nil { later = EMA(3) }
        later?.add(bar.close)
        average.add(bar.close)
        score.add(bar.close)
        ring.append(bar.close.raw)
        ownRing.append(bar.close.raw, context)
        context.moveTo(count % 2 == 0 ? 1 : -1)
    }
}

/// A value that holds more of its kind.
private struct Branch: Codable { var branches: [Branch] = [] }

private final class Reference: Codable {
    var count = 0
    init() {}
}
private struct Indirect: Codable { var reference = Reference() }

private struct WithReference: Strategy {
    static let info = StrategyInfo(id: "WithReference", name: "With a reference")
    var reference = Reference()
    mutating func onBar(_ bar: Bar, _ context: inout Context) { reference.count += 1 }
}
/// Nothing of the kind is there at first.
private struct WithReferencesLater: Strategy {
    static let info = StrategyInfo(id: "WithReferencesLater", name: "With references later")
    var references: [String: Indirect] = [:]
}
private struct WithChoice: Strategy {
    enum Choice: Codable { case none, some(Reference) }
    static let info = StrategyInfo(id: "WithChoice", name: "With a choice")
    var choice = Choice.none
}

@Suite("Snapshot of a state")
struct SnapshotTests {
    private func bars(_ count: Int, from start: Int64 = 0) -> [strategy_event_v1_t] {
        (0..<Int64(count)).map { index in
            var bar = strategy_bar_v1_t()
            bar.type = UInt16(STRATEGY_EVENT_BAR)
            bar.time = (start + index) * 60_000_000_000
            bar.close = (100 + (start + index) % 7) * 1_000_000_000
            return unsafeBitCast(bar, to: strategy_event_v1_t.self)
        }
    }

    private func feed(_ instance: RawInstance, _ events: [strategy_event_v1_t]) {
        for event in events { _ = instance.process([event]) }
    }

    private func bytes(_ table: strategy_state_v1_t, of snapshot: UnsafeMutableRawPointer) throws -> [UInt8] {
        let write = try #require(table.write)
        let size = write(snapshot, nil, 0)
        var bytes = [UInt8](repeating: 0, count: size)
        #expect(write(snapshot, &bytes, size - 1) == size && bytes.allSatisfy { $0 == 0 })
        #expect(write(snapshot, &bytes, size) == size)
        return bytes
    }

    @Test("it is what was saved at that moment, whatever the instance does afterwards, and outlives it")
    func moment() throws {
        var instance: RawInstance? = try RawInstance(Hoarder.self, instruments: ["AAA", "BBB"])
        let table = try #require(instance).table(STRATEGY_EXT_STATE, strategy_state_v1_t.self)
        for round in 0..<10 {
            let running = try #require(instance)
            feed(running, bars(5, from: Int64(round * 100)))
            let saved = try running.save()
            let snapshot = try #require(table.snapshot?(running.pointer))
            feed(running, bars(5, from: Int64(round * 100 + 50)))
            if round == 9 { instance = nil }
            #expect(try bytes(table, of: snapshot) == saved)
            table.discard?(snapshot)
        }
    }

    private func hasSnapshot<S: Strategy>(_ type: S.Type) throws -> Bool {
        let instance = try RawInstance(S.self)
        let table = try instance.table(STRATEGY_EXT_STATE, strategy_state_v1_t.self)
        let take = try #require(table.snapshot)
        guard let snapshot = take(instance.pointer) else { return false }
        table.discard?(snapshot)
        return true
    }

    @Test("there is none of a strategy that holds references, now or later: another thread could not read it")
    func references() throws {
        #expect(try hasSnapshot(Hoarder.self))
        #expect(try !hasSnapshot(WithReference.self))
        #expect(try !hasSnapshot(WithReferencesLater.self))
        #expect(try !hasSnapshot(WithChoice.self))
        let instance = try RawInstance(WithReference.self)
        feed(instance, bars(3))
        #expect(try String(decoding: instance.save(), as: UTF8.self).contains("\"count\":3"))
    }

    @Test("an instance that is given it goes on as the one that it was taken of")
    func restored() throws {
        let one = try RawInstance(Hoarder.self)
        let table = try one.table(STRATEGY_EXT_STATE, strategy_state_v1_t.self)
        feed(one, bars(9))
        let snapshot = try #require(table.snapshot?(one.pointer))
        let other = try RawInstance(Hoarder.self)
        #expect(try other.restore(bytes(table, of: snapshot)) == nil)
        table.discard?(snapshot)
        feed(one, bars(9, from: 9))
        feed(other, bars(9, from: 9))
        #expect(try one.save() == other.save())
    }
}
