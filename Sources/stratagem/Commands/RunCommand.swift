import ArgumentParser
import Configuration
import Engine
import MarketData
import PluginHost
import Trading

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Trades the strategies folder on paper, on the simulator or a recorded file.",
        discussion: """
            On a terminal a table shows every strategy; in a pipe there are lines. Ctrl-C (or SIGTERM) stops the strategies \
            by their policies and prints a summary; a second one ends at once.
            """)

    @OptionGroup var folders: FolderOptions

    @Option(help: ArgumentHelp("Plays a recorded file instead of the simulator.", valueName: "file"))
    var feed: String?

    @Option(
        help: ArgumentHelp(
            "What the file is of; without it every strategy trades the file, whatever instruments it names.",
            valueName: "id"),
        transform: DecimalArgument.instrument)
    var instrument: String?

    @Option(
        help: ArgumentHelp(
            "Seconds of the market in one second; default: host.yaml, and as fast as possible for a file.",
            valueName: "x"),
        transform: DecimalArgument.speed)
    var marketSpeed: Rate?

    @Option(help: ArgumentHelp("Seed of the simulator; 0 = another one at each start.", valueName: "n"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Ends by itself after so many seconds.", valueName: "seconds"))
    var duration: Double?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let duration, !(duration > 0 && duration <= 1e9) { throw ValidationError("--duration must be above 0") }
        if instrument != nil, feed == nil { throw ValidationError("--instrument needs --feed") }
        if seed != nil, feed != nil { throw ValidationError("--seed is for the simulator, not for --feed") }
    }

    func run() throws {
        let signals = SignalWatch()
        guard FileSystem.isFolder(folders.strategies) else { throw CommandError.missingFolder(folders.strategies) }
        let data = try DataFolder(folders.dataDir)
        try data.lock()
        var folder = StrategiesFolder.read(folders.strategies)
        let hostFile = folders.strategies + "/host.yaml"
        if folder.findings.contains(where: { $0.file == hostFile && $0.severity == .error }) {
            throw CommandError.configuration(hostFile, folder.findings.filter { $0.file == hostFile })
        }
        let loader = PluginLoader(
            generationsFolder: data.generations, generationsMax: folder.host.plugins.generationsMax)
        let catalog = PluginCatalog(
            PluginDiscovery(bundledFolder: PluginDiscovery.executableFolder, strategiesFolder: folders.strategies),
            loader: loader)
        let plan = MarketPlan(feed: feed, instrument: instrument, seed: seed)
        let source = try plan.source(&folder)
        let universe = Universe(source.listings, accountCurrencies: folder.host.accounts.map(\.currency))
        let wiring = Wiring(folder, catalog, universe, start: source.start, seed: plan.pluginSeed(source))
        try check(wiring, catalog)
        let host = Host(wiring, feed: source.feed(timeframes: wiring.timeframes), start: source.start)
        try trade(host, source, folder.host.simulator.speed, catalog, signals)
    }

    /// Something must be able to trade.
    private func check(_ wiring: Wiring, _ catalog: PluginCatalog) throws(CommandError) {
        let problems = wiring.setup.problems
        guard problems.isEmpty else {
            throw CommandError(
                .usage, problems.joined(separator: "; "), at: folders.strategies, "mend host.yaml or the data")
        }
        guard !wiring.strategies.contains(where: \.configuration.enabled) else { return }
        let disabled = wiring.strategies.map { "\($0.configuration.file): enabled: false" }
        throw CommandError(
            .usage, "there is no strategy that can run", at: folders.strategies,
            "mend what is listed, or add a folder with a strategy.yaml",
            details: RunReport.refusals(wiring, catalog) + disabled)
    }

    private func view(_ signals: SignalWatch) -> any RunView {
        guard output.isForPeople else { return SilentView() }
        return Screen.isUsable ? TableView(signals) : LogView()
    }

    private func trade(
        _ host: Host, _ source: MarketSource, _ standardSpeed: Rate, _ catalog: PluginCatalog, _ signals: SignalWatch
    ) throws {
        let speed = marketSpeed ?? (source.isRecorded ? nil : standardSpeed)
        let view = view(signals)
        if !output.isForPeople {
            RunReport.refusals(host.wiring, catalog).forEach(Console.error)
        } else if Screen.isUsable {
            // The table says the rest.
            RunReport.problems(host.wiring, catalog).forEach(Console.print)
        } else {
            RunReport.opening(host.wiring, source: source, speed: speed, catalog: catalog).forEach(Console.print)
        }
        Console.flush()
        let begin = MonotonicClock.now
        host.start()
        var loop = RunLoop(
            host, view, signals, speed: speed, durationNanoseconds: duration.map { Int64($0 * 1e9) })
        loop.run()
        host.stop()
        view.end(host)
        let seconds = Double(MonotonicClock.now - begin) / 1e9
        if output.json {
            Console.print(
                host.status().json(seconds: seconds, source: source.description, refused: host.wiring.refused).text)
        } else if output.isForPeople {
            RunReport.closing(host.status(), seconds: seconds, columns: Screen.isUsable ? Console.size.columns : nil)
                .forEach(Console.print)
        }
    }
}
