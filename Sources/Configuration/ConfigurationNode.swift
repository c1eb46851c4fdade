/// A value of a YAML file with its place: what the readers work on, without the YAML library in sight.
struct ConfigurationNode: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var key: String
        var line: Int
        var column: Int
        var value: ConfigurationNode
    }

    enum Content: Sendable, Equatable {
        /// `isPlain` = written without quotes, so that "true" and 12 have a type.
        case scalar(String, isPlain: Bool)
        case sequence([ConfigurationNode])
        case mapping([Entry])
    }

    var content: Content
    var line: Int
    var column: Int

    /// Nothing, or one of YAML's words for it.
    var isNull: Bool {
        guard case .scalar(let text, true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What kind of thing it is, for messages.
    var kindName: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a section with keys"
        }
    }

    var scalarText: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }
}

/// A parameter's value as the file has it; the plugin says what it must be.
public struct ParameterText: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// Digits, with a sign or not.
        case integer
        /// A decimal number, exponent allowed.
        case decimal
        /// `text` is "true" or "false", whichever YAML word the file has.
        case boolean
        /// Anything else, and everything in quotes.
        case text
    }

    public var text: String
    public var kind: Kind
    public var line: Int
    public var column: Int

    public init(text: String, kind: Kind, line: Int = 0, column: Int = 0) {
        self.text = text
        self.kind = kind
        self.line = line
        self.column = column
    }
}

extension ParameterText {
    /// nil for lists, sections and nothing.
    init?(_ node: ConfigurationNode) {
        guard case .scalar(let text, let isPlain) = node.content, !node.isNull else { return nil }
        self.init(text: text, kind: .text, line: node.line, column: node.column)
        guard isPlain else { return }
        if let flag = YAMLWords.boolean(text) {
            self.text = flag ? "true" : "false"
            kind = .boolean
        } else if YAMLWords.isInteger(text) {
            kind = .integer
        } else if YAMLWords.isDecimal(text) {
            kind = .decimal
        }
    }
}

/// Which plain words YAML 1.1 gives a type.
enum YAMLWords {
    static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off": false
        default: nil
        }
    }

    static func isInteger(_ text: String) -> Bool {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    static func isDecimal(_ text: String) -> Bool {
        let parts = text.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, !isInteger(String(parts[1])) { return false }
        let halves = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let whole = halves.first, isInteger(whole) else { return false }
        return halves.count == 1 || halves[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
