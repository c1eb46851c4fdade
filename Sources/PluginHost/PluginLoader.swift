internal import CStrategyABI
internal import Glibc
internal import Synchronization

/// Brings a library into memory: inspects it, copies it to a path of its own, opens the copy and lets it describe itself.
///
///     let loader = PluginLoader(generationsFolder: ".stratagem/generations")
///     switch loader.load("strategies/rusty/librusty.so") { … }
public final class PluginLoader: Sendable {
    private let store: GenerationStore
    private let generationsMax: Int
    private let loaded = Mutex(0)

    /// `generationsFolder` is made where it is missing, with mode 0700. `generationsMax` is the budget of
    /// images in memory (each costs 14–150 KB and is never given back).
    public init(generationsFolder: String, generationsMax: Int = 200) {
        store = GenerationStore(folder: generationsFolder)
        self.generationsMax = generationsMax
        store.removeLeftovers()
    }

    /// Images that this loader brought into memory.
    public var generationCount: Int { loaded.withLock { $0 } }

    /// Loads the library at `path`; each call makes a new generation. Its initialisers run only when the file, and
    /// then its copy, have passed the inspection.
    public func load(_ path: String) -> Result<LoadedPlugin, PluginRefusal> {
        loadGeneration(path).mapError { PluginRefusal(path: path, problems: $0.problems) }
    }

    private struct Problems: Error {
        var problems: [PluginProblem]
        init(_ problems: [PluginProblem]) { self.problems = problems }
    }

    private func loadGeneration(_ path: String) -> Result<LoadedPlugin, Problems> {
        let bytes: [UInt8]
        switch FileBytes.read(path, limit: ELFInspection.sizeLimitBytes) {
        case .failure(let problem): return .failure(Problems([problem]))
        case .success(let read): bytes = read
        }
        // The very bytes that are judged are the ones that are written and opened: nothing can be swapped in between.
        let inspection = ELFInspection(bytes: bytes)
        guard inspection.problems.isEmpty else { return .failure(Problems(inspection.problems)) }
        guard reserveGeneration() else { return .failure(Problems([.generationsSpent(limit: generationsMax)])) }
        switch store.add(bytes, from: path) {
        case .failure(let problem):
            releaseGeneration()
            return .failure(Problems([problem]))
        case .success(let copy): return open(copy.path, number: copy.number, original: path)
        }
    }

    private func reserveGeneration() -> Bool {
        loaded.withLock { count in
            guard count < generationsMax else { return false }
            count += 1
            return true
        }
    }

    private func releaseGeneration() { loaded.withLock { $0 -= 1 } }

    private func open(_ copy: String, number: Int, original: String) -> Result<LoadedPlugin, Problems> {
        // NODELETE and no dlclose anywhere: closing a Swift image breaks the host's next dynamic cast.
        guard let image = dlopen(copy, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
            let message = dlerror().map { String(cString: $0) } ?? ""
            releaseGeneration()
            unlink(copy)
            return .failure(Problems([LoaderMessage.problem(message, path: copy)]))
        }
        guard let symbol = dlsym(image, "strategy_entry_v1") else { return .failure(Problems([.noEntry])) }
        typealias Entry = @convention(c) (UInt32) -> UnsafeRawPointer?
        let version = STRATEGY_ABI_MAJOR << 16 | STRATEGY_ABI_MINOR
        guard let table = unsafeBitCast(symbol, to: Entry.self)(version) else {
            return .failure(Problems([.hostRefused(abi: "\(STRATEGY_ABI_MAJOR).\(STRATEGY_ABI_MINOR)")]))
        }
        guard let memory = GuardedMemory() else {
            return .failure(Problems([.description("the host has no file descriptor left to read it")]))
        }
        let description = PluginDescription(entry: table, memory: memory)
        guard description.problems.isEmpty, let functions = description.functions,
            let descriptor = description.descriptor
        else { return .failure(Problems(description.problems)) }
        return .success(
            LoadedPlugin(
                id: description.id, name: description.name, version: description.version,
                description: description.description, events: description.events,
                parameters: description.parameters, path: original, generationPath: copy, generation: number,
                abiMinor: description.abiMinor, descriptor: descriptor, functions: functions))
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
