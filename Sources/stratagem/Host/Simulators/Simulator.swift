import API
import Configuration
import Engine
import FoundationEssentials
import Journal
import PluginHost
import Trading

/// A host without strategies beside the real one: the same engine, gate and venue on a market of its own. Its journal lies in a
/// folder that goes with it.
final class Simulator: Sendable {
    let host: RunningHost
    private let thread: EngineThread
    private let folder: String

    /// So much of the market has happened when the first order can come.
    private static let leadNanoseconds = 5 * Timestamp.nanosecondsPerSecond
    /// No more than that is worth a row: nobody starts on this journal again.
    private static let checkpointNanoseconds = 3_600 * Timestamp.nanosecondsPerSecond
    private static let numbers: UInt64 = 1 << 32
    private static let numberings: UInt64 = 1 << 20

    /// Takes some tenths of a second. `folder` is made, and has to be empty.
    init(_ plan: SimulatorPlan, folder: String, _ controls: HostControls) throws {
        self.folder = folder
        let data = try DataFolder(folder)
        let options = JournalOptions(capacity: 8_192, readers: 1, isDurable: false)
        let journal = try Journal.open(path: folder + "/journal.sqlite", options: options)
        do {
            var strategies = StrategiesFolder.read(folder + "/strategies")
            strategies.host = plan.host
            let catalog = PluginCatalog(
                PluginDiscovery(bundledFolder: nil, strategiesFolder: nil),
                loader: PluginLoader(generationsFolder: data.generations))
            let start = try HostStart(
                folder: strategies, data: data, journal: journal, catalog: catalog, source: plan.source,
                seed: plan.seed)
            let core = HostCore(start)
            core.asksForApprovals = false
            // A client that names an order or a position of this book elsewhere names nothing there.
            core.engine.number(from: UInt64.random(in: 1..<Simulator.numberings) * Simulator.numbers)
            thread = EngineThread(
                core, speed: plan.host.simulator.speed, checkpointNanoseconds: Simulator.checkpointNanoseconds,
                niceness: 0)
            host = RunningHost(thread, core, simulators: nil)
        } catch {
            try? journal.close()
            throw error
        }
        thread.start { core in
            core.begin()
            core.follow(controls)
            let opening = core.startTime + Simulator.leadNanoseconds
            while !core.advance(until: opening) {}
            core.isClockMoved = true
        }
    }

    func follow(_ controls: HostControls) {
        _ = host.engineThread.mailbox.post { $0.follow(controls) }
    }

    /// Its book is as good as its journal.
    var isHealthy: Bool { host.journal.status.isHealthy }

    /// Ends the thread and empties the folder.
    func stop() {
        _ = host.stop()
        thread.join()
        try? host.journal.close()
        SimulatorFolder.empty(folder)
    }
}

/// Folders of simulators, by session and simulator: one that is there when the host starts had not been stopped.
enum SimulatorFolder {
    static func path(_ root: String, session: String, simulator: String) -> String { "\(root)/\(session)_\(simulator)" }

    static func left(in root: String) -> [(session: String, simulator: String)] {
        FileSystem.names(in: root).compactMap { name in
            let parts = name.split(separator: "_")
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
    }

    static func empty(_ folder: String) {
        for name in FileSystem.names(in: folder) { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
    }

    static func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }
}
