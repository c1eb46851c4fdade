/// Why a library, or an instance of one, is not used: every reason at once. The module's one error.
public struct PluginRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public var path: String
    public var problems: [PluginProblem]

    public init(path: String, problems: [PluginProblem]) {
        self.path = path
        self.problems = problems
    }

    public var description: String {
        "\(path): refused: " + problems.map(\.text).joined(separator: "; ")
    }
}

/// One reason; `text` says what is wrong and what to do.
public enum PluginProblem: Error, Sendable, Equatable, Codable {
    // Sources that could not be compiled; the refusal's path is the strategy's folder.
    case source(CompilerMessage)
    case notBuilt(String)

    // The file, before any of its code runs.
    case unreadable(String)
    case tooLarge(bytes: Int, limitBytes: Int)
    case empty
    case text
    case notELF
    case wordSize
    case byteOrder
    case machine(found: String, host: String)
    case truncated([String])
    case executable
    case notLibrary(String)
    case noDynamicSection
    case noEntry
    case noNote
    case abiMajor(found: UInt32, host: UInt32)
    case recordSizes(event: UInt32, intent: UInt32)
    case executableStack
    case textRelocations
    case writableCode

    // Whether it may be here.
    case notListed(sha256: String)
    case unsigned
    case badSignature
    case noKeys

    // Loading it.
    case copy(String)
    case generationsSpent(limit: Int)
    case missingSymbol(String)
    case missingLibrary(String)
    case loader(String)
    case hostRefused(abi: String)
    /// A table or description that it returned cannot be used.
    case description(String)
    case duplicateID(id: String, otherPath: String)

    // Trying it in a process of its own.
    /// What that process did, and while it was doing what.
    case probe(String)

    // Making an instance.
    case instrument(String)
    case creation(String)
    case parameter(name: String, value: String, message: String)
    case validation(String)
    case state(String)

    public var text: String {
        switch self {
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .tooLarge(let bytes, let limit): "has \(bytes) bytes, above the limit of \(limit)"
        case .empty: "is empty"
        case .text: "is a text, not a library; compile it first"
        case .notELF: "is not an ELF library"
        case .wordSize: "is compiled for 32 bits; compile it for 64"
        case .byteOrder: "has the other byte order than this machine"
        case .machine(let found, let host): "is compiled for \(found), this host runs on \(host)"
        case .truncated(let missing): Self.truncation(missing)
        case .executable: "is an executable, not a library; link it with -shared"
        case .notLibrary(let kind): "is \(kind), not a library; link it with -shared"
        case .noDynamicSection: "has no dynamic section; link it with -shared"
        case .noEntry: "exports no function strategy_entry_v1; define it with default visibility"
        case .noNote: "carries no note .note.strategy_abi; write STRATEGY_ABI_NOTE; once in a source file"
        case .abiMajor(let found, let host): "speaks ABI version \(found), this host \(host); compile it again"
        case .recordSizes(let event, let intent):
            "has event records of \(event) and intent records of \(intent) bytes, this host "
                + "\(ABINote.host.eventSize) and \(ABINote.host.intentSize); compile it with the host's headers"
        case .executableStack: "asks for an executable stack; link it with -z noexecstack"
        case .textRelocations: "needs text relocations; compile it with -fPIC"
        case .writableCode: "has a segment that is both writable and executable; link it without -N or -z rwx"
        default: loadingText
        }
    }

    private var loadingText: String {
        switch self {
        case .notListed(let hash):
            "has the SHA-256 \(hash), which plugins.allow of host.yaml does not list; add it there, or remove the file"
        case .unsigned:
            "has no signature beside it (.sig), which plugins.require_signature of host.yaml asks for; sign it"
        case .badSignature:
            "has a signature (.sig) that none of plugins.keys of host.yaml has made for these bytes; sign it again"
        case .noKeys: "cannot be checked: plugins.require_signature is set, but there are no plugins.keys in host.yaml"
        case .copy(let reason): "could not be copied: \(reason)"
        case .generationsSpent(let limit):
            "was not loaded: \(limit) generations are in memory; restart the host or raise plugins.generations_max"
        case .missingSymbol(let symbol):
            "needs the symbol '\(symbol)', which no library that it links has; link that library"
        case .missingLibrary(let library):
            "needs the library '\(library)', which is not installed where the system looks"
        case .loader(let message): "was refused by the system's loader: \(message)"
        case .hostRefused(let abi): "says that it cannot run under this host (ABI \(abi))"
        case .description(let message): "describes itself wrongly: \(message)"
        case .source(let message): message.description
        case .notBuilt(let reason): reason
        case .duplicateID(let id, let other): "has the id '\(id)', as \(other) has; rename one of them"
        case .probe(let message): "failed when it was tried in a process of its own: \(message)"
        case .instrument(let message): "instrument \(message)"
        case .creation(let message): "could not create an instance: \(message)"
        case .parameter(let name, let value, let message): "parameter \(name): '\(value)' – \(message)"
        case .validation(let message): "parameters: \(message)"
        case .state(let message): "state: \(message)"
        default: ""
        }
    }

    private static func truncation(_ missing: [String]) -> String {
        let shown = missing.prefix(3).joined(separator: ", ")
        let rest = missing.count > 3 ? " and \(missing.count - 3) more" : ""
        return "is truncated: \(shown)\(rest) beyond the end of the file; copy it again"
    }
}
