/// What a strategy may be written in, when the host compiles it.
public enum SourceLanguage: String, Sendable, CaseIterable {
    case swift, c, rust

    /// Of the files that are compiled.
    public var ending: String {
        switch self {
        case .swift: ".swift"
        case .c: ".c"
        case .rust: ".rs"
        }
    }

    /// As people write it.
    public var name: String {
        switch self {
        case .swift: "Swift"
        case .c: "C"
        case .rust: "Rust"
        }
    }

    var compiler: String {
        switch self {
        case .swift: "swiftc"
        case .c: "clang or cc"
        case .rust: "rustc"
        }
    }

    static func of(file: String) -> SourceLanguage? { allCases.first { file.hasSuffix($0.ending) } }
}
