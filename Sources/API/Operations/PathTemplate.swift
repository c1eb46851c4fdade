/// "/api/orders/{order_id}".
struct PathTemplate: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case literal(String)
        case parameter(String)
    }

    let text: String
    let parts: [Part]

    init(_ text: String) {
        self.text = text
        parts = text.split(separator: "/").map { part in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }
}
