import API
import Configuration
import Engine
import PluginHost
import Trading

// A strategy's folder that has come, changed or gone, as commands of the engine's thread.

/// What is known of a folder's strategy at one moment, for whoever makes it ready beside the engine.
struct FolderBasis: Sendable {
    /// nil = it has none yet.
    var slot: Int?
    var slotCount: Int
    /// There is no room for another slot.
    var isFull: Bool
    /// The account that its book is on; nil = it has no book yet.
    var account: String?
    /// When it was changed last; nil = it has no slot.
    var updatedAt: Timestamp?
    var fileHash = ""
    var override = StrategyOverride()
    /// It has its code and configuration, whatever became of it since.
    var isWired = false
    /// And it has not failed; it may be switched off.
    var isInService = false
    var plugin: LoadedPlugin?
    /// What its folder left behind, for a new instance of the same plugin; nil = one is running, or it begins anew.
    var memory: StrategyState?
    /// As its file has it.
    var isolation: StrategyConfiguration.Isolation?
    var catalog: PluginCatalog
}

/// The libraries of a folder.
struct FolderCode: Sendable {
    var plugins: [LoadedPlugin] = []
    var refusals: [PluginRefusal] = []
    /// SHA-256 of each file.
    var hashes: [String: String] = [:]
}

/// A folder as it is now, ready to run.
struct FolderAdoption: Sendable {
    var wired: WiredStrategy
    /// Of strategy.yaml.
    var fileHash: String
    /// What operators changed of this very file.
    var override: StrategyOverride
    /// What became of the memory that its folder left behind; nil = there was none.
    var restored: Result<Void, PluginRefusal>?
    /// They had changed the file of before, and that is gone.
    var dropsOverride: Bool
    /// Of the record that this was made from.
    var basis: Timestamp?
    /// Who has which slot, as the journal has it; empty = the strategy has one.
    var names: [KnownNames.Strategy]
    var code: FolderCode
    var warnings: [ConfigurationFinding]
}

extension FolderAdoption {
    /// Beside the engine: what is read back takes its time. Another plugin cannot read it.
    mutating func takeUpMemory(_ basis: FolderBasis) {
        guard let memory = basis.memory, let instance = wired.instance,
            basis.plugin == nil || basis.plugin?.id == wired.plugin.id
        else { return }
        restored = CrashPage.during(wired.id) { instance.restoreState(memory) }
    }
}

extension HostCore {
    func folderBasis(_ id: String) -> FolderBasis {
        var basis = FolderBasis(
            slotCount: strategies.count, isFull: engine.strategyCount >= engine.strategiesMax, catalog: catalog)
        guard let slot = strategies.firstIndex(where: { $0.id == id }) else { return basis }
        let record = strategies[slot]
        basis.slot = slot
        basis.account = accounts[record.account].id
        basis.updatedAt = record.updatedAt
        basis.fileHash = record.fileHash
        basis.override = record.override
        basis.isWired = record.configuration != nil && record.plugin != nil && record.problem == nil
        basis.isInService = record.instance != nil && !record.lifecycle.state.isOut
        basis.plugin = record.plugin
        if record.instance == nil, !record.lifecycle.state.isOut { basis.memory = record.savedState }
        basis.isolation = record.configuration?.isolation
        return basis
    }

    // MARK: Taking in

    enum Adopted { case done, keptOut, outdated }

    /// Puts a folder's strategy into its slot, between two events, unless it was changed since it was made ready.
    func adopt(_ adoption: FolderAdoption) -> Adopted {
        guard !isClosing else { return .keptOut }
        let wired = adoption.wired
        func keepOut(_ finding: ConfigurationFinding) -> Adopted {
            self.keepOut(
                RefusedStrategy(
                    id: wired.id, findings: [finding], account: wired.configuration.account), adoption.code)
            return .keptOut
        }
        guard feed.bring(wired.timeframe) else {
            return keepOut(
                wired.configuration.finding(
                    "timeframe", value: wired.timeframe.name,
                    "this recording is played without bars of that length; start the host again"))
        }
        grow(adoption.names)
        guard let slot = strategies.firstIndex(where: { $0.id == wired.id }) else {
            return keepOut(wired.configuration.finding("", "there is no room for another strategy"))
        }
        let isBasis = adoption.basis.map { $0 == strategies[slot].updatedAt } ?? (strategies[slot].instance == nil)
        guard isBasis else { return .outdated }
        if let problem = CrashPage.during(wired.id, { handOver(to: adoption, in: slot) }) {
            return keepOut(wired.configuration.finding("", "its memory cannot be handed over: \(problem)"))
        }
        report(adoption, slot)
        occupy(slot, adoption)
        return .done
    }

    /// Slots for the names that the journal has and the engine has not: a name keeps its number.
    private func grow(_ names: [KnownNames.Strategy]) {
        for name in names.dropFirst(strategies.count) {
            let terms = wiring.emptySlot(name.id, account: name.account)
            guard let slot = engine.add(strategy: terms), slot == strategies.count else { return }
            var record = StrategyRecord(id: name.id)
            record.account = terms.account
            record.createdAt = Timestamp(nanoseconds: WallClock.now)
            record.updatedAt = record.createdAt
            strategies.append(record)
            hostNames.strategies.append(name.id)
            activity.addName(name.id)
        }
    }

    /// Gives a new instance the memory of the old one; what its folder left behind it has already. Another plugin, and one that
    /// broke the contract, begins anew. What is wrong; nil = nothing.
    private func handOver(to adoption: FolderAdoption, in slot: Int) -> String? {
        let wired = adoption.wired
        let record = strategies[slot]
        // What a journal or a folder left behind says nothing of its plugin; the plugin knows its own.
        let isSame = record.plugin == nil || record.plugin?.id == wired.plugin.id
        guard isSame, !record.lifecycle.state.isOut, let instance = wired.instance else { return nil }
        if let old = record.instance {
            guard case .success(let state?) = old.saveState() else { return nil }
            guard case .failure(let refusal) = instance.restoreState(state) else { return nil }
            return refusal.problems.map(\.text).joined(separator: "; ")
        }
        if case .failure(let refusal) = adoption.restored {
            let reason = refusal.problems.map(\.text).joined(separator: "; ")
            activity.add(.problem, slot, engine.now, "starts without its memory: \(reason)")
        }
        return nil
    }

    private func occupy(_ slot: Int, _ adoption: FolderAdoption) {
        let wired = adoption.wired
        let configuration = wired.configuration
        if engine.isEnabled(strategy: slot), !configuration.enabled {
            engine.disable(strategy: slot, policy: configuration.onStop.stopPolicy)
        }
        engine.rebind(
            strategy: slot, terms(slot, configuration, wired.instruments, wired.timeframe),
            call: wired.instance.map { StrategyCall($0) })
        if strategies[slot].plugin?.generation != wired.plugin.generation {
            activate(Generation(plugin: wired.plugin, at: wallTime), slot)
        }
        strategies[slot].configuration = configuration
        strategies[slot].override = adoption.override
        takeFile(adoption.fileHash, strategy: slot)
        // The old one goes here, and its code may fail once more.
        CrashPage.during(wired.id) { replaceInstance(slot, wired.instance) }
        strategies[slot].seed = wired.seed
        strategies[slot].instruments = wired.instruments
        strategies[slot].timeframe = wired.timeframe
        strategies[slot].problem = nil
        strategies[slot].folderProblem = nil
        refused.removeAll { $0.id == wired.id }
        takeCode(wired.id, configuration.folder, adoption.code)
        // A stop that names it holds from the first moment.
        applyStops()
        returnToService(slot, "taken in from its folder")
        switchByFile(slot, configuration)
        writeSetting(slot, by: HostCore.fileOperator)
        audit("strategy.folder", wired.id, by: HostCore.fileOperator, ["sha256": adoption.fileHash])
    }

    /// What was on its way into the slot, or lived beside it, is out of date.
    private func replaceInstance(_ slot: Int, _ instance: StrategyInstance?) {
        strategies[slot].instance = instance
        strategies[slot].incoming = nil
        strategies[slot].shadow = nil
        strategies[slot].replacements += 1
    }

    private func switchByFile(_ slot: Int, _ configuration: StrategyConfiguration) {
        if configuration.enabled {
            engine.enable(strategy: slot)
            note(strategies[slot].lifecycle.enable("its file has it enabled", at: wallTime), slot)
        } else {
            engine.disable(strategy: slot, policy: configuration.onStop.stopPolicy)
            note(strategies[slot].lifecycle.disable("its file does not have it enabled", at: wallTime), slot)
        }
    }

    // MARK: A changed configuration

    /// What puts the file's configuration into force for a strategy that runs, with its memory and without a pause.
    func plan(_ adoption: FolderAdoption) throws(HostRefusal) -> StrategyPlan {
        let wired = adoption.wired
        let slot = try slot(wired.id)
        guard let instance = wired.instance, let basis = adoption.basis else {
            throw .conflict("\(wired.id) has no code")
        }
        guard feed.bring(wired.timeframe) else {
            throw .conflict("timeframe: this recording is played without bars of \(wired.timeframe.name)")
        }
        var plan = plan(slot, wired.configuration, wired.plugin)
        plan.code = .made(instance)
        plan.override = adoption.override
        plan.fileHash = adoption.fileHash
        plan.instruments = wired.instruments
        plan.timeframe = wired.timeframe
        plan.terms = terms(slot, wired.configuration, wired.instruments, wired.timeframe)
        plan.basis = basis
        return plan
    }

    /// The plan was carried out.
    func finish(_ adoption: FolderAdoption) {
        guard !isClosing, let slot = strategies.firstIndex(where: { $0.id == adoption.wired.id }) else { return }
        report(adoption, slot)
        strategies[slot].folderProblem = nil
        takeCode(adoption.wired.id, adoption.wired.configuration.folder, adoption.code)
        switchByFile(slot, adoption.wired.configuration)
    }

    private func takeCode(_ id: String, _ folder: String, _ code: FolderCode) {
        catalog.replace(inFolderOf: id, folder: folder, with: code.plugins, refused: code.refusals)
    }

    /// Says what is going to change.
    private func report(_ adoption: FolderAdoption, _ slot: Int) {
        let record = strategies[slot]
        let wired = adoption.wired
        let state = wired.configuration.enabled ? "" : ", not enabled"
        let code = "\(wired.plugin.id) \(wired.plugin.version)"
        if record.instance == nil {
            let set = (wired.instance?.parameterTexts ?? []).map { "\($0.name) \($0.text)" }.joined(separator: ", ")
            let instruments = wired.configuration.instruments.joined(separator: ", ")
            say(slot, "its folder was taken in: \(code) on \(instruments) \(wired.timeframe.name): \(set)\(state)")
        } else {
            say(slot, "strategy.yaml has changed and is in force\(state)")
        }
        if adoption.dropsOverride {
            say(slot, "what was changed over the API is gone: the file has changed since, and the file wins")
        }
        for warning in adoption.warnings { say(slot, "warning: \(warning)") }
    }

    private func say(_ slot: Int, _ text: String) {
        activity.add(.note, slot, engine.now, text)
        logs.add(strategies[slot].id, .info, text, at: engine.now)
    }

    /// What is wrong with a folder, for the terminal and for whoever looks at the strategy.
    private func complain(_ refusal: RefusedStrategy, _ slot: Int?, _ prefix: String = "") {
        for finding in refusal.findings {
            activity.add(.problem, slot ?? -1, engine.now, "\(prefix)\(finding)")
            logs.add(refusal.id, .error, "\(finding)", at: engine.now)
        }
    }

    // MARK: Keeping out

    /// The folder cannot be used as it is. What ran before runs on; a strategy that does not run is listed with every reason.
    /// `code`: its libraries now; nil = nothing is known of them.
    func keepOut(_ refusal: RefusedStrategy, _ code: FolderCode? = nil) {
        let text = refusal.findings.map(\.description).joined(separator: "; ")
        let slot = strategies.firstIndex { $0.id == refusal.id }
        let isRunning = slot.map { strategies[$0].instance != nil } ?? false
        if var code {
            if isRunning { code.plugins = catalog.plugins(inFolderOf: refusal.id) }
            takeCode(refusal.id, "\(folderPath)/\(refusal.id)", code)
        }
        if let slot, isRunning {
            guard strategies[slot].folderProblem != text else { return }
            strategies[slot].folderProblem = text
            complain(refusal, slot)
            say(slot, "what was in force before runs on")
            return
        }
        let isNews = refused.first { $0.id == refusal.id }?.findings != refusal.findings
        refused.removeAll { $0.id == refusal.id }
        refused.append(refusal)
        refused.sort { $0.id < $1.id }
        if let slot { strategies[slot].problem = text }
        guard isNews else { return }
        complain(refusal, slot, "refused: \(refusal.id): ")
    }

    /// The folder is again what runs.
    func mendFolder(_ id: String, _ folder: String, _ code: FolderCode) {
        takeCode(id, folder, code)
        guard let slot = strategies.firstIndex(where: { $0.id == id }), strategies[slot].folderProblem != nil else {
            return
        }
        strategies[slot].folderProblem = nil
        say(slot, "its folder is again as what runs")
    }

    // MARK: Letting go

    /// The folder is gone: the strategy stops by its policy. It stays listed as long as its book holds something, and a folder
    /// that comes back finds its book.
    func abandon(_ id: String, _ folder: String) {
        let wasRefused = refused.contains { $0.id == id }
        refused.removeAll { $0.id == id }
        takeCode(id, folder, FolderCode())
        guard !isClosing, let slot = strategies.firstIndex(where: { $0.id == id }), !strategies[slot].isManual,
            strategies[slot].configuration != nil || wasRefused
        else { return }
        if engine.isEnabled(strategy: slot) {
            engine.disable(strategy: slot, policy: strategies[slot].configuration?.onStop.stopPolicy ?? .cancel)
        }
        if !strategies[slot].lifecycle.state.isOut, let instance = strategies[slot].instance,
            case .success(let state?) = CrashPage.during(id, { instance.saveState() })
        {
            strategies[slot].savedState = state
        }
        engine.rebind(
            strategy: slot, wiring.emptySlot(id, account: accounts[strategies[slot].account].id), call: nil)
        note(strategies[slot].lifecycle.disable("its folder is gone", at: wallTime), slot)
        strategies[slot].restart = nil
        CrashPage.during(id) { replaceInstance(slot, nil) }
        strategies[slot].configuration = nil
        strategies[slot].instruments = []
        strategies[slot].folderProblem = nil
        strategies[slot].problem = "its folder is gone; its book stays"
        strategies[slot].updatedAt = Timestamp(nanoseconds: WallClock.now)
        say(slot, "its folder is gone: it was stopped")
        audit("strategy.remove", id, by: HostCore.fileOperator)
    }
}
