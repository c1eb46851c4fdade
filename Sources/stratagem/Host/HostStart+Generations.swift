import Configuration
import Journal
import PluginHost
import Trading

extension HostStart {
    /// Generations that stay in the archive, of each strategy.
    private static let archivedMax = 20

    /// Counts generations on where the journal left them. A library that is the active generation's keeps its number; one
    /// that the journal knows as later (it was rolled back, or ran as a shadow) waits, and the active generation's code
    /// comes out of the archive; any other is a new generation. Returns what people should know.
    static func countGenerations(
        _ strategies: inout [StrategyRecord], _ recovered: Recovery, _ archive: GenerationArchive,
        _ catalog: PluginCatalog,
        _ universe: Universe
    ) -> [String] {
        var notices: [String] = []
        var wanted: Set<String> = []
        for slot in strategies.indices where !strategies[slot].isManual {
            let known = recovered.generations.filter { $0.strategy == strategies[slot].id }
            strategies[slot].adopt(known, archive)
            if let active = known.last(where: \.isActive),
                known.contains(where: {
                    $0.number > active.number && $0.sha256 == strategies[slot].fileGeneration?.sha256
                }), strategies[slot].fileGeneration?.sha256 != active.sha256
            {
                notices.append(strategies[slot].goBack(to: active, archive, catalog, universe))
            }
            let newest = strategies[slot].generations.suffix(archivedMax)
            wanted.formUnion(newest.map(\.sha256) + [strategies[slot].fileGeneration?.sha256 ?? ""])
        }
        archive.removeAll(but: wanted)
        return notices
    }
}

extension StrategyRecord {
    /// What was loaded from its folder at the start: the only one that its wiring knows.
    fileprivate var fileGeneration: Generation? { generations.first { $0.plugin != nil && $0.isOfFile } }

    /// Lists what the journal knows, with the code that is in memory where it is the same.
    fileprivate mutating func adopt(_ known: [GenerationRecord], _ archive: GenerationArchive) {
        guard let loaded = generations.first, let plugin = loaded.plugin else {
            generation = known.last(where: \.isActive)?.number ?? generation
            generations = known.map { Generation($0, archive) }
            return
        }
        archive.keep(plugin, loaded.sha256)
        generations = known.map { Generation($0, archive) }
        // The newest of them with this very code.
        let active = known.last(where: \.isActive)
        let same =
            active?.sha256 == loaded.sha256
            ? active : known.last { $0.sha256 == loaded.sha256 && $0.number > (active?.number ?? 0) }
        if let same, let index = generations.firstIndex(where: { $0.number == same.number }) {
            generations[index].plugin = plugin
            generations[index].isOfFile = true
            generation = same.number
            return
        }
        var fresh = loaded
        fresh.number = (known.last?.number ?? 0) + 1
        fresh.isArchived = true
        fresh.isOfFile = true
        generations.append(fresh)
        generation = fresh.number
    }

    /// Puts the code of a generation that is still the active one in the place of what the folder holds.
    fileprivate mutating func goBack(
        to active: GenerationRecord, _ archive: GenerationArchive, _ catalog: PluginCatalog, _ universe: Universe
    ) -> String {
        let later = "its folder holds generation \(generation), which is not the active one"
        guard let index = generations.firstIndex(where: { $0.number == active.number }), let configuration else {
            return "\(id): \(later); the active one is not known, so it trades all the same"
        }
        let isolation = plugin.map { catalog.isolation(of: configuration, $0) } ?? .host
        let loaded = catalog.load(archive.path(active.sha256), inHost: isolation == .host).flatMap { plugin in
            StrategyInstance.create(
                plugin, isolation: isolation, instruments: universe.instruments, bound: instruments.map { UInt32($0) },
                seed: seed,
                parameters: configuration.parameterValues
            ).map { (plugin, $0) }
        }
        switch loaded {
        case .failure(let refusal):
            return "\(id): \(later); generation \(active.number) cannot be loaded any more, so it trades all the same: "
                + refusal.problems.map(\.text).joined(separator: "; ")
        case .success(let (plugin, made)):
            generations[index].plugin = plugin
            generation = active.number
            self.plugin = plugin
            instance = made
            return "\(id): \(later): generation \(active.number) trades on; a reload takes the folder's"
        }
    }
}

extension Generation {
    fileprivate init(_ record: GenerationRecord, _ archive: GenerationArchive) {
        number = record.number
        loadedAt = record.loadedAt
        sha256 = record.sha256
        pluginID = record.plugin
        version = record.version
        isArchived = archive.has(record.sha256)
    }
}
