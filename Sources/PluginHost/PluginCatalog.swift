/// Every plugin that the host can use, and every one that it refused.
///
///     let catalog = PluginCatalog(found, loader: loader)
///     let plugin = catalog.plugin(id: "SMACross")
public struct PluginCatalog: Sendable {
    /// Sorted by id.
    public private(set) var plugins: [LoadedPlugin] = []
    /// Refused files with all reasons, in the order of their paths.
    public private(set) var refusals: [PluginRefusal]

    /// What loaded them, for those that come later.
    public let loader: PluginLoader
    /// What compiles the sources of strategies; nil = nothing does.
    public let builder: SourceBuilder?
    /// Why sources could not be compiled whose last library is used.
    public let outdated: [PluginRefusal]
    /// How workers are made; nil = everything runs in this process.
    public let workers: WorkerSettings?
    private var dropIns: [String: [LoadedPlugin]] = [:]

    /// Loads what was discovered; drop-ins, but for those in the folders of `inHost`, are loaded in a worker only. Ids are
    /// unique: a drop-in cannot take the id of a bundled plugin, and of two drop-ins (or two bundled ones) with one id
    /// neither is used, so that no file order decides which code trades.
    public init(
        _ discovery: PluginDiscovery, loader: PluginLoader, workers: WorkerSettings? = nil, inHost: Set<String> = []
    ) {
        self.loader = loader
        self.workers = workers
        refusals = discovery.refusals
        builder = discovery.builder
        outdated = discovery.outdated
        var loaded: [(plugin: LoadedPlugin, origin: PluginCandidate.Origin)] = []
        for candidate in discovery.candidates {
            switch load(candidate, inHost) {
            case .success(let plugin): loaded.append((plugin, candidate.origin))
            case .failure(let refusal): refusals.append(refusal)
            }
        }
        for (plugin, origin) in loaded {
            let rivals = loaded.filter { $0.plugin.id == plugin.id && $0.plugin.generation != plugin.generation }
            let stronger = rivals.filter { origin != .bundled || $0.origin == .bundled }
            if let rival = stronger.first {
                let problem = PluginProblem.duplicateID(id: plugin.id, otherPath: rival.plugin.path)
                refusals.append(PluginRefusal(path: plugin.path, problems: [problem]))
                continue
            }
            plugins.append(plugin)
            if case .dropIn(let strategy) = origin { dropIns[strategy, default: []].append(plugin) }
        }
        plugins.sort { $0.id < $1.id }
        refusals = refusals.map(discovery.named)
        refusals.sort { $0.path < $1.path }
    }

    /// It lies beside the host's executable.
    public func isBundled(_ plugin: LoadedPlugin) -> Bool {
        !dropIns.values.contains { $0.contains { $0.generation == plugin.generation } }
    }

    /// What a strategy's folder holds now takes the place of what it held. A newcomer with an id that another file has already
    /// is refused: the code that trades goes on.
    public mutating func replace(
        inFolderOf strategy: String, folder: String, with found: [LoadedPlugin], refused: [PluginRefusal]
    ) {
        let old = dropIns[strategy] ?? []
        plugins.removeAll { plugin in old.contains { $0.generation == plugin.generation } }
        refusals.removeAll { $0.path == folder || $0.path.hasPrefix(folder + "/") }
        refusals += refused
        dropIns[strategy] = nil
        for plugin in found {
            if let rival = self.plugin(id: plugin.id) {
                let problem = PluginProblem.duplicateID(id: plugin.id, otherPath: rival.path)
                // A library that was built lies elsewhere; its author knows the folder.
                let path = plugin.path.hasPrefix(folder + "/") ? plugin.path : folder
                refusals.append(PluginRefusal(path: path, problems: [problem]))
                continue
            }
            plugins.append(plugin)
            dropIns[strategy, default: []].append(plugin)
        }
        plugins.sort { $0.id < $1.id }
        refusals.sort { $0.path < $1.path }
    }

    public func plugin(id: String) -> LoadedPlugin? { plugins.first { $0.id == id } }

    /// The plugins of the libraries in a strategy's own folder; mostly one.
    public func plugins(inFolderOf strategy: String) -> [LoadedPlugin] { dropIns[strategy] ?? [] }

    /// A library anew: into this process, or for workers alone.
    public func load(_ path: String, inHost: Bool) -> Result<LoadedPlugin, PluginRefusal> {
        let isOfHost = plugins.contains { $0.path == path && isBundled($0) }
        let origin: LibraryOrigin = isOfHost ? .bundled : .dropIn
        guard let workers, !inHost else { return loader.load(path, origin: origin) }
        return loader.describe(path, workers, origin: origin)
    }

    private func load(
        _ candidate: PluginCandidate, _ inHost: Set<String>
    ) -> Result<LoadedPlugin, PluginRefusal> {
        guard case .dropIn(let strategy) = candidate.origin else {
            return loader.load(candidate.path, origin: .bundled)
        }
        return load(candidate.path, inHost: inHost.contains(strategy))
    }
}
