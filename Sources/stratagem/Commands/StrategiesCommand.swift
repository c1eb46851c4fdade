import ArgumentParser
import Configuration
import MarketData
import PluginHost
import Trading

struct StrategiesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "strategies", abstract: "Lists the strategies folder, and with --plugins what can be loaded.")

    @Flag(help: "List the plugins too, with every parameter.")
    var plugins = false

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if !plugins, !FileSystem.isFolder(folders.strategies) { throw CommandError.missingFolder(folders.strategies) }
        let loader = PluginLoader(generationsFolder: try DataFolder(folders.dataDir).generations)
        let catalog = PluginCatalog(
            PluginDiscovery(bundledFolder: PluginDiscovery.executableFolder, strategiesFolder: folders.strategies),
            loader: loader)
        let folder = StrategiesFolder.read(folders.strategies)
        let listings = folder.host.instruments.map {
            Universe.Listing(instrument: MarketPlan.knownInstrument($0), kinds: MarketSimulator.kinds)
        }
        let universe = Universe(listings, accountCurrencies: folder.host.accounts.map(\.currency))
        let wiring = Wiring(folder, catalog, universe, start: Timestamp(nanoseconds: 0), seed: 0)
        let listing = StrategyListing(folder, wiring, catalog)
        if output.json { Console.print(listing.json(withPlugins: plugins).text) }
        if output.isForPeople { listing.text(withPlugins: plugins).forEach(Console.print) }
    }
}

/// The strategies of a folder and the plugins behind them, as text and as JSON.
struct StrategyListing {
    private struct Row {
        var configuration: StrategyConfiguration
        /// nil = there is none that can be used.
        var plugin: LoadedPlugin?
        var problems: [ConfigurationFinding]

        var pluginText: String { plugin?.id ?? configuration.plugin ?? "–" }
        var isolation: String { (configuration.isolation ?? .host).rawValue }
    }

    private var rows: [Row] = []
    private let catalog: PluginCatalog
    private let findings: [ConfigurationFinding]

    init(_ folder: StrategiesFolder, _ wiring: Wiring, _ catalog: PluginCatalog) {
        self.catalog = catalog
        findings = folder.findings.filter { $0.file == folder.path + "/host.yaml" }
        for id in (folder.strategies.map(\.id) + folder.refused).sorted() {
            let wired = wiring.strategies.first { $0.id == id }
            var problems = wiring.refused.first { $0.id == id }?.findings ?? []
            let own = "\(folder.path)/\(id)"
            problems += wiring.warnings.filter { $0.isAbout(folder: own) }
            let read = folder.strategies.first { $0.id == id }
            rows.append(
                Row(
                    configuration: wired?.configuration ?? read ?? StrategyConfiguration(id: id, folder: own),
                    plugin: wired?.plugin, problems: problems))
        }
    }

    func text(withPlugins: Bool) -> [String] {
        var table = TextTable([
            ("id", .left), ("plugin", .left), ("instruments", .left), ("bars", .left), ("isolation", .left),
            ("enabled", .left), ("problems", .right),
        ])
        for row in rows {
            table.add([
                row.configuration.id, row.pluginText, row.configuration.instruments.joined(separator: " "),
                row.configuration.timeframe.name, row.isolation, row.configuration.enabled ? "yes" : "no",
                row.problems.isEmpty ? "–" : String(row.problems.count),
            ])
        }
        var lines = table.isEmpty ? ["no strategies"] : table.lines
        let problems = findings + rows.flatMap(\.problems)
        if !problems.isEmpty { lines += [""] + problems.map { "\($0.severity.rawValue): \($0)" } }
        if withPlugins { lines += pluginText }
        let others = catalog.refusals.filter { refusal in !problems.contains { $0.file == refusal.path } }
        if !others.isEmpty { lines += [""] + others.map(\.description) }
        return lines.map(\.printable)
    }

    private var pluginText: [String] {
        catalog.plugins.flatMap { plugin -> [String] in
            var lines = ["", "\(plugin.id) \(plugin.version): \(plugin.description)", "  \(plugin.path)"]
            var table = TextTable([("parameter", .left), ("default", .left), ("allowed", .left), ("meaning", .left)])
            for parameter in plugin.parameters {
                table.add([
                    parameter.name, parameter.text(parameter.standard), parameter.allowed, parameter.description,
                ])
            }
            if !table.isEmpty { lines += table.lines.map { "  " + $0 } }
            return lines
        }
    }

    func json(withPlugins: Bool) -> JSON {
        var members: [(key: String, value: JSON)] = [("strategies", .array(rows.map(json)))]
        if withPlugins { members.append(("plugins", .array(catalog.plugins.map(json)))) }
        members.append(
            (
                "refused_libraries",
                .array(
                    catalog.refusals.map { refusal in
                        .object([
                            ("path", .string(refusal.path)),
                            ("reasons", .array(refusal.problems.map { .string($0.text) })),
                        ])
                    })
            ))
        if !findings.isEmpty { members.append(("host_problems", .array(findings.map(\.json)))) }
        return .object(members)
    }

    private func json(_ row: Row) -> JSON {
        let configuration = row.configuration
        return .object([
            ("id", .string(configuration.id)), ("name", .string(configuration.name)),
            ("plugin", .optional(row.plugin?.id ?? configuration.plugin)),
            ("instruments", .array(configuration.instruments.map(JSON.string))),
            ("timeframe", .string(configuration.timeframe.name)), ("isolation", .string(row.isolation)),
            ("enabled", .boolean(configuration.enabled)), ("problems", .array(row.problems.map(\.json))),
        ])
    }

    private func json(_ plugin: LoadedPlugin) -> JSON {
        .object([
            ("id", .string(plugin.id)), ("name", .string(plugin.name)), ("version", .string(plugin.version)),
            ("description", .string(plugin.description)), ("path", .string(plugin.path)),
            (
                "parameters",
                .array(
                    plugin.parameters.map { parameter in
                        .object([
                            ("name", .string(parameter.name)), ("kind", .string("\(parameter.kind)")),
                            ("default", parameter.json(parameter.text(parameter.standard))),
                            ("allowed", .string(parameter.allowed)), ("unit", .string(parameter.unit)),
                            ("description", .string(parameter.description)),
                        ])
                    })
            ),
        ])
    }
}
