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
    let host: HostConfiguration
    /// Worth knowing, and in the way of nothing.
    private(set) var warnings: [ConfigurationFinding]

    /// `start`: the time of the first event. `seed` is what plugins' random numbers begin with. What a journal knows comes
    /// first and in its order, whether it still is configured or not, so that every index stays what it was.
    init(
        _ folder: StrategiesFolder, _ catalog: PluginCatalog, _ universe: Universe, start: Timestamp, seed: UInt64,
        known: KnownNames? = nil
    ) {
        self.universe = universe
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
        self.start = start
        setup.keepsDays = true
        setup.quotedRates = host.accounts.enumerated().flatMap { $1.quotedRates(universe, account: $0) }
        setup.systemLimits = LimitSet(host.limits)
        for (id, limits) in host.instrumentLimits {
            if let index = universe.index(of: id) { setup.instrumentLimits[index] = LimitSet(limits) }
        }
        for id in folder.refused {
            let findings = folder.findings.filter { $0.isAbout(folder: "\(folder.path)/\(id)") }
            refused.append(RefusedStrategy(id: id, findings: findings.filter { $0.severity == .error }))
        }
        setup.strategies = (known?.strategies ?? []).map { placeholder($0.id, account: $0.account) }
        for configuration in folder.strategies { add(configuration, catalog, seed: seed) }
        if known != nil, !setup.strategies.contains(where: { $0.id == StrategyRecord.manualID }) {
            setup.strategies.append(placeholder(StrategyRecord.manualID, account: host.accounts[0].id))
        }
        refused.sort { $0.id < $1.id }
    }

    /// A slot that holds a book and runs nothing.
    private func placeholder(_ id: String, account: String) -> EngineSetup.Strategy {
        EngineSetup.Strategy(
            id: id, account: host.accounts.firstIndex { $0.id == account } ?? 0, instruments: [])
    }

    private mutating func add(_ configuration: StrategyConfiguration, _ catalog: PluginCatalog, seed: UInt64) {
        var problems: [ConfigurationFinding] = []
        var instruments: [Int] = []
        for id in configuration.instruments {
            if let index = universe.index(of: id) {
                instruments.append(index)
            } else {
                let known = universe.instruments.map(\.id).joined(separator: ", ")
                problems.append(
                    configuration.finding(
                        "instruments", line: line(of: configuration), value: id, "not in this market; it has \(known)"))
            }
        }
        if configuration.instruments.isEmpty {
            problems.append(configuration.finding("instruments", "none are named, so it could trade nothing"))
        }
        let slotIndex = setup.strategies.firstIndex { $0.id == configuration.id } ?? setup.strategies.count
        if slotIndex < setup.strategies.count {
            let account = host.accounts[setup.strategies[slotIndex].account].id
            if account != configuration.account {
                problems.append(
                    configuration.finding(
                        "account", value: configuration.account,
                        "its book is on account '\(account)', which it keeps; give the strategy another id to start anew"
                    ))
            }
        }
        let plugin = configuration.plugin(in: catalog)
        if case .failure(let refusal) = plugin { problems += refusal.findings }
        guard case .success(let plugin) = plugin, problems.isEmpty else {
            refused.append(RefusedStrategy(id: configuration.id, findings: problems))
            return
        }
        switch StrategyInstance.create(
            plugin, instruments: universe.instruments, bound: instruments.map { UInt32($0) },
            seed: seed &+ UInt64(slotIndex), parameters: configuration.parameterValues)
        {
        case .failure(let refusal):
            refused.append(RefusedStrategy(id: configuration.id, findings: configuration.findings(refusal)))
        case .success(let instance):
            let timeframe = universe.timeframe(configuration.timeframe, of: instruments)
            strategies.append(
                WiredStrategy(
                    slot: slotIndex, configuration: configuration, plugin: plugin, instance: instance,
                    instruments: instruments,
                    timeframe: timeframe))
            let terms = slot(configuration, instruments, timeframe)
            if slotIndex < setup.strategies.count {
                setup.strategies[slotIndex] = terms
            } else {
                setup.strategies.append(terms)
            }
            warnings += configuration.unmet
        }
    }

    /// Of its instruments, where the configuration had something to say about them; 0 = it had not.
    private func line(of configuration: StrategyConfiguration) -> Int {
        warnings.first { $0.file == configuration.file && $0.keyPath == "instruments" }?.line ?? 0
    }

    func slot(
        _ configuration: StrategyConfiguration, _ instruments: [Int], _ timeframe: Timeframe
    ) -> EngineSetup.Strategy {
        let account = host.accounts.firstIndex { $0.id == configuration.account } ?? 0
        var slot = EngineSetup.Strategy(id: configuration.id, account: account, instruments: instruments)
        slot.limits = LimitSet(configuration.limits)
        slot.orderKinds = configuration.orderKinds ?? OrderKind.allCases
        slot.timeframe = timeframe
        slot.schedule = configuration.schedule.windows(from: start)
        slot.protection = ProtectionTerms(configuration.risk)
        return slot
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
    let instance: StrategyInstance
    /// Indices into the universe.
    let instruments: [Int]
    /// Of the bars that it is given.
    let timeframe: Timeframe

    var id: String { configuration.id }
    var call: StrategyCall {
        StrategyCall(instance: instance.pointer, process: instance.process, events: plugin.events)
    }
}

extension ProtectionTerms {
    init(_ risk: RiskParameters) { self.init(stopLoss: risk.stopLoss, takeProfit: risk.takeProfit) }
}

extension ConfigurationFinding {
    /// About that folder, or something in it.
    func isAbout(folder: String) -> Bool { file == folder || file.hasPrefix(folder + "/") }
}
