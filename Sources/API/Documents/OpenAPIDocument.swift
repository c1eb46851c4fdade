import NIOCore

/// GET /openapi.json: exactly the operations that are registered, this one included.
func openAPIOperation(describing others: [APIOperation], version: String) -> APIOperation {
    let path = "/openapi.json"
    func operation(_ text: String) -> APIOperation {
        APIOperation(
            .get, path, id: "additions.openapi", tag: "Documents", summary: "This document", access: .open,
            rate: .unlimited
        ) { (_: NoInput, _) in OpenAPIAnswer(text: text) }
    }
    let all = others + [operation("")]
    return operation(OpenAPIDocument(operations: all, version: version).text)
}

struct OpenAPIAnswer: OperationOutput {
    var text: String
    static var example: OpenAPIAnswer { OpenAPIAnswer(text: "{}") }
    static var schema: Schema {
        .object([
            .init("openapi", .text(), isRequired: true), .init("info", .map(.any), isRequired: true),
            .init("paths", .map(.any), isRequired: true),
        ])
    }
    func write(_ json: inout JSONWriter) { json.raw(text) }
}

/// OpenAPI 3.1, written from the declarations.
struct OpenAPIDocument {
    var operations: [APIOperation]
    var version: String

    var text: String {
        var json = JSONWriter()
        json.object { json in
            json.field("openapi", "3.1.0")
            json.object("info") { json in
                json.field("title", "Stratagem")
                json.field("version", version.isEmpty ? "development" : version)
            }
            json.object("paths") { json in writePaths(&json) }
            json.object("components") { json in
                json.object("securitySchemes") { json in
                    json.object("bearer") { json in
                        json.field("type", "http")
                        json.field("scheme", "bearer")
                    }
                    json.object("token") { json in
                        json.field("type", "apiKey")
                        json.field("in", "query")
                        json.field("name", "token")
                        json.field("description", "Or `token` or `accessToken` of a JSON body.")
                    }
                    json.object("csrf") { json in
                        json.field("type", "apiKey")
                        json.field("in", "header")
                        json.field("name", "X-CSRF-Token")
                        json.field("description", "Of the login; an API key needs none.")
                    }
                }
                json.object("schemas") { json in
                    for dialect in Dialect.allCases {
                        json.field(dialect.schemaName, ErrorBody.schema(of: dialect))
                    }
                }
            }
        }
        return String(buffer: json.buffer)
    }

    private func writePaths(_ json: inout JSONWriter) {
        var paths: [String] = []
        for operation in operations where !paths.contains(operation.path.text) { paths.append(operation.path.text) }
        for path in paths {
            json.object(path) { json in
                for operation in operations where operation.path.text == path {
                    json.object(operation.method.rawValue.lowercased()) { json in write(operation, &json) }
                }
            }
        }
    }

    private func write(_ operation: APIOperation, _ json: inout JSONWriter) {
        let input = operation.inputShape()
        json.field("operationId", operation.id)
        json.field("tags", [operation.tag])
        json.field("summary", operation.summary)
        json.optional("description", operation.wholeDescription)
        json.list("parameters", parameters(operation, input)) { json, parameter in
            json.object { json in
                json.field("name", parameter.property.name)
                json.field("in", parameter.place)
                json.field("required", parameter.property.isRequired)
                json.field("schema", parameter.property.schema)
            }
        }
        if operation.takesBody {
            json.object("requestBody") { json in
                json.field("required", input.body.properties.contains(where: \.isRequired))
                content(&json, "application/json", input.body.schema)
            }
        }
        json.object("responses") { json in
            json.object("200") { json in
                json.field("description", "Success")
                content(&json, String(operation.contentType.prefix { $0 != ";" }), operation.outputSchema())
            }
            for (status, text) in operation.errorStatuses {
                json.object(String(status)) { json in
                    json.field("description", text)
                    json.object("content") { json in
                        json.object("application/json") { json in
                            json.object("schema") { json in
                                json.field("$ref", "#/components/schemas/\(operation.dialect.schemaName)")
                            }
                        }
                    }
                }
            }
        }
        json.field("security", operation.security)
    }

    private func parameters(_ operation: APIOperation, _ input: InputReader) -> [(
        place: String, property: Schema.Property
    )] {
        // A name of the path is a parameter even where nobody reads it.
        let names = operation.path.parts.compactMap { part in
            if case .parameter(let name) = part { name } else { nil }
        }
        let path = names.map { name in
            let schema = input.path.properties.first { $0.name == name }?.schema ?? .text()
            return (place: "path", property: Schema.Property(name, schema, isRequired: true))
        }
        return path + input.query.properties.map { (place: "query", property: $0) }
    }

    private func content(_ json: inout JSONWriter, _ type: String, _ schema: Schema) {
        json.object("content") { json in
            json.object(type) { json in json.field("schema", schema) }
        }
    }
}

extension Dialect {
    static let allCases: [Dialect] = [.d000, .d001, .d003, .d003and000, .d003and001]

    var schemaName: String {
        switch self {
        case .d000: "Error000"
        case .d001: "Error001"
        case .d003: "Error003"
        case .d003and000: "Error003And000"
        case .d003and001: "Error003And001"
        }
    }
}

extension APIOperation {
    /// With what holds of all that are declared alike; nil = there is nothing to say.
    fileprivate var wholeDescription: String? {
        var parts = description.isEmpty ? [] : [description]
        if access != .open, role != .viewer { parts.append("Needs the role \(role.rawValue).") }
        if needsFreshFactor {
            parts.append("A user with a second factor must have shown a code of it in the last five minutes.")
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    /// A DELETE can have to say who asks, and why.
    fileprivate var takesBody: Bool { method == .post || method == .put || !inputShape().body.properties.isEmpty }

    /// Statuses of errors and what they mean, by number.
    fileprivate var errorStatuses: [(status: Int, text: String)] {
        var kinds = errors
        if takesBody { kinds += [.invalid, .tooLarge] }
        let input = inputShape()
        if !input.query.properties.isEmpty || !input.path.properties.isEmpty { kinds.append(.invalid) }
        if access != .open { kinds += [.unauthorized, .forbidden] }
        if rate != .unlimited { kinds.append(.rateLimited) }
        let statuses = Set(kinds.map { APIError($0, "").status })
        return statuses.sorted().map { ($0, Self.meaning[$0] ?? "Error") }
    }

    private static let meaning = [
        400: "The request is malformed or not valid, or the order was denied", 401: "No valid token",
        403: "The role or the CSRF token is missing", 404: "Nothing has this id", 409: "The state does not allow it",
        413: "The body is too large", 429: "Too many requests",
        503: "Trading is stopped, or a part of the host is not available",
    ]

    fileprivate var security: [JSONValue] {
        switch access {
        case .open: []
        case .bearer: [.object([.init("bearer", .array([]))])]
        case .anyToken: [.object([.init("bearer", .array([]))]), .object([.init("token", .array([]))])]
        case .bearerCSRF:
            // A login's token and its CSRF token, or an API key alone.
            [
                .object([.init("bearer", .array([])), .init("csrf", .array([]))]),
                .object([.init("bearer", .array([]))]),
            ]
        }
    }
}
