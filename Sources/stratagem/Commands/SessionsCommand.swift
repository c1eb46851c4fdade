import ArgumentParser
import MarketData
import Trading

struct SessionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "Lists the recordings of the data folder, newest first, or writes one as CSV.",
        discussion: """
            Needs no host. A recording can be given to `backtest --data` by its name, and to `run --feed` by its file.
            """)

    @Argument(help: ArgumentHelp("Only this recording.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Writes the recording's events; `import` reads them back.", valueName: "file.csv"))
    var csv: String?

    @Option(help: ArgumentHelp("Of which instrument, where it has several.", valueName: "id"))
    var instrument: String?

    @Option(help: ArgumentHelp("Which events: bars, trades or quotes, where it has several.", valueName: "kind"))
    var rows: RecordingText.Rows?

    @Option(
        help: ArgumentHelp("Builds bars of this length and writes those.", valueName: "length"),
        transform: DecimalArgument.timeframe)
    var timeframe: Timeframe?

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func run() throws {
        if let csv, let name { return try export(name, to: csv) }
        let place = DataFolder.recordings(folder.dataDir)
        let sessions = RecordedSession.all(in: place).filter { name == nil || $0.id == name }
        if let name, sessions.isEmpty { throw unknown(name) }
        if output.json { Console.print(JSON.object([("sessions", .array(sessions.map(\.json)))]).text) }
        guard output.isForPeople else { return }
        if sessions.isEmpty {
            Console.print("no recordings in \(place)")
        } else {
            RecordedSession.table(sessions).forEach(Console.print)
        }
    }

    func validate() throws {
        if csv != nil, name == nil { throw ValidationError("--csv needs the name of a recording") }
        if csv == nil, instrument != nil || rows != nil || timeframe != nil {
            throw ValidationError("--instrument, --rows and --timeframe belong to --csv")
        }
    }

    private func unknown(_ name: String) -> CommandError {
        CommandError(
            .usage, "there is no recording '\(name)'", at: DataFolder.recordings(folder.dataDir),
            "`stratagem sessions` lists what is there")
    }

    private func export(_ name: String, to path: String) throws {
        let source = DataFolder.recording(name, in: folder.dataDir)
        guard FileSystem.exists(source) else { throw unknown(name) }
        let (id, file) = try Recording.read(source, instrument: instrument, options: CSVOptions())
        guard let text = RecordingText(file, rows: rows, timeframe: timeframe) else {
            throw CommandError(
                .usage, "which of its events to write is not said", at: source,
                "add --rows bars, trades or quotes, or --timeframe to build bars")
        }
        let target = try GrowingFile(path)
        let count = try text.write { piece throws(CommandError) in try target.append(piece) }
        try target.finish()
        output.tell(
            "wrote \(count) rows of \(id) into \(path)",
            [("file", .string(path)), ("instrument", .string(id)), ("rows", .integer(count))])
    }
}

extension RecordingText.Rows: ExpressibleByArgument {}
