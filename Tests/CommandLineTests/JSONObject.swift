import Foundation
import Testing

/// A JSON object that keeps apart what JSON keeps apart: numbers, texts, flags and null.
struct JSONObject {
    private enum Value: Decodable {
        case object([String: Value])
        case array([Value])
        case text(String)
        case number(Decimal)
        case flag(Bool)
        case null

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Decimal.self) {
                self = .number(number)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let elements = try? container.decode([Value].self) {
                self = .array(elements)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }
    }

    private let members: [String: Value]

    /// `text` must be one object and nothing else.
    init(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let parsed = try? JSONDecoder().decode([String: Value].self, from: Data(text.utf8))
        members = try #require(parsed, "no JSON object: \(text)", sourceLocation: sourceLocation)
    }

    private init(members: [String: Value]) { self.members = members }

    var keys: Set<String> { Set(members.keys) }
    func text(_ key: String) -> String? { if case .text(let text)? = members[key] { text } else { nil } }
    func flag(_ key: String) -> Bool? { if case .flag(let flag)? = members[key] { flag } else { nil } }
    /// Every digit of a number.
    func digits(_ key: String) -> String? { if case .number(let number)? = members[key] { "\(number)" } else { nil } }
    func number(_ key: String) -> Double? { digits(key).flatMap(Double.init) }
    func integer(_ key: String) -> Int? { digits(key).flatMap { Int($0) } }
    func isNull(_ key: String) -> Bool { if case .null? = members[key] { true } else { false } }
    func object(_ key: String) -> JSONObject? { members[key].flatMap(JSONObject.object) }

    func objects(_ key: String) -> [JSONObject] {
        guard case .array(let elements)? = members[key] else { return [] }
        return elements.compactMap(JSONObject.object)
    }

    func texts(_ key: String) -> [String] {
        guard case .array(let elements)? = members[key] else { return [] }
        return elements.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    private static func object(_ value: Value) -> JSONObject? {
        if case .object(let members) = value { JSONObject(members: members) } else { nil }
    }
}
