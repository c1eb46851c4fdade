internal import Glibc

/// A library that passed the inspection.
public struct PluginCandidate: Sendable, Equatable {
    public enum Origin: Sendable, Equatable {
        /// It lies beside the host's executable.
        case bundled
        /// It lies in the strategies folder, in the folder of this strategy.
        case dropIn(strategy: String)
    }

    public var path: String
    public var origin: Origin

    public init(path: String, origin: Origin) {
        self.path = path
        self.origin = origin
    }
}

/// What there is to load, and what is refused before any of its code runs. One bad file never hides the others.
///
///     let found = PluginDiscovery(bundledFolder: PluginDiscovery.executableFolder, strategiesFolder: "strategies")
public struct PluginDiscovery: Sendable {
    public private(set) var candidates: [PluginCandidate] = []
    public private(set) var refusals: [PluginRefusal] = []
    /// Folders whose sources could not be compiled, and whose last library is a candidate in their place.
    public private(set) var outdated: [PluginRefusal] = []
    /// What compiles sources while the host runs, too.
    let builder: SourceBuilder?
    /// Folders of sources by the library that was built of them.
    private var sourceFolders: [String: String] = [:]

    /// Either folder may be nil or missing: it holds nothing then. With a `builder` folders that hold sources are compiled,
    /// and what came of it takes the place of the libraries in them; `compiles` is told each one before. `keepsLast`: what
    /// does not compile goes on with the library that it came to last, as a host does that was started again.
    public init(
        bundledFolder: String?, strategiesFolder: String?, builder: SourceBuilder? = nil, keepsLast: Bool = false,
        compiles: (_ strategy: String) -> Void = { _ in }
    ) {
        self.builder = builder
        if let bundledFolder { addBundled(in: bundledFolder) }
        guard let strategiesFolder else { return }
        for name in FileBytes.names(in: strategiesFolder) ?? [] where !name.hasPrefix(".") {
            let folder = "\(strategiesFolder)/\(name)"
            guard FileBytes.isFolder(folder) else { continue }
            if let builder, SourceBuilder.hasSources(folder) {
                compiles(name)
                let last = keepsLast ? builder.lastLibrary(of: folder) : nil
                add(builder.buildAndWait(folder), orLast: last, of: folder, strategy: name)
                continue
            }
            for file in Self.libraries(in: folder) {
                add("\(folder)/\(file)", .dropIn(strategy: name), ELFInspection(path: "\(folder)/\(file)"))
            }
        }
    }

    /// The folder of the running executable: where the bundled plugins are.
    public static var executableFolder: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard readlink("/proc/self/exe", &buffer, Int(PATH_MAX)) > 0 else { return nil }
        let path = buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The library files of one folder, hidden ones left out.
    public static func libraries(in folder: String) -> [String] {
        (FileBytes.names(in: folder) ?? []).filter { $0.hasSuffix(".so") && !$0.hasPrefix(".") }
    }

    private mutating func addBundled(in folder: String) {
        for file in Self.libraries(in: folder) where file.hasPrefix("lib") {
            let path = "\(folder)/\(file)"
            let inspection = ELFInspection(path: path)
            // Other libraries may lie there too. They are left alone where it is clear that they are no plugins.
            if !inspection.claimsToBePlugin, !inspection.isDamaged { continue }
            add(path, .bundled, inspection)
        }
    }

    private mutating func add(
        _ build: Result<BuiltLibrary, BuildFailure>, orLast last: String?, of folder: String, strategy: String
    ) {
        switch build {
        case .success(let library):
            add(library: library.path, of: folder, strategy)
        case .failure(let failure):
            guard let last else { return refusals.append(failure.refusal) }
            outdated.append(failure.refusal)
            add(library: last, of: folder, strategy)
        }
    }

    private mutating func add(library: String, of folder: String, _ strategy: String) {
        sourceFolders[library] = folder
        add(library, .dropIn(strategy: strategy), ELFInspection(path: library))
    }

    /// As an author sees it: a library that the host built is named by the folder of its sources.
    func named(_ refusal: PluginRefusal) -> PluginRefusal {
        let problems = refusal.problems.map { problem in
            guard case .duplicateID(let id, let other) = problem else { return problem }
            return .duplicateID(id: id, otherPath: sourceFolders[other] ?? other)
        }
        return PluginRefusal(path: sourceFolders[refusal.path] ?? refusal.path, problems: problems)
    }

    private mutating func add(_ path: String, _ origin: PluginCandidate.Origin, _ inspection: ELFInspection) {
        if inspection.problems.isEmpty {
            candidates.append(PluginCandidate(path: path, origin: origin))
        } else {
            refusals.append(PluginRefusal(path: path, problems: inspection.problems))
        }
    }
}

extension ELFInspection {
    /// It cannot be told whether this was meant to be a plugin.
    fileprivate var isDamaged: Bool {
        problems.contains {
            switch $0 {
            case .unreadable, .tooLarge, .empty, .notELF, .truncated: true
            default: false
            }
        }
    }
}
