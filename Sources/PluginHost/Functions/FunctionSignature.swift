/// What a plugin's function takes and gives, read from the text that the plugin declares it with (ext/functions.h):
///
///     (instance, window: i64, prices: [f64], note: string?) -> string
public struct FunctionSignature: Sendable, Hashable {
    public enum ArgumentKind: String, Sendable, CaseIterable {
        case number = "f64"
        case integer = "i64"
        case unsigned = "u64"
        case boolean = "bool"
        case text = "string"
        /// The caller may leave it out.
        case optionalText = "string?"
        case numbers = "[f64]"
    }

    public enum ResultKind: String, Sendable, CaseIterable {
        case number = "f64"
        case integer = "i64"
        case unsigned = "u64"
        case boolean = "bool"
        case text = "string"
    }

    public struct Argument: Sendable, Hashable {
        public var name: String
        public var kind: ArgumentKind
    }

    /// Its first parameter is the instance.
    public var takesInstance = false
    public var arguments: [Argument] = []
    public var result: ResultKind

    public static let argumentsMax = 16
    /// Elements of a list.
    public static let elementsMax = 65_536
    /// Bytes of a text.
    public static let textMax = 65_536
    static let signatureMax = 2048

    /// It can be called without any argument.
    public var needsNothing: Bool { arguments.allSatisfy { $0.kind == .optionalText } }

    /// As the plugin would write it.
    public var description: String {
        let all = (takesInstance ? ["instance"] : []) + arguments.map { "\($0.name): \($0.kind.rawValue)" }
        return "(\(all.joined(separator: ", "))) -> \(result.rawValue)"
    }

    public struct Malformed: Error, Equatable {
        public var reason: String
        public init(reason: String) { self.reason = reason }
    }

    public init(_ text: String) throws(Malformed) {
        guard let arrow = text.firstRange(of: "->") else { throw Malformed(reason: "it has no ->") }
        let head = Self.trimmed(text[..<arrow.lowerBound])
        let tail = Self.trimmed(text[arrow.upperBound...])
        guard let result = ResultKind(rawValue: tail) else {
            let known = ResultKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Malformed(reason: "the result '\(tail.prefix(40))' is none of \(known)")
        }
        self.result = result
        guard head.hasPrefix("("), head.hasSuffix(")"), head.utf8.count >= 2 else {
            throw Malformed(reason: "the arguments do not stand in parentheses")
        }
        let inner = Self.trimmed(head.dropFirst().dropLast())
        guard !inner.isEmpty else { return }
        let parts = inner.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
        for (index, part) in parts.enumerated() { try take(part, isFirst: index == 0) }
        guard arguments.count <= Self.argumentsMax else {
            throw Malformed(reason: "\(arguments.count) arguments are above the limit of \(Self.argumentsMax)")
        }
    }

    private mutating func take(_ part: String, isFirst: Bool) throws(Malformed) {
        if part == "instance" {
            guard isFirst else { throw Malformed(reason: "'instance' may only come first") }
            takesInstance = true
            return
        }
        let sides = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
        guard sides.count == 2 else {
            throw Malformed(reason: "the argument '\(part.prefix(40))' is not written as name: type")
        }
        guard PluginDescription.isIdentifier(sides[0]) else {
            throw Malformed(
                reason: "the argument's name '\(sides[0].prefix(80))' must be 1 to 64 letters, digits and _")
        }
        guard let kind = ArgumentKind(rawValue: sides[1]) else {
            let known = ArgumentKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Malformed(reason: "\(sides[0]) is of the unknown type '\(sides[1].prefix(40))'; there are \(known)")
        }
        guard !arguments.contains(where: { $0.name == sides[0] }) else {
            throw Malformed(reason: "two arguments have the name '\(sides[0])'")
        }
        arguments.append(Argument(name: sides[0], kind: kind))
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let isSpace = { (character: Character) in character == " " || character == "\n" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
