import StrategyKit
import StrategyTesting
import Testing

private struct Version1: Strategy {
    static let info = StrategyInfo(id: "Moving", name: "Moving")
    var window = 7
    var waitMinutes = 2
    var seen: [Int] = []
    mutating func onBar(_ bar: Bar, _ context: inout Context) { seen.append(seen.count) }
}

/// Another name, another unit, and a new property.
private struct Version3: Strategy {
    static let info = StrategyInfo(id: "Moving", name: "Moving")
    static let stateVersion: UInt32 = 3
    static func migrate(_ state: inout SavedState, from version: UInt32) throws {
        guard version == 1 else { throw StateMigrationError("nobody remembers version \(version)") }
        state.rename("window", to: "period")
        state["waitSeconds"] = .integer(60 * (state["waitMinutes"]?.integer ?? 0))
        state["waitMinutes"] = nil
        state.rename("never there", to: "nor there")
    }
    var period = 1
    var waitSeconds = 1
    var seen: [Int] = []
    var fresh = "new"
    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        context.log("\(period) \(waitSeconds) \(seen.count) \(fresh)")
    }
}

private struct Version2WithoutHook: Strategy {
    static let info = StrategyInfo(id: "Moving", name: "Moving")
    static let stateVersion: UInt32 = 2
    var period = 1
}

private struct Tuned: Strategy {
    static let info = StrategyInfo(id: "Tuned", name: "Tuned")
    static let parameters: [Parameter<Self>] = [.integer("size", \.size, in: 1...9, "A size")]
    var size = 3
    mutating func onBar(_ bar: Bar, _ context: inout Context) { context.log("bar") }
    mutating func onParameters(_ context: inout Context) { context.log("size is \(size) now") }
}

@Suite("Migration of a saved state")
struct StateMigrationTests {
    private func events(_ count: Int) -> [MarketEvent] {
        var market = SyntheticMarket(seed: 3)
        return market.range(bars: count)
    }

    private func saved<S: Strategy>(_ type: S.Type) throws -> (bytes: [UInt8], version: UInt32) {
        let scenario = try Scenario(type)
        scenario.play(events(5))
        return (scenario.save(), S.stateVersion)
    }

    private func restored<S: Strategy>(_ type: S.Type, from old: (bytes: [UInt8], version: UInt32)) throws -> Scenario {
        let scenario = try Scenario(type)
        try scenario.restore(old.bytes, version: old.version)
        return scenario
    }

    @Test("the author's hook brings an older state into today's form; what is new takes its default")
    func migrates() throws {
        let after = try restored(Version3.self, from: saved(Version1.self))
        after.play(events(1))
        #expect(after.logLines == ["7 120 5 new"])
    }

    @Test("without a hook, with one that gives up, and of a later version: refused with the reason")
    func refused() throws {
        let old = try saved(Version1.self)
        let middle = try saved(Version2WithoutHook.self)
        let late = try saved(Version3.self)
        func reason(_ body: () throws -> Scenario) -> String {
            do {
                _ = try body()
                return ""
            } catch { return String(describing: error) }
        }
        #expect(reason { try restored(Version2WithoutHook.self, from: old) }.contains("has no migrate function"))
        #expect(reason { try restored(Version3.self, from: middle) }.contains("nobody remembers version 2"))
        #expect(
            reason { try restored(Version1.self, from: late) }.contains("a later version of the strategy saved it"))
    }

    @Test("a strategy that was saved before it heard of its new parameters hears of them after the restore")
    func pendingParameters() throws {
        let first = try Scenario(Tuned.self, ["size": 3])
        first.play(events(2))
        let second = try Scenario(Tuned.self, ["size": 5])
        try second.restore(first.save())
        let third = try Scenario(Tuned.self, ["size": 5])
        try third.restore(second.save())
        third.play(events(1))
        #expect(third.logLines == ["size is 5 now", "bar"])
    }
}
