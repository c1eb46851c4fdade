import ArgumentParser
import CStrategyABI
import Features
import MarketData
import Trading

struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Lists the features, or computes them over a file.",
        discussion: """
            With --data a CSV comes out: a line for each bar with the time at which it closed and every feature, empty while \
            it warms up or where it is not defined. --json gives those of the last bar. --analysis tells what the last 2,000 \
            bars say in place of it: state, volume profile, support and resistance, fair value gaps, order blocks and phase.
            """)

    @Option(help: ArgumentHelp("Market data: CSV, plain or gzip, or a recording of one instrument.", valueName: "file"))
    var data: String?

    @Option(
        help: ArgumentHelp("Bars to compute on; default: the file's own, or 1m.", valueName: "length"),
        transform: DecimalArgument.timeframe)
    var timeframe: Timeframe?

    @Flag(help: "Analyse the market of the file in place of computing features.")
    var analysis = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if timeframe != nil, data == nil { throw ValidationError("--timeframe needs --data") }
        if analysis, data == nil { throw ValidationError("--analysis needs --data") }
    }

    func run() throws {
        guard let data else { return list() }
        let (_, file) = try Recording.read(data, instrument: nil, options: CSVOptions())
        let interval = timeframe?.interval ?? (file.interval > 0 ? file.interval : Timeframe.oneMinute.interval)
        guard file.kind != .bars || interval >= file.interval else {
            throw CommandError(
                .usage, "--timeframe is shorter than the bars of the file", at: data, "name a longer one")
        }
        let events = file.events(withBars: timeframe.map { [$0] } ?? (file.interval > 0 ? [] : [.oneMinute]))
        if analysis { return try analyse(events.records, interval, data) }
        var features = FeatureSet()
        if output.isForPeople { Console.print((["time"] + Feature.all.map(\.name)).joined(separator: ",")) }
        var book = OrderBook()
        for index in events.records.indices {
            let record = events.records[index]
            switch record.kind {
            case .quote: features.add(record.asQuote)
            case .trade: features.add(record.asTrade)
            case .depth: features.add(FeaturesCommand.book(after: &book, events.records, index))
            case .bar where record.asBar.interval == interval:
                if features.add(record.asBar), output.isForPeople { Console.print(FeaturesCommand.line(features)) }
            default: break
            }
        }
        guard features.barCount > 0 else { throw FeaturesCommand.noBar(in: data) }
        if output.json { Console.print(FeaturesCommand.values(features).text) }
    }

    private func analyse(
        _ records: UnsafeBufferPointer<EventRecord>, _ interval: Int64, _ data: String
    ) throws {
        let bars = records.lazy.filter { $0.kind == .bar }.map(\.asBar).filter { $0.interval == interval }
        guard let found = MarketAnalysis(Array(bars)) else { throw FeaturesCommand.noBar(in: data) }
        let text = AnalysisText(analysis: found)
        if output.json { Console.print(text.json.text) }
        if output.isForPeople { text.lines.forEach(Console.print) }
    }

    private static func noBar(in data: String) -> CommandError {
        CommandError(.no, "there is no whole bar in it", at: data, "name a shorter --timeframe")
    }

    private func list() {
        if output.json {
            let features = Feature.all.map { feature in
                JSON.object([
                    ("name", .string(feature.name)), ("group", .string(feature.group.rawValue)),
                    ("unit", .string(feature.unit.rawValue)), ("warm_up", .integer(feature.warmUp)),
                    ("recursive", .boolean(feature.isRecursive)), ("formula", .string(feature.formula)),
                    ("source", .string(feature.source)),
                ])
            }
            Console.print(JSON.object([("features", .array(features))]).text)
        }
        guard output.isForPeople else { return }
        var table = TextTable([
            ("feature", .left), ("group", .left), ("unit", .left), ("bars", .right), ("formula", .left),
            ("source", .left),
        ])
        for feature in Feature.all {
            table.add([
                feature.name, feature.group.rawValue, feature.unit.rawValue, String(feature.warmUp), feature.formula,
                feature.source,
            ])
        }
        table.lines.forEach(Console.print)
    }

    /// The book with the depth record at `index` and the records that belong to it.
    private static func book(
        after book: inout OrderBook, _ records: UnsafeBufferPointer<EventRecord>, _ index: Int
    ) -> OrderBook {
        var count = 1
        while records[index + count - 1].hasMore, index + count < records.count { count += 1 }
        if let base = records.baseAddress { book.apply(base + index, count: count) }
        return book
    }

    private static func line(_ features: borrowing FeatureSet) -> String {
        var line = features.time?.description ?? ""
        for index in Feature.all.indices {
            line += ","
            if let value = features.value(index) { line += value.description }
        }
        return line
    }

    private static func values(_ features: borrowing FeatureSet) -> JSON {
        var members: [(key: String, value: JSON)] = []
        for (index, feature) in Feature.all.enumerated() {
            members.append((feature.name, .double(features.value(index))))
        }
        return .object([
            ("time", .optional(features.time?.description)), ("bars", .integer(features.barCount)),
            ("features", .object(members)),
        ])
    }
}
