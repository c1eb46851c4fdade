import ArgumentParser
import Glibc
import PluginHost

struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Makes a working strategy in the strategies folder: source, strategy.yaml, test.",
        discussion: """
            It trades as it is, on the simulator's bars of a second: `stratagem run` compiles it and starts it. Edit the source \
            and save.
            """)

    @Argument(help: "The strategy's id and its folder's name: letters, digits, _ and -.")
    var name: String

    @Option(
        help: ArgumentHelp("swift, c or rust; default: swift.", valueName: "language"), transform: NewCommand.language)
    var language = SourceLanguage.swift

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if let problem = Scaffold.problem(withName: name) {
            throw CommandError(.usage, problem, at: "command line", "give another name, like my_idea")
        }
        let scaffold = Scaffold(id: name, language: language)
        let folder = "\(folders.strategies)/\(name)"
        if FileSystem.exists(folder) {
            throw CommandError(
                .usage, "there is a strategy of that name", at: folder, "give another name, or remove it")
        }
        if let bundled = PluginDiscovery.executableFolder, FileSystem.exists("\(bundled)/lib\(scaffold.pluginID).so") {
            throw CommandError(
                .usage, "'\(scaffold.pluginID)' is the id of a bundled plugin", at: "command line", "give another name")
        }
        try write(scaffold, to: folder)
        if output.json {
            Console.print(
                JSON.object([
                    ("strategy", .string(name)), ("folder", .string(folder)), ("plugin", .string(scaffold.pluginID)),
                    ("language", .string(language.rawValue)),
                    ("files", .array(scaffold.files.map { .string("\(folder)/\($0.path)") })),
                ]).text)
        }
        if output.isForPeople {
            for file in scaffold.files { Console.print("made \(folder)/\(file.path)") }
            Console.print("its tests: stratagem build \(name) --test")
            Console.print("a host that runs compiles it and trades it now; otherwise: stratagem run")
            if let missing = StrategyCode.missing(for: language) { Console.print("warning: \(missing)") }
        }
    }

    static func language(_ text: String) throws -> SourceLanguage {
        guard let language = SourceLanguage(rawValue: text) else {
            throw ValidationError("'\(text)' is none of swift, c and rust")
        }
        return language
    }

    /// All of it appears at once: a host that watches the folder sees no half.
    private func write(_ scaffold: Scaffold, to folder: String) throws(CommandError) {
        let partial = "\(folders.strategies)/.\(name).new-\(getpid())"
        func fail(_ place: String) -> CommandError {
            CommandError(
                .environment, "could not be written: \(String(cString: strerror(errno)))", at: place,
                "make room, or name another folder with --strategies")
        }
        for file in scaffold.files {
            let path = "\(partial)/\(file.path)"
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
            if let place = DataFolder.make(parent) { throw fail(place) }
            try ReplacedFile.write(file.text, to: path)
        }
        guard rename(partial, folder) == 0 else { throw fail(folder) }
    }
}
