internal import CStrategyABI
internal import Glibc
internal import Synchronization

/// Brings a library into memory: inspects it, copies it to a path of its own, opens the copy and lets it describe itself.
///
///     let loader = PluginLoader(generationsFolder: ".stratagem/generations")
///     switch loader.load("strategies/rusty/librusty.so") { … }
public final class PluginLoader: Sendable {
    private let store: GenerationStore
    /// Images that may be in memory.
    public let generationsMax: Int
    private let trust: PluginTrust
    /// nil = libraries are not tried before they are loaded.
    private let probe: PluginProbe?
    private let loaded = Mutex(0)
    private let images = RetiredImages()

    /// `generationsFolder` is made where it is missing, with mode 0700. `generationsMax` is the budget of
    /// images in memory (each costs 14–180 KB and is never given back).
    ///
    /// With a probe each library that is not bundled is tried in a process of its own before it comes into this one.
    public init(
        generationsFolder: String, generationsMax: Int = 200, trust: PluginTrust = PluginTrust(),
        probe: PluginProbe? = nil
    ) {
        store = GenerationStore(folder: generationsFolder)
        self.generationsMax = generationsMax
        self.trust = trust
        self.probe = probe
        store.removeLeftovers()
    }

    /// Images that this loader brought into memory.
    public var generationCount: Int { loaded.withLock { $0 } }

    /// Loads the library at `path`; each call makes a new generation. Its initialisers run only when the file, and
    /// then its copy, have passed the inspection.
    public func load(_ path: String, origin: LibraryOrigin = .dropIn) -> Result<LoadedPlugin, PluginRefusal> {
        guard reserveGeneration() else {
            return .failure(PluginRefusal(path: path, problems: [.generationsSpent(limit: generationsMax)]))
        }
        let copy: Copy
        switch self.copy(path, origin: origin) {
        case .failure(let refusal):
            releaseGeneration()
            return .failure(refusal)
        case .success(let made): copy = made
        }
        let problems = origin == .bundled ? [] : probe?.describe(copy.path) ?? []
        guard problems.isEmpty else {
            releaseGeneration()
            discard(copy)
            return .failure(PluginRefusal(path: path, problems: problems))
        }
        switch PluginLoader.open(copy.path, number: copy.number, original: path) {
        case .success(let plugin):
            images.add(plugin, searched: copy.searchedLists)
            return .success(copy.marked(plugin))
        case .failure(let refusal):
            // Of the others the image stays in memory, though nobody will use it.
            if refusal.problems.contains(where: \.isOfSystemLoader) {
                releaseGeneration()
                discard(copy)
            }
            return .failure(refusal)
        }
    }

    /// Gives back what memory can be read from the libraries' files again, of all but the generations `inUse`. They stay what
    /// they are: an instance that is made of one later waits for its pages, no more. Not for the engine's thread.
    public func dropPages(exceptOf inUse: Set<Int>) { images.dropPages(exceptOf: inUse) }

    /// Puts the library through the conformance pass, after it was judged as `load` does; nothing of it comes into this
    /// process.
    public func check(_ path: String, origin: LibraryOrigin = .dropIn, with probe: PluginProbe) -> ConformanceReport {
        switch copy(path, origin: origin) {
        case .failure(let refusal):
            var report = ConformanceReport()
            report.refusals = refusal.problems
            return report
        case .success(let copy):
            defer { discard(copy) }
            return probe.check(copy.path)
        }
    }

    /// A library that was judged and copied to a path of its own.
    struct Copy {
        var path: String
        var number: Int
        var sha256: String
        var trust: PluginTrust.Verdict
        var searchedLists: [Range<UInt64>]

        func marked(_ plugin: LoadedPlugin) -> LoadedPlugin {
            var plugin = plugin
            plugin.sha256 = sha256
            plugin.trust = trust
            return plugin
        }
    }

    /// The very bytes that are judged are the ones that are written and opened: nothing can be swapped in between.
    func copy(_ path: String, origin: LibraryOrigin = .dropIn) -> Result<Copy, PluginRefusal> {
        let refuse = { PluginRefusal(path: path, problems: $0) }
        let bytes: [UInt8]
        switch FileBytes.read(path, limit: ELFInspection.sizeLimitBytes) {
        case .failure(let problem): return .failure(refuse([problem]))
        case .success(let read): bytes = read
        }
        let inspection = ELFInspection(bytes: bytes)
        var problems = inspection.problems
        var verdict = origin == .bundled ? PluginTrust.Verdict.bundled : .unrestricted
        if origin == .dropIn {
            let file = FileBytes.read(PluginTrust.signaturePath(of: path), limit: PluginTrust.signatureMax)
            switch trust.judge(bytes, signature: try? file.get()) {
            case .success(let good): verdict = good
            case .failure(let refusal): problems += refusal.problems
            }
        }
        guard problems.isEmpty else { return .failure(refuse(problems)) }
        return store.add(bytes, from: path).map {
            Copy(
                path: $0.path, number: $0.number, sha256: PluginTrust.sha256(bytes), trust: verdict,
                searchedLists: inspection.searchedLists)
        }.mapError { refuse([$0]) }
    }

    /// A copy that nobody has opened.
    func discard(_ copy: Copy) { unlink(copy.path) }

    private func reserveGeneration() -> Bool {
        loaded.withLock { count in
            guard count < generationsMax else { return false }
            count += 1
            return true
        }
    }

    private func releaseGeneration() { loaded.withLock { $0 -= 1 } }

    /// Opens a copy and lets it describe itself. Failures of the system's loader leave nothing in memory. In a probe,
    /// `announce` hears what comes next.
    static func open(
        _ copy: String, number: Int, original: String, announcing announce: (ProbeStep) -> Void = { _ in }
    ) -> Result<LoadedPlugin, PluginRefusal> {
        let refuse = { Result<LoadedPlugin, PluginRefusal>.failure(PluginRefusal(path: original, problems: $0)) }
        // NODELETE and no dlclose anywhere: closing a Swift image breaks the host's next dynamic cast.
        guard let image = dlopen(copy, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
            let message = dlerror().map { String(cString: $0) } ?? ""
            return refuse([LoaderMessage.problem(message, path: copy)])
        }
        announce(.enter)
        guard let symbol = dlsym(image, "strategy_entry_v1") else { return refuse([.noEntry]) }
        typealias Entry = @convention(c) (UInt32) -> UnsafeRawPointer?
        let version = STRATEGY_ABI_MAJOR << 16 | STRATEGY_ABI_MINOR
        guard let table = unsafeBitCast(symbol, to: Entry.self)(version) else {
            return refuse([.hostRefused(abi: "\(STRATEGY_ABI_MAJOR).\(STRATEGY_ABI_MINOR)")])
        }
        announce(.describe)
        guard let memory = GuardedMemory() else {
            return refuse([.description("the host has no file descriptor left to read it")])
        }
        let description = PluginDescription(entry: table, memory: memory)
        guard description.problems.isEmpty, let functions = description.functions,
            let descriptor = description.descriptor
        else { return refuse(description.problems) }
        return .success(
            LoadedPlugin(
                id: description.id, name: description.name, version: description.version,
                description: description.description, events: description.events,
                parameters: description.parameters, exportedFunctions: description.exportedFunctions,
                features: description.features, path: original, generationPath: copy, generation: number,
                abiMinor: description.abiMinor, hasState: functions.state != nil,
                code: PluginCode(descriptor: descriptor, functions: functions)))
    }
}

extension PluginProblem {
    /// The library could not be opened, so that nothing of it is in memory.
    fileprivate var isOfSystemLoader: Bool {
        switch self {
        case .missingSymbol, .missingLibrary, .loader: true
        default: false
        }
    }
}

/// The system loader's messages, turned into reasons.
enum LoaderMessage {
    static func problem(_ message: String, path: String) -> PluginProblem {
        if let symbol = word(after: "undefined symbol: ", in: message) { return .missingSymbol(symbol) }
        if let version = message.firstRange(of: "version `") {
            let rest = message[version.upperBound...]
            return .missingLibrary(String(rest.prefix { $0 != "'" }) + " or newer")
        }
        let detail = message.hasPrefix(path + ": ") ? String(message.dropFirst(path.count + 2)) : message
        if let end = detail.firstRange(of: ": cannot open shared object file") {
            return .missingLibrary(String(detail[..<end.lowerBound]))
        }
        if detail.contains("failed to map segment") {
            return .loader("\(detail); the file system of the generations folder may be mounted with noexec")
        }
        return .loader(detail)
    }

    private static func word(after prefix: String, in text: String) -> String? {
        guard let start = text.firstRange(of: prefix) else { return nil }
        return String(text[start.upperBound...].prefix { !$0.isWhitespace && $0 != "," && $0 != ")" })
    }
}
