import API
import ArgumentParser
import CProcess
import Configuration
import Engine
import Glibc
import Journal
import MarketData
import PluginHost
import Trading

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Starts the host: strategies, paper account, market, journal and API.",
        discussion: """
            On a terminal a table shows every strategy; in a pipe there are lines. Ctrl-C (or SIGTERM) stops the strategies \
            by their policies and prints a summary; a second one ends at once. A host that crashes is started again and goes \
            on where it was. With --feed a recording is played from its start on an account of its own.
            """)

    @OptionGroup var folders: FolderOptions

    @OptionGroup var listen: ListenOptions

    @OptionGroup var ports: ServicePortOptions

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

    @Option(
        help: ArgumentHelp(
            "Records every event of the market; a recording that is there goes on.", valueName: "file"))
    var record: String?

    @Option(help: ArgumentHelp("Ends by itself after so many seconds.", valueName: "seconds"))
    var duration: Double?

    /// The process that started this one as its host.
    @Option(help: .hidden) var supervised: Int32?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let duration, !(duration > 0 && duration <= 1e9) { throw ValidationError("--duration must be above 0") }
        if instrument != nil, feed == nil { throw ValidationError("--instrument needs --feed") }
        if seed != nil, feed != nil { throw ValidationError("--seed is for the simulator, not for --feed") }
    }

    func run() throws {
        guard let supervised else {
            Console.exit(
                try Supervisor.run(
                    arguments: Array(CommandLine.arguments.dropFirst()), dataFolder: folders.dataDir))
        }
        ParentTie.bind(to: supervised)
        Descriptors.raise()
        let signals = SignalWatch()
        guard FileSystem.isFolder(folders.strategies) else { throw CommandError.missingFolder(folders.strategies) }
        let data = try DataFolder(folders.dataDir)
        try data.lock()
        // Before it is read: what changes from here on is a change.
        let scan = FolderScan(folders.strategies)
        var folder = StrategiesFolder.read(folders.strategies)
        let hostFile = folders.strategies + "/host.yaml"
        if folder.findings.contains(where: { $0.file == hostFile && $0.severity == .error }) {
            throw CommandError.configuration(hostFile, folder.findings.filter { $0.file == hostFile })
        }
        try listen.apply(to: &folder.host.api)
        ports.apply(to: &folder.host.api)
        let loader = PluginLoader(data, folder.host.plugins)
        // A recording that is played as fast as possible would run away from a worker that nobody waits for.
        let isAsFastAsPossible = feed != nil && marketSpeed == nil
        let code = StrategyCode(data, showsProgress: output.isForPeople)
        let catalog = PluginCatalog(
            code.discover(folders.strategies, keepsLast: true),
            loader: loader, workers: WorkerSettings(isAsFastAsPossible ? .lockStep : .free, folder.host.faults),
            inHost: folder.inHost)
        let plan = MarketPlan(feed: feed, instrument: instrument, seed: seed)
        let source = try plan.source(&folder)
        let crashPage = CrashPage(path: CrashPage.path(in: data.path), makesFile: true)
        let (journal, lastNames) = try openJournal(data, folder.host, source)
        let crashed = try crashPage.map { try lookBack($0, lastNames, folder, journal) }
        let start = try HostStart(
            folder: folder, data: data, journal: journal, catalog: catalog, source: source,
            seed: plan.pluginSeed(source))
        try check(start.wiring, catalog)
        let live = LiveFolderPlan(
            path: folders.strategies, scan: scan, settings: folder.host, sources: code.live,
            instrument: plan.commonInstrument(source))
        let notices = crashPage == nil ? ["the page that names a crashing strategy cannot be made"] : []
        try trade(consume start, source, live, signals, crashPage, notices + [crashed?.notice].compactMap { $0 })
    }

    /// Who ended the host before is dealt with before a line of a strategy's code runs.
    private func lookBack(
        _ page: CrashPage, _ lastNames: [String], _ folder: StrategiesFolder, _ journal: Journal
    ) throws(CommandError) -> CrashedHost {
        do {
            let crashed = try CrashedHost(
                page.report, strategies: lastNames, journal, at: Timestamp(nanoseconds: WallClock.now)
            ) { id in folder.strategies.first { $0.id == id }?.account }
            page.begin()
            return crashed
        } catch {
            throw CommandError(.environment, error.message, at: journal.path, "mend that and start again")
        }
    }

    /// A recording is played on an account of its own, which begins anew each time. With the journal come the names of
    /// the strategies that the host before had.
    private func openJournal(
        _ data: DataFolder, _ host: HostConfiguration, _ source: MarketSource
    ) throws -> (Journal, lastNames: [String]) {
        var path = JournalPlace.path(host.journal, dataDir: data.path)
        var playedNames: [String]?
        if source.isRecorded {
            path = data.path + "/playback.sqlite"
            if FileSystem.exists(path), let last = try? Journal.open(path: path) {
                playedNames = try? last.names(.strategy)
                try? last.close()
            }
            for suffix in ["", "-wal", "-shm", ".unsaved"] { unlink(path + suffix) }
        }
        do throws(JournalError) {
            let key = try AuditKey.stored(at: data.path + "/audit.key")
            let journal = try Journal.open(path: path, options: JournalOptions(auditKey: key))
            let known = try journal.names(.strategy)
            return (journal, playedNames ?? known)
        } catch {
            throw CommandError(
                .environment, error.message, at: path, "mend that, or name another folder with --data-dir")
        }
    }

    /// Something must be able to trade.
    private func check(_ wiring: Wiring, _ catalog: PluginCatalog) throws(CommandError) {
        guard wiring.strategies.isEmpty else { return }
        throw CommandError(
            .usage, "there is no strategy that can run", at: folders.strategies,
            "mend what is listed, or add a folder with a strategy.yaml",
            details: RunReport.refusals(wiring, catalog))
    }

    private func view(_ signals: SignalWatch) -> any RunView {
        guard output.isForPeople else { return SilentView() }
        return Screen.isUsable ? TableView(signals) : LogView()
    }

    private func trade(
        _ start: consuming HostStart, _ source: MarketSource, _ live: LiveFolderPlan, _ signals: SignalWatch,
        _ crashPage: CrashPage?, _ notices: [String]
    ) throws {
        let settings = live.settings
        let speed = marketSpeed ?? (source.isRecorded ? nil : settings.simulator.speed)
        let opening = opening(start.wiring, start.catalog, source, speed)
        let wiring = start.wiring.withoutInstances
        let startTime = start.startTime
        let journal = start.journal
        let notices =
            notices + start.notices + RunReport.outdated(start.catalog) + [start.recoveryNotice].compactMap { $0 }
        let password = try FirstAdmin.ensure(journal, dataPath: start.dataPath)
        let view = view(signals)
        // From here on the core alone holds the instances: one that is replaced goes, and its worker with it.
        let core = HostCore(consume start)
        let recorder = try record.map { path throws(CommandError) in
            try SessionRecorder(path, wiring.universe, start: startTime, goesOn: !source.isRecorded)
        }
        core.recorder = recorder
        let (recording, recordingNotice) = RunRecording.begin(core, wiring.universe, settings.recordings, source)
        let webhook = Webhook(settings.alerts)
        if let webhook { core.alerts.onNew = { webhook.post($0) } }
        if let crashPage { core.engine.markCalls(at: crashPage.engineMark) }
        let engine = EngineThread(
            core, speed: speed, checkpointNanoseconds: Int64(settings.journal.checkpointSeconds) * 1_000_000_000)
        webhook?.start { text in
            _ = engine.mailbox.post { core in core.activity.add(.problem, -1, core.engine.now, text) }
        }
        let rotation = AuditRotation(journal.path, days: settings.journal.auditDays) { text in
            _ = engine.mailbox.post { core in core.activity.add(.problem, -1, core.engine.now, text) }
        }
        let host = RunningHost(engine, core)
        let listener = try Listener(
            host, API.APISettings(settings.api), journal, dataPath: folders.dataDir, supervisor: supervised)
        announce(
            opening,
            notices + core.idleBreakers + [listener.notice]
                + [password, recorder?.notice, recordingNotice].compactMap { $0 })
        let begin = MonotonicClock.now
        engine.start { core in
            crash_page_own_engine_lane()
            core.begin()
        }
        let watchdog = crashPage.map { Watchdog($0, host, settings.faults) }
        let folder = live.follow(host, wiring)
        var loop = RunLoop(
            host: host, view: view, signals: signals, durationNanoseconds: duration.map { Int64($0 * 1e9) })
        loop.run()
        folder.stop()
        let last = host.stop()
        listener.stop()
        watchdog?.stop()
        rotation?.stop()
        engine.join()
        webhook?.close()
        let recorded = recorder?.close()
        recording?.close()
        try close(journal)
        if let last { view.end(last) }
        conclude(last, seconds: Double(MonotonicClock.now - begin) / 1e9, source)
        try recorded.map(report)
    }

    private func close(_ journal: Journal) throws(CommandError) {
        do {
            try journal.close()
        } catch {
            throw CommandError(
                .environment, "the last facts could not be written: \(error.message)", at: journal.path,
                "make room on the disk; what was acknowledged is there")
        }
    }

    private func report(_ recorded: SessionRecorder.End) throws(CommandError) {
        if output.isForPeople { Console.print(recorded.notice) }
        if let problem = recorded.problem { throw problem }
    }

    /// What is told of the strategies and the market at the start.
    private func opening(
        _ wiring: Wiring, _ catalog: PluginCatalog, _ source: MarketSource, _ speed: Rate?
    ) -> [String] {
        if !output.isForPeople { return RunReport.refusals(wiring, catalog) + RunReport.outdated(catalog) }
        // The table says the rest.
        if Screen.isUsable { return RunReport.problems(wiring, catalog) }
        return RunReport.opening(wiring, source: source, speed: speed, catalog: catalog)
    }

    private func announce(_ opening: [String], _ notices: [String]) {
        if output.isForPeople {
            (opening + notices).forEach(Console.print)
        } else {
            opening.forEach(Console.error)
        }
        Console.flush()
    }

    private func conclude(_ last: RunPicture?, seconds: Double, _ source: MarketSource) {
        guard let last else { return }
        let status = last.status
        if output.json {
            Console.print(status.json(seconds: seconds, source: source.description, refused: last.refused).text)
        } else if output.isForPeople {
            RunReport.closing(status, seconds: seconds, columns: Screen.isUsable ? Console.size.columns : nil)
                .forEach(Console.print)
        }
    }
}
