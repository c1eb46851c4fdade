import Configuration
import Controls
import Engine
import Execution
import PluginHost
import Trading

/// The one place that sees every room: a strategies folder, the plugins and a market become an engine's setup and the
/// instances that run in it. A strategy that cannot be wired is refused with every reason, and the rest goes on.
struct Wiring {
    /// Those that can run; each says which slot of the engine it has.
    private(set) var strategies: [WiredStrategy] = []
    private(set) var refused: [RefusedStrategy] = []
    private(set) var setup: EngineSetup
    let universe: Universe
    private let start: Timestamp
    private let seed: UInt64
    /// Quarantined: they have their place, and none of their code is run.
    private let held: Set<String>
    let host: HostConfiguration
    /// Worth knowing, and in the way of nothing.
    private(set) var warnings: [ConfigurationFinding]

    /// `start`: the time of the first event. `seed` is what plugins' random numbers begin with. What a journal knows comes
    /// first and in its order, whether it still is configured or not, so that every index stays what it was.
    init(
        _ folder: StrategiesFolder, _ catalog: PluginCatalog, _ universe: Universe, start: Timestamp, seed: UInt64,
        known: KnownNames? = nil, held: Set<String> = []
    ) {
        self.universe = universe
        self.held = held
        var host = folder.host
        host.accounts = known?.accounts(host.accounts) ?? host.accounts
        self.host = host
        warnings = folder.findings.filter { $0.severity == .warning }
        setup = EngineSetup(
            instruments: universe.instruments, feeds: universe.feeds, currencies: universe.currencies,
            accounts: host.accounts.map { account in
                EngineSetup.Account(account, host.program(account.complianceProgram), universe, start: start)
            },
            strategies: [])
        for index in setup.instruments.indices {
            let id = setup.instruments[index].id
            guard let calendar = host.calendars.first(where: { $0.instruments.contains(id) }) else { continue }
            setup.instruments[index].calendar = calendar.calendar(from: start)
        }
        self.start = start
        self.seed = seed
        setup.keepsDays = true
        setup.venue = VenueTerms(host.paperVenue)
        setup.quotedRates = host.accounts.enumerated().flatMap { $1.quotedRates(universe, account: $0) }
        setup.systemLimits = LimitSet(host.limits)
        setup.takeFinancing(host)
        for (id, limits) in host.instrumentLimits {
            if let index = universe.index(of: id) { setup.instrumentLimits[index] = LimitSet(limits) }
        }
        for id in folder.refused {
            let findings = folder.findings.filter { $0.isAbout(folder: "\(folder.path)/\(id)") }
            refused.append(RefusedStrategy(id: id, findings: findings.filter { $0.severity == .error }))
        }
        setup.strategies = (known?.strategies ?? []).map { emptySlot($0.id, account: $0.account) }
        for configuration in folder.strategies { add(configuration, catalog) }
        if known != nil { addManualBooks() }
        refused.sort { $0.id < $1.id }
    }

    /// Orders of no strategy have a book in each account.
    private mutating func addManualBooks() {
        for (index, account) in host.accounts.enumerated() {
            let id = StrategyRecord.manualID(inAccount: index, account.id)
            guard !setup.strategies.contains(where: { $0.id == id }) else { continue }
            setup.strategies.append(emptySlot(id, account: account.id))
        }
    }

    /// A slot that holds a book and runs nothing.
    func emptySlot(_ id: String, account: String) -> EngineSetup.Strategy {
        EngineSetup.Strategy(
            id: id, account: host.accounts.firstIndex { $0.id == account } ?? 0, instruments: [])
    }

    private mutating func add(_ configuration: StrategyConfiguration, _ catalog: PluginCatalog) {
        let known = setup.strategies.firstIndex { $0.id == configuration.id }
        let place = Place(
            slot: known ?? setup.strategies.count, account: known.map { host.accounts[setup.strategies[$0].account].id }
        )
        switch wire(configuration, catalog, place, warnings, isHeld: held.contains(configuration.id)) {
        case .failure(let refusal): refused.append(refusal)
        case .success(let wired):
            warnings += wired.warnings
            strategies.append(wired)
            let terms = slot(configuration, wired.instruments, wired.timeframe)
            if let known { setup.strategies[known] = terms } else { setup.strategies.append(terms) }
        }
    }

    /// Where a strategy is to run.
    struct Place: Sendable {
        var slot: Int
        /// The account that its book is on already; nil = it has none yet.
        var account: String?
    }

    /// A configuration with all that it needs to run, or every reason why it cannot. `findings`: what was said of its file.
    /// `isHeld`: it gets its place and none of its code is run.
    func wire(
        _ configuration: StrategyConfiguration, _ catalog: PluginCatalog, _ place: Place,
        _ findings: [ConfigurationFinding], isHeld: Bool = false
    ) -> Result<WiredStrategy, RefusedStrategy> {
        var problems: [ConfigurationFinding] = []
        let line = findings.first { $0.file == configuration.file && $0.keyPath == "instruments" }?.line ?? 0
        var instruments: [Int] = []
        for id in configuration.instruments {
            if let index = universe.index(of: id) {
                instruments.append(index)
            } else {
                let known = universe.instruments.map(\.id).joined(separator: ", ")
                problems.append(
                    configuration.finding(
                        "instruments", line: line, value: id, "not in this market; it has \(known)"))
            }
        }
        if configuration.instruments.isEmpty {
            problems.append(configuration.finding("instruments", "none are named, so it could trade nothing"))
        }
        if let account = place.account, account != configuration.account {
            problems.append(
                configuration.finding(
                    "account", value: configuration.account,
                    "its book is on account '\(account)', which it keeps; give the strategy another id to start anew"))
        }
        let plugin = configuration.plugin(in: catalog)
        if case .failure(let refusal) = plugin { problems += refusal.findings }
        guard case .success(let plugin) = plugin, problems.isEmpty else {
            return .failure(
                RefusedStrategy(id: configuration.id, findings: problems, account: configuration.account))
        }
        let seed = seed &+ UInt64(place.slot)
        let made: Result<StrategyInstance?, PluginRefusal> =
            isHeld ? .success(nil) : instance(configuration, plugin, catalog, instruments, seed: seed)
        return made.mapError {
            RefusedStrategy(
                id: configuration.id, findings: configuration.findings($0), account: configuration.account)
        }.map {
            WiredStrategy(
                slot: place.slot, configuration: configuration, plugin: plugin, instance: $0, seed: seed,
                instruments: instruments,
                timeframe: universe.timeframe(configuration.timeframe, of: instruments))
        }
    }

    private func instance(
        _ configuration: StrategyConfiguration, _ plugin: LoadedPlugin, _ catalog: PluginCatalog, _ instruments: [Int],
        seed: UInt64
    ) -> Result<StrategyInstance?, PluginRefusal> {
        CrashPage.during(configuration.id) {
            StrategyInstance.create(
                plugin, isolation: catalog.isolation(of: configuration, plugin), instruments: universe.instruments,
                bound: instruments.map { UInt32($0) }, seed: seed,
                parameters: configuration.parameterValues
            ).map { $0 }
        }
    }

    func slot(
        _ configuration: StrategyConfiguration, _ instruments: [Int], _ timeframe: Timeframe
    ) -> EngineSetup.Strategy {
        let account = host.accounts.firstIndex { $0.id == configuration.account } ?? 0
        var slot = EngineSetup.Strategy(id: configuration.id, account: account, instruments: instruments)
        slot.limits = limits(of: configuration)
        slot.orderKinds = configuration.orderKinds ?? OrderKind.allCases
        slot.timeframe = timeframe
        slot.schedule = configuration.schedule.windows(from: start)
        slot.protection = ProtectionTerms(configuration.risk)
        slot.onFault = configuration.onFault.stopPolicy
        return slot
    }

    /// For whoever wires more strategies later: an instance that it held would live for as long.
    var withoutInstances: Wiring {
        var copy = self
        for index in copy.strategies.indices { copy.strategies[index].instance = nil }
        return copy
    }

    /// A strategy's own, with its share of its account's budget.
    func limits(of configuration: StrategyConfiguration) -> LimitSet {
        var limits = LimitSet(configuration.limits)
        limits.budgetAllocation = host.account(configuration.account)?.limits.budgetAllocations[configuration.id]
        return limits
    }

    /// The bars that somebody wants.
    var timeframes: [Timeframe] { Timeframe.allCases.filter { frame in strategies.contains { $0.timeframe == frame } } }
}

/// A strategy that is ready to run.
struct WiredStrategy {
    /// In the engine.
    let slot: Int
    let configuration: StrategyConfiguration
    let plugin: LoadedPlugin
    /// nil = it is held: none of its code may run.
    var instance: StrategyInstance?
    /// What its random numbers begin with.
    let seed: UInt64
    /// Indices into the universe.
    let instruments: [Int]
    /// Of the bars that it is given.
    let timeframe: Timeframe

    var id: String { configuration.id }
    /// What its isolation cannot do on this machine.
    var warnings: [ConfigurationFinding] {
        (instance?.confinement?.gaps ?? []).map { configuration.finding("isolation", severity: .warning, $0) }
    }
}

extension ProtectionTerms {
    init(_ risk: RiskParameters) { self.init(stopLoss: risk.stopLoss, takeProfit: risk.takeProfit) }
}

extension ConfigurationFinding {
    /// About that folder, or something in it.
    func isAbout(folder: String) -> Bool { file == folder || file.hasPrefix(folder + "/") }
}
