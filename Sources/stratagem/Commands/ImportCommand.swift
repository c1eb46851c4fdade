import ArgumentParser
import MarketData
import Trading

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Adds a CSV of bars, trades or quotes to the recordings that backtests use.",
        discussion: """
            Header names are recognised, gzip is unpacked, and memory does not grow with the file. Bad rows, rows that are \
            there twice and rows that go back in time are listed with their lines; a file that has some is refused unless \
            --skip-bad-rows leaves them out. Gaps between bars are listed too. `backtest --data NAME` uses the recording.
            """)

    @Argument(help: ArgumentHelp("CSV, plain or gzip.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("What the file is of.", valueName: "id"), transform: DecimalArgument.instrument)
    var instrument: String

    @Option(
        help: ArgumentHelp("Name of the recording; default: the instrument's id.", valueName: "name"),
        transform: ImportCommand.fileName)
    var name: String?

    @Flag(help: "Takes the place of a recording of this name.")
    var replace = false

    @Flag(help: "Leaves bad rows out.")
    var skipBadRows = false

    @Option(
        help: ArgumentHelp("Only data from this time on (UTC unless it says otherwise).", valueName: "time"),
        transform: DecimalArgument.instant)
    var from: Timestamp?

    @Option(help: ArgumentHelp("Only data before this time.", valueName: "time"), transform: DecimalArgument.instant)
    var to: Timestamp?

    @Option(
        help: ArgumentHelp("Which end of a bar its time names: open or close.", valueName: "end"),
        transform: BacktestInputs.barEnd)
    var barStamp = CSVOptions.BarStamp.open

    @Option(help: ArgumentHelp("Zone of times that name none.", valueName: "zone"), transform: BacktestInputs.zone)
    var tz = StampZone.utc

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        _ = try DataFolder(folder.dataDir)
        var options = CSVOptions()
        options.from = from
        options.to = to
        options.barStamp = barStamp
        options.zone = tz
        let place = try RecordingPlace(
            DataFolder.recordings(folder.dataDir), name: name ?? ImportCommand.plainName(instrument), replaces: replace)
        defer { place.clear() }
        let line = ProgressLine("import", isShown: output.isForPeople)
        let importer = RecordingImport(
            from: file, to: place.unfinished, options: options,
            describe: { [instrument] in Recording.instrument(instrument, of: $0) },
            progress: { done throws(MarketDataError) in
                line.show(done.readBytes, of: done.fileBytes, count: done.rows, unit: "rows")
                try place.checkRoom(rows: done.rows)
            })
        let report = try place.attempt { () throws(MarketDataError) in try importer.run() }
        line.end()
        let faults = ImportText.faults(report.faults)
        guard report.faults.count == 0 || skipBadRows else {
            throw CommandError(
                .usage, "\(report.faults.count) of its rows cannot be used", at: file,
                "mend the file, or leave them out with --skip-bad-rows", details: faults)
        }
        try place.finish()
        let seconds = (clock.now - start) / .seconds(1)
        if output.json { Console.print(ImportText.json(report, place, seconds: seconds).text) }
        guard output.isForPeople else { return }
        (faults + ImportText.lines(report, place, seconds: seconds)).forEach(Console.print)
    }

    func validate() throws {
        if let from, let to, from >= to { throw ValidationError("--from must be before --to") }
    }

    static func fileName(_ text: String) throws -> String {
        guard !text.isEmpty, text.utf8.count <= 100, plainName(text) == text, text.first != "." else {
            throw ValidationError("'\(text)' is no name of a file: letters, digits, dots, hyphens and underscores")
        }
        return text
    }

    /// Letters, digits, ".", "-" and "_"; all else becomes "_".
    static func plainName(_ id: String) -> String {
        String(
            id.unicodeScalars.map { scalar in
                let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                return isPlain || ".-_".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
            })
    }
}
