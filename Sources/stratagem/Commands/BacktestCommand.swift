import ArgumentParser
import Configuration
import Execution
import MarketData
import PluginHost
import Trading

struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest", abstract: "Runs one strategy over files of bars, trades or quotes.",
        discussion: """
            STRATEGY is a strategy of the strategies folder, with its parameters, account and limits, or a plugin, with \
            its defaults and no limits but the instrument's. The engine, gate, venue and ledger are those that trade on paper.
            """)

    @Argument(help: "A strategy's id, or a plugin's.")
    var strategy: String

    @Option(
        help: ArgumentHelp(
            "Market data: CSV, plain or gzip, or a recording, by its file or as `sessions` names it; several make one timeline.",
            valueName: "file"))
    var data: [String] = []

    @Option(
        help: ArgumentHelp(
            "Instead of --data: recorded data that covers --from to --to, else what the simulator makes of this seed.",
            valueName: "seed"))
    var history: UInt64?

    @Flag(help: .hidden)
    var recordedOnly = false

    @Option(
        help: ArgumentHelp(
            "What the data is of, once for each file; default: the strategy's instrument, or the file's name.",
            valueName: "id"),
        transform: DecimalArgument.instrument)
    var instrument: [String] = []

    @Option(help: ArgumentHelp("Sets a parameter; may be repeated.", valueName: "key=value"), transform: Setting.init)
    var set: [Setting] = []

    @Option(
        help: ArgumentHelp("Only data from this time on (UTC unless it says otherwise).", valueName: "time"),
        transform: DecimalArgument.instant)
    var from: Timestamp?

    @Option(help: ArgumentHelp("Only data before this time.", valueName: "time"), transform: DecimalArgument.instant)
    var to: Timestamp?

    @Option(
        help: ArgumentHelp(
            "Opening cash in the quote currency; default: the account's, or 1000000.", valueName: "amount"),
        transform: DecimalArgument.cash)
    var cash: Money?

    @Option(
        help: ArgumentHelp("Commission as a fraction of a fill's value, maker and taker.", valueName: "rate"),
        transform: DecimalArgument.commissionRate)
    var commissionRate: Rate = .zero

    @Option(
        help: ArgumentHelp("How much worse than the market takers trade, in basis points.", valueName: "n"),
        transform: DecimalArgument.basisPoints)
    var slippageBps: Rate = .zero

    @Option(
        help: ArgumentHelp("Which end of a bar its time names: open or close.", valueName: "end"),
        transform: BacktestCommand.barEnd)
    var barStamp = CSVOptions.BarStamp.open

    @Option(help: ArgumentHelp("Zone of times that name none.", valueName: "zone"), transform: BacktestCommand.zone)
    var tz = StampZone.utc

    @Option(
        help: ArgumentHelp(
            "Bars to build from finer data; default: the strategy's, or 1m where it needs bars.",
            valueName: "length"),
        transform: DecimalArgument.timeframe)
    var timeframe: Timeframe?

    @Option(
        help: ArgumentHelp(
            "Plays the data so many times as fast as it was; default: as fast as possible.", valueName: "x"),
        transform: DecimalArgument.speed)
    var speed: Rate?

    @OptionGroup(title: "Beside the strategy's own limits") var session: SessionOptions

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
        if let parent = session.tiedTo { ParentTie.bind(to: parent) }
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
        if let end = backtest.instance.end {
            throw CommandError(
                .no, end.text, at: strategy, "mend the strategy; what was printed is the time before")
        }
        for fault in result.faults { Console.error("warning: \(strategy): \(fault)") }
    }

    private func plan(_ folder: StrategiesFolder) throws(CommandError) -> BacktestPlan {
        var plan = BacktestPlan(name: strategy, paths: data.map { DataFolder.recording($0, in: folders.dataDir) })
        plan.csv.barStamp = barStamp
        plan.csv.zone = tz
        plan.csv.from = from
        plan.csv.to = to
        plan.instruments = instrument
        if let from, let to, data.isEmpty {
            plan.history = BacktestHistory(
                dataPath: folders.dataDir, feeds: folder.host.feeds, strategiesPath: folder.path,
                seed: recordedOnly ? nil : history, from: from, to: to)
        }
        if let overrideFile {
            guard let text = FileSystem.text(of: overrideFile, bytesMax: 1 << 20),
                let override = StrategyOverride(json: text)
            else {
                throw CommandError(.usage, "is not what a host writes", at: overrideFile, "leave --override-file out")
            }
            plan.override = override
        }
        plan.timeframe = timeframe
        plan.parameters = Dictionary(set.map { ($0.key, .text($0.value)) }, uniquingKeysWith: { _, last in last })
        plan.cash = cash
        plan.session = session.terms
        plan.venue.takerRate = commissionRate
        plan.venue.makerRate = commissionRate
        plan.venue.slippage = slippageBps
        return plan
    }

    func validate() throws {
        guard data.isEmpty == (history != nil || recordedOnly) else {
            throw ValidationError("name the market with --data, or with --history and the time with --from and --to")
        }
        if data.isEmpty, from == nil || to == nil {
            throw ValidationError("--history needs a time: name it with --from and --to")
        }
        if !data.isEmpty, !instrument.isEmpty, instrument.count != data.count {
            throw ValidationError("--instrument stands for each --data, in the same order, or not at all")
        }
        if let from, let to, from >= to { throw ValidationError("--from must be before --to") }
    }

    static func barEnd(_ text: String) throws -> CSVOptions.BarStamp {
        guard let end = CSVOptions.BarStamp(rawValue: text) else {
            throw ValidationError("'\(text)' is neither open nor close")
        }
        return end
    }

    static func zone(_ text: String) throws -> StampZone {
        guard let zone = StampZone(text) else {
            throw ValidationError("'\(text)' is not a zone like UTC, -05:00 or America/New_York")
        }
        return zone
    }
}

/// KEY=VALUE of --set.
struct Setting {
    let key: String
    let value: String

    init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { throw ValidationError("'\(text)' is not KEY=VALUE") }
        key = String(parts[0])
        value = String(parts[1])
    }
}
