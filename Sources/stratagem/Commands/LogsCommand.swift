import ArgumentParser
import Glibc

struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Shows what a strategy of the running host wrote, and what became of it.")

    enum Level: String, ExpressibleByArgument, CaseIterable { case debug, info, warning, error }

    @Argument(help: "The strategy.")
    var id: String

    @Option(help: "Only lines of this level and those that matter more.")
    var level = Level.debug

    @Option(help: ArgumentHelp("The newest so many.", valueName: "n"))
    var limit = 50

    @Flag(help: "Go on with new lines until Ctrl-C, or until the host ends.")
    var follow = false

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    /// Between two looks for new lines.
    private static let lookMicroseconds: UInt32 = 300_000

    func validate() throws {
        if limit < 1 || limit > 1000 { throw ValidationError("--limit must be 1…1000") }
    }

    func run() throws {
        let client = try HostClient(dataFolder: folder.dataDir)
        let path = "/api/strategies/\(HTTPRequest.encoded(id))/logs"
        let answer = try client.get(path, [("level", level.rawValue), ("limit", String(limit))])
        let lines = answer["entries"]?.elements ?? []
        guard follow else {
            if output.json { Console.print(answer.text) }
            if output.isForPeople {
                (lines.isEmpty ? ["no lines"] : lines.map(LogsCommand.text)).forEach(Console.print)
            }
            return
        }
        var last = show(lines, after: "0")
        while Console.flush() {
            usleep(LogsCommand.lookMicroseconds)
            let query = [("level", level.rawValue), ("limit", "1000"), ("after", last)]
            last = show(try client.get(path, query)["entries"]?.elements ?? [], after: last)
        }
    }

    /// The last one's number.
    private func show(_ lines: [JSON], after last: String) -> String {
        for line in lines {
            if output.json { Console.print(line.text) }
            if output.isForPeople { Console.print(LogsCommand.text(line)) }
        }
        return lines.last?["sequence"]?.shown ?? last
    }

    static func text(_ line: JSON) -> String {
        let level = line["level"]?.shown ?? "–"
        return "\(line.moment("timestamp"))  \(level)\(String(repeating: " ", count: max(0, 7 - level.utf8.count)))  "
            + (line["message"]?.shown ?? "")
    }
}
