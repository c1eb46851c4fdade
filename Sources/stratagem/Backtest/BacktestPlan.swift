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
    /// A strategy's id, or a plugin's.
    var name: String
    var path: String
    var csv = CSVOptions()
    var instrument: String?
    /// Bars to build; nil = the strategy's own, or one minute.
    var timeframe: Timeframe?
    /// Values that stand above those of the strategy.
    var parameters: [String: ParameterValue] = [:]
    var cash: Money?
    var venue = VenueTerms()
    /// Beside the strategy's own limits, in the account's currency.
    var session = SessionTerms()

    static let standardCash = Money(raw: 1_000_000 * 100_000_000)
    /// A plugin alone has no limits but the instrument's: leverage that buying power is measured with, and that no
    /// sensible order reaches.
    static let plainLeverage = Rate(raw: 1000 * Rate.one.raw)

    func make(_ folder: StrategiesFolder, _ catalog: PluginCatalog) throws(CommandError) -> Backtest {
        if let strategy = folder.strategies.first(where: { $0.id == name }) {
            if folder.findings.contains(where: { $0.severity == .error && $0.file == folder.path + "/host.yaml" }) {
                throw CommandError.configuration(folder.path + "/host.yaml", folder.findings)
            }
            switch strategy.plugin(in: catalog) {
            case .success(let plugin): return try make(strategy, plugin, folder.host, catalog)
            case .failure(let refused): throw CommandError.configuration(strategy.folder, refused.findings)
            }
        }
        if folder.refused.contains(name) {
            let own = "\(folder.path)/\(name)"
            throw CommandError.configuration(own, folder.findings.filter { $0.isAbout(folder: own) })
        }
        guard let plugin = catalog.plugin(id: name) else { throw unknown(folder, catalog) }
        return try make(plugin, catalog.isolation(of: StrategyConfiguration(id: name, folder: folder.path), plugin))
    }

    private func unknown(_ folder: StrategiesFolder, _ catalog: PluginCatalog) -> CommandError {
        let strategies = folder.strategies.map(\.id).joined(separator: ", ")
        let plugins = catalog.plugins.map(\.id).joined(separator: ", ")
        return CommandError(
            .usage, "there is no strategy or plugin '\(name)'", at: folder.path,
            "strategies: \(strategies.isEmpty ? "none" : strategies); plugins: \(plugins.isEmpty ? "none" : plugins)",
            details: catalog.refusals.map(\.description))
    }

    // MARK: The two kinds

    private func make(
        _ strategy: StrategyConfiguration, _ plugin: LoadedPlugin, _ host: HostConfiguration, _ catalog: PluginCatalog
    ) throws(CommandError) -> Backtest {
        guard let id = instrument ?? (strategy.instruments.count == 1 ? strategy.instruments[0] : nil) else {
            throw CommandError(
                .usage, "which of its \(strategy.instruments.count) instruments the file holds is not said",
                at: strategy.file,
                "name it with --instrument: \(strategy.instruments.joined(separator: ", "))")
        }
        let (_, file) = try Recording.read(path, instrument: id, options: csv)
        let universe = universe(Recording.instrument(id, of: file), file)
        let account = host.account(strategy.account) ?? AccountConfiguration(id: strategy.account)
        let program = host.program(account.complianceProgram)
        var terms = EngineSetup.Account(account, program, universe, start: file.first)
        // The account is counted in the instrument's currency, and with it every limit that is money.
        let rate =
            account.currency == universe.currencies[0]
            ? Rate.one : account.conversion[universe.currencies[0]]?.rate ?? Rate.one
        terms.terms.currency = 0
        terms.terms.openingBalance = cash ?? account.openingBalance
        terms.limits = terms.limits.counted(at: rate)
        terms.program = terms.program.counted(at: rate)
        terms.tables = terms.tables.counted(at: rate)
        var setup = setup(universe, terms)
        setup.systemLimits = LimitSet(host.limits).counted(at: rate)
        setup.instrumentLimits = host.instrumentLimits[id].map { [0: LimitSet($0).counted(at: rate)] } ?? [:]
        setup.strategies[0].limits = session.tightened(LimitSet(strategy.limits)).counted(at: rate)
        setup.strategies[0].schedule = strategy.schedule.windows(from: file.first)
        setup.strategies[0].orderKinds = strategy.orderKinds ?? OrderKind.allCases
        setup.strategies[0].protection = ProtectionTerms(strategy.risk).tighter(session.protection)
        let wanted = universe.timeframe(timeframe ?? strategy.timeframe, of: [0])
        let values = strategy.parameterValues.merging(parameters) { _, flag in flag }
        let isolation = catalog.isolation(of: strategy, plugin)
        return try backtest(plugin, isolation, file, setup, values, bars: [wanted]) { refusal in
            strategy.findings(refusal).map(\.description)
        }
    }

    private func make(_ plugin: LoadedPlugin, _ isolation: StrategyIsolation) throws(CommandError) -> Backtest {
        let (id, file) = try Recording.read(path, instrument: instrument, options: csv)
        let universe = universe(Recording.instrument(id, of: file), file)
        let account = EngineSetup.Account(
            id: "backtest",
            terms: AccountTerms(
                openingBalance: cash ?? BacktestPlan.standardCash, maxLeverage: BacktestPlan.plainLeverage))
        let hasWanted = plugin.events & file.eventMask != 0
        let bars = timeframe ?? (hasWanted ? nil : Timeframe.oneMinute)
        return try backtest(
            plugin, isolation, file, setup(universe, account), parameters, bars: bars.map { [$0] } ?? []
        ) { refusal in refusal.problems.map(\.text) }
    }

    // MARK: Parts

    private func universe(_ instrument: Instrument, _ file: MarketFile) -> Universe {
        let listing = Universe.Listing(
            instrument: instrument, kinds: file.kinds.union(.bars), barInterval: file.interval)
        return Universe([listing], accountCurrencies: [])
    }

    private func setup(_ universe: Universe, _ account: EngineSetup.Account) -> EngineSetup {
        var setup = EngineSetup(
            instruments: universe.instruments, feeds: universe.feeds, currencies: universe.currencies,
            accounts: [account], strategies: [EngineSetup.Strategy(id: name, instruments: [0])])
        setup.venue = venue
        setup.strategies[0].limits = session.tightened(LimitSet())
        setup.strategies[0].protection = session.protection
        return setup
    }

    private func backtest(
        _ plugin: LoadedPlugin, _ isolation: StrategyIsolation, _ file: MarketFile, _ setup: EngineSetup,
        _ values: [String: ParameterValue], bars: [Timeframe], _ reasons: (PluginRefusal) -> [String]
    ) throws(CommandError) -> Backtest {
        let problems = setup.problems
        guard problems.isEmpty else {
            throw CommandError(
                .usage, problems.joined(separator: "; "), at: path, "choose other data or another --instrument")
        }
        let instance: StrategyInstance
        switch StrategyInstance.create(
            plugin, isolation: isolation, instruments: setup.instruments, bound: [0], parameters: values)
        {
        case .success(let made): instance = made
        case .failure(let refusal):
            throw CommandError(
                .usage, reasons(refusal).joined(separator: "; "), at: name,
                "change --set or the strategy's parameters; `stratagem strategies --plugins` lists what is allowed")
        }
        let events = file.events(withBars: bars)
        var setup = setup
        // Bars of another length than the wanted one are in the events only where some were built.
        if events !== file.events { setup.strategies[0].timeframe = bars.first }
        return Backtest(
            strategyID: name, plugin: plugin, instance: instance, file: file, instrument: setup.instruments[0],
            events: events, setup: setup)
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
