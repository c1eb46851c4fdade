/// Every plugin that the host can use, and every one that it refused.
///
///     let catalog = PluginCatalog(found, loader: loader)
///     let plugin = catalog.plugin(id: "SMACross")
public struct PluginCatalog: Sendable {
    /// Sorted by id.
    public private(set) var plugins: [LoadedPlugin] = []
    /// Refused files with all reasons, in the order of their paths.
    public private(set) var refusals: [PluginRefusal]

    private var dropIns: [String: [LoadedPlugin]] = [:]

    /// Loads what was discovered. Ids are unique: a drop-in cannot take the id of a bundled plugin, and of two
    /// drop-ins (or two bundled ones) with one id neither is used, so that no file order decides which code trades.
    public init(_ discovery: PluginDiscovery, loader: PluginLoader) {
        refusals = discovery.refusals
        var loaded: [(plugin: LoadedPlugin, origin: PluginCandidate.Origin)] = []
        for candidate in discovery.candidates {
            switch loader.load(candidate.path) {
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
        refusals.sort { $0.path < $1.path }
    }

    public func plugin(id: String) -> LoadedPlugin? { plugins.first { $0.id == id } }

    /// The plugins of the libraries in a strategy's own folder; mostly one.
    public func plugins(inFolderOf strategy: String) -> [LoadedPlugin] { dropIns[strategy] ?? [] }
}
