import CStrategyABI
import Engine
import Foundation
import PluginHost
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// The same market with and without reloads must give the same intents, facts and books, to the byte.
    @Suite("Reload equivalence")
    struct ReloadEquivalenceTests {
        private static let eventCount = 200_000
        private static let reloadEvery = 10_000
        /// Events between a snapshot and its swap, which the new instance catches up with.
        private static let catchUp = 700

        /// Bundled strategies, one slot each.
        private static let cases: [[String]] = [["SMACross"], ["MeanReversion"], ["SMACross", "MeanReversion"]]
        private static let parameters: [String: [String: ParameterValue]] = [
            "SMACross": ["fast": .decimal("5"), "slow": .decimal("30"), "quantity": .decimal("1")],
            "MeanReversion": ["window": .decimal("40"), "entry": .decimal("1.5"), "quantity": .decimal("1")],
        ]

        @Test("200,000 events, loaded anew every 10,000", arguments: cases)
        func equal(plugins: [String]) throws { try compare(plugins, .host) }

        private static let executable = HostFolder.pluginFolder + "/stratagem"
        private static let inLockStep: StrategyIsolation = {
            var settings = WorkerSettings(.lockStep)
            settings.executable = executable
            // The machine may be busy.
            settings.budgetNanoseconds = 20_000_000_000
            settings.startNanoseconds = 60_000_000_000
            return .worker(settings)
        }()

        @Test(
            "the same in a worker, in lock-step",
            .enabled(if: FileManager.default.isExecutableFile(atPath: executable), "needs the built executable"))
        func equalInWorker() throws { try compare(["SMACross"], Self.inLockStep) }

        private func compare(_ plugins: [String], _ isolation: StrategyIsolation) throws {
            let folder = HostFolder()
            let loader = PluginLoader(generationsFolder: folder.path + "/generations", generationsMax: 1000)
            let plain = try ReloadedRun(plugins, loader, isolation)
            try plain.run(reloadEvery: nil)
            let reloaded = try ReloadedRun(plugins, loader, isolation)
            try reloaded.run(reloadEvery: Self.reloadEvery)
            #expect(reloaded.reloads == plugins.count * (Self.eventCount / Self.reloadEvery - 1))
            for slot in plugins.indices {
                #expect(
                    plain.taps[slot].intents.count > 64 * 500, "\(plugins[slot]) trades too little to show anything")
                #expect(plain.taps[slot].intents == reloaded.taps[slot].intents, "intents of \(plugins[slot])")
                #expect(plain.taps[slot].events == reloaded.taps[slot].events, "events of \(plugins[slot])")
            }
            #expect(plain.facts == reloaded.facts)
            #expect(plain.facts.count > 1_000_000)
        }

        /// One run through an engine of its own.
        private final class ReloadedRun {
            private var engine: Engine
            private let loader: PluginLoader
            private let plugins: [String]
            /// Where the instances live.
            private let isolation: StrategyIsolation
            private var instances: [StrategyInstance] = []
            private(set) var taps: [Tap] = []
            private(set) var facts: [UInt8] = []
            private(set) var reloads = 0

            init(_ plugins: [String], _ loader: PluginLoader, _ isolation: StrategyIsolation) throws {
                self.isolation = isolation
                self.plugins = plugins
                self.loader = loader
                var setup = BenchMarket.setup
                setup.keepsFacts = true
                // Strategies are told of funding, in the middle of a reload too.
                setup.funding[0] = .constant(rate: Rate(raw: 100_000), every: FundingTerms.shortestInterval)
                setup.borrowRates[0] = Rate(raw: 50_000_000)
                setup.tracksWhole = plugins.count > 1
                setup.strategies = plugins.indices.map { _ in setup.strategies[0] }
                engine = Engine(setup)
                for slot in plugins.indices {
                    let instance = try make(slot)
                    let tap = Tap(instance)
                    instances.append(instance)
                    taps.append(tap)
                    engine.attach(tap.call, strategy: slot)
                    engine.enable(strategy: slot)
                }
            }

            private func make(_ slot: Int) throws -> StrategyInstance {
                let plugin = try loader.load("\(HostFolder.pluginFolder)/lib\(plugins[slot]).so").get()
                return try StrategyInstance.create(
                    plugin, isolation: isolation, instruments: [BenchMarket.instrument], bound: [0], seed: 1,
                    parameters: ReloadEquivalenceTests.parameters[plugins[slot]] ?? [:]
                ).get()
            }

            func run(reloadEvery: Int?) throws {
                let bars = BenchMarket.bars(ReloadEquivalenceTests.eventCount)
                var start = 0
                let piece = reloadEvery ?? ReloadEquivalenceTests.eventCount
                while start < bars.count {
                    let end = min(start + piece, bars.count)
                    let isLast = end == bars.count
                    feed(bars[start..<(isLast ? end : end - ReloadEquivalenceTests.catchUp)])
                    if !isLast { try reload { feed(bars[end - ReloadEquivalenceTests.catchUp..<end]) } }
                    start = end
                }
                engine.canonicalState(into: &facts)
            }

            private func feed(_ bars: ArraySlice<EventRecord>) {
                bars.withUnsafeBufferPointer { engine.run($0) }
                var bytes = CanonicalBytes()
                bytes.append(engine.factLog)
                facts += bytes.bytes
                engine.clearFacts()
            }

            /// All slots at once, as a host does it with each: snapshot, tape, restore, catch up, swap.
            private func reload(_ meanwhile: () -> Void) throws {
                let states = try instances.map { try $0.saveState().get() }
                let tapes = instances.map { _ in EventTape() }
                for slot in instances.indices { engine.setTape(tapes[slot], strategy: slot) }
                meanwhile()
                for slot in instances.indices {
                    let next = try make(slot)
                    try next.restoreState(try #require(states[slot])).get()
                    taps[slot].isCatchingUp = true
                    let shadow = ShadowCall(taps[slot].next(next))
                    engine.setTape(nil, strategy: slot)
                    shadow.catchUp(tapes[slot])
                    #expect(shadow.comparison.differing == 0 && shadow.fault == nil)
                    taps[slot].isCatchingUp = false
                    engine.swap(strategy: slot, to: shadow)
                    instances[slot] = next
                    reloads += 1
                }
            }
        }

        /// Stands before an instance, and writes down what the engine gives it and what it answers.
        private final class Tap {
            private(set) var intents: [UInt8] = []
            private(set) var events = 0
            /// What it is given now is not the engine's.
            var isCatchingUp = false
            private var pointer: UnsafeMutableRawPointer
            private var process: StrategyProcess

            init(_ instance: StrategyInstance) {
                pointer = instance.pointer
                process = instance.process
            }

            /// The same call for another instance: the old one must not be called any more.
            func next(_ instance: StrategyInstance) -> StrategyCall {
                pointer = instance.pointer
                process = instance.process
                return call
            }

            var call: StrategyCall {
                StrategyCall(
                    instance: Unmanaged.passUnretained(self).toOpaque(),
                    process: { instance, events, count, intents in
                        guard let instance, let intents else { return 0 }
                        return Unmanaged<Tap>.fromOpaque(instance).takeUnretainedValue().take(events, count, intents)
                    }, events: EventType.bar.mask)
            }

            private func take(
                _ records: UnsafePointer<strategy_event_v1_t>?, _ count: Int,
                _ block: UnsafeMutablePointer<strategy_intents_v1_t>
            ) -> Int {
                let consumed = process(pointer, records, count, block)
                guard !isCatchingUp else { return consumed }
                events += consumed
                intents += UnsafeRawBufferPointer(
                    start: block.pointee.records, count: block.pointee.count * MemoryLayout<IntentRecord>.stride)
                return consumed
            }
        }
    }
}
