import API
import Configuration
import Journal
import PluginHost
import Testing
import Trading

@testable import stratagem

/// A host on its own thread.
final class RunningLife: Sendable {
    let host: RunningHost
    let journal: Journal
    /// Takes in what a test puts into the strategies folder.
    let live: LiveFolder
    private let thread: EngineThread

    /// `speed`: seconds of the market in one second.
    init(
        _ folder: HostFolder, speed: Int64 = 20, sources: (any SourceChanges)? = nil,
        simulators: Simulators.Limits = Simulators.Limits(), _ prepare: (HostCore) -> Void = { _ in }
    ) throws {
        let start = try folder.start()
        journal = start.journal
        let core = HostCore(start)
        prepare(core)
        thread = EngineThread(
            core, speed: Rate(raw: speed * Rate.one.raw), checkpointNanoseconds: 1_000_000_000)
        host = RunningHost(thread, core, simulators: simulators)
        live = LiveFolder(
            host, folder.strategies, StrategiesFolder.read(folder.strategies).host, start.wiring, sources: sources)
        thread.start { $0.begin() }
    }

    func waitForPrices() async throws {
        let deadline = MonotonicClock.now + 120_000_000_000
        while true {
            let depth = try? await host.depth("BTC")
            if await host.health().isReady, depth != nil { return }
            try #require(MonotonicClock.now < deadline)
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func waitForHealth(_ holds: (HostHealth) -> Bool) async throws -> HostHealth {
        let deadline = MonotonicClock.now + 120_000_000_000
        while true {
            let health = await host.health()
            if holds(health) { return health }
            try #require(MonotonicClock.now < deadline)
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// In order, as a signal does it.
    func stop() {
        _ = host.stop()
        thread.join()
        try? journal.close()
    }
}
