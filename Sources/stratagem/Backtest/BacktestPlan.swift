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
    /// Values that stand above those of the strategy.
    var parameters: [String: ParameterValue] = [:]
    var cash: Money?
    var venue = VenueTerms()
    var financing = BacktestFinancing()
    /// Beside the strategy's own limits, in the account's currency.
    var session = SessionTerms()

    static let standardCash = Money(raw: 1_000_000 * 100_000_000)
    /// A plugin alone has no limits but the instrument's: leverage that buying power is measured with, and that no
    /// sensible order reaches.
    static let plainLeverage = Rate(raw: 1000 * Rate.one.raw)

    func make(_ folder: StrategiesFolder, _ catalog: PluginCatalog) throws(CommandError) -> Backtest {
        let prepared = try prepare(folder, catalog)
        switch prepared.begin(prepared.parameters) {
        case .success(let backtest): return backtest
        case .failure(let refusal):
            throw CommandError(
                .usage, prepared.reasons(refusal).joined(separator: "; "), at: name,
                "change --set or the strategy's parameters; `stratagem strategies --plugins` lists what is allowed")
        }
    }

    /// Everything but the instance of the strategy.
    func prepare(_ folder: StrategiesFolder, _ catalog: PluginCatalog) throws(CommandError) -> PreparedBacktest {
        if let file = folder.strategies.first(where: { $0.id == name }) {
            let strategy = override?.applied(to: file) ?? file
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
    ) throws(CommandError) -> PreparedBacktest {
        var named = instruments
        if named.isEmpty, history != nil { named = strategy.instruments }
        if named.isEmpty, paths.count == 1 {
            guard strategy.instruments.count == 1 else {
                throw CommandError(
                    .usage, "which of its \(strategy.instruments.count) instruments the file holds is not said",
                    at: strategy.file,
                    "name it with --instrument: \(strategy.instruments.joined(separator: ", "))")
            }
            named = strategy.instruments
        }
        let market = try market(named)
        let universe = market.universe
        let account = host.account(strategy.account) ?? AccountConfiguration(id: strategy.account)
        let program = host.program(account.complianceProgram)
        var terms = EngineSetup.Account(account, program, universe, start: market.first)
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
        setup.takeFinancing(host)
        setup.systemLimits = LimitSet(host.limits).counted(at: rate)
        for (index, instrument) in universe.instruments.enumerated() {
            setup.instrumentLimits[index] = host.instrumentLimits[instrument.id].map { LimitSet($0).counted(at: rate) }
        }
        setup.strategies[0].limits = session.tightened(LimitSet(strategy.limits)).counted(at: rate)
        setup.strategies[0].schedule = strategy.schedule.windows(from: market.first)
        setup.strategies[0].orderKinds = strategy.orderKinds ?? OrderKind.allCases
        setup.strategies[0].protection = ProtectionTerms(strategy.risk).tighter(session.protection)
        let wanted = universe.timeframe(timeframe ?? strategy.timeframe, of: Array(universe.instruments.indices))
        let values = strategy.parameterValues.merging(parameters) { _, flag in flag }
        let isolation = catalog.isolation(of: strategy, plugin)
        return try prepared(plugin, isolation, market, setup, values, bars: [wanted]) { refusal in
            strategy.findings(refusal).map(\.description)
        }
    }

    private func make(
        _ plugin: LoadedPlugin, _ isolation: StrategyIsolation
    ) throws(CommandError) -> PreparedBacktest {
        let market = try market(instruments)
        let account = EngineSetup.Account(
            id: "backtest",
            terms: AccountTerms(
                openingBalance: cash ?? BacktestPlan.standardCash, maxLeverage: BacktestPlan.plainLeverage))
        let hasWanted = market.files.allSatisfy { plugin.events & $0.eventMask != 0 }
        let bars = timeframe ?? (hasWanted ? nil : Timeframe.oneMinute)
        return try prepared(
            plugin, isolation, market, setup(market.universe, account), parameters, bars: bars.map { [$0] } ?? []
        ) { refusal in refusal.problems.map(\.text) }
    }

    // MARK: Parts

    /// When it begins to count; nil = with the first event.
    private var start: Timestamp? { warmUp > 0 ? csv.from : nil }

    /// The files with their instruments, numbered in their order.
    private struct Market {
        var files: [MarketFile]
        var universe: Universe
        var first: Timestamp { files.map(\.first).min() ?? Timestamp(nanoseconds: 0) }
    }

    private func market(_ named: [String]) throws(CommandError) -> Market {
        var files: [MarketFile] = []
        var listings: [Universe.Listing] = []
        for index in 0..<(history == nil ? paths.count : named.count) {
            let (id, file) = try file(index, named)
            guard !listings.contains(where: { $0.instrument.id == id }) else {
                throw CommandError(
                    .usage, "two files are of the instrument \(id)", at: file.name, "name another with --instrument")
            }
            files.append(file)
            listings.append(
                Universe.Listing(
                    instrument: Recording.instrument(id, of: file), kinds: file.kinds.union(.bars),
                    barInterval: file.interval))
        }
        if let start, files.allSatisfy({ $0.last < start }) {
            throw CommandError(
                .usage, "there is nothing from \(start) on", at: files.map(\.name).joined(separator: ", "),
                "name an earlier --from")
        }
        guard !files.isEmpty else {
            throw CommandError(.usage, "no instrument is named", at: name, "name what to trade with --instrument")
        }
        let universe = Universe(listings, accountCurrencies: [])
        guard universe.currencies.count == 1 else {
            throw CommandError(
                .usage, "the instruments are quoted in \(universe.currencies.joined(separator: ", "))",
                at: files.map(\.name).joined(separator: ", "), "a backtest counts in one currency: run them one by one")
        }
        return Market(files: files, universe: universe)
    }

    private func file(_ index: Int, _ named: [String]) throws(CommandError) -> (id: String, file: MarketFile) {
        var options = csv
        options.instrument = UInt32(index)
        options.from = options.from.map { $0.before(warmUp) }
        if let history { return (named[index], try history.file(of: named[index], options: options)) }
        return try Recording.read(paths[index], instrument: named.isEmpty ? nil : named[index], options: options)
    }

    private func setup(_ universe: Universe, _ account: EngineSetup.Account) -> EngineSetup {
        var setup = EngineSetup(
            instruments: universe.instruments, feeds: universe.feeds, currencies: universe.currencies,
            accounts: [account],
            strategies: [EngineSetup.Strategy(id: name, instruments: Array(universe.instruments.indices))])
        setup.venue = venue
        setup.strategies[0].limits = session.tightened(LimitSet())
        setup.strategies[0].protection = session.protection
        return setup
    }

    private func prepared(
        _ plugin: LoadedPlugin, _ isolation: StrategyIsolation, _ market: Market, _ setup: EngineSetup,
        _ values: [String: ParameterValue], bars: [Timeframe], _ reasons: @escaping (PluginRefusal) -> [String]
    ) throws(CommandError) -> PreparedBacktest {
        var setup = setup
        try financing.apply(to: &setup)
        let problems = setup.problems
        guard problems.isEmpty else {
            throw CommandError(
                .usage, problems.joined(separator: "; "), at: market.files.map(\.name).joined(separator: ", "),
                "choose other data or another --instrument")
        }
        // Bars of another length than the wanted one are in the events only where some were built.
        if market.files.contains(where: { $0.builds(bars) }) { setup.strategies[0].timeframe = bars.first }
        return PreparedBacktest(
            strategyID: name, plugin: plugin, isolation: isolation, parameters: values, reasons: reasons,
            files: market.files, start: start, bars: bars, setup: setup)
    }
}

/// A backtest that needs nothing more than the strategy's parameters; its data is read once for any number of them.
struct PreparedBacktest {
    var strategyID: String
    var plugin: LoadedPlugin
    var isolation: StrategyIsolation
    /// Those of the strategy with what was set above them.
    var parameters: [String: ParameterValue]
    /// A refusal in the words of the place where the parameters stand.
    var reasons: (PluginRefusal) -> [String]
    var files: [MarketFile]
    /// What comes before is to warm up.
    var start: Timestamp?
    var bars: [Timeframe]
    var setup: EngineSetup

    /// With a new instance of the strategy.
    func begin(_ parameters: [String: ParameterValue]) -> Result<Backtest, PluginRefusal> {
        StrategyInstance.create(
            plugin, isolation: isolation, instruments: setup.instruments,
            bound: setup.strategies[0].instruments.map(UInt32.init), parameters: parameters
        ).map {
            Backtest(
                strategyID: strategyID, plugin: plugin, instance: $0, files: files, start: start,
                instruments: setup.instruments, bars: bars, setup: setup)
        }
    }
}

extension Timestamp {
    /// So many nanoseconds before, or the first instant there is.
    func before(_ nanoseconds: Int64) -> Timestamp {
        let (earlier, overflow) = self.nanoseconds.subtractingReportingOverflow(nanoseconds)
        return Timestamp(nanoseconds: overflow ? .min : earlier)
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
