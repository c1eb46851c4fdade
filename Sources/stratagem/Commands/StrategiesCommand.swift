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
        let data = try DataFolder(folders.dataDir)
        let folder = StrategiesFolder.read(folders.strategies)
        let loader = PluginLoader(data, folder.host.plugins)
        let catalog = PluginCatalog(
            StrategyCode(data, showsProgress: output.isForPeople).discover(folders.strategies),
            loader: loader,
            workers: WorkerSettings(.lockStep, folder.host.faults), inHost: folder.inHost)
        let listings = folder.host.instruments.map {
            Universe.Listing(instrument: MarketPlan.knownInstrument($0), kinds: MarketSimulator.kinds)
        }
        let universe = Universe(listings, accountCurrencies: folder.host.accounts.map(\.currency))
        let wiring = Wiring(folder, catalog, universe, start: Timestamp(nanoseconds: 0), seed: 0)
        let listing = StrategyListing(folder, wiring, catalog, host: runningStates())
        if output.json { Console.print(listing.json(withPlugins: plugins).text) }
        if output.isForPeople { listing.text(withPlugins: plugins).forEach(Console.print) }
    }

    /// What the host on the data folder says of each strategy; nil = none runs, or it does not answer.
    private func runningStates() -> [String: StrategyListing.Standing]? {
        guard let client = try? HostClient(dataFolder: folders.dataDir),
            let strategies = try? client.get("/api/strategies")["data"]?["strategies"]?.elements
        else { return nil }
        let standings = strategies.compactMap { json -> (String, StrategyListing.Standing)? in
            guard let id = json["id"]?.string, let state = json["state"]?.string else { return nil }
            return (id, StrategyListing.Standing(state: state, problem: json["problem"]?.string))
        }
        return Dictionary(standings) { first, _ in first }
    }
}

/// The strategies of a folder and the plugins behind them, as text and as JSON.
struct StrategyListing {
    private struct Row {
        var configuration: StrategyConfiguration
        /// nil = there is none that can be used.
        var plugin: LoadedPlugin?
        var problems: [ConfigurationFinding]
        let isolation: String

        var pluginText: String { plugin?.id ?? configuration.plugin ?? "–" }
    }

    /// How a strategy of a running host stands.
    struct Standing {
        var state: String
        var problem: String?
    }

    private var rows: [Row] = []
    /// nil = no host runs.
    private let host: [String: Standing]?
    private let catalog: PluginCatalog
    private let findings: [ConfigurationFinding]

    init(
        _ folder: StrategiesFolder, _ wiring: Wiring, _ catalog: PluginCatalog, host: [String: Standing]? = nil
    ) {
        self.host = host
        self.catalog = catalog
        findings = folder.findings.filter { $0.file == folder.path + "/host.yaml" }
        for id in (folder.strategies.map(\.id) + folder.refused).sorted() {
            let wired = wiring.strategies.first { $0.id == id }
            var problems = wiring.refused.first { $0.id == id }?.findings ?? []
            let own = "\(folder.path)/\(id)"
            problems += wiring.warnings.filter { $0.isAbout(folder: own) }
            let read = folder.strategies.first { $0.id == id }
            let configuration = wired?.configuration ?? read ?? StrategyConfiguration(id: id, folder: own)
            let isolation = wired?.instance.map { $0.isInWorker ? .worker : .host } ?? configuration.isolation ?? .host
            rows.append(
                Row(
                    configuration: configuration, plugin: wired?.plugin, problems: problems,
                    isolation: isolation.rawValue))
        }
    }

    func text(withPlugins: Bool) -> [String] {
        var columns: [(String, TextTable.Alignment)] = [
            ("id", .left), ("plugin", .left), ("instruments", .left), ("bars", .left), ("isolation", .left),
            ("enabled", .left), ("problems", .right),
        ]
        if host != nil { columns.insert(("state", .left), at: 6) }
        var table = TextTable(columns)
        for row in rows {
            var cells = [
                row.configuration.id, row.pluginText, row.configuration.instruments.joined(separator: " "),
                row.configuration.timeframe.name, row.isolation, row.configuration.enabled ? "yes" : "no",
                row.problems.isEmpty ? "–" : String(row.problems.count),
            ]
            if let host { cells.insert(host[row.configuration.id]?.state ?? "–", at: 6) }
            table.add(cells)
        }
        var lines = table.isEmpty ? ["no strategies"] : table.lines
        let problems = findings + rows.flatMap(\.problems)
        if !problems.isEmpty { lines += [""] + problems.map { "\($0.severity.rawValue): \($0)" } }
        for row in rows {
            guard let standing = host?[row.configuration.id], let problem = standing.problem else { continue }
            if row.problems.isEmpty { lines += ["", "\(row.configuration.id) is \(standing.state): \(problem)"] }
        }
        if withPlugins { lines += pluginText }
        let others = catalog.refusals.filter { refusal in !problems.contains { $0.isAbout(folder: refusal.path) } }
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
            ("enabled", .boolean(configuration.enabled)), ("state", .optional(host?[configuration.id]?.state)),
            ("problem", .optional(host?[configuration.id]?.problem)), ("problems", .array(row.problems.map(\.json))),
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
