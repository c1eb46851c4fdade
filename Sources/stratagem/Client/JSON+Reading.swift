import API

extension JSON {
    /// Reads a document with the parser that the host itself reads requests with.
    init(parsing bytes: [UInt8]) throws(JSONFailure) { self.init(try JSONValue(parsing: bytes)) }
    init(parsing text: String) throws(JSONFailure) { try self.init(parsing: Array(text.utf8)) }

    private init(_ value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .boolean(let flag): .boolean(flag)
            case .number(let digits): .number(digits)
            case .string(let text): .string(text)
            case .array(let elements): .array(elements.map(JSON.init))
            case .object(let members): .object(members.map { ($0.name, JSON($0.value)) })
            }
    }
}

extension JSON {
    /// Of an object; nil = it has none of that name, or this is no object.
    subscript(_ key: String) -> JSON? {
        if case .object(let members) = self { members.first { $0.key == key }?.value } else { nil }
    }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }
    var bool: Bool? { if case .boolean(let flag) = self { flag } else { nil } }
    var int: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }
    var double: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }
    var isNull: Bool { if case .null = self { true } else { false } }

    /// For people: the time that a member of this object names, to the second.
    func moment(_ key: String) -> String { self[key]?.shown.secondText ?? "–" }

    /// For people: a text or number as it stands, "–" for null, JSON for the rest.
    var shown: String {
        switch self {
        case .string(let text): text.printable
        case .number(let digits): digits
        case .null: "–"
        default: text.printable
        }
    }
}
