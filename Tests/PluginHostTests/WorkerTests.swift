import CStrategyABI
import Foundation
import PluginHost
import Testing
import Trading

@Suite("Workers", .serialized, .enabled(if: WorkerBooth.isUsable, WorkerBooth.missing))
struct WorkerTests {
    let folder: TemporaryFolder
    let loader: PluginLoader

    init() throws {
        folder = try TemporaryFolder()
        loader = PluginLoader(generationsFolder: folder.path + "/generations")
    }

    private func plugin() throws -> LoadedPlugin {
        try loader.load(try Workshop.library(PluginSources.good())).get()
    }

    private func create(
        _ plugin: LoadedPlugin, _ isolation: StrategyIsolation, _ parameters: [String: ParameterValue] = [:],
        seed: UInt64 = 1
    ) -> Result<StrategyInstance, PluginRefusal> {
        StrategyInstance.create(
            plugin, isolation: isolation, instruments: WorkerBooth.instruments, bound: [1], seed: seed,
            parameters: parameters)
    }

    @Test("in lock-step a worker answers what the same plugin answers in the host, call by call")
    func lockStepEqualsHost() throws {
        let plugin = try plugin()
        let host = Caller(try create(plugin, .host).get())
        let worker = Caller(try create(plugin, .worker(WorkerBooth.settings(.lockStep))).get())
        let events = WorkerBooth.trades(20_000)
        #expect(host.run(events) && worker.run(events))
        #expect(host.consumed == worker.consumed && host.intents == worker.intents)
        #expect(worker.intents.count == 6666)
        #expect(worker.instance.isInWorker && worker.instance.end == nil && !host.instance.isInWorker)
    }

    @Test("spinning changes nothing but the time")
    func spinningEqualsHost() throws {
        var settings = WorkerBooth.settings(.lockStep)
        settings.spinNanoseconds = .max
        let worker = Caller(try create(try plugin(), .worker(settings)).get())
        #expect(worker.run(WorkerBooth.trades(300)) && worker.intents.count == 100)
    }

    @Test("without waiting every intent comes, in order and once")
    func freeRunning() throws {
        let worker = Caller(try create(try plugin(), .worker(WorkerBooth.settings(.free))).get())
        let events = WorkerBooth.trades(20_000)
        #expect(worker.run(events))
        #expect(WorkerBooth.wait { worker.poll() && worker.intents.count >= 6666 })
        let tags = worker.intents.map { $0.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self) } }
        #expect(tags == (1...6666).map { UInt64($0 * 3) })
    }

    @Test("it measures each of its calls, and the figures are in order")
    func callTimes() throws {
        let worker = Caller(try create(try plugin(), .worker(WorkerBooth.settings(.free))).get())
        #expect(worker.instance.callTimes?.count == 0 && worker.instance.callTimes?.longest == 0)
        #expect(worker.run(WorkerBooth.trades(3000)))
        // The plugin answers every third event, and a call ends with an answer.
        #expect(WorkerBooth.wait { worker.poll() && worker.intents.count == 1000 })
        let times = try #require(worker.instance.callTimes)
        #expect(times.count >= 1000 && times.median > 0, "\(times)")
        #expect(times.median <= times.percentile99 && times.percentile99 <= times.longest, "\(times)")
        #expect(times.longest < 60_000_000_000)
        let host = try create(try plugin(), .host).get()
        #expect(host.callTimes == nil && host.confinement == nil)
    }

    @Test("what a strategy answers to the time before it was started anew counts no more")
    func staleAnswersAreDropped() throws {
        let worker = Caller(try create(try plugin(), .worker(WorkerBooth.settings(.free))).get())
        var start = strategy_event_v1_t()
        start.type = UInt16(STRATEGY_EVENT_SESSION)
        // All in two calls, so that the answers to the first wait when the second begins anew.
        #expect(worker.run(WorkerBooth.trades(2), blocks: [2]))
        #expect(worker.run([start] + WorkerBooth.trades(6), blocks: [7]))
        #expect(WorkerBooth.wait { worker.poll() && worker.intents.count >= 3 })
        #expect(worker.intents.count == 3)
    }

    @Test("parameters are set and judged in the worker with the words of the host")
    func parameters() throws {
        let plugin = try plugin()
        let settings = WorkerBooth.settings(.lockStep)
        let good: [String: ParameterValue] = ["fast": .integer(3), "factor": .decimal("2.5"), "on": .boolean(true)]
        let texts = try create(plugin, .worker(settings), good).get().parameterTexts
        #expect(texts.map(\.text) == (try create(plugin, .host, good).get().parameterTexts.map(\.text)))
        let bad: [String: ParameterValue] = [
            "fast": .integer(7), "slow": .text("x"), "nothing": .integer(1), "mode": .text("quick"),
        ]
        guard case .failure(let inWorker) = create(plugin, .worker(settings), bad),
            case .failure(let inHost) = create(plugin, .host, bad)
        else {
            Issue.record("taken")
            return
        }
        #expect(inWorker == inHost && inWorker.problems.count == 3)
        guard case .failure(let unlucky) = create(plugin, .worker(settings), seed: 13) else {
            Issue.record("taken")
            return
        }
        #expect(unlucky.problems == [.creation("13 brings; no luck")])
    }

    @Test("a strategy's memory moves from worker to worker, and between worker and host")
    func state() throws {
        let plugin = try plugin()
        let settings = WorkerBooth.settings(.lockStep)
        let first = Caller(try create(plugin, .worker(settings)).get())
        #expect(first.run(WorkerBooth.trades(2)))
        let state = try #require(try first.instance.saveState().get())
        #expect(state.schemaVersion == 2 && state.schemaHash == 77 && state.bytes.count == 10_000)
        for isolation in [StrategyIsolation.worker(settings), .host] {
            let second = Caller(try create(plugin, isolation).get())
            try second.instance.restoreState(state).get()
            #expect(second.run(WorkerBooth.trades(1)) && second.intents.count == 1)
        }
        var other = state
        other.schemaVersion = 9
        guard case .failure(let refusal) = first.instance.restoreState(other) else {
            Issue.record("restored")
            return
        }
        #expect(refusal.problems == [.state("unknown version 9")])
    }

    @Test("a worker that is not waited for saves its memory when asked, with the events that it had seen")
    func stateInPassing() throws {
        let worker = Caller(try create(try plugin(), .worker(WorkerBooth.settings(.free))).get())
        #expect(worker.run(WorkerBooth.trades(2)))
        #expect(worker.instance.savedSequence == nil)
        #expect(try worker.instance.saveState().get() == nil)
        #expect(
            WorkerBooth.wait {
                worker.instance.requestState()
                return worker.instance.savedSequence == 2
            })
        #expect(try worker.instance.saveState().get()?.bytes.count == 10_000)
        #expect(try worker.instance.freshState(within: 60_000_000_000).get()?.bytes.count == 10_000)
    }

    @Test("a library is described by a worker, and never comes into the host's memory")
    func describedLibrary() throws {
        let path = try Workshop.library(PluginSources.good(id: "Apart"))
        let settings = WorkerBooth.settings(.lockStep)
        let apart = try loader.describe(path, settings).get()
        let here = try loader.load(path).get()
        #expect(apart.id == "Apart" && apart.parameters == here.parameters && apart.events == here.events)
        #expect(apart.hasState && !apart.isInMemory && apart.descriptor == nil && here.isInMemory)
        #expect(apart.generationPath != here.generationPath && loader.generationCount == 1)
        guard case .failure(let refusal) = create(apart, .host) else {
            Issue.record("made")
            return
        }
        #expect(refusal.problems == [.creation("it is kept out of the host's memory; use isolation: worker")])
        let worker = Caller(try create(apart, .worker(settings)).get())
        #expect(worker.run(WorkerBooth.trades(3)) && worker.intents.count == 1)
        let maps = memoryMap()
        #expect(!maps.contains(apart.generationPath))
    }

    @Test("a library that crashes as it is loaded is refused with how it ended")
    func crashingInitialiser() throws {
        let source = PluginSources.good(id: "Bomb") + "\n__attribute__((constructor)) static void go(void) { abort(); }"
        guard
            case .failure(let refusal) = loader.describe(
                try Workshop.library(source), WorkerBooth.settings(.lockStep))
        else {
            Issue.record("described")
            return
        }
        #expect(refusal.problems == [.creation("its worker ended with signal 6")])
    }

    @Test("a worker ends with its strategy, and leaves neither process nor descriptor")
    func endsWithItsStrategy() throws {
        let plugin = try plugin()
        let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        let ends = Ends()
        for _ in 0..<3 {
            let caller = Caller(try create(plugin, .worker(WorkerBooth.settings(.free))).get())
            caller.instance.observeEnd { ends.add($0.cause) }
            caller.run(WorkerBooth.trades(10))
        }
        #expect(WorkerBooth.wait { ends.all.count == 3 })
        #expect(ends.all.allSatisfy { $0 == .closed })
        // Descriptors are closed just after; the watch has a few of its own, made once.
        #expect(
            WorkerBooth.wait {
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 <= before + 4
            })
    }

    @Test("the command is of no use to a person, and says so")
    func commandAlone() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: WorkerBooth.executable)
        process.arguments = ["worker", "1000", "none.so"]
        let output = Pipe()
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 2 && text.contains("started by the host"))
    }
}

/// Ends of workers, from the thread that sees them.
final class Ends: @unchecked Sendable {
    private let lock = NSLock()
    private var causes: [WorkerEnd.Cause] = []

    var all: [WorkerEnd.Cause] { lock.withLock { causes } }
    func add(_ cause: WorkerEnd.Cause) { lock.withLock { causes.append(cause) } }
}

/// The files in this process's memory. Files of the system have no size to be read by.
private func memoryMap() -> String {
    let file = FileHandle(forReadingAtPath: "/proc/self/maps")
    return String(decoding: file?.readDataToEndOfFile() ?? Data(), as: UTF8.self)
}
