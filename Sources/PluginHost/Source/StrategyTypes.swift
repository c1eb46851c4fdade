/// Which types of some Swift sources conform to `Strategy`, and whether the sources export a plugin themselves.
struct StrategyTypes {
    struct Found: Equatable {
        /// With the types around it: "Outer.Inner".
        var name: String
        var file: String
        var line: Int
        /// The host's export, which stands in a file of its own, cannot name it.
        var isPrivate: Bool
    }

    private(set) var found: [Found] = []
    private(set) var exportsEntry = false

    private struct Declaration {
        var kind: String
        var type: Found
        var inherited: [String]
    }

    init(_ files: [SourceFiles.File]) {
        var declarations: [Declaration] = []
        for file in files {
            let tokens = SwiftTokens(file.bytes).tokens
            exportsEntry = exportsEntry || tokens.contains { $0.token == .word("strategy_entry_v1") }
            var reader = DeclarationReader(tokens, file: file.name)
            reader.readAll { declarations.append(Declaration(kind: $0, type: $1, inherited: $2)) }
        }
        // A protocol that refines Strategy makes strategies, too.
        var names: Set<String> = ["Strategy"]
        var count = 0
        while count != names.count {
            count = names.count
            for declaration in declarations where declaration.kind == "protocol" && conforms(declaration, names) {
                names.insert(declaration.type.name)
            }
        }
        for declaration in declarations where declaration.kind != "protocol" && conforms(declaration, names) {
            var type = declaration.type
            if let origin = declarations.first(where: { $0.kind != "extension" && $0.type.name == type.name }) {
                type = origin.type
            }
            if !found.contains(where: { $0.name == type.name }) { found.append(type) }
        }
    }

    private func conforms(_ declaration: Declaration, _ names: Set<String>) -> Bool {
        declaration.inherited.contains(where: names.contains)
    }
}

/// Finds `struct Name: A, B {` and its like among tokens.
private struct DeclarationReader {
    private let tokens: [(token: SwiftTokens.Token, line: Int)]
    private let file: String
    private var at = 0
    /// One for each open brace: the type that it opened; nil = something else.
    private var scopes: [String?] = []

    private static let kinds: Set<String> = ["struct", "class", "enum", "actor", "protocol", "extension"]

    init(_ tokens: [(token: SwiftTokens.Token, line: Int)], file: String) {
        self.tokens = tokens
        self.file = file
    }

    mutating func readAll(_ take: (String, StrategyTypes.Found, [String]) -> Void) {
        while at < tokens.count {
            if let kind = kindHere, let name = name(from: at + 1) {
                read(kind, name, take)
            } else {
                if isMark("{") { scopes.append(nil) }
                if isMark("}"), !scopes.isEmpty { scopes.removeLast() }
                at += 1
            }
        }
    }

    private var kindHere: String? {
        guard case .word(let word) = tokens[at].token, Self.kinds.contains(word) else { return nil }
        if at > 0, tokens[at - 1].token == .mark(UInt8(ascii: ".")) { return nil }
        return word
    }

    private func isMark(_ mark: Unicode.Scalar) -> Bool {
        at < tokens.count && tokens[at].token == .mark(UInt8(ascii: mark))
    }

    /// "A" or "A.B"; nil for `class func`, `class var` and other uses of the word.
    private func name(from start: Int) -> (text: String, end: Int)? {
        guard start < tokens.count, case .word(let first) = tokens[start].token,
            !["func", "var", "let", "subscript", "override", "final", "private", "public"].contains(first)
        else { return nil }
        var text = first
        var end = start + 1
        while end + 1 < tokens.count, tokens[end].token == .mark(UInt8(ascii: ".")),
            case .word(let next) = tokens[end + 1].token
        {
            text += "." + next
            end += 2
        }
        return (text, end)
    }

    private mutating func read(
        _ kind: String, _ name: (text: String, end: Int), _ take: (String, StrategyTypes.Found, [String]) -> Void
    ) {
        let line = tokens[at].line
        let isPrivate = (max(at - 3, 0)..<at).contains {
            tokens[$0].token == .word("private") || tokens[$0].token == .word("fileprivate")
        }
        at = name.end
        skipGenerics()
        let inherited = isMark(":") ? inheritedTypes() : []
        while at < tokens.count, !isMark("{"), !isMark("}"), kindHere == nil { at += 1 }
        let outer = scopes.compactMap(\.self)
        if outer.count == scopes.count {
            let full = (outer + [name.text]).joined(separator: ".")
            take(kind, StrategyTypes.Found(name: full, file: file, line: line, isPrivate: isPrivate), inherited)
        }
        if isMark("{") {
            scopes.append(name.text)
            at += 1
        }
    }

    private mutating func skipGenerics() {
        guard isMark("<") else { return }
        var depth = 0
        repeat {
            if isMark("<") { depth += 1 }
            if isMark(">") { depth -= 1 }
            at += 1
        } while depth > 0 && at < tokens.count
    }

    /// The last name of each: `StrategyKit.Strategy` is `Strategy`.
    private mutating func inheritedTypes() -> [String] {
        var names: [String] = []
        at += 1
        while at < tokens.count, !isMark("{"), !isMark("}") {
            if case .word(let word) = tokens[at].token {
                if word == "where" { break }
                let isQualified = tokens[at - 1].token == .mark(UInt8(ascii: "."))
                if isQualified, !names.isEmpty { names.removeLast() }
                names.append(word)
            }
            at += 1
        }
        return names
    }
}
