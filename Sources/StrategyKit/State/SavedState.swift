/// The stored properties of one strategy value as an earlier version saved them, by name. See `Strategy.migrate`.
public struct SavedState: Sendable, Equatable {
    var properties: [String: StateValue]

    /// nil removes the property: it takes its default then.
    public subscript(name: String) -> StateValue? {
        get { properties[name] }
        set { properties[name] = newValue }
    }

    /// In the order of the alphabet.
    public var names: [String] { properties.keys.sorted() }

    /// Nothing happens where there is no `old`.
    public mutating func rename(_ old: String, to new: String) {
        guard let value = properties.removeValue(forKey: old) else { return }
        properties[new] = value
    }
}

/// Why a state cannot be migrated; the operator reads the text.
public struct StateMigrationError: Error, Sendable {
    public let text: String
    public init(_ text: String) { self.text = text }
}

extension StateValue {
    /// nil where it is something else.
    public var integer: Int128? { if case .integer(let value) = self { value } else { nil } }
    /// Of an integer, too; "nan", "inf" and "-inf" stand for what JSON cannot say.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .text("nan"): .nan
        case .text("inf"): .infinity
        case .text("-inf"): -.infinity
        default: nil
        }
    }
    public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    public var text: String? { if case .text(let value) = self { value } else { nil } }
    public var list: [StateValue]? { if case .list(let values) = self { values } else { nil } }

    /// A property of a nested value.
    public subscript(name: String) -> StateValue? {
        get { if case .object(let members) = self { members[name] } else { nil } }
        set {
            guard case .object(var members) = self else { return }
            members[name] = newValue
            self = .object(members)
        }
    }
}
