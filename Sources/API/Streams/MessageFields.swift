import Trading

/// The fields of a client's message; all that is wrong with them is told at once.
final class MessageFields {
    private let message: JSONValue
    private var faults: [String] = []

    init(_ message: JSONValue) { self.message = message }

    func fault(_ text: String) { faults.append(text) }

    func finish() throws {
        guard !faults.isEmpty else { return }
        let more = faults.count > 5 ? " (and \(faults.count - 5) more)" : ""
        throw SocketFaultError(.invalid(faults.prefix(5).joined(separator: "; ") + more))
    }

    func number(_ name: String, in range: ClosedRange<Double>) -> Double {
        guard case .number(let digits)? = message[name], let value = Double(digits), range.contains(value) else {
            fault("\(name) must be a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
            return range.lowerBound
        }
        return value
    }

    /// nil = it is not there.
    func optionalInteger(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        switch message[name] {
        case nil, .null?: return nil
        case .number(let digits)?:
            if let value = Int64(digits), range.contains(value) { return value }
            fallthrough
        default:
            fault("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
    }

    func word<Value>(_ name: String, among words: [(String, Value)]) -> Value? {
        if case .string(let word)? = message[name], let found = words.first(where: { $0.0 == word }) { return found.1 }
        fault("\(name) must be one of \(words.map(\.0).joined(separator: ", "))")
        return nil
    }

    /// nil = it is not there.
    func texts(_ name: String, most: Int) -> [String]? {
        guard let value = message[name], value != .null else { return nil }
        guard case .array(let elements) = value, elements.count <= most else {
            fault("\(name) must be a list of at most \(most) texts")
            return []
        }
        return elements.compactMap { element in
            if case .string(let text) = element { return text }
            fault("\(name) must be a list of texts, not of \(element.kind)")
            return nil
        }
    }

    func object(_ name: String) -> JSONValue? {
        switch message[name] {
        case nil, .null?: return nil
        case .object(let members)?: return .object(members)
        default:
            fault("\(name) must be an object")
            return nil
        }
    }
}
