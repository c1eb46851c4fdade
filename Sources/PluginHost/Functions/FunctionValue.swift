/// An argument or a result of a plugin's function.
public enum FunctionValue: Sendable, Equatable, Codable {
    case number(Double)
    case integer(Int64)
    case unsigned(UInt64)
    case boolean(Bool)
    case text(String)
    case numbers([Double])
    /// An argument that was left out, or a result that is none.
    case none

    /// It can be given for such an argument.
    func fits(_ kind: FunctionSignature.ArgumentKind) -> Bool {
        switch (self, kind) {
        case (.number(let value), .number): value.isFinite
        case (.integer, .integer), (.unsigned, .unsigned), (.boolean, .boolean), (.none, .optionalText): true
        case (.text(let text), .text), (.text(let text), .optionalText):
            text.utf8.count <= FunctionSignature.textMax && !text.utf8.contains(0)
        case (.numbers(let list), .numbers):
            list.count <= FunctionSignature.elementsMax && list.allSatisfy(\.isFinite)
        default: false
        }
    }
}

/// Why a function has no result.
public enum FunctionFailure: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// The arguments do not fit the signature.
    case arguments(String)
    /// The function itself said no.
    case refused(String)
    /// What it gave back is no value of the type that its signature names.
    case garbage(String)
    /// Its worker did not outlive the call.
    case ended(String)

    public var description: String {
        switch self {
        case .arguments(let text): "the arguments do not fit: \(text)"
        case .refused(let text): "it refused: \(text)"
        case .garbage(let text): "it gave back garbage: \(text)"
        case .ended(let text): text
        }
    }
}
