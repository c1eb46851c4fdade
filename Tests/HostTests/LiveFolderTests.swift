import API
import Configuration
import Engine
import Foundation
import Journal
import PluginHost
import Portfolio
import Signals
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// Folders that come, change and go while a host runs, one change after the other.
    @Suite("Strategies folder of a running host", .timeLimit(.minutes(10)))
    struct LiveFolderTests {
        private let folder = HostFolder()

        private func view(_ life: RunningLife, _ id: String) async -> StrategyView? {
            try? await life.host.strategies().first { $0.id == id }
        }

        private func orders(_ life: RunningLife, _ id: String) -> UInt64 {
            life.host.askNow { core in
                core.strategies.firstIndex { $0.id == id }.map { core.engine.counters(strategy: $0).orders } ?? 0
            } ?? 0
        }

        /// The market goes on until the strategy has sent more orders than now.
        private func waitForOrder(_ life: RunningLife, _ id: String) async throws {
            let before = orders(life, id)
            try await wait { self.orders(life, id) > before }
        }

        private func wait(_ condition: () async -> Bool) async throws {
            let deadline = MonotonicClock.now + 60_000_000_000
            while await !condition() {
                try #require(MonotonicClock.now < deadline)
                try await Task.sleep(for: .milliseconds(5))
            }
        }

        private func lines(_ life: RunningLife) -> [String] {
            life.host.askNow { $0.activity.takeLines().lines.map { "\($0.strategy): \($0.text)" } } ?? []
        }

        private func add(_ id: String, _ life: RunningLife, _ kinds: FolderChange.Kinds = [.added, .configuration])
            async
        {
            await life.live.take(FolderChange(id: id, kinds: kinds))
        }

        private func change(_ id: String, _ life: RunningLife) async { await add(id, life, .configuration) }

        // MARK: Models

        @Test("a model that is trained anew is in force without a restart; a broken file leaves the one before")
        func models() async throws {
            func write(intercept: String) {
                let terms = #""features": ["rsi_14"], "means": [50], "scales": [10], "coefficients": [0]"#
                folder.write(#"{\#(terms), "intercept": \#(intercept)}"#, to: "strategies/models/mine.json")
            }
            func probability(_ life: RunningLife) -> Double? {
                life.host.askNow { $0.models["mine"]?.probability([50]) } ?? nil
            }
            let change = FolderChange(id: StrategiesFolder.modelsName, kinds: .model)
            let life = try RunningLife(folder)
            #expect(probability(life) == nil)
            write(intercept: "0")
            await life.live.take(change)
            #expect(probability(life) == 0.5)
            write(intercept: "3")
            await life.live.take(change)
            let better = try #require(probability(life))
            #expect(better > 0.95)
            write(intercept: "null")
            await life.live.take(change)
            #expect(probability(life) == better)
            #expect(lines(life).contains { $0.contains("model refused: ") && $0.contains("mine.json: intercept") })
            folder.remove("strategies/models/mine.json")
            await life.live.take(change)
            #expect(probability(life) == nil)
            #expect(lines(life).contains(": models of signals: rules"))
        }

        // MARK: Coming

        @Test("a folder that comes is listed and trades, and the next host finds its book at the same place")
        func comes() async throws {
            folder.addCross("alpha")
            let life = try RunningLife(folder)
            try await life.waitForPrices()
            folder.addCross("newcomer", instrument: "ETH_USDT")
            await add("newcomer", life)
            let view = try #require(await view(life, "newcomer"))
            #expect(view.state == .running && view.problem == nil && view.instruments == ["ETH_USDT"])
            #expect(view.parameters.contains { $0.name == "slow" && $0.value == .number("4") })
            try await waitForOrder(life, "newcomer")
            try await waitForOrder(life, "alpha")
            let trades = try await life.host.trades(HistoryFilter(strategy: "newcomer", limit: 10))
            #expect(trades.allSatisfy { $0.strategy == "newcomer" && $0.instrument == "ETH_USDT" })
            #expect(lines(life).contains { $0.hasPrefix("newcomer: its folder was taken in: SMACross") })
            #expect(try life.journal.names(.strategy) == ["alpha paper", "manual paper", "newcomer paper"])
            let audit = try life.journal.audit().map(\.record)
            #expect(audit.contains { $0.action == "strategy.folder" && $0.target == "newcomer" })
            life.host.askNow { $0.close() }
            let books = try #require(life.host.askNow { UncheckedBooks(Books($0)) }).books
            life.stop()
            let next = try folder.live(begins: false)
            #expect(next.core.strategies.map(\.id) == ["alpha", "manual", "newcomer"])
            // The market has moved between this look and the end; what is held has not.
            var found = Books(next.core)
            found.equity = books.equity
            for (id, then) in books.performance { found.performance[id]?.totalReturn = then.totalReturn }
            #expect(found == books)
        }

        @Test("killed right after, the next host has its orders and fills")
        func killed() async throws {
            let life = try RunningLife(folder)
            try await life.waitForPrices()
            folder.addCross("newcomer")
            await add("newcomer", life)
            try await waitForOrder(life, "newcomer")
            #expect(life.journal.flush(timeoutMilliseconds: 20_000))
            let killed = try folder.afterKill()
            life.stop()
            let next = try killed.live(begins: false)
            let slot = try next.slot("newcomer")
            #expect(slot == 1 && next.core.engine.counters(strategy: slot).orders > 0)
        }

        @Test("a library in the folder is loaded, listed among the plugins, and trades")
        func library() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            folder.addLibrary("libMeanReversion.so", to: "own")
            folder.write(
                "instruments: [BTC_USDT]\ntimeframe: 1s\nparameters: {window: 3, entry: 0.2, exit: 0.1, quantity: 0.01}\n",
                to: "strategies/own/strategy.yaml")
            await add("own", life, [.added, .configuration, .library])
            let view = try #require(await view(life, "own"))
            #expect(view.state == .running && view.plugin == "MeanReversion", "\(view.problem ?? "")")
            try await waitForOrder(life, "own")
            let plugins = try await life.host.plugins()
            #expect(plugins.contains { $0.path == "own/libMeanReversion.so" && $0.strategies == ["own"] })
        }

        @Test("one that is not enabled is listed and waits until somebody enables it")
        func disabled() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            folder.addCross("asleep", "enabled: false")
            await add("asleep", life)
            #expect(await view(life, "asleep")?.state == .stopped)
            #expect(try await life.host.enable("asleep", by: HostLife.person).state == .running)
            try await waitForOrder(life, "asleep")
        }

        @Test("bars that nobody had wanted before are brought from then on")
        func timeframe() async throws {
            folder.addCross("alpha")
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            folder.write(
                "plugin: SMACross\ninstruments: [BTC_USDT]\ntimeframe: 5s\nparameters: {fast: 2, slow: 4, quantity: 0.01}\n",
                to: "strategies/slower/strategy.yaml")
            await add("slower", life)
            try await waitForOrder(life, "slower")
        }

        @Test("many that come at once, with clients that ask meanwhile, all get a slot of their own")
        func many() async throws {
            folder.addCross("alpha")
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            let ids = (0..<12).map { "many\($0)" }
            for id in ids { folder.addCross(id) }
            await withTaskGroup(of: Void.self) { group in
                for id in ids {
                    group.addTask { await life.live.take(FolderChange(id: id, kinds: [.added, .configuration])) }
                }
                group.addTask {
                    for _ in 0..<50 {
                        _ = try? await life.host.strategies()
                        _ = try? await life.host.orders(HistoryFilter(limit: 100))
                    }
                }
            }
            let names = try life.journal.names(.strategy).map { KnownNames.Strategy(name: $0).id }
            #expect(Set(names) == Set(ids + ["alpha", "manual"]) && names.count == 14)
            #expect(life.host.askNow { $0.strategies.map(\.id) } == names)
            for id in ids { #expect(await view(life, id)?.state == .running) }
            try await wait { ids.allSatisfy { self.orders(life, $0) > 0 } }
        }

        // MARK: What cannot be used

        @Test("a folder that cannot be used is listed as faulted with every reason, and mends itself with its file")
        func mends() async throws {
            folder.addCross("alpha")
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            folder.write(
                "plugin: SMACross\ninstruments: [BTC_USDT]\nspeed: 9\nparameters: [1]\n",
                to: "strategies/odd/strategy.yaml")
            await add("odd", life)
            let faulted = try #require(await view(life, "odd"))
            #expect(faulted.state == .faulted)
            #expect(faulted.problem?.contains("strategy.yaml:3: speed") == true)
            #expect(faulted.problem?.contains("strategy.yaml:4: parameters") == true)
            #expect(lines(life).contains { $0.contains("refused: odd: ") && $0.contains("strategy.yaml:3: speed") })
            await change("odd", life)
            #expect(lines(life).filter { $0.contains("odd") }.isEmpty, "the same is not said again")
            // What the plugin says of parameters, and of instruments that no market has.
            folder.write(
                "plugin: SMACross\ninstruments: [DOGE]\nparameters: {fast: 9, slow: 3}\n",
                to: "strategies/odd/strategy.yaml")
            await change("odd", life)
            #expect(await view(life, "odd")?.problem?.contains("strategy.yaml:2: instruments: 'DOGE'") == true)
            folder.addCross("odd")
            await change("odd", life)
            #expect(await view(life, "odd")?.state == .running)
            try await waitForOrder(life, "odd")
            #expect(try await life.host.strategies().count == 2)
        }

        @Test("a library that is no library is refused with its reason, and the right one in its place is taken in")
        func brokenLibrary() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            folder.write("instruments: [BTC_USDT]\ntimeframe: 1s\n", to: "strategies/own/strategy.yaml")
            folder.write("not a library", to: "strategies/own/libMeanReversion.so")
            await add("own", life, [.added, .configuration, .library])
            let problem = await view(life, "own")?.problem
            #expect(problem?.contains("libMeanReversion.so") == true && problem?.contains("is a text") == true)
            #expect(try await life.host.plugins().contains { $0.state == "refused" })
            folder.remove("strategies/own/libMeanReversion.so")
            folder.addLibrary("libMeanReversion.so", to: "own")
            await add("own", life, .library)
            #expect(await view(life, "own")?.state == .running)
            #expect(try await life.host.plugins().allSatisfy { $0.state == "loaded" })
        }

        @Test("a plugin whose id another file has is refused, and the one that trades goes on")
        func duplicate() async throws {
            folder.addCross("alpha")
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            folder.addLibrary("libSMACross.so", to: "copy")
            folder.write("instruments: [BTC_USDT]\n", to: "strategies/copy/strategy.yaml")
            await add("copy", life, [.added, .configuration, .library])
            #expect(await view(life, "copy")?.problem?.contains("rename one of them") == true)
            try await waitForOrder(life, "alpha")
        }

        @Test("a file that becomes wrong leaves what was in force running, and says so until it is mended")
        func brokenLater() async throws {
            folder.addCross("alpha")
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            folder.addCross("alpha", "speed: 9")
            await change("alpha", life)
            let view1 = try #require(await view(life, "alpha"))
            #expect(view1.state == .running && view1.problem?.contains("strategy.yaml:5: speed") == true)
            #expect(lines(life).contains("alpha: what was in force before runs on"))
            try await waitForOrder(life, "alpha")
            folder.addCross("alpha")
            await change("alpha", life)
            let view2 = try #require(await view(life, "alpha"))
            #expect(view2.state == .running && view2.problem == nil && view2.generation == 1)
            #expect(lines(life).contains("alpha: its folder is again as what runs"))
        }
    }
}

/// Books on their way between threads: values alone.
struct UncheckedBooks: @unchecked Sendable {
    let books: Books
    init(_ books: Books) { self.books = books }
}
