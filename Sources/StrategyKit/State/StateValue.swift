/// A stored property as it was saved: JSON, with integers exact. `migrate` reads and writes them.
public enum StateValue: Codable, Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int128)
    case number(Double)
    case text(String)
    case list([StateValue])
    case object([String: StateValue])

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int128.self) {
            // -0 is a Double of its own.
            let isMinusZero = try value == 0 && container.decode(Double.self).sign == .minus
            self = isMinusZero ? .number(-0.0) : .integer(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode([StateValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: StateValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// Properties at all depths.
    var keyCount: Int {
        switch self {
        case .list(let elements): elements.reduce(0) { $0 + $1.keyCount }
        case .object(let members): members.values.reduce(members.count) { $0 + $1.keyCount }
        default: 0
        }
    }

    func value(at path: ArraySlice<any CodingKey>) -> StateValue? {
        guard let key = path.first else { return self }
        guard case .object(let members) = self, key.intValue == nil else { return nil }
        return members[key.stringValue]?.value(at: path.dropFirst())
    }

    mutating func set(_ value: StateValue, at path: ArraySlice<any CodingKey>) {
        guard let key = path.first else {
            self = value
            return
        }
        switch self {
        case .object(var members):
            members[key.stringValue, default: .object([:])].set(value, at: path.dropFirst())
            self = .object(members)
        case .list(var elements):
            guard let index = key.intValue, elements.indices.contains(index) else { return }
            elements[index].set(value, at: path.dropFirst())
            self = .list(elements)
        default: return
        }
    }
}
