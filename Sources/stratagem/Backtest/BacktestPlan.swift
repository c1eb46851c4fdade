import Configuration
import Controls
import Engine
import Execution
import MarketData
import PluginHost
import Portfolio
import Trading

/// What a backtest is asked to do, and how it is put together from the strategies folder or a plugin alone.
struct BacktestPlan {
    /// Strategies' ids, or plugins'. What comes of them does not depend on their order here.
    var names: [String]
    /// Files of market data, one an instrument.
    var paths: [String]
    /// Where data is found when no file is named.
    var history: BacktestHistory?
    /// What operators have changed of the strategy's file.
    var override: StrategyOverride?
    var csv = CSVOptions()
    /// Nanoseconds of data before `csv.from` that the strategy sees while nothing counts.
    var warmUp: Int64 = 0
    /// What the files are of, in their order; empty = the strategy's own, or what the files say.
    var instruments: [String] = []
    /// Bars to build; nil = the strategy's own, or one minute.
    var timeframe: Timeframe?
    /// By name: values that stand above those of the strategy.
    var parameters: [String: [String: ParameterValue]] = [:]
    var cash: Money?
    var venue = VenueTerms()
    var financing = BacktestFinancing()
    /// Beside the strategy's own limits, in the account's currency.
    var session = SessionTerms()

    /// Of plugins alone.
    static let plainAccount = "backtest"
    static let standardCash = Money(raw: 1_000_000 * 100_000_000)
    /// A plugin alone has no limits but the instrument's: leverage that buying power is measured with, and that no
    /// sensible order reaches.
    static let plainLeverage = Rate(raw: 1000 * Rate.one.raw)

    func make(_ folder: StrategiesFolder, _ catalog: PluginCatalog) throws(CommandError) -> Backtest {
        let prepared = try prepare(folder, catalog)
        switch prepared.begin(prepared.members.map(\.parameters)) {
        case .success(let backtest): return backtest
        case .failure(let refusal):
            throw CommandError(
                .usage, prepared.reasons(refusal).joined(separator: "; "), at: names.joined(separator: ", "),
                "change --set or the strategy's parameters; `stratagem strategies --plugins` lists what is allowed")
        }
    }

    /// Everything but the instances of the strategies.
    func prepare(_ folder: StrategiesFolder, _ catalog: PluginCatalog) throws(CommandError) -> PreparedBacktest {
        var sources: [Source] = []
        for name in names.sorted() { sources.append(try source(name, folder, catalog)) }
        let market = try market(try instruments(of: sources))
        var setup = EngineSetup(
            instruments: market.universe.instruments, feeds: market.universe.feeds,
            currencies: market.universe.currencies, accounts: [], strategies: [])
        setup.venue = venue
        if let file = sources.lazy.compactMap(\.file).first {
            take(folder.host, account(of: file, folder.host), &setup)
        }
        try financing.apply(to: &setup)
        var members: [PreparedMember] = []
        var frames: [Timeframe?] = []
        for source in sources {
            let (terms, wanted) =
                if let file = source.file {
                    try strategy(file, folder.host, market, &setup)
                } else {
                    strategy(source.name, events: source.plugin.events, market, &setup)
                }
            setup.strategies.append(terms)
            frames.append(wanted)
            members.append(source.member(catalog, parameters[source.name] ?? [:], folder))
        }
        let bars = frames.compactMap { $0 }.reduce(into: [Timeframe]()) { if !$0.contains($1) { $0.append($1) } }
        // Bars of another length than the wanted one are in the events only where some were built.
        if market.files.contains(where: { $0.builds(bars) }) {
            for (index, wanted) in frames.enumerated() {
                let own = market.universe.timeframe(.oneSecond, of: setup.strategies[index].instruments)
                setup.strategies[index].timeframe = wanted ?? (members.count > 1 ? own : nil)
            }
        }
        setup.tracksWhole = members.count > 1
        let problems = setup.problems
        guard problems.isEmpty else {
            throw CommandError(
                .usage, problems.joined(separator: "; "), at: market.files.map(\.name).joined(separator: ", "),
                "choose other data or another --instrument")
        }
        return PreparedBacktest(members: members, files: market.files, start: start, bars: bars, setup: setup)
    }

    // MARK: The two kinds

    /// A strategy of the folder, or a plugin alone.
    private struct Source {
        let name: String
        let file: StrategyConfiguration?
        let plugin: LoadedPlugin

        /// `set`: values above its own.
        func member(
            _ catalog: PluginCatalog, _ set: [String: ParameterValue], _ folder: StrategiesFolder
        ) -> PreparedMember {
            guard let file else {
                let plain = StrategyConfiguration(id: name, folder: folder.path)
                return PreparedMember(
                    strategyID: name, plugin: plugin, isolation: catalog.isolation(of: plain, plugin), parameters: set
                ) { refusal in refusal.problems.map(\.text) }
            }
            return PreparedMember(
                strategyID: name, plugin: plugin, isolation: catalog.isolation(of: file, plugin),
                parameters: file.parameterValues.merging(set) { _, flag in flag }
            ) { refusal in file.findings(refusal).map(\.description) }
        }
    }

    private func source(
        _ name: String, _ folder: StrategiesFolder, _ catalog: PluginCatalog
    ) throws(CommandError) -> Source {
        if let file = folder.strategies.first(where: { $0.id == name }) {
            let strategy = override?.applied(to: file) ?? file
            if folder.findings.contains(where: { $0.severity == .error && $0.file == folder.path + "/host.yaml" }) {
                throw CommandError.configuration(folder.path + "/host.yaml", folder.findings)
            }
            switch strategy.plugin(in: catalog) {
            case .success(let plugin): return Source(name: name, file: strategy, plugin: plugin)
            case .failure(let refused): throw CommandError.configuration(strategy.folder, refused.findings)
            }
        }
        if folder.refused.contains(name) {
            let own = "\(folder.path)/\(name)"
            throw CommandError.configuration(own, folder.findings.filter { $0.isAbout(folder: own) })
        }
        guard let plugin = catalog.plugin(id: name) else { throw unknown(name, folder, catalog) }
        return Source(name: name, file: nil, plugin: plugin)
    }

    private func unknown(_ name: String, _ folder: StrategiesFolder, _ catalog: PluginCatalog) -> CommandError {
        let strategies = folder.strategies.map(\.id).joined(separator: ", ")
        let plugins = catalog.plugins.map(\.id).joined(separator: ", ")
        return CommandError(
            .usage, "there is no strategy or plugin '\(name)'", at: folder.path,
            "strategies: \(strategies.isEmpty ? "none" : strategies); plugins: \(plugins.isEmpty ? "none" : plugins)",
            details: catalog.refusals.map(\.description))
    }

    /// What the data is of, as far as flags or strategies say it.
    private func instruments(of sources: [Source]) throws(CommandError) -> [String] {
        let files = sources.compactMap(\.file)
        guard instruments.isEmpty, !files.isEmpty, history != nil || paths.count == 1 else { return instruments }
        let named = files.flatMap(\.instruments).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        if history == nil, named.count != 1 {
            throw CommandError(
                .usage, "which of its \(named.count) instruments the file holds is not said",
                at: files.map(\.file).joined(separator: ", "),
                "name it with --instrument: \(named.joined(separator: ", "))")
        }
        return named
    }
}

extension CommandError {
    /// A configuration that cannot be used, with every finding.
    static func configuration(_ place: String, _ findings: [ConfigurationFinding]) -> CommandError {
        let errors = findings.filter { $0.severity == .error }
        return CommandError(
            .usage, "the configuration has \(errors.count) error\(errors.count == 1 ? "" : "s")", at: place,
            "mend what is listed; `stratagem check` lists it again", details: errors.map(\.description))
    }
}
