/// What a compiler, or the host itself, has to say about a strategy's sources.
public struct CompilerMessage: Sendable, Equatable, Codable, CustomStringConvertible {
    public enum Severity: String, Sendable, Codable { case error, warning, note }

    public var severity: Severity
    /// In the strategy's folder ("my_idea.swift"); nil = about no file of it.
    public var file: String?
    /// From 1; 0 = not known.
    public var line: Int
    /// In bytes, from 1; 0 = not known.
    public var column: Int
    public var text: String

    public init(_ severity: Severity, _ text: String, file: String? = nil, line: Int = 0, column: Int = 0) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.text = text
    }

    /// "my_idea.swift:12:8: error: …"
    public var description: String { "\(place)\(severity.rawValue): \(text)" }

    /// "my_idea.swift:12:8: ", as terminals and editors make it a link; "" where there is no file.
    public var place: String {
        guard let file else { return "" }
        return file + (line > 0 ? ":\(line)" : "") + (line > 0 && column > 0 ? ":\(column)" : "") + ": "
    }
}

/// A library that was compiled from a strategy's sources.
public struct BuiltLibrary: Sendable, Equatable {
    /// In the host's data folder; the operator's folder is never written to.
    public var path: String
    /// Of the library's bytes, as 64 hexadecimal digits.
    public var sha256: String
    /// One for each content: it stands in crash reports and in symbols.
    public var module: String
    public var language: SourceLanguage
    /// What this build took; next to nothing where the library was there already.
    public var seconds: Double
    /// The same sources were compiled before, with the same compiler and kit.
    public var isFromCache: Bool
    /// Warnings and notes.
    public var messages: [CompilerMessage]
}

/// Why there is no library: everything that is wrong at once.
public struct BuildFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The sources: the strategy's author can mend it.
        case sources
        /// No compiler, no kit, no room on the disk: the machine's owner can mend it.
        case environment
    }

    public var kind: Kind
    /// The strategy's folder.
    public var folder: String
    /// What is wrong and what to do, in one sentence.
    public var reason: String
    /// Errors, warnings and notes in the compiler's order; empty where no compiler ran.
    public var messages: [CompilerMessage]

    public init(_ kind: Kind, folder: String, _ reason: String, messages: [CompilerMessage] = []) {
        self.kind = kind
        self.folder = folder
        self.reason = reason
        self.messages = messages
    }

    public var errors: [CompilerMessage] { messages.filter { $0.severity == .error } }

    /// The first error with its place, or the reason.
    public var description: String {
        guard let first = errors.first else { return "\(folder): \(reason)" }
        let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
        return (first.file == nil ? "\(folder): " : "\(folder)/") + first.description + more
    }
}

extension BuildFailure {
    /// As the catalog lists it, under the strategy's folder.
    public var refusal: PluginRefusal {
        PluginRefusal(path: folder, problems: errors.isEmpty ? [.notBuilt(reason)] : errors.map(PluginProblem.source))
    }
}
