/// All operations, found by path and method. A literal part goes before a parameter.
struct RouteTable: Sendable {
    private struct Node {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var operations: [APIOperation] = []
    }

    struct Match {
        /// All methods of this path.
        var operations: [APIOperation]
        /// What stands at the places of the parameters, in their order.
        var values: [String]

        /// HEAD is a GET without its body.
        func operation(_ method: String) -> APIOperation? {
            let method = method == "HEAD" ? "GET" : method
            return operations.first { $0.method.rawValue == method }
        }

        func request(of operation: APIOperation) -> [JSONValue.Member] {
            let names = operation.path.parts.compactMap { part in
                if case .parameter(let name) = part { name } else { nil }
            }
            return zip(names, values).map { JSONValue.Member($0, .string($1)) }
        }

        /// The header Allow: GET brings HEAD.
        var allow: String {
            operations.map(\.method).flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] }
                .joined(separator: ", ")
        }
    }

    let operations: [APIOperation]
    private var nodes = [Node()]

    init(_ operations: [APIOperation]) {
        self.operations = operations
        for operation in operations { insert(operation) }
    }

    private mutating func insert(_ operation: APIOperation) {
        var place = 0
        for part in operation.path.parts {
            let next: Int?
            switch part {
            case .literal(let text): next = nodes[place].literals[text]
            case .parameter: next = nodes[place].parameter
            }
            if let next {
                place = next
                continue
            }
            nodes.append(Node())
            switch part {
            case .literal(let text): nodes[place].literals[text] = nodes.count - 1
            case .parameter: nodes[place].parameter = nodes.count - 1
            }
            place = nodes.count - 1
        }
        let isFirst = !nodes[place].operations.contains { $0.method == operation.method }
        precondition(isFirst, "\(operation.method) \(operation.path.text) is declared twice")
        nodes[place].operations.append(operation)
    }

    /// nil when no operation has this path. `parts` are percent-decoded.
    func match(_ parts: [String]) -> Match? {
        var values: [String] = []
        guard let place = find(parts[...], from: 0, &values) else { return nil }
        return Match(operations: nodes[place].operations, values: values)
    }

    private func find(_ parts: ArraySlice<String>, from place: Int, _ values: inout [String]) -> Int? {
        guard let part = parts.first else { return nodes[place].operations.isEmpty ? nil : place }
        if let next = nodes[place].literals[part], let found = find(parts.dropFirst(), from: next, &values) {
            return found
        }
        guard let next = nodes[place].parameter, !part.isEmpty else { return nil }
        values.append(part)
        if let found = find(parts.dropFirst(), from: next, &values) { return found }
        values.removeLast()
        return nil
    }
}
