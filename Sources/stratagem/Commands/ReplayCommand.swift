import ArgumentParser
import Configuration
import MarketData
import PluginHost
import Trading

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Plays a recorded run to today's strategies and compares every intent.",
        discussion: """
            Each strategy is given what it was given then, event by event, with the verdicts and fills of that time, and what \
            it answers is compared byte for byte. Its parameters are those of that time, but for what its strategy.yaml has \
            come to say otherwise since, and --set. Exit code 1 and the first difference where there is one. `stratagem \
            sessions` lists what was recorded.
            """)

    @Argument(help: ArgumentHelp("A recorded run, as `sessions` lists it.", valueName: "session"))
    var session: String

    @Option(help: ArgumentHelp("Only this strategy.", valueName: "id"))
    var strategy: String?

    @Option(
        help: ArgumentHelp("Sets a parameter of --strategy; may be repeated.", valueName: "key=value"),
        transform: Setting.init)
    var set: [Setting] = []

    @Option(help: ArgumentHelp("Code of --strategy that is not in its folder yet.", valueName: "file.so"))
    var library: String?

    @Option(help: .hidden)
    var tiedTo: Int32?

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if strategy == nil, !set.isEmpty || library != nil {
            throw ValidationError("--set and --library are about one strategy: name it with --strategy")
        }
    }

    func run() throws {
        if let tiedTo { ParentTie.bind(to: tiedTo) }
        let place = DataFolder.recordings(folders.dataDir)
        let path = RunRecording.callsPath(place, session)
        guard FileSystem.exists(path) else {
            throw CommandError(
                .usage, "there is no recorded run '\(session)'", at: place,
                "`stratagem sessions` lists what is there; imports and collected data have no strategies to replay")
        }
        let data = try DataFolder(folders.dataDir)
        let recording = try Recording.session(path)
        let folder = StrategiesFolder.read(folders.strategies)
        let catalog = PluginCatalog(
            StrategyCode(data, showsProgress: output.isForPeople).discover(folders.strategies),
            loader: PluginLoader(data, folder.host.plugins), workers: WorkerSettings(.lockStep, folder.host.faults),
            inHost: folder.inHost)
        var replay = Replay(recording, folder, catalog)
        replay.only = strategy
        replay.parameters = Dictionary(set.map { ($0.key, .text($0.value)) }, uniquingKeysWith: { _, last in last })
        replay.candidate = try candidate(catalog)
        try replay.run(progress: ProgressLine("replay", isShown: output.isForPeople))
        try report(replay)
    }

    private func candidate(_ catalog: PluginCatalog) throws(CommandError) -> LoadedPlugin? {
        guard let library else { return nil }
        switch catalog.load(library, inHost: false) {
        case .success(let plugin): return plugin
        case .failure(let refusal):
            throw CommandError(.no, refusal.description, at: library, "mend the library")
        }
    }

    private func report(_ replay: Replay) throws {
        let text = ReplayText(replay)
        if output.json { Console.print(text.json(session).text) }
        if output.isForPeople { text.lines.forEach(Console.print) }
        if replay.outcomes.isEmpty {
            throw CommandError(
                .no, "nothing could be compared", at: session, "record a run of it first: `stratagem run`",
                details: replay.notes)
        }
        if let first = text.firstDifference {
            throw CommandError(.no, first, at: session, "what is shown is the first difference of each strategy")
        }
    }
}
