import API
import Configuration
import Engine
import Foundation
import Journal
import PluginHost
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// Strategies with `isolation: worker` in a host.
    @Suite("Strategies in workers", .enabled(if: HostWorkers.isUsable, HostWorkers.missing))
    struct WorkerTests {
        private let folder = HostFolder()

        private func addCross(_ id: String, _ isolation: String, instrument: String = "BTC_USDT") {
            folder.addCross(id, instrument: instrument, "on_stop: keep\nisolation: \(isolation)")
        }

        private func state(_ life: HostLife, _ slot: Int) -> String {
            life.core.strategies[slot].lifecycle.state.rawValue
        }

        @Test("in lock-step a session comes out as in the host, to the last digit")
        func lockStepEqualsHost() throws {
            var books: [Books] = []
            for isolation in ["host", "worker"] {
                let folder = HostFolder()
                for (id, instrument) in [("alpha", "BTC_USDT"), ("beta", "ETH_USDT")] {
                    folder.addCross(id, instrument: instrument, "on_stop: keep\nisolation: \(isolation)")
                }
                let life = try folder.live(workers: HostWorkers.settings(.lockStep))
                #expect(life.core.strategies[0].instance?.isInWorker == (isolation == "worker"))
                life.run(seconds: 60)
                #expect(life.core.engine.counters(strategy: 0).fills > 3)
                books.append(Books(life.core, marks: true))
                try life.end()
            }
            #expect(books[0] == books[1])
        }

        @Test(
            "without waiting it trades beside those in the host, and one whose worker is killed comes back with its memory"
        )
        func killedWorker() throws {
            addCross("alpha", "worker")
            addCross("beta", "host", instrument: "ETH_USDT")
            addCross("gamma", "worker", instrument: "ETH_USDT")
            let life = try folder.live(workers: HostWorkers.settings(.free))
            let slot = try life.slot("alpha")
            try HostWorkers.run(life) { life.core.engine.counters(strategy: slot).fills > 3 }
            let old = try #require(life.core.strategies[slot].instance)
            try HostWorkers.run(life) { (old.savedSequence ?? 0) > 10 }
            kill(try #require(old.processID), SIGKILL)
            try HostWorkers.run(life) { life.core.strategies[slot].lifecycle.faultCount == 1 }
            try HostWorkers.run(life) { state(life, slot) == "running" }
            #expect(life.core.strategies[slot].instance !== old && old.end?.cause == .signal(9))
            let remembers = "started again with the memory that it saved last"
            #expect(life.core.strategies[slot].lifecycle.text == remembers)
            // Killed again before it has saved anything itself, it has the same memory once more.
            kill(try #require(life.core.strategies[slot].instance?.processID), SIGKILL)
            try HostWorkers.run(life) { life.core.strategies[slot].lifecycle.faultCount == 2 }
            try HostWorkers.run(life) { state(life, slot) == "running" }
            #expect(life.core.strategies[slot].lifecycle.text == remembers)
            let orders = life.core.engine.counters(strategy: slot).orders
            try HostWorkers.run(life) { life.core.engine.counters(strategy: slot).orders > orders }
            for id in ["beta", "gamma"] {
                let other = try life.slot(id)
                #expect(state(life, other) == "running" && life.core.strategies[other].lifecycle.faultCount == 0)
                try HostWorkers.run(life) { life.core.engine.counters(strategy: other).orders > 3 }
            }
            life.commit()
            let moves = try life.journal.lifecycle(strategy: slot)
            #expect(moves.first { $0.isFault }?.code == "crashed")
            try life.end()
        }

        @Test("reloaded again and again while nobody waits for it, it has seen each event once")
        func reloads() throws {
            addCross("alpha", "worker")
            addCross("beta", "host")
            let life = try folder.live(workers: HostWorkers.settings(.free))
            for _ in 0..<6 {
                life.run(seconds: 3)
                let finished = try life.reload("alpha") { life.run(seconds: 2) }
                #expect(finished.memory == .keep)
            }
            life.run(seconds: 5)
            let reloaded = try #require(life.core.strategies[try life.slot("alpha")].instance)
            let other = try #require(life.core.strategies[try life.slot("beta")].instance)
            #expect(life.core.strategies[try life.slot("alpha")].generation == 7)
            try Replacement.waitForAnswers(of: reloaded)
            // What it holds differs: its orders come later. What it makes of the market does not.
            let memories = try [reloaded.freshState().get(), other.saveState().get()].map { state in
                let text = String(decoding: try #require(state).bytes, as: UTF8.self)
                return text[try #require(text.firstRange(of: "\"strategies\"")).lowerBound...]
            }
            #expect(memories[0] == memories[1])
            let slot = try life.slot("alpha")
            try HostWorkers.run(life) { life.core.engine.counters(strategy: slot).orders > 3 }
            try life.end()
        }

        @Test(
            "a shadow beside a worker is compared event by event, with its memory or anew, and misses nothing when promoted",
            arguments: [ReloadRequest.Memory.keep, .discard])
        func shadow(_ memory: ReloadRequest.Memory) throws {
            addCross("alpha", "worker")
            let life = try folder.live(workers: HostWorkers.settings(.free))
            life.run(seconds: 3)
            let added = try life.reload("alpha", ReloadRequest(mode: .shadow, memory: memory)) { life.run(seconds: 2) }
            #expect(added.generation == 2 && added.memory == memory)
            let running = try #require(life.core.strategies[0].instance)
            let shadow = try #require(life.core.strategies[0].shadow?.instance)
            try HostWorkers.run(life) {
                let comparison = life.core.engine.shadow(strategy: 0)?.comparison
                return comparison.map { $0.equal + $0.differing > 3 } ?? false
            }
            for instance in [running, shadow] { try Replacement.waitForAnswers(of: instance) }
            life.core.engine.pollLate()
            let view = try #require(life.core.generationsView(0).shadow)
            #expect(view.problem == nil)
            // One that begins anew counts its orders anew.
            #expect(view.differing == 0 || memory == .discard)
            let promoted = try life.promoteInWorker("alpha") { life.run(seconds: 2) }
            #expect(promoted.generation == 2 && life.core.strategies[0].instance === shadow)
            #expect(life.core.generationsView(0).shadow == nil && life.core.engine.shadow(strategy: 0) == nil)
            let orders = life.core.engine.counters(strategy: 0).orders
            try HostWorkers.run(life) { life.core.engine.counters(strategy: 0).orders > orders }
            try life.end()
        }

        @Test("a shadow beside a worker is discarded, replaced by another one, and gone with the worker")
        func shadowGoes() throws {
            addCross("alpha", "worker")
            let life = try folder.live(workers: HostWorkers.settings(.free))
            life.run(seconds: 3)
            for number in 2...3 {
                #expect(try life.reload("alpha", ReloadRequest(mode: .shadow)).generation == number)
                life.run(seconds: 2)
            }
            #expect(life.core.generationsView(0).shadow?.generation == 3)
            _ = try life.core.discardShadow("alpha", by: HostLife.person)
            #expect(life.core.engine.shadow(strategy: 0) == nil)
            _ = try life.reload("alpha", ReloadRequest(mode: .shadow))
            let process = try #require(life.core.strategies[0].instance?.processID)
            kill(process, SIGKILL)
            try HostWorkers.run(life) { life.core.strategies[0].shadow == nil }
            #expect(life.core.generationsView(0).shadow == nil)
            let orders = life.core.engine.counters(strategy: 0).orders
            try HostWorkers.run(life) { life.core.engine.counters(strategy: 0).orders > orders }
            try life.end()
        }

        @Test("its memory is in the checkpoint, and the next host gives it back")
        func memoryOverRestart() throws {
            addCross("alpha", "worker")
            let life = try folder.live(workers: HostWorkers.settings(.free))
            let instance = try #require(life.core.strategies[0].instance)
            try HostWorkers.run(life) { (instance.savedSequence ?? 0) > 20 }
            try life.end()
            let next = try folder.start(workers: HostWorkers.settings(.free))
            #expect(next.recovered.strategyStates.count == 1 && !next.notices.contains { $0.contains("memory") })
            try next.journal.close()
        }

        @Test("a library in a strategy's folder runs in a worker unless its file says otherwise")
        func dropIns() throws {
            for (id, more) in [("apart", ""), ("inside", "isolation: host")] {
                let plugin = id == "apart" ? "libMeanReversion.so" : "libBreakout.so"
                folder.write(
                    "instruments: [BTC_USDT]\ntimeframe: 1s\n\(more)\n", to: "strategies/\(id)/strategy.yaml")
                try FileManager.default.copyItem(
                    atPath: HostFolder.pluginFolder + "/" + plugin, toPath: "\(folder.strategies)/\(id)/\(plugin)")
            }
            let life = try folder.live(workers: HostWorkers.settings(.free))
            let apart = life.core.strategies[try life.slot("apart")]
            let inside = life.core.strategies[try life.slot("inside")]
            #expect(apart.instance?.isInWorker == true && apart.plugin?.isInMemory == false)
            #expect(inside.instance?.isInWorker == false && inside.plugin?.isInMemory == true)
            let maps = memoryMap()
            #expect(!maps.contains(try #require(apart.plugin?.generationPath.split(separator: "/").last)))
            #expect(maps.contains(try #require(inside.plugin?.generationPath.split(separator: "/").last)))
            life.run(seconds: 5)
            try life.end()
        }
    }
}

/// The built executable, and hosts whose strategies answer when they are ready.
enum HostWorkers {
    static let missing: Comment = "needs the built executable beside the tests"
    static let executable = HostFolder.pluginFolder + "/stratagem"
    static var isUsable: Bool { FileManager.default.isExecutableFile(atPath: executable) }

    static func settings(_ pace: WorkerSettings.Pace) -> WorkerSettings {
        var settings = WorkerSettings(pace)
        settings.executable = executable
        settings.budgetNanoseconds = 20_000_000_000
        settings.startNanoseconds = 60_000_000_000
        return settings
    }

    /// The market goes on until it is so.
    static func run(_ life: HostLife, until isTrue: () -> Bool) throws {
        let deadline = Date().addingTimeInterval(60)
        while !isTrue() {
            let states = life.core.strategies.map { "\($0.id) \($0.lifecycle.state) \($0.lifecycle.text)" }
            try #require(Date() < deadline, "\(states)")
            life.run(seconds: 1)
            usleep(2000)
        }
    }
}

/// The files in this process's memory. Files of the system have no size to be read by.
private func memoryMap() -> String {
    let file = FileHandle(forReadingAtPath: "/proc/self/maps")
    return String(decoding: file?.readDataToEndOfFile() ?? Data(), as: UTF8.self)
}
