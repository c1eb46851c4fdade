import API
import Configuration
import Engine
import PluginHost
import Trading

/// What is to take the place of a strategy's instance: another configuration, other code, or both. Made by a command of the
/// engine thread; all that takes time is done with it beside that thread.
struct StrategyPlan: Sendable {
    /// Where the code comes from.
    enum Code: Sendable {
        /// The active generation goes on with another configuration.
        case active
        /// The file is loaded, as a new generation.
        case load(path: String)
        /// It was loaded for a new generation.
        case loaded(LoadedPlugin)
        /// A generation that was active before.
        case kept(Generation)
        /// The active generation, of which an instance with another configuration was made already.
        case made(StrategyInstance)
    }

    var slot: Int
    var id: String
    /// What is wrong with the change already.
    var faults: [RequestFault] = []
    var isLive = false
    var code = Code.active
    var mode = ReloadRequest.Mode.swap
    var memory = ReloadRequest.Memory.keep
    var configuration: StrategyConfiguration
    /// nil = the configuration stays as it is.
    var override: StrategyOverride?
    /// Of strategy.yaml, where the configuration is that of a changed file.
    var fileHash: String?
    /// What the slot may do.
    var terms: EngineSetup.Strategy
    var instruments: [Int]
    var timeframe: Timeframe
    var plugin: LoadedPlugin
    var isolation: StrategyIsolation
    var universe: [Instrument]
    var seed: UInt64
    var archive: GenerationArchive
    /// When the strategy was changed last, and how often its instance was replaced: another change in between makes this
    /// plan out of date.
    var basis: Timestamp
    var replacements: Int

    /// The new instance, beside the engine thread.
    func replacement(_ catalog: PluginCatalog) -> Result<Replacement, HostRefusal> {
        let generation: Generation?
        switch code {
        case .active: generation = nil
        case .made(let instance): return .success(Replacement(plan: self, instance: instance, generation: nil))
        case .kept(var kept):
            if kept.plugin == nil {
                switch catalog.load(archive.path(kept.sha256), inHost: isolation == .host) {
                case .failure(let refusal): return .failure(.conflict(refusal.description))
                case .success(let plugin): kept.plugin = plugin
                }
            }
            generation = kept
        case .load(let path):
            switch catalog.load(path, inHost: isolation == .host) {
            case .failure(let refusal): return .failure(.conflict(refusal.description))
            case .success(let plugin):
                if let wanted = configuration.plugin, wanted != plugin.id {
                    return .failure(.conflict("\(path) is the plugin \(plugin.id) now, and \(id) needs \(wanted)"))
                }
                generation = fresh(plugin)
            }
        case .loaded(let plugin): generation = fresh(plugin)
        }
        let made = CrashPage.during(id) {
            StrategyInstance.create(
                generation?.plugin ?? plugin, isolation: isolation, instruments: universe,
                bound: instruments.map { UInt32($0) }, seed: seed, parameters: configuration.parameterValues)
        }
        switch made {
        case .failure(let refusal): return .failure(refused(refusal))
        case .success(let instance):
            guard faults.isEmpty else { return .failure(.invalid(faults)) }
            if isLive { return .failure(.unavailable("live trading is not configured; use PAPER")) }
            return .success(Replacement(plan: self, instance: instance, generation: generation))
        }
    }

    /// A generation of code that was just loaded; its library is kept for a rollback after a restart.
    private func fresh(_ plugin: LoadedPlugin) -> Generation {
        var generation = Generation(plugin: plugin, at: Timestamp(nanoseconds: WallClock.now))
        generation.isArchived = archive.keep(plugin, generation.sha256)
        return generation
    }

    /// Parameters that the plugin refuses are faults of the request that names them, beside its others. New code that refuses
    /// the parameters in force cannot run.
    private func refused(_ refusal: PluginRefusal) -> HostRefusal {
        guard case .active = code else { return .conflict(refusal.description) }
        return .invalid(
            faults
                + refusal.problems.map { problem in
                    switch problem {
                    case .parameter(let name, _, let message):
                        RequestFault(path: "config.parameters.\(name)", message: message)
                    default: RequestFault(path: "config.parameters", message: problem.text)
                    }
                })
    }
}

/// A new instance on its way into a slot.
final class Replacement: @unchecked Sendable {
    let plan: StrategyPlan
    let instance: StrategyInstance
    /// nil = the active one goes on.
    let generation: Generation?
    private(set) var call: ShadowCall
    /// What became of the running one's memory.
    private(set) var memory = ReloadRequest.Memory.discard
    /// What waits for it, where the running one answers late.
    var held: HeldCall?
    /// How long the engine stood for the snapshot.
    var snapshotNanoseconds: Int64 = 0
    /// For the journal; made here, because it takes a while.
    let overrideJSON: String?

    init(plan: StrategyPlan, instance: StrategyInstance, generation: Generation?) {
        self.plan = plan
        self.instance = instance
        self.generation = generation
        overrideJSON = plan.override?.json
        call = ShadowCall(StrategyCall(instance))
    }

    /// Gives it the memory of the running one, beside the engine thread; it has seen nothing since.
    func restore(_ snapshot: StateSnapshot) throws(HostRefusal) { try restore(snapshot.state) }

    func restore(_ saved: Result<StrategyState?, PluginRefusal>) throws(HostRefusal) {
        let restored = saved.flatMap { state in
            state.map { instance.restoreState($0) } ?? .success(())
        }
        if case .failure(let refusal) = restored {
            let reason = refusal.problems.map(\.text).joined(separator: "; ")
            let remedy = generation == nil ? "" : "; with memory discard it begins anew"
            throw .conflict("the running \(plan.id) cannot hand over its memory: \(reason)\(remedy)")
        }
        // The first time takes long in new code, and the next one is the engine's.
        _ = StateSnapshot(of: instance)
        memory = .keep
        call = ShadowCall(StrategyCall(instance))
    }
}
