import API
import Engine
import Journal
import PluginHost
import Trading

/// One load of a strategy's code. Numbers count from 1 over all lives of the host.
struct Generation: Sendable {
    var number: Int
    let loadedAt: Timestamp
    /// Of the library, hexadecimal.
    let sha256: String
    let pluginID: String
    let version: String
    /// nil = its code is not in memory.
    var plugin: LoadedPlugin?
    /// Its code is kept on the disk.
    var isArchived = false
    /// It was loaded from the strategy's folder when the host started.
    var isOfFile = false

    /// The copy that is in memory is the very file that was checked; nobody else writes to it.
    init(number: Int = 0, plugin: LoadedPlugin, at time: Timestamp) {
        self.number = number
        loadedAt = time
        sha256 = plugin.sha256.isEmpty ? FileHash.sha256(plugin.generationPath) : plugin.sha256
        pluginID = plugin.id
        version = plugin.version
        self.plugin = plugin
    }
}

extension Generation {
    /// It can be put back.
    var isThere: Bool { plugin != nil || isArchived }

    func record(of strategy: String, isActive: Bool) -> GenerationRecord {
        GenerationRecord(
            strategy: strategy, number: number, plugin: pluginID, version: version, sha256: sha256, isActive: isActive,
            loadedAt: loadedAt)
    }
}

/// A generation that runs beside the active one.
struct ShadowGeneration {
    let generation: Generation
    let instance: StrategyInstance
    /// By the engine's clock.
    let since: Timestamp
}

extension StrategyRecord {
    /// The highest number that was given.
    var lastGeneration: Int { max(generations.last?.number ?? 0, shadow?.generation.number ?? 0) }

    /// The newest one before the active one whose code is still there.
    var previous: Generation? { generations.last { $0.number < generation && $0.isThere } }
}

extension HostCore {
    /// Images in memory, and how many there may be.
    var generationsLoaded: (count: Int, most: Int) { (catalog.loader.generationCount, catalog.loader.generationsMax) }

    /// Images whose code runs, or is about to.
    var generationsInUse: Set<Int> {
        var used: Set<Int> = []
        for record in strategies {
            for instance in [record.instance, record.shadow?.instance, record.incoming?.instance] {
                if let instance { used.insert(instance.plugin.generation) }
            }
        }
        return used
    }

    func generationsView(_ slot: Int) -> GenerationsView {
        let record = strategies[slot]
        var list = record.generations
        if let shadow = record.shadow { list.append(shadow.generation) }
        let views = list.sorted { $0.number < $1.number }.map { generation in
            GenerationView(
                number: generation.number, loadedAt: generation.loadedAt, state: state(of: generation, record),
                sha256: generation.sha256, plugin: generation.pluginID, version: generation.version)
        }
        return GenerationsView(
            strategy: record.id, current: record.generation, generations: views, shadow: shadowView(slot),
            loaded: generationsLoaded.count, loadedMax: generationsLoaded.most)
    }

    private func state(of generation: Generation, _ record: StrategyRecord) -> GenerationView.State {
        if generation.number == record.shadow?.generation.number { return .shadow }
        if generation.number == record.generation { return .active }
        return generation.isThere ? .kept : .gone
    }

    private func shadowView(_ slot: Int) -> ShadowView? {
        guard let shadow = strategies[slot].shadow, let call = engine.shadow(strategy: slot) else { return nil }
        let names = universe.instruments.map(\.id)
        return ShadowView(
            generation: shadow.generation.number, since: shadow.since, equal: call.comparison.equal,
            differing: call.comparison.differing,
            differences: call.comparison.differences.map { difference in
                ShadowView.Difference(
                    time: difference.time, running: IntentText.lines(difference.running, instruments: names),
                    shadow: IntentText.lines(difference.shadow, instruments: names))
            },
            problem: call.fault.map { "it answered with \($0.text)" })
    }
}
