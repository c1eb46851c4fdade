import CStrategyABI
import Foundation
import PluginHost
import Testing
import Trading

@Suite("Instances", .enabled(if: Workshop.hasCompiler, Workshop.missing))
struct StrategyInstanceTests {
    let folder: TemporaryFolder
    let loader: PluginLoader
    let instruments: [Instrument]

    init() throws {
        folder = try TemporaryFolder()
        loader = PluginLoader(generationsFolder: folder.path + "/generations")
        instruments = ["AAA", "BBB"].map { id in
            Instrument(
                id: id, quoteCurrency: "USDT",
                terms: InstrumentTerms(
                    tick: Price(raw: 10_000_000), lot: Quantity(raw: 1), minQuantity: Quantity(raw: 1),
                    maxQuantity: Quantity.one))
        }
    }

    private func create(
        _ parameters: [String: ParameterValue] = [:], seed: UInt64 = 1, flags: [String] = []
    ) throws -> Result<StrategyInstance, PluginRefusal> {
        let plugin = try loader.load(try Workshop.library(PluginSources.good(), flags: ["-shared"] + flags)).get()
        return StrategyInstance.create(plugin, instruments: instruments, bound: [1], seed: seed, parameters: parameters)
    }

    private func problems(_ parameters: [String: ParameterValue]) throws -> [String] {
        switch try create(parameters) {
        case .success: return []
        case .failure(let refusal): return refusal.problems.map(\.text)
        }
    }

    @Test("gives the plugin its instruments, and the engine its process function")
    func works() throws {
        let instance = try create().get()
        // bound, tick and id lie behind eight numbers in the plugin's own memory (see PluginSources).
        let bound = instance.pointer.load(fromByteOffset: 64, as: UInt32.self)
        let tick = instance.pointer.load(fromByteOffset: 72, as: Int64.self)
        let id = String(cString: (instance.pointer + 80).assumingMemoryBound(to: CChar.self))
        #expect(bound == 1 && tick == 10_000_000 && id == "BBB")
        var events = [strategy_event_v1_t](repeating: strategy_event_v1_t(), count: 5)
        events[2].instrument = 1
        var records = [strategy_intent_v1_t](repeating: strategy_intent_v1_t(), count: 64)
        var block = strategy_intents_v1_t()
        let consumed = records.withUnsafeMutableBufferPointer { buffer in
            block.records = buffer.baseAddress
            block.capacity = buffer.count
            return instance.process(instance.pointer, events, events.count, &block)
        }
        #expect(consumed == 3 && block.count == 1 && records[0].instrument == 1)
        instance.setLogLevel(3)
        #expect(instance.pointer.load(fromByteOffset: 68, as: UInt32.self) == 3)
    }

    @Test("sets values of every kind exactly")
    func setsValues() throws {
        let instance = try create([
            "fast": .integer(30), "slow": .text("50"), "factor": .decimal("2.25"), "on": .boolean(true),
            "size": .decimal("0.00000001"), "limit": .decimal("999.999999999"), "mode": .text("quick"),
            "wait": .decimal("0.5"),
        ]).get()
        let texts = Dictionary(uniqueKeysWithValues: instance.parameterTexts.map { ($0.name, $0.text) })
        #expect(
            texts == [
                "fast": "30", "slow": "50", "factor": "2.25", "on": "true", "size": "0.00000001",
                "limit": "999.999999999", "mode": "quick", "wait": "0.5",
            ])
        #expect(instance.pointer.load(fromByteOffset: 40, as: Int64.self) == 500_000_000)
    }

    @Test(
        "refuses a value of another type or outside the bounds, saying what is allowed",
        arguments: [
            ("fast", ParameterValue.decimal("2.5"), "a whole number in 1…10000"),
            ("fast", .integer(0), "a whole number in 1…10000"), ("fast", .integer(10_001), "a whole number in 1…10000"),
            ("fast", .text("x"), "a whole number in 1…10000"), ("fast", .boolean(true), "a whole number in 1…10000"),
            ("factor", .decimal("10.1"), "a number in 0…10"), ("factor", .text("nan"), "a number in 0…10"),
            ("factor", .boolean(true), "a number in 0…10"), ("on", .integer(1), "true or false"),
            ("size", .decimal("0.000000001"), "a quantity in 0.00000001…1000 with at most 8 decimals"),
            ("size", .decimal("1e3"), "a quantity in 0.00000001…1000 with at most 8 decimals"),
            ("limit", .decimal("1000.1"), "a price in 0…1000 with at most 9 decimals"),
            ("limit", .decimal("99999999999999999999"), "a price in 0…1000 with at most 9 decimals"),
            ("mode", .text("fast"), "one of slow, quick"), ("wait", .integer(3601), "seconds in 0…3600"),
        ])
    func refusesValues(name: String, value: ParameterValue, allowed: String) throws {
        #expect(try problems([name: value]).first == "parameter \(name): '\(value.text)' – expected \(allowed)")
    }

    @Test("reports unknown names, bad values, the plugin's own refusals and its judgement at once")
    func reportsAll() throws {
        let found = try problems(["fats": .integer(1), "fast": .integer(7), "slow": .integer(5), "size": .text("much")])
        #expect(
            found == [
                "parameter fast: '7' – 7 is taken",
                "parameter fats: '1' – unknown parameter; Counter has fast, slow, factor, on, size, limit, mode, wait",
                "parameter size: 'much' – expected a quantity in 0.00000001…1000 with at most 8 decimals",
                "parameters: fast 20 must be below slow 5 (judged with the default fast = 20, size = 1)",
            ])
        #expect(try problems(["fast": .integer(200)]) == ["parameters: fast 200 must be below slow 100"])
    }

    @Test("destroys an instance that is refused, and one that is let go, once each")
    func destroys() throws {
        let marker = folder.path + "/destroyed"
        let flags = ["-DDESTROY_MARKER=\"\(marker)\""]
        #expect(throws: PluginRefusal.self) { try create(["fast": .integer(0)], flags: flags).get() }
        #expect(FileManager.default.contents(atPath: marker)?.count == 1)
        var instance: StrategyInstance? = try create(flags: flags).get()
        #expect(instance != nil && FileManager.default.contents(atPath: marker)?.count == 1)
        instance = nil
        #expect(FileManager.default.contents(atPath: marker)?.count == 2)
    }

    @Test("passes on why the plugin could not create one")
    func creationFails() throws {
        guard case .failure(let refusal) = try create(seed: 13) else {
            Issue.record("created")
            return
        }
        #expect(refusal.problems == [.creation("13 brings; no luck")])
    }

    @Test("refuses instruments that do not fit the ABI and indices that do not exist")
    func refusesInstruments() throws {
        let plugin = try loader.load(try Workshop.library(PluginSources.good())).get()
        var broken = instruments
        broken[0].id = String(repeating: "x", count: 32)
        guard case .failure(let refusal) = StrategyInstance.create(plugin, instruments: broken, bound: [0, 2]) else {
            Issue.record("created")
            return
        }
        #expect(refusal.problems.count == 2)
        #expect(refusal.problems.last == .instrument("index 2 is bound, but there are 2 instruments"))
    }

    @Test("saves and restores state, and passes on a refusal")
    func restores() throws {
        let first = try create().get()
        var block = strategy_intents_v1_t()
        let events = [strategy_event_v1_t](repeating: strategy_event_v1_t(), count: 2)
        _ = first.process(first.pointer, events, 2, &block)
        var state = try #require(try first.saveState().get())
        #expect(state.schemaVersion == 2 && state.schemaHash == 77 && state.bytes.count == 10_000)
        let second = try create().get()
        try second.restoreState(state).get()
        #expect(second.pointer.load(as: UInt64.self) == 2)
        state.schemaVersion = 9
        guard case .failure(let refusal) = second.restoreState(state) else {
            Issue.record("restored")
            return
        }
        #expect(refusal.problems == [.state("unknown version 9")])
    }
}
