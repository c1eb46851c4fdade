import API
import Configuration
import Controls
import Crypto
import Engine
import FoundationEssentials
import Journal
import MarketData
import PluginHost
import Portfolio
import Signals
import Trading

/// How a host comes up: the folders are read, the journal is opened, strategies and market are wired to the indices that the
/// journal knows, and the engine is rebuilt from the newest checkpoint and the facts after it.
struct HostStart {
    let folderPath: String
    let dataPath: String
    let journal: Journal
    let catalog: PluginCatalog
    let wiring: Wiring
    let feed: any MarketFeed
    let remap: [UInt32]?
    let engine: EngineBox
    var strategies: [StrategyRecord]
    let startTime: Timestamp
    let recovered: Recovery
    let summary: RecoverySummary
    /// The newest of the journal, newest first: what readers ask for most.
    let recent: (orders: [Order], fills: [Fill], denials: [DecisionRow], stops: [StopRecord])
    /// So many of each at most; older ones are read from the journal when somebody asks.
    static let recentMax = 2_000
    /// Limits that were changed over the API.
    let limitOverrides: [LimitPlace: LimitOverride]
    /// The trading session that runs.
    let session: TradingSession?
    /// What signals are made with.
    let models: ModelShelf
    /// Statistics of the first account's equity.
    let tracker: PerformanceTracker
    /// For people: what was recovered, what is in the way of nothing.
    var notices: [String]

    init(
        folder: StrategiesFolder, data: DataFolder, journal: Journal, catalog: PluginCatalog, source: MarketSource,
        seed: UInt64
    ) throws {
        folderPath = folder.path
        dataPath = data.path
        self.journal = journal
        self.catalog = catalog
        let wall = Timestamp(nanoseconds: WallClock.now)
        let recovered = try journal.recovery(now: wall)
        var notices = recovered.warnings
        var folder = folder
        let overrides = HostStart.apply(recovered.settings, to: &folder, &notices)
        session = HostStart.session(recovered, &notices)
        session?.apply(to: &folder)

        // Indices never change: what the journal knows keeps its place, what is new comes behind.
        let known = try KnownNames(journal)
        let universe = try Universe(
            known.listings(source.listings), accountCurrencies: folder.host.accounts.map(\.currency),
            knownCurrencies: known.currencies)
        let start = max(
            source.start, recovered.lastEventTime.map { $0 + Timestamp.nanosecondsPerSecond } ?? source.start)
        let quarantined = known.strategies.indices.filter { slot in
            Lifecycle(recovered.lifecycle.filter { $0.strategy == slot }).state == .quarantined
        }
        let wiring = Wiring(
            folder, catalog, universe, start: start, seed: seed, known: known,
            held: Set(quarantined.map { known.strategies[$0].id }))
        self.wiring = wiring

        guard wiring.setup.problems.isEmpty else {
            throw CommandError(
                .usage, wiring.setup.problems.joined(separator: "; "), at: folder.path, "mend host.yaml or the data")
        }
        let box = EngineBox(Engine(wiring.setup))
        summary = try box.rebuild(recovered, path: journal.path)
        // New names get their numbers for ever, so only once everything that the journal has still fits.
        try known.register(wiring, universe)
        let page = HistoryPage(limit: HostStart.recentMax)
        recent = (
            try journal.orders(OrderFilter(page: page)).map(\.order),
            try journal.fills(FillFilter(page: page)).map(\.fill),
            try journal.denials(DenialFilter(page: page)),
            try journal.stops(HistoryPage(limit: StopRegister.keptMax))
        )
        // Limits are the files', and what was changed over REST since.
        limitOverrides = HostStart.limitOverrides(wiring, recovered, folder, &notices)
        box.setLimits(wiring.setup, limitOverrides)
        box.engine.advance(to: start)
        strategies = HostStart.records(wiring, overrides, recovered, at: wall)
        notices += HostStart.countGenerations(
            &strategies, recovered, GenerationArchive(dataPath: data.path), catalog, universe)
        notices += box.attach(&strategies, recovered.strategyStates)
        for slot in strategies.indices where strategies[slot].instance == nil {
            strategies[slot].savedState = recovered.strategyStates.last { $0.strategy == slot }.map(StrategyState.init)
        }
        models = ModelShelf(folder: folder.modelsPath)
        notices += models.notices(for: folder.host.signals)
        tracker = HostStart.tracker(recovered, wiring.setup.accounts[0].terms, &notices)
        engine = box
        feed = source.continued(from: start, box.engine, universe).feed(timeframes: wiring.timeframes)
        remap = HostStart.remap(source.listings.map(\.instrument.id), universe)
        startTime = start
        self.recovered = recovered
        self.notices = notices
    }

    private static func tracker(
        _ recovered: Recovery, _ terms: AccountTerms, _ notices: inout [String]
    ) -> PerformanceTracker {
        let fresh = PerformanceTracker(
            openingEquity: terms.openingBalance.approximate, dayOffset: terms.dayOffset)
        guard let stored = recovered.checkpoint?.extra, !stored.isEmpty else { return fresh }
        var tracker = fresh
        var reader = ByteReader(stored)
        do {
            try tracker.decodeMarks(from: &reader)
            return tracker
        } catch {
            notices.append("the statistics of the portfolio begin anew: \(error)")
            return fresh
        }
    }

    // MARK: Strategies

    /// Puts what operators changed over the files; a file that has changed since wins.
    private static func apply(
        _ settings: [StrategySettingRecord], to folder: inout StrategiesFolder, _ notices: inout [String]
    ) -> [String: StrategyOverride] {
        var overrides: [String: StrategyOverride] = [:]
        for setting in settings {
            guard let index = folder.strategies.firstIndex(where: { $0.id == setting.strategy }) else { continue }
            let file = folder.strategies[index].file
            guard setting.fileHash == FileHash.sha256(file) else {
                notices.append("\(file) has changed since its settings were changed over the API: the file wins")
                continue
            }
            guard let override = StrategyOverride(json: setting.configurationJSON) else {
                notices.append("the stored settings of \(setting.strategy) cannot be read: the file wins")
                continue
            }
            folder.strategies[index] = override.applied(to: folder.strategies[index])
            overrides[setting.strategy] = override
        }
        return overrides
    }

    private static func records(
        _ wiring: Wiring, _ overrides: [String: StrategyOverride], _ recovered: Recovery, at wall: Timestamp
    ) -> [StrategyRecord] {
        wiring.setup.strategies.enumerated().map { slot, setup in
            var record: StrategyRecord
            if let wired = wiring.strategies.first(where: { $0.slot == slot }) {
                record = wired.record(
                    fileHash: FileHash.sha256(wired.configuration.file), override: overrides[setup.id] ?? .init(),
                    at: wall)
            } else {
                record = StrategyRecord(id: setup.id)
                record.createdAt = wall
                record.updatedAt = wall
                let refused = wiring.refused.first { $0.id == setup.id }
                record.problem =
                    record.isManual
                    ? nil
                    : refused.map { $0.findings.map(\.description).joined(separator: "; ") }
                        ?? "its folder is gone; its book stays"
            }
            record.account = setup.account
            record.lifecycle = Lifecycle(recovered.lifecycle.filter { $0.strategy == slot })
            if let setting = recovered.settings.last(where: { $0.strategy == setup.id }) {
                record.updatedAt = setting.time
            }
            return record
        }
    }

    /// The feed's order in ours; nil = they are the same.
    private static func remap(_ ids: [String], _ universe: Universe) -> [UInt32]? {
        let indices = ids.map { UInt32(universe.index(of: $0) ?? 0) }
        return indices.enumerated().allSatisfy { $0 == Int($1) } ? nil : indices
    }
}

/// An engine on its way to its thread.
final class EngineBox {
    var engine: Engine

    init(_ engine: consuming Engine) { self.engine = engine }

    func rebuild(_ recovered: Recovery, path: String) throws(CommandError) -> RecoverySummary {
        do {
            if let checkpoint = recovered.checkpoint { try engine.restore(checkpoint.engine) }
            for event in recovered.facts { try engine.replay(event, findings: recovered.findings) }
            return try engine.finishRecovery()
        } catch {
            throw CommandError(
                .environment, "the journal cannot be replayed: \(error)", at: path,
                "undo the last change of host.yaml's accounts or of the instruments' terms, or restore a backup")
        }
    }

    func setLimits(_ setup: EngineSetup, _ changes: [LimitPlace: LimitOverride]) {
        func set(_ limits: LimitSet, _ scope: LimitScope, _ index: Int, _ id: String) {
            let change = changes[LimitPlace(scope: scope, id: id)]
            engine.setLimits(change?.applied(to: limits) ?? limits, scope: scope, index: index)
        }
        set(setup.systemLimits, .system, 0, "")
        for (index, account) in setup.accounts.enumerated() { set(account.limits, .account, index, account.id) }
        for (index, strategy) in setup.strategies.enumerated() {
            set(strategy.limits, .strategy, index, strategy.id)
            engine.setProtection(strategy: index, strategy.protection)
        }
        for (index, instrument) in setup.instruments.enumerated() {
            set(setup.instrumentLimits[index] ?? LimitSet(), .instrument, index, instrument.id)
        }
    }

    /// Gives strategies the memory that they saved with the last checkpoint; positions follow when they are started.
    func attach(_ strategies: inout [StrategyRecord], _ states: [StrategyStateRecord]) -> [String] {
        var notices: [String] = []
        for slot in strategies.indices {
            guard let instance = strategies[slot].instance else { continue }
            if let state = states.last(where: { $0.strategy == slot }) {
                let saved = StrategyState(state)
                strategies[slot].savedState = saved
                let restored = CrashPage.during(strategies[slot].id) { instance.restoreState(saved) }
                if case .failure(let refusal) = restored {
                    let reason = refusal.problems.map(\.text).joined(separator: "; ")
                    notices.append("\(strategies[slot].id) starts without its memory: \(reason)")
                }
            }
            engine.attach(StrategyCall(instance), strategy: slot)
        }
        return notices
    }
}

/// SHA-256 of a file, hexadecimal; empty = it cannot be read.
enum FileHash {
    static func sha256(_ path: String) -> String {
        guard let bytes = try? Data(contentsOf: URL(filePath: path)) else { return "" }
        return SHA256.hash(data: bytes).hexadecimal
    }
}

extension HostStart {
    /// Stops that were thrown before, with the number of the last.
    var stops: StopRegister {
        var register = StopRegister()
        // An old one that is still in force stays, however many came after it.
        let lifted = recent.stops.filter { $0.resolvedAt != nil }
        register.stops = (lifted + recovered.activeStops).sorted { $0.id < $1.id }.map(\.view)
        register.lastNumber = recovered.lastStopID
        return register
    }

    /// A file that has changed since its limits were changed over the API wins.
    private static func limitOverrides(
        _ wiring: Wiring, _ recovered: Recovery, _ folder: StrategiesFolder, _ notices: inout [String]
    ) -> [LimitPlace: LimitOverride] {
        var overrides: [LimitPlace: LimitOverride] = [:]
        let hostHash = FileHash.sha256(folder.path + "/host.yaml")
        for record in recovered.limits {
            guard let override = LimitOverride(json: record.json) else {
                notices.append("the stored limits of \(record.scope.name) \(record.id) cannot be read: the file wins")
                continue
            }
            let file = folder.strategies.first { $0.id == record.id }?.file
            let hash = record.scope == .strategy ? file.map(FileHash.sha256) ?? override.fileHash : hostHash
            guard override.fileHash.isEmpty || override.fileHash == hash else {
                notices.append(
                    "the file has changed since the limits of \(record.scope.name) \(record.id) were changed over the API: "
                        + "the file wins")
                continue
            }
            overrides[LimitPlace(scope: record.scope, id: record.id)] = override
        }
        return overrides
    }
}

extension HostStart {
    /// For people; nil = a new account.
    var recoveryNotice: String? {
        guard !recovered.isEmpty else { return nil }
        return "recovered: \(summary.orders) orders, \(summary.fills) fills, \(summary.workingOrders) working, "
            + "\(summary.openPositions) positions, \(recovered.activeStops.count) stops in force; "
            + "\(summary.replayedFacts) facts since the last checkpoint"
    }
}

extension ModelShelf {
    /// Files that were refused, and a model of host.yaml that is not there.
    func notices(for settings: SignalSettings) -> [String] {
        var notices = faults.map { "model refused: \($0)" }
        if settings.everySeconds != nil, self[settings.model] == nil {
            notices.append("no signals are made: there is no model '\(settings.model)' (signals.model of host.yaml)")
        }
        return notices
    }
}
