import ArgumentParser
import Glibc
import PluginHost

struct BuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Compiles a source strategy; prints what the compiler says, with file and line.",
        discussion: """
            What the host does when a source is saved, by hand. The library lies in the data folder; sources that were compiled \
            before are not compiled again. Exit code 1 when it does not compile or a test fails, 3 without a toolchain.
            """)

    @Argument(help: "A strategy of the strategies folder, or a folder.")
    var name: String?

    @Flag(help: "Compile the tests, too, and run them: the folder Tests of Swift and C, #[test] in Rust.")
    var test = false

    @Option(
        help: ArgumentHelp(
            "Instead: copy the kit that strategies are compiled against, for an installation (kit beside the executable).",
            valueName: "dir"))
    var exportKit: String?

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (name == nil) == (exportKit == nil) { throw ValidationError("name a strategy, or a folder by --export-kit") }
        if test, name == nil { throw ValidationError("--test needs a strategy") }
    }

    func run() throws {
        if let exportKit { return try export(to: exportKit) }
        let folder = try strategyFolder(name ?? "")
        let code = StrategyCode(try DataFolder(folders.dataDir), showsProgress: output.isForPeople)
        var report = BuildReport(folder: folder, built: code.build(folder))
        if test, case .success = report.built { report.tests = code.test(folder) }
        if output.json { Console.print(report.json.text) }
        if output.isForPeople { report.lines.forEach(Console.print) }
        if let failure = report.failure {
            if failure.kind == .environment {
                throw CommandError(
                    .environment, failure.reason, at: folder, "`stratagem doctor` looks at compilers, kit and disk")
            }
            throw CheckFailed()
        }
        if !report.hasPassed { throw CheckFailed() }
    }

    private func strategyFolder(_ name: String) throws(CommandError) -> String {
        let inStrategies = "\(folders.strategies)/\(name)"
        let folder = FileSystem.isFolder(inStrategies) ? inStrategies : name
        guard FileSystem.isFolder(folder), !name.isEmpty else {
            throw CommandError(
                .usage, "there is no strategy '\(name.printable)'", at: folders.strategies,
                "name one that is there, or make it: `stratagem new NAME`")
        }
        guard SourceBuilder.hasSources(folder) else {
            throw CommandError(
                .usage, "there is nothing to compile: no .swift, .c or .rs file", at: folder,
                "a library or a bundled plugin needs no build")
        }
        return folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }

    private func export(to folder: String) throws(CommandError) {
        switch KitLocation.ofExecutable() {
        case .failure(let missing):
            throw CommandError(.environment, missing.text, at: "the kit", "run this from a build folder")
        case .success(let kit):
            if let problem = kit.copy(to: folder) {
                throw CommandError(.environment, problem, at: folder, "name a folder that is not there yet")
            }
            output.tell("made \(folder): put it beside the executable as kit", [("kit", .string(folder))])
        }
    }
}

/// What a build, and the tests after it, came to.
struct BuildReport {
    let folder: String
    let built: Result<BuiltLibrary, BuildFailure>
    /// nil = they were not asked for, or there was nothing to test.
    var tests: Result<TestRun, BuildFailure>?

    var failure: BuildFailure? {
        if case .failure(let failure) = built { return failure }
        if case .failure(let failure) = tests { return failure }
        return nil
    }

    var hasPassed: Bool {
        if case .success(let run) = tests { return run.hasPassed }
        return failure == nil
    }

    private var messages: [CompilerMessage] {
        if let failure { return failure.messages }
        if case .success(let library) = built { return library.messages }
        return []
    }

    var lines: [String] {
        var lines = messages.flatMap(lines(of:))
        if case .success(let library) = built {
            let took = library.isFromCache ? "built before" : "built in \(NumberText.fixed(library.seconds, 2)) s"
            lines.append("\(folder): \(took), \(library.path)")
        }
        if let failure, failure.kind == .sources { lines.append("error: \(folder) \(failure.reason)") }
        if case .success(let run) = tests {
            lines += run.output.split(separator: "\n").map(String.init)
            lines.append("\(folder): the tests \(run.hasPassed ? "passed" : "failed")")
        }
        return lines.map(\.printable)
    }

    /// The message with its line of the source and a mark below the column.
    private func lines(of message: CompilerMessage) -> [String] {
        guard let file = message.file else { return [message.description] }
        let first = "\(folder)/\(message.description)"
        guard message.line > 0, let text = FileSystem.text(of: "\(folder)/\(file)", bytesMax: 1 << 20) else {
            return [first]
        }
        let source = text.split(separator: "\n", maxSplits: message.line, omittingEmptySubsequences: false)
        guard source.count >= message.line else { return [first] }
        let line = source[message.line - 1]
        guard message.column > 0, message.column <= line.utf8.count + 1 else { return [first, "    \(line)"] }
        let before = String(decoding: line.utf8.prefix(message.column - 1), as: UTF8.self)
        return [first, "    \(line)", "    " + before.map { $0 == "\t" ? "\t" : " " } + "^"]
    }

    var json: JSON {
        var members: [(key: String, value: JSON)] = [
            ("strategy", .string(String(folder.split(separator: "/").last ?? ""))), ("folder", .string(folder)),
        ]
        switch built {
        case .success(let library):
            members += [
                ("built", .boolean(true)), ("library", .string(library.path)), ("sha256", .string(library.sha256)),
                ("module", .string(library.module)), ("language", .string(library.language.rawValue)),
                ("seconds", .double(library.seconds)), ("cached", .boolean(library.isFromCache)),
            ]
        case .failure(let failure): members += [("built", .boolean(false)), ("reason", .string(failure.reason))]
        }
        members.append(("messages", .array(messages.map(\.json))))
        switch tests {
        case .success(let run): members += [("passed", .boolean(run.hasPassed)), ("test_output", .string(run.output))]
        case .failure(let failure): members += [("passed", .boolean(false)), ("test_reason", .string(failure.reason))]
        case nil: break
        }
        return .object(members)
    }
}

extension CompilerMessage {
    var json: JSON {
        .object([
            ("severity", .string(severity.rawValue)), ("file", .optional(file)),
            ("line", line > 0 ? .integer(line) : .null), ("column", column > 0 ? .integer(column) : .null),
            ("message", .string(text)),
        ])
    }
}
