import ArgumentParser
import Configuration
import PluginHost

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validates strategies, configuration and libraries; lists every finding.",
        discussion: """
            A PATH is a strategies folder, a strategy's folder or id, a host.yaml, a strategy.yaml or a library (.so). Sources \
            are compiled. Libraries are judged without running any of their code, and then put through a conformance pass in a \
            process of their own: prices of zero, events out of order or of unknown types, saving and restoring, leaks, slow \
            calls. Exit code 1 when there is an error, 0 when there are only warnings.
            """)

    @Argument(help: "What to check; default: the strategies folder.")
    var paths: [String] = []

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if paths.isEmpty, !FileSystem.isFolder(folders.strategies) {
            throw CommandError.missingFolder(folders.strategies)
        }
        let data = try DataFolder(folders.dataDir)
        let settings = StrategiesFolder.read(folders.strategies).host.plugins
        let loader = PluginLoader(data, settings)
        let bundled = PluginDiscovery(bundledFolder: PluginDiscovery.executableFolder, strategiesFolder: nil)
        let code = StrategyCode(data, showsProgress: output.isForPeople)
        var check = Check(bundled: PluginCatalog(bundled, loader: loader), loader: loader, code: code)
        for path in paths.isEmpty ? [folders.strategies] : paths {
            let isID = !FileSystem.exists(path) && FileSystem.isFolder("\(folders.strategies)/\(path)")
            try check.look(at: isID ? "\(folders.strategies)/\(path)" : path)
        }
        if output.json { Console.print(json(check).text) }
        if output.isForPeople { text(check).forEach(Console.print) }
        if check.errorCount > 0 { throw CheckFailed() }
    }

    private func text(_ check: Check) -> [String] {
        func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
        let lines = check.findings.map { "\($0.severity.rawValue): \($0)".printable }
        let looked = [
            count(check.strategyCount, "strategy", "strategies"), count(check.libraryCount, "library", "libraries"),
        ].joined(separator: " and ")
        return lines + check.conformance.flatMap { ConformanceText.lines($0.path, $0.report) } + [
            "checked \(looked): \(count(check.errorCount, "error", "errors")), \(count(check.warningCount, "warning", "warnings"))"
        ]
    }

    private func json(_ check: Check) -> JSON {
        .object([
            ("errors", .integer(check.errorCount)), ("warnings", .integer(check.warningCount)),
            ("strategies", .integer(check.strategyCount)), ("libraries", .integer(check.libraryCount)),
            ("findings", .array(check.findings.map(\.json))),
            ("conformance", .array(check.conformance.map { ConformanceText.json($0.path, $0.report) })),
        ])
    }
}

/// The work ran and its answer is "no"; everything has been said.
struct CheckFailed: Error {}
