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

    /// Either folder may be nil or missing: it holds nothing then.
    public init(bundledFolder: String?, strategiesFolder: String?) {
        if let bundledFolder { addBundled(in: bundledFolder) }
        guard let strategiesFolder else { return }
        for name in FileBytes.names(in: strategiesFolder) ?? [] where !name.hasPrefix(".") {
            let folder = "\(strategiesFolder)/\(name)"
            guard FileBytes.isFolder(folder) else { continue }
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
