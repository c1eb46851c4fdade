import API
import Configuration
import Controls
import Engine
import Foundation
import Journal
import PluginHost
import Synchronization
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// Strategies that run already, and whose folder changes or goes.
    @Suite("Changed folders of a running host", .timeLimit(.minutes(10)))
    struct LiveFolderChangeTests {
        private let folder = HostFolder()

        private func view(_ life: RunningLife, _ id: String) async -> StrategyView? {
            try? await life.host.strategies().first { $0.id == id }
        }

        private func wait(_ condition: () async -> Bool) async throws {
            let deadline = MonotonicClock.now + 60_000_000_000
            while await !condition() {
                try #require(MonotonicClock.now < deadline)
                try await Task.sleep(for: .milliseconds(5))
            }
        }

        private func held(_ life: RunningLife, _ id: String) -> Quantity {
            life.host.askNow { core in
                core.strategies.firstIndex { $0.id == id }.map {
                    core.engine.position(strategy: $0, instrument: 0).quantity
                } ?? .zero
            } ?? .zero
        }

        private func take(_ id: String, _ life: RunningLife, _ kinds: FolderChange.Kinds = .configuration) async {
            await life.live.take(FolderChange(id: id, kinds: kinds))
        }

        private func write(_ id: String, quantity: String, slow: Int = 4, _ more: String = "on_stop: keep") {
            folder.write(
                """
                plugin: SMACross
                instruments: [BTC_USDT]
                timeframe: 1s
                parameters: {fast: 2, slow: \(slow), quantity: \(quantity)}
                \(more)
                """, to: "strategies/\(id)/strategy.yaml")
        }

        private func running(_ id: String = "alpha", _ more: String = "on_stop: keep") async throws -> RunningLife {
            write(id, quantity: "0.01", more)
            let life = try RunningLife(folder)
            try await life.waitForPrices()
            try await wait { held(life, id) != .zero }
            return life
        }

        @Test("a changed file takes effect as over the API, and the strategy keeps its book")
        func configuration() async throws {
            let life = try await running()
            defer { life.stop() }
            write(
                "alpha", quantity: "0.03",
                """
                name: Renamed
                risk_parameters: {max_position_size: 0.5, max_daily_loss: 5000}
                schedule: {start_time: "00:00", end_time: "23:59"}
                """)
            await take("alpha", life)
            let view = try #require(await view(life, "alpha"))
            #expect(view.state == .running && view.name == "Renamed" && view.generation == 1)
            #expect(view.maxPositionSize == Quantity("0.5") && view.maxDailyLoss == Money("5000"))
            #expect(view.schedule.endTime == "23:59")
            let limits = life.host.askNow { $0.engine.limits(scope: .strategy, index: 0) }
            #expect(limits?.maxPositionQuantity == Quantity("0.5"))
            try await wait { held(life, "alpha").magnitude == Quantity("0.03") }
            write("alpha", quantity: "0.03", "enabled: false")
            await take("alpha", life)
            #expect(await self.view(life, "alpha")?.state == .stopped)
            #expect(held(life, "alpha") != .zero, "cancel keeps the position")
            write("alpha", quantity: "0.03", "enabled: true")
            await take("alpha", life)
            #expect(await self.view(life, "alpha")?.state == .running)
        }

        @Test("the instance keeps its memory; another plugin in its place begins anew")
        func memory() async throws {
            let life = try await running()
            defer { life.stop() }
            func state() -> StrategyState? {
                life.host.askNow { core in
                    guard case .success(let state)? = core.strategies[0].instance?.saveState() else { return nil }
                    return state
                } ?? nil
            }
            // Switched off it hears nothing, so nothing else changes its memory.
            write("alpha", quantity: "0.01", "enabled: false")
            await take("alpha", life)
            let before = try #require(state())
            write("alpha", quantity: "0.01", "enabled: false\nname: Renamed")
            await take("alpha", life)
            #expect(state() == before)
            let outside = folder.path + "/outside"
            #expect(rename(folder.strategies + "/alpha", outside) == 0)
            await take("alpha", life, .removed)
            #expect(state() == nil)
            #expect(rename(outside, folder.strategies + "/alpha") == 0)
            await take("alpha", life, [.added, .configuration])
            #expect(state() == before, "a folder that comes back finds it, too")
            folder.addLibrary("libMeanReversion.so", to: "alpha")
            folder.write(
                "plugin: MeanReversion\ninstruments: [BTC_USDT]\nenabled: false\n",
                to: "strategies/alpha/strategy.yaml")
            await take("alpha", life, [.configuration, .library])
            #expect(state() != before)
            #expect(await view(life, "alpha")?.plugin == "MeanReversion")
        }

        @Test("the file wins over what was changed over the API, and the log says so; after a restart, too")
        func fileWins() async throws {
            let life = try await running()
            var change = StrategyChange()
            change.parameters = ["slow": .number("9")]
            change.name = "Theirs"
            _ = try await life.host.configure("alpha", change, by: HostLife.person)
            _ = life.host.askNow { $0.activity.takeLines().lost }
            // The same file again changes nothing.
            await take("alpha", life)
            #expect(await view(life, "alpha")?.name == "Theirs")
            write("alpha", quantity: "0.02", "name: File's")
            await take("alpha", life)
            let view = try #require(await view(life, "alpha"))
            #expect(view.name == "File's" && view.parameters.contains { $0.name == "slow" && $0.value == .number("4") })
            let lines = life.host.askNow { $0.activity.takeLines().lines.map(\.text) } ?? []
            #expect(lines.contains { $0.contains("the file wins") })
            // Back to the very file that was changed over the API: that change is gone all the same.
            write("alpha", quantity: "0.01")
            await take("alpha", life)
            life.stop()
            let next = try folder.live(begins: false)
            #expect(next.core.strategyView(0).name == "alpha" && next.notices.allSatisfy { !$0.contains("wins") })
        }

        // MARK: Code

        private func addOwn() {
            folder.addLibrary("libMeanReversion.so", to: "own")
            folder.write("instruments: [BTC_USDT]\ntimeframe: 1s\n", to: "strategies/own/strategy.yaml")
        }

        @Test("a library with other bytes is a new generation with the old one's memory; the same bytes are not")
        func library() async throws {
            addOwn()
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            folder.remove("strategies/own/libMeanReversion.so")
            folder.addLibrary("libMeanReversion.so", to: "own")
            await take("own", life, .library)
            #expect(await view(life, "own")?.generation == 1)
            folder.addLibrary("libMeanReversion.so", to: "own", padding: 64)
            await take("own", life, .library)
            let view = try #require(await view(life, "own"))
            #expect(view.generation == 2 && view.state == .running && view.problem == nil)
            #expect(try await life.host.plugins().count { $0.path == "own/libMeanReversion.so" } == 1)
            folder.write("broken", to: "strategies/own/libMeanReversion.so")
            await take("own", life, .library)
            let broken = try #require(await self.view(life, "own"))
            #expect(broken.state == .running && broken.problem?.contains("libMeanReversion.so") == true)
        }

        @Test("new code takes over as a reload does: in the journal, and with a way back")
        func reload() async throws {
            addOwn()
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            folder.addLibrary("libMeanReversion.so", to: "own", padding: 64)
            await take("own", life, .library)
            #expect(try life.journal.audit().contains { $0.record.action == "strategy.reload" })
            let back = try await life.host.rollback("own", to: nil, memory: .keep, by: HostLife.person)
            #expect(back.strategy.generation == 1)
            // What is saved later does not undo that, unless it is the library.
            await take("own", life, .library)
            folder.write("instruments: [BTC_USDT]\ntimeframe: 1s\nname: Own\n", to: "strategies/own/strategy.yaml")
            await take("own", life)
            let view = try #require(await view(life, "own"))
            #expect(view.generation == 1 && view.name == "Own")
            folder.addLibrary("libMeanReversion.so", to: "own", padding: 128)
            await take("own", life, .library)
            #expect(await self.view(life, "own")?.generation == 3)
        }

        /// A compiler that copies, or says no.
        private struct Compiler: SourceChanges {
            let library: String
            func build(_ folder: String) async -> Result<String, RefusedStrategy> {
                let source = (try? String(contentsOfFile: folder + "/own.swift", encoding: .utf8)) ?? ""
                guard source.contains("struct") else {
                    return .failure(
                        RefusedStrategy(
                            id: "own",
                            findings: [
                                ConfigurationFinding(file: folder + "/own.swift", line: 1, message: "no strategy")
                            ]))
                }
                return .success(library)
            }
        }

        @Test("sources that do not compile leave the old code running with the compiler's words, until they do")
        func sources() async throws {
            let library = folder.path + "/libMeanReversion.so"
            try FileManager.default.copyItem(
                atPath: HostFolder.pluginFolder + "/libMeanReversion.so", toPath: library)
            addOwn()
            let life = try RunningLife(folder, sources: Compiler(library: library))
            defer { life.stop() }
            folder.write("strukt", to: "strategies/own/own.swift")
            await take("own", life, .source)
            let broken = try #require(await view(life, "own"))
            #expect(broken.state == .running && broken.problem?.contains("own.swift:1: no strategy") == true)
            folder.write("struct", to: "strategies/own/own.swift")
            await take("own", life, .source)
            #expect(await view(life, "own")?.problem == nil)
        }

        @Test("a quarantined strategy stays so with the files that it has, and returns with a changed one")
        func quarantined() async throws {
            let life = try await running()
            defer { life.stop() }
            life.host.askNow { $0.fault(0, .endedHost(.signal(11))) }
            #expect(await view(life, "alpha")?.state == .quarantined)
            await take("alpha", life)
            #expect(await view(life, "alpha")?.state == .quarantined)
            write("alpha", quantity: "0.02")
            await take("alpha", life)
            #expect(await view(life, "alpha")?.state == .running)
            try await wait { held(life, "alpha").magnitude == Quantity("0.02") }
        }

        // MARK: Going

        @Test("a folder that goes stops its strategy by its policy, and is unlisted when its book is empty")
        func goes() async throws {
            let life = try await running("alpha", "on_stop: flatten")
            defer { life.stop() }
            folder.remove("strategies/alpha")
            await take("alpha", life, .removed)
            try await wait { held(life, "alpha") == .zero }
            try await wait { await view(life, "alpha") == nil }
            let orders = life.host.askNow { $0.engine.counters(strategy: 0).orders }
            try await Task.sleep(for: .milliseconds(300))
            #expect(life.host.askNow { $0.engine.counters(strategy: 0).orders } == orders, "it sends nothing any more")
        }

        @Test("one that leaves a position stays listed with it; the folder that comes back finds slot, book and memory")
        func comesBack() async throws {
            let life = try await running()
            defer { life.stop() }
            let outside = folder.path + "/outside"
            #expect(rename(folder.strategies + "/alpha", outside) == 0)
            await take("alpha", life, .removed)
            let gone = try #require(await view(life, "alpha"))
            #expect(gone.state == .faulted && gone.problem == "its folder is gone; its book stays")
            let before = held(life, "alpha")
            #expect(before != .zero)
            await #expect(throws: HostRefusal.self) { try await life.host.enable("alpha", by: HostLife.person) }
            #expect(rename(outside, folder.strategies + "/alpha") == 0)
            await take("alpha", life, [.added, .configuration])
            let back = try #require(await view(life, "alpha"))
            #expect(back.state == .running && back.problem == nil && held(life, "alpha") == before)
            #expect(try life.journal.names(.strategy) == ["alpha paper", "manual paper"])
            #expect(life.host.askNow { $0.strategies.count } == 2)
        }

        @Test("a folder that could never be used is forgotten when it goes")
        func brokenGoes() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            folder.write("speed: 9\n", to: "strategies/odd/strategy.yaml")
            await take("odd", life, [.added, .configuration])
            #expect(await view(life, "odd") != nil)
            folder.remove("strategies/odd")
            await take("odd", life, .removed)
            #expect(await view(life, "odd") == nil)
        }

        @Test("a changed host.yaml is said to need a restart")
        func host() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            folder.writeHost("accounts: {}\n")
            await life.live.take(FolderChange(id: "", kinds: .host))
            let lines = life.host.askNow { $0.activity.takeLines().lines.map(\.text) } ?? []
            #expect(lines.contains { $0.hasPrefix("host.yaml has changed") })
        }

        @Test("after the host has ended, changes are let go")
        func ended() async throws {
            let life = try RunningLife(folder)
            life.stop()
            folder.addCross("late")
            await take("late", life, [.added, .configuration])
            await life.live.take(FolderChange(id: "", kinds: .host))
        }
    }
}
