import ArgumentParser
import MarketData
import Signals

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Checks models of signals, or evaluates one over a file.",
        discussion: """
            Without a file: the models of the folder strategies/models. What is wrong with a file is named with its place. With \
            --rows a CSV comes out: what the model says of each line of a CSV whose columns are features, empty where a value \
            is not known. Other columns are passed over.
            """)

    @Argument(help: ArgumentHelp("Models as JSON: logistic regressions, or XGBoost's save_model.", valueName: "file"))
    var files: [String] = []

    @Option(help: ArgumentHelp("The folder with host.yaml.", valueName: "folder"))
    var strategies = "strategies"

    @Option(help: ArgumentHelp("A CSV of features to evaluate the model on.", valueName: "csv"))
    var rows: String?

    @OptionGroup var output: OutputOptions

    private static let rowsBytesMax = 256 << 20

    func validate() throws {
        if rows != nil, files.count != 1 { throw ValidationError("--rows needs one model's file") }
    }

    func run() throws {
        let shelf = files.isEmpty ? ModelShelf(folder: strategies + "/models") : ModelShelf(files: files)
        if let rows {
            guard let model = shelf.models.last, shelf.faults.isEmpty else { throw ModelsCommand.refused(shelf) }
            return try evaluate(model, over: rows)
        }
        if output.json { Console.print(ModelsCommand.json(shelf).text) }
        if output.isForPeople {
            var table = TextTable([("model", .left), ("kind", .left), ("timeframe", .left), ("what", .left)])
            for model in shelf.models {
                table.add([model.name, model.kind.rawValue, model.timeframe ?? "-", model.summary])
            }
            table.lines.forEach(Console.print)
        }
        if !shelf.faults.isEmpty { throw ModelsCommand.refused(shelf) }
    }

    private static func refused(_ shelf: ModelShelf) -> CommandError {
        CommandError(
            .no, "\(shelf.faults.count) faults", at: shelf.faults.first?.file ?? "the models",
            "mend the files, or take them out of the folder", details: shelf.faults.map(\.description))
    }

    private static func json(_ shelf: ModelShelf) -> JSON {
        let models = shelf.models.map { model in
            JSON.object([
                ("model", .string(model.name)), ("kind", .string(model.kind.rawValue)),
                ("timeframe", .optional(model.timeframe)), ("features", .array(model.features.map(JSON.string))),
                ("summary", .string(model.summary)),
            ])
        }
        return .object([
            ("models", .array(models)), ("faults", .array(shelf.faults.map { .string($0.description) })),
        ])
    }

    private func evaluate(_ model: SignalModel, over path: String) throws {
        guard let text = FileSystem.text(of: path, bytesMax: ModelsCommand.rowsBytesMax) else {
            throw CommandError(.usage, "cannot be read, or is larger than 256 MB", at: path, "name a smaller CSV file")
        }
        let lines = text.split(whereSeparator: \.isNewline)
        let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
        let columns = try model.features.map { name in
            guard let column = header.firstIndex(of: name) else {
                throw CommandError(.usage, "the column \(name) is missing", at: path, "add it; it may be empty")
            }
            return column
        }
        Console.print("prediction")
        for (number, line) in lines.dropFirst().enumerated() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            let values = try columns.map { column in
                guard column < cells.count else { return Double.nan }
                guard !cells[column].isEmpty else { return Double.nan }
                guard let value = Double(cells[column]) else {
                    throw CommandError(
                        .usage, "'\(cells[column].prefix(40))' is no number", at: "\(path):\(number + 2)", "mend it")
                }
                return value
            }
            Console.print(values.withUnsafeBufferPointer { model.prediction($0) }.description)
        }
    }
}
