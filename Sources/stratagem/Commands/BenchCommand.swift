import ArgumentParser
import Engine
import FoundationEssentials
import Glibc
import Journal
import PluginHost
import Trading

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures what an event, an order and a backtest cost on this machine.",
        discussion: """
            Nanoseconds depend on the machine and its load: compare figures of one run. Allocations and --instructions do \
            not; Benchmarks/check in the sources holds them to thresholds.
            """)

    @Flag(help: "Fewer events and runs.")
    var quick = false

    @Flag(help: "Counts instructions per event, too, with valgrind.")
    var instructions = false

    @Flag(help: "Measures durable orders through the journal, too, on the disk of the data folder.")
    var journal = false

    @Option(help: ArgumentHelp("Measures the plugins of this folder too.", valueName: "dir"))
    var plugins: String?

    /// For an instruction counter around the process: only this work, so many times.
    @Option(help: .hidden)
    var work: String?
    @Option(help: .hidden)
    var rounds = 1

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if work == nil { AllocationCount.preload() }
        let data = try DataFolder(folders.dataDir)
        let loader = PluginLoader(generationsFolder: data.generations)
        var catalogs = [catalog(PluginDiscovery.executableFolder, loader)]
        if let plugins {
            guard FileSystem.isFolder(plugins) else { throw CommandError.missingFolder(plugins) }
            catalogs.append(catalog(plugins, loader))
        }
        let found = catalogs.flatMap(\.plugins)
        if let work { return try repeatWork(work, found) }
        var table = measure(found)
        if instructions { try countInstructions(&table, found, data) }
        if journal { try measureJournal(&table, data) }
        if output.json { Console.print(table.json.text) }
        if output.isForPeople { table.lines.forEach(Console.print) }
    }

    private func catalog(_ folder: String?, _ loader: PluginLoader) -> PluginCatalog {
        PluginCatalog(PluginDiscovery(bundledFolder: folder, strategiesFolder: nil), loader: loader)
    }

    private func measure(_ found: [LoadedPlugin]) -> BenchTable {
        let bars = BenchMarket.bars(quick ? 65_536 : 524_288)
        let block = Array(bars.prefix(65_536))
        var table = BenchTable(rounds: quick ? 5 : 15)
        table.addCall("direct_c", .directC(block))
        for plugin in callable(found) {
            if let strategy = instance(plugin) { table.addCall("plugin_\(plugin.id)", CallWork(block, strategy)) }
        }
        table.addGate(block)
        table.addWholeGate()
        table.addOrders(block)
        table.addThroughput()
        table.addFeatures()
        table.addModel()
        if let smaCross = found.first(where: { $0.id == "SMACross" }) {
            table.addBacktest(bars) { instance(smaCross) }
            if let strategy = instance(smaCross) {
                table.addAllocations("backtest_allocations", .backtest(block, strategy))
            }
        }
        table.addAllocations("order_allocations", .orders(block))
        if let plugin = found.first(where: { $0.id == "Breakout" }) ?? callable(found).first {
            table.addWorker(WorkerLoad(plugin: plugin, bars: block, isQuick: quick))
        }
        return table
    }

    private func countInstructions(_ table: inout BenchTable, _ found: [LoadedPlugin], _ data: DataFolder) throws {
        let folder = BenchCommand.scratch(data)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let works =
            ["direct_c"] + callable(found).map { "plugin_\($0.id)" } + [
                "orders", "backtest", "whole_gate", "whole_gate_risk", "order_throughput", "features", "model",
            ]
        try table.addInstructions(works, InstructionCount(folder: folder, plugins: plugins))
    }

    /// A folder that the caller removes.
    private static func scratch(_ data: DataFolder) -> String {
        let folder = "\(data.path)/bench-\(getpid())"
        mkdir(folder, 0o700)
        return folder
    }

    private func measureJournal(_ table: inout BenchTable, _ data: DataFolder) throws {
        let folder = BenchCommand.scratch(data)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            try table.addJournal(JournalLoad(path: folder + "/journal.sqlite", seconds: quick ? 0.5 : 1.5))
        } catch {
            throw CommandError(.environment, error.message, at: folder, "name another folder with --data-dir")
        }
    }

    /// Plugins that take bars.
    private func callable(_ found: [LoadedPlugin]) -> [LoadedPlugin] {
        found.filter { $0.events & EventType.bar.mask != 0 }
    }

    private func repeatWork(_ name: String, _ found: [LoadedPlugin]) throws {
        let bars = BenchMarket.bars(BenchMarket.roundEvents)
        let strategy = found.first { name == "plugin_" + $0.id || (name == "backtest" && $0.id == "SMACross") }
            .flatMap(instance)
        let work: any BenchWork
        switch (name, strategy) {
        case ("direct_c", _): work = CallWork.directC(bars)
        case ("orders", _): work = EngineWork.orders(bars)
        case ("whole_gate", _): work = WholeGateWork(hasProgram: true)
        case ("whole_gate_risk", _): work = WholeGateWork(hasProgram: false)
        case ("order_throughput", _): work = ThroughputWork()
        case ("features", _): work = FeatureWork()
        case ("model", _): work = ModelWork()
        case ("backtest", let strategy?): work = EngineWork.backtest(bars, strategy)
        case (_, let strategy?): work = CallWork(bars, strategy)
        default:
            throw CommandError(
                .usage, "there is no work '\(name)'", at: "--work",
                "name direct_c, orders, whole_gate, whole_gate_risk, order_throughput, features, model, backtest or plugin_ID"
            )
        }
        for _ in 0..<rounds {
            work.run()
            (work as? any MovedWork)?.moveOn()
        }
    }

    private func instance(_ plugin: LoadedPlugin) -> StrategyInstance? {
        try? StrategyInstance.create(plugin, instruments: [BenchMarket.instrument], bound: [0]).get()
    }
}
