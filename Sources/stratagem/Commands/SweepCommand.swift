import ArgumentParser
import Configuration
import Engine
import Glibc
import MarketData
import PluginHost
import Portfolio
import Trading

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Runs one backtest for each combination of parameter values, on all cores.",
        discussion: """
            Every run is what `backtest` does with the same flags. What is done is kept in a file as it comes: the same \
            command goes on where it was, with the same table in the end.
            """)

    @Argument(help: "A strategy's id, or a plugin's.")
    var strategy: String

    @Option(
        help: ArgumentHelp(
            "The values of a parameter; may be repeated, and then every combination is run.",
            valueName: "key=from..to:step"))
    var range: [String] = []

    @Option(help: ArgumentHelp("Draws so many of the combinations instead of all.", valueName: "n"))
    var random: Int?

    @Option(help: ArgumentHelp("What --random draws with: a seed draws the same on every machine.", valueName: "seed"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Cuts the time into n windows: looks for the best in the first part of each (default 0.75), and proves it in the rest.",
            valueName: "n:share"))
    var walkForward: String?

    @Option(help: ArgumentHelp("Processes that run it; default: one a core.", valueName: "n"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "What the best is: \(SweepMetric.names); default: sharpe_ratio.", valueName: "metric"),
        transform: SweepMetric.init(argument:))
    var sort = SweepMetric.sharpeRatio

    @Option(help: ArgumentHelp("Rows of the table for people.", valueName: "n"))
    var top = 10

    @Option(help: ArgumentHelp("A run that takes longer has failed.", valueName: "seconds"))
    var timeout = 600

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Where rows are kept; default: below the data folder.", valueName: "file.jsonl"))
    var rowsFile: String?

    @Flag(help: "Begins anew instead of going on.")
    var restart = false

    @Option(
        help: ArgumentHelp("Writes a page with table and map, one file for any browser.", valueName: "file.html"))
    var report: String?

    /// This process is a child of a sweep.
    @Flag(help: .hidden)
    var isChild = false

    @OptionGroup var inputs: BacktestInputs
    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    private static let timeoutMax = 86_400
    private static let jobsMax = 256

    func run() throws {
        if let parent = inputs.session.tiedTo { ParentTie.bind(to: parent) }
        // Before anything starts a thread.
        let watch = isChild ? nil : SignalWatch()
        let begin = MonotonicClock.now
        let data = try DataFolder(folders.dataDir)
        let folder = StrategiesFolder.read(folders.strategies)
        let catalog = PluginCatalog(
            StrategyCode(data, showsProgress: output.isForPeople && !isChild).discover(folders.strategies),
            loader: PluginLoader(data, folder.host.plugins),
            workers: WorkerSettings(.lockStep, folder.host.faults), inHost: folder.inHost)
        let plan = try inputs.plan([strategy], folder, dataPath: folders.dataDir)
        guard let watch else { return try SweepRunner(plan, folder, catalog).serve() }
        let (sweep, subject) = try make(plan, folder, catalog, watch)
        let outcome: Sweep.Outcome
        do throws(CommandError) {
            outcome = try sweep.run()
        } catch {
            sweep.progress.end()
            sweep.pool.close()
            throw error
        }
        sweep.pool.close()
        let result = SweepResult(subject: subject, sweep: sweep, outcome: outcome)
        try tell(result, seconds: Double(MonotonicClock.now - begin) / 1e9)
    }

    /// Reads the data once, for what is wrong with it and what is in it; the children read it again.
    private func make(
        _ plan: BacktestPlan, _ folder: StrategiesFolder, _ catalog: PluginCatalog, _ watch: SignalWatch
    ) throws(CommandError) -> (Sweep, SweepSubject) {
        let prepared = try plan.prepare(folder, catalog)
        let forward = walkForward.flatMap(WalkForward.init)
        let grid = try SweepGrid(
            range, draw: random.map { SweepGrid.Draw(count: $0, seed: seed) }, set: Set(inputs.set.map(\.key)),
            rounds: forward?.count ?? 1, of: prepared.sole.plugin)
        try checkFixedParameters(prepared, grid)
        let sources = try prepared.files.map { file throws(CommandError) in try DataSource(file) }
        let windows = try forward.map { forward throws(CommandError) in try cut(prepared, forward) } ?? []
        let rounds = forward.map { JSON.array([.string($0.description), .string(sort.rawValue)]) }
        let identity = SweepIdentity(prepared, sources, inputs, folder, grid, rounds: rounds)
        let pool = SweepPool(
            program: "/proc/self/exe",
            arguments: ["sweep", "--is-child", "--tied-to", String(getpid())]
                + Swift.CommandLine.arguments.dropFirst(2),
            jobs: jobs ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))), secondsMax: timeout, watch: watch)
        let sweep = Sweep(
            grid: grid, metric: sort, windows: windows,
            openingCash: prepared.setup.accounts[0].terms.openingBalance,
            file: try rows(of: identity), pool: pool, progress: ProgressLine("sweep", isShown: output.isForPeople))
        return (sweep, SweepSubject(prepared, sources))
    }

    /// Values of --set and of the strategy's file that no combination changes: what is wrong with one is wrong with all.
    private func checkFixedParameters(_ prepared: PreparedBacktest, _ grid: SweepGrid) throws(CommandError) {
        let faults = prepared.sole.parameters.sorted { $0.key < $1.key }.compactMap { name, value -> String? in
            guard let parameter = prepared.sole.plugin.parameters.first(where: { $0.name == name }) else {
                return "\(name): unknown parameter"
            }
            return parameter.raw(value) == nil ? "\(name) = \(value.text): expected \(parameter.allowed)" : nil
        }
        guard faults.isEmpty else {
            throw CommandError(
                .usage, faults.joined(separator: "; "), at: strategy,
                "change --set or the strategy's parameters; `stratagem strategies --plugins` lists what is allowed")
        }
    }

    private func cut(
        _ prepared: PreparedBacktest, _ forward: WalkForward
    ) throws(CommandError) -> [WalkForward.Window] {
        // A bar belongs to the time of its open.
        let first = prepared.files.map { $0.first.nanoseconds - $0.interval }.min() ?? 0
        let start = max(first, prepared.start?.nanoseconds ?? first)
        let end = (prepared.files.map(\.last.nanoseconds).max() ?? 0) + 1
        guard let windows = forward.windows(from: start, to: end) else {
            throw CommandError(
                .usage, "the data is too short for \(forward.count) windows", at: "--walk-forward",
                "ask for fewer windows, or name more data")
        }
        return windows
    }

    private func rows(of identity: SweepIdentity) throws(CommandError) -> SweepFile {
        if let rowsFile { return try SweepFile(rowsFile, identity: identity, restarts: restart) }
        let folder = "\(folders.dataDir)/sweeps"
        if let missing = DataFolder.make(folder) {
            throw CommandError(
                .environment, "the folder could not be made: \(String(cString: strerror(errno)))", at: missing,
                "name a folder that you may write to with --data-dir")
        }
        return try SweepFile("\(folder)/\(identity.key).jsonl", identity: identity, restarts: restart)
    }

    private func tell(_ result: SweepResult, seconds: Double) throws {
        if let report { try ReplacedFile.write(SweepPage(result).html, to: report) }
        if output.json { Console.print(result.json(wallSeconds: seconds).text) }
        if output.isForPeople {
            result.report(top: top, wallSeconds: seconds, isColoured: Console.isTerminal).forEach(Console.print)
        }
        let outcome = result.outcome
        guard outcome.isComplete else {
            throw CommandError(
                .no, "it was stopped after \(outcome.every.count) of \(outcome.total) runs", at: result.file,
                "the same command goes on where it was")
        }
        if !result.hasValues {
            throw CommandError(
                .no, "no run has a value of \(result.metric.rawValue)", at: result.file,
                "look at the reasons in the table, choose another --sort, or take more data")
        }
    }

    func validate() throws {
        var faults: [String] = []
        if range.isEmpty { faults.append("name what to vary with --range KEY=FROM..TO[:STEP]") }
        if let random, !(1...SweepGrid.runsMax).contains(random) {
            faults.append("--random must be 1…\(SweepGrid.runsMax)")
        }
        if let walkForward {
            if WalkForward(walkForward) == nil {
                faults.append(
                    "--walk-forward must be 1…\(WalkForward.countMax) windows, as in 8 or 8:0.75, with a share between 0 and 1 of at most 4 decimals"
                )
            }
            if inputs.data.isEmpty { faults.append("--walk-forward cuts the files of --data") }
        }
        if let jobs, !(1...SweepCommand.jobsMax).contains(jobs) {
            faults.append("--jobs must be 1…\(SweepCommand.jobsMax)")
        }
        if top < 1 { faults.append("--top must be above 0") }
        if !(1...SweepCommand.timeoutMax).contains(timeout) {
            faults.append("--timeout must be 1…\(SweepCommand.timeoutMax)")
        }
        if !faults.isEmpty { throw ValidationError(faults.joined(separator: "; ")) }
    }
}

extension SweepMetric {
    fileprivate static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    fileprivate init(argument: String) throws {
        guard let metric = SweepMetric(rawValue: argument) else {
            throw ValidationError("'\(argument.printable)' is not one of \(SweepMetric.names)")
        }
        self = metric
    }
}
