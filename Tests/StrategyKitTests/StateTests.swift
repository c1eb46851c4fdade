import CStrategyABI
import StrategyKit
import StrategyTesting
import Testing

private struct First: Strategy {
    struct Inner: Codable { var a = 1 }
    static let info = StrategyInfo(id: "Memory", name: "Memory")
    static let parameters: [Parameter<Self>] = [.integer("size", \.size, in: 1...9, "A size")]
    var size = 3
    var sum = 0.0
    var odd: [Double] = [.nan, .infinity, -.infinity, -0.0, 0.1]
    var inner = Inner()
    var total: Int128 = 0

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        sum += bar.close.double
        total += Int128(bar.close.raw) << 70
        inner.a += 1
        context.log(
            "\(sum) \(total) \(inner.a) \(odd) \(size) \(context.position.quantity) \(context.workingOrderCount)")
        context.moveTo(1)
    }
    mutating func onParameters(_ context: inout Context) { context.log("size is \(size) now") }
}

/// The same, a version later: a new property on both levels.
private struct Second: Strategy {
    struct Inner: Codable {
        var a = 1
        var b = 22
    }
    static let info = StrategyInfo(id: "Memory", name: "Memory")
    var size = 3
    var sum = 0.0
    var odd: [Double] = []
    var inner = Inner()
    var total: Int128 = 0
    var fresh = ["new"]
    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        context.log("\(sum) \(total) \(inner.a) \(inner.b) \(fresh) \(odd.count)")
    }
}

@Suite("State")
struct StateTests {
    private func bars(_ count: Int) -> [MarketEvent] {
        var market = SyntheticMarket(seed: 3)
        return market.range(bars: count)
    }

    @Test("a restored strategy goes on exactly as the one that was saved")
    func goesOn() throws {
        let events = bars(40)
        let whole = try Scenario(First.self)
        whole.play(events)
        let before = try Scenario(First.self)
        before.play(Array(events[..<23]))
        let after = try Scenario(First.self)
        try after.restore(before.save())
        #expect(after.save() == before.save())
        after.play(Array(events[23...]))
        #expect(after.logLines == Array(whole.logLines[23...]))
    }

    @Test("a property that an older state lacks gets its default, at every depth")
    func newProperties() throws {
        let old = try RawInstance(First.self)
        _ = old.process([bar(5_000_000_000)])
        let new = try RawInstance(Second.self)
        #expect(try new.restore(old.save()) == nil)
        let line = new.process([bar(1)]).records
        #expect(
            String(decoding: withUnsafeBytes(of: line[0]) { Array($0.dropFirst(24)) }, as: UTF8.self)
                .hasPrefix("5.0 59029581035870565171"))
        let saved = String(decoding: try new.save(), as: UTF8.self)
        #expect(saved.contains("\"b\":22") && saved.contains("\"fresh\":[\"new\"]") && saved.contains("\"a\":2"))
        #expect(saved.contains("[\"nan\",\"inf\",\"-inf\",-0,0.1]"))
    }

    @Test("the hash tells shapes apart and is the same for the same shape")
    func hashes() throws {
        let first = try Scenario(First.self)
        #expect(try first.stateHash == Scenario(First.self).stateHash)
        #expect(try first.stateHash != Scenario(Second.self).stateHash)
    }

    @Test(
        "bytes that are no state are refused with a reason, and nothing changes",
        arguments: [
            "", "{", "nonsense", "[]", "{}", #"{"strategies":[],"positions":[],"orders":[]}"#,
            #"{"strategies":[{"instrument":"AAA","isStarted":true,"state":{"sum":"x"}}],"positions":[],"orders":[],"nextTag":1}"#,
            #"{"strategies":[],"positions":[],"orders":[{"instrument":"ZZZ","order":{"tag":1,"instrument":0,"side":1,"quantity":1,"filled":0,"limitPrice":0,"stopPrice":0,"isAccepted":true}}],"nextTag":1}"#,
        ])
    func garbage(text: String) throws {
        let instance = try RawInstance(First.self)
        _ = instance.process([bar(5_000_000_000)])
        let before = try instance.save()
        let reason = try instance.restore(Array(text.utf8))
        #expect(reason?.isEmpty == false)
        #expect(try instance.save() == before)
    }

    @Test("a state of another schema version, and random bytes, are refused")
    func versions() throws {
        let instance = try RawInstance(First.self)
        let state = try instance.save()
        #expect(
            try instance.restore(state, version: 2)
                == "a state of version 2 where Memory reads versions up to 1: a later version of the strategy saved it")
        var random = SeededRandom(seed: 9)
        for round in 0..<200 {
            var bytes = state
            for _ in 0...round % 5 { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 255) }
            if try instance.restore(bytes) != nil { continue }
            // What was taken is a state: the strategy must go on with it.
            #expect(instance.process([bar(1_000_000_000)]).consumed == 1)
        }
        #expect(try instance.restore(state.dropLast()) != nil)
    }

    @Test("save tells the size when the buffer is too small, and does not write")
    func smallBuffer() throws {
        let instance = try RawInstance(First.self)
        let save = try #require(try instance.table(STRATEGY_EXT_STATE, strategy_state_v1_t.self).save)
        let size = save(instance.pointer, nil, 0)
        var bytes = [UInt8](repeating: 7, count: size)
        #expect(save(instance.pointer, &bytes, size - 1) == size)
        #expect(bytes.allSatisfy { $0 == 7 })
        #expect(save(instance.pointer, &bytes, size) == size && bytes.first == UInt8(ascii: "{"))
    }

    @Test("parameters belong to the host: the set ones stay, and the strategy hears of the difference")
    func parametersStay() throws {
        let saved = try Scenario(First.self, ["size": 4])
        saved.play(bars(3))
        let changed = try Scenario(First.self, ["size": 5])
        try changed.restore(saved.save())
        changed.play(bars(1))
        #expect(changed.logLines.first == "size is 5 now")
        let same = try Scenario(First.self, ["size": 4])
        try same.restore(saved.save())
        same.play(bars(1))
        #expect(same.logLines.count == 1)
    }
}
