import Configuration
import Glibc
import MarketData
import PluginHost
import Trading

/// Judges configuration and libraries without running any code of a drop-in in this process; sources are compiled.
///
/// Bundled plugins are loaded, so that the parameters of strategies that name one are judged by the plugin itself. A library in
/// a strategy's folder is inspected and put through the conformance pass in a process of its own; its parameters are judged
/// when it is loaded.
struct Check {
    private(set) var findings: [ConfigurationFinding] = []
    /// What was looked at, for the summary.
    private(set) var strategyCount = 0
    private(set) var libraryCount = 0
    /// Libraries that were put through the conformance pass.
    private(set) var conformance: [(path: String, report: ConformanceReport)] = []
    private let bundled: PluginCatalog
    private let loader: PluginLoader
    private let code: StrategyCode

    init(bundled: PluginCatalog, loader: PluginLoader, code: StrategyCode) {
        self.bundled = bundled
        self.loader = loader
        self.code = code
        for refusal in bundled.refusals { findings += refusal.findings }
    }

    var errorCount: Int { findings.count { $0.severity == .error } }
    var warningCount: Int { findings.count - errorCount }

    /// A strategies folder, the folder of one strategy, a yaml file of either, or a library.
    mutating func look(at path: String) throws(CommandError) {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard FileSystem.exists(path) else {
            throw CommandError(.usage, "there is no such file or folder", at: path, "name one that is there")
        }
        if FileSystem.isFolder(path) {
            if Check.isStrategy(path) {
                lookAtStrategy(path)
            } else {
                lookAtFolder(path, only: nil)
            }
            return
        }
        switch path.split(separator: "/").last ?? "" {
        case "host.yaml": lookAtHost(path)
        case "strategy.yaml": lookAtStrategy(Check.parent(of: path))
        case let name where name.hasSuffix(".so"): lookAtLibrary(path)
        default:
            throw CommandError(
                .usage, "is nothing that can be checked", at: path,
                "name a strategies folder, a strategy's folder, a host.yaml, a strategy.yaml or a library (.so)")
        }
    }

    // MARK: The kinds

    private mutating func lookAtHost(_ path: String) {
        findings += StrategiesFolder.read(Check.parent(of: path)).findings.filter { $0.file == path }
    }

    private mutating func lookAtStrategy(_ folder: String) {
        let parent = Check.parent(of: folder)
        // A strategy that is asked about by itself is looked at down to its plugin.
        let own = StrategiesFolder.read(parent).strategies.first { $0.folder == folder }
        if let name = own?.plugin, let plugin = bundled.plugin(id: name) {
            lookAtLibrary(plugin.path, origin: .bundled)
        }
        lookAtFolder(parent, only: parent == "." ? "./" + Check.name(of: folder) : folder)
    }

    /// All of a strategies folder, or of it `only` one strategy's folder.
    private mutating func lookAtFolder(_ path: String, only: String?) {
        let folder = StrategiesFolder.read(path)
        let isMeant = { (place: String) in only.map { place == $0 || place.hasPrefix($0 + "/") } ?? true }
        findings += folder.findings.filter { isMeant($0.file) }
        let listings = folder.host.instruments.map(Check.listing)
        let universe = Universe(listings, accountCurrencies: folder.host.accounts.map(\.currency))
        for id in folder.strategies.map(\.id) + folder.refused where isMeant("\(path)/\(id)") { strategyCount += 1 }
        // Those with an error, too: everything that is wrong is told at once.
        for strategy in folder.strategies + folder.refusedStrategies where isMeant(strategy.folder) {
            judge(strategy, universe)
        }
        for name in Check.folders(in: path) where isMeant("\(path)/\(name)") {
            if SourceBuilder.hasSources("\(path)/\(name)") {
                compile("\(path)/\(name)")
                continue
            }
            for library in PluginDiscovery.libraries(in: "\(path)/\(name)") {
                lookAtLibrary("\(path)/\(name)/\(library)")
            }
        }
    }

    private mutating func compile(_ folder: String) {
        switch code.build(folder) {
        case .success(let built):
            findings += built.messages.filter { $0.severity == .warning }.map { $0.finding(in: folder) }
            lookAtLibrary(built.path, of: folder)
        case .failure(let failure):
            libraryCount += 1
            findings += failure.refusal.findings
        }
    }

    /// `folder`: of its sources, when it was built of them; its author knows it by that.
    private mutating func lookAtLibrary(_ library: String, of folder: String? = nil, origin: LibraryOrigin = .dropIn) {
        let path = folder ?? library
        guard !conformance.contains(where: { $0.path == path }) else { return }
        libraryCount += 1
        guard let probe = PluginProbe.own else {
            findings += PluginRefusal(path: path, problems: ELFInspection(path: library).problems).findings
            return
        }
        let report = loader.check(library, origin: origin, with: probe)
        findings += PluginRefusal(path: path, problems: report.refusals).findings
        findings += report.findings.map { finding in
            ConfigurationFinding(
                severity: finding.severity == .error ? .error : .warning, file: path, message: finding.message)
        }
        conformance.append((path, report))
    }

    /// What the bundled plugin says about a strategy's parameters.
    private mutating func judge(_ strategy: StrategyConfiguration, _ universe: Universe) {
        let dropIns = PluginDiscovery.libraries(in: strategy.folder)
        guard let name = strategy.plugin else { return }
        guard let plugin = bundled.plugin(id: name) else {
            // It may be the plugin of a library that is not loaded here.
            guard dropIns.isEmpty, !SourceBuilder.hasSources(strategy.folder) else { return }
            let known = bundled.plugins.map(\.id).joined(separator: ", ")
            findings.append(
                strategy.finding("plugin", line: strategy.pluginLine, value: name, "no such plugin; there are \(known)")
            )
            return
        }
        let bound = strategy.instruments.compactMap { universe.index(of: $0).map { UInt32($0) } }
        guard !universe.instruments.isEmpty else { return }
        // Instruments that are missing or unknown are told elsewhere; parameters are judged all the same.
        let made = StrategyInstance.create(
            plugin, instruments: universe.instruments, bound: bound.isEmpty ? [0] : bound,
            parameters: strategy.parameterValues)
        if case .failure(let refusal) = made { findings += strategy.findings(refusal) }
    }

    // MARK: Paths

    /// Instruments of recorded feeds are known by name alone; that is enough to judge parameters with.
    private static func listing(_ id: String) -> Universe.Listing {
        Universe.Listing(instrument: MarketPlan.knownInstrument(id), kinds: MarketSimulator.kinds)
    }

    private static func isStrategy(_ folder: String) -> Bool {
        guard !FileSystem.exists(folder + "/host.yaml") else { return false }
        return FileSystem.exists(folder + "/strategy.yaml") || FileSystem.exists(folder + "/strategy.yml")
            || !PluginDiscovery.libraries(in: folder).isEmpty || SourceBuilder.hasSources(folder)
    }

    private static func folders(in path: String) -> [String] {
        FileSystem.names(in: path).filter { !$0.hasPrefix(".") && FileSystem.isFolder("\(path)/\($0)") }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func name(of path: String) -> String { String(path.split(separator: "/").last ?? "") }
}

extension PluginRefusal {
    /// One finding a reason; a compiler's with its file, line and column.
    var findings: [ConfigurationFinding] {
        problems.map { problem in
            if case .source(let message) = problem { return message.finding(in: path) }
            return ConfigurationFinding(file: path, message: problem.text)
        }
    }
}

extension CompilerMessage {
    /// About a file of a strategy's folder.
    func finding(in folder: String) -> ConfigurationFinding {
        ConfigurationFinding(
            severity: severity == .error ? .error : .warning, file: file.map { "\(folder)/\($0)" } ?? folder,
            line: line,
            column: column, message: text)
    }
}

extension ConfigurationFinding {
    var json: JSON {
        .object([
            ("severity", .string(severity.rawValue)), ("file", .string(file)),
            ("line", line > 0 ? .integer(line) : .null), ("column", column > 0 ? .integer(column) : .null),
            ("key", keyPath.isEmpty ? .null : .string(keyPath)), ("value", .optional(value)),
            ("message", .string(message)),
        ])
    }
}
