import Configuration
import Engine
import Foundation
import Journal
import MarketData
import PluginHost
import Trading

@testable import stratagem

/// A strategies folder and a data folder of their own, gone with the last reference. Hosts live on them one after the other.
final class HostFolder {
    let path: String
    var strategies: String { path + "/strategies" }
    var data: String { path + "/data" }

    init() {
        path = FileManager.default.temporaryDirectory.path + "/stratagem-host-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: strategies, withIntermediateDirectories: true)
        // Only the plugin that these tests trade with: looking over every bundled one takes its time.
        try? FileManager.default.createDirectory(atPath: path + "/plugins", withIntermediateDirectories: true)
        try? FileManager.default.createSymbolicLink(
            atPath: path + "/plugins/libSMACross.so",
            withDestinationPath: HostFolder.pluginFolder + "/libSMACross.so")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? Data(text.utf8).write(to: file)
    }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: "\(path)/\(name)") }

    /// A moving-average cross that trades on bars of a second.
    func addCross(_ id: String, instrument: String = "BTC_USDT", _ more: String = "on_stop: keep") {
        write(
            """
            plugin: SMACross
            instruments: [\(instrument)]
            timeframe: 1s
            parameters: {fast: 2, slow: 4, quantity: 0.01}
            \(more)
            """, to: "strategies/\(id)/strategy.yaml")
    }

    /// Puts one of the package's plugins into a strategy's folder; `padding` bytes at its end make it another file.
    func addLibrary(_ name: String, to id: String, padding: Int = 0) {
        let file = "\(strategies)/\(id)/\(name)"
        try? FileManager.default.createDirectory(atPath: "\(strategies)/\(id)", withIntermediateDirectories: true)
        let bytes = FileManager.default.contents(atPath: HostFolder.pluginFolder + "/" + name) ?? Data()
        try? (bytes + Data(count: padding)).write(to: URL(fileURLWithPath: file))
    }

    func writeHost(_ text: String) { write(text, to: "strategies/host.yaml") }

    /// Where the package's plugins were built: beside this test's executable.
    static let pluginFolder: String = {
        let own = PluginDiscovery.executableFolder ?? ""
        guard !FileManager.default.fileExists(atPath: own + "/libSMACross.so") else { return own }
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        return root + "/.build/debug"
    }()

    /// What a host begins with, on a simulated market of these instruments.
    func start(
        _ instruments: [String] = ["BTC_USDT", "ETH_USDT"], seed: UInt64 = 5, workers: WorkerSettings? = nil
    ) throws -> HostStart {
        let data = try DataFolder(data)
        let catalog = PluginCatalog(
            PluginDiscovery(bundledFolder: path + "/plugins", strategiesFolder: strategies),
            loader: PluginLoader(generationsFolder: data.generations), workers: workers,
            inHost: StrategiesFolder.read(strategies).inHost)
        let source = MarketSource.simulator(
            seed: seed, start: Timestamp(nanoseconds: 1_700_000_000_000_000_000),
            instruments: instruments.compactMap(SimulatedMarket.find))
        let journal = try Journal.open(path: data.path + "/journal.sqlite")
        do {
            return try HostStart(
                folder: StrategiesFolder.read(strategies), data: data, journal: journal, catalog: catalog,
                source: source, seed: seed)
        } catch {
            try journal.close()
            throw error
        }
    }

    func live(
        _ instruments: [String] = ["BTC_USDT", "ETH_USDT"], seed: UInt64 = 5, begins: Bool = true,
        workers: WorkerSettings? = nil
    ) throws -> HostLife {
        let life = HostLife(try start(instruments, seed: seed, workers: workers))
        if begins {
            life.core.begin()
            life.settle()
        }
        return life
    }

    /// The files as `kill -9` would leave them at this moment: what the journal has committed, and nothing of what is in memory.
    func afterKill() throws -> HostFolder {
        let copy = HostFolder()
        try FileManager.default.removeItem(atPath: copy.path)
        try FileManager.default.copyItem(atPath: path, toPath: copy.path)
        return copy
    }
}
