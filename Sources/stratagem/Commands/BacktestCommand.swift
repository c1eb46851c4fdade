import ArgumentParser
import Configuration
import PluginHost
import Trading

struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Runs a strategy, or several together, over files of bars, trades or quotes.",
        discussion: """
            STRATEGY is a strategy of the strategies folder, with its parameters, account and limits, or a plugin, with \
            its defaults and no limits but the instrument's. The engine, gate, venue and ledger are those that trade on paper. Several strategies run in one engine, on the accounts that they name, in the order \
            of their names; --set says whose parameter it is: --set NAME.key=value.
            """)

    @Argument(help: ArgumentHelp("A strategy's id, or a plugin's.", valueName: "strategy"))
    var strategies: [String]

    @OptionGroup var inputs: BacktestInputs

    @Option(
        help: ArgumentHelp(
            "Plays the data so many times as fast as it was; default: as fast as possible.", valueName: "x"),
        transform: DecimalArgument.speed)
    var speed: Rate?

    /// For the host that starts it: how far it has come, and what operators have changed of the strategy's file.
    @Option(help: .hidden)
    var progressFile: String?

    @Option(help: .hidden)
    var overrideFile: String?

    @Option(
        help: ArgumentHelp("Writes a page with charts and tables, one file for any browser.", valueName: "file.html"))
    var report: String?

    @Option(help: ArgumentHelp("Writes the round trips.", valueName: "file.csv"))
    var trades: String?

    @Option(help: ArgumentHelp("Writes every fill.", valueName: "file.csv"))
    var fills: String?

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if let parent = inputs.session.tiedTo { ParentTie.bind(to: parent) }
        let clock = ContinuousClock()
        let start = clock.now
        let data = try DataFolder(folders.dataDir)
        let folder = StrategiesFolder.read(folders.strategies)
        let loader = PluginLoader(data, folder.host.plugins)
        let catalog = PluginCatalog(
            StrategyCode(data, showsProgress: output.isForPeople).discover(folders.strategies),
            loader: loader,
            workers: WorkerSettings(.lockStep, folder.host.faults), inHost: folder.inHost)
        let backtest = try plan(folder).make(folder, catalog)
        let result = backtest.run(
            keepsFills: fills != nil, keepsTrades: trades != nil, speed: speed,
            progress: ProgressLine("backtest", isShown: output.isForPeople),
            progressFile: try progressFile.map { path throws(CommandError) in try ProgressFile(path) })
        if let trades { try ReplacedFile.write(result.tradesCSV, to: trades) }
        if let fills { try ReplacedFile.write(result.fillsCSV, to: fills) }
        let wallSeconds = (clock.now - start) / .seconds(1)
        let json = result.json(wallSeconds: wallSeconds)
        if let report {
            let sources = try backtest.files.map { file throws(CommandError) in try DataSource(file) }
            let page = ReportPage(result: result, picture: result.picture, sources: sources, json: json)
            try ReplacedFile.write(page.html, to: report)
        }
        if output.json { Console.print(json.text) }
        if output.isForPeople { result.report(wallSeconds: wallSeconds).forEach(Console.print) }
        for member in backtest.members {
            guard let end = member.instance.end else { continue }
            throw CommandError(
                .no, end.text, at: member.strategyID, "mend the strategy; what was printed is the time before")
        }
        for member in result.strategies {
            for fault in member.faults { Console.error("warning: \(member.strategy): \(fault)") }
        }
    }

    func validate() throws {
        let twice = Set(strategies.filter { name in strategies.count { $0 == name } > 1 })
        if !twice.isEmpty { throw ValidationError("\(twice.sorted().joined(separator: ", ")) is named twice") }
        if overrideFile != nil, strategies.count > 1 { throw ValidationError("--override-file is of one strategy") }
    }

    private func plan(_ folder: StrategiesFolder) throws(CommandError) -> BacktestPlan {
        var plan = try inputs.plan(strategies, folder, dataPath: folders.dataDir)
        if let overrideFile {
            guard let text = FileSystem.text(of: overrideFile, bytesMax: 1 << 20),
                let override = StrategyOverride(json: text)
            else {
                throw CommandError(.usage, "is not what a host writes", at: overrideFile, "leave --override-file out")
            }
            plan.override = override
        }
        return plan
    }
}
