import NIOCore

/// One operation of the API, declared once: the declaration registers the route, checks the input and makes its part of the
/// OpenAPI document.
public struct APIOperation: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    public enum Access: Sendable, Equatable {
        case open
        /// A token in the Authorization header.
        case bearer
        /// The same, and the login's CSRF token in X-CSRF-Token (not asked of API keys).
        case bearerCSRF
        /// A token in the header, in the query (`token`) or in the body (`token`, `accessToken`).
        case anyToken
    }

    let method: Method
    let path: PathTemplate
    let id: String
    let tag: String
    let summary: String
    let description: String
    let access: Access
    let role: Role
    /// A user with a second factor must have shown it in the last minutes.
    let needsFreshFactor: Bool
    let rate: RateClass
    /// The answer is the host's state and nothing else: it stays good until `TradingHost.revision` grows.
    let isSnapshot: Bool
    let dialect: Dialect
    let errors: [APIError.Kind]
    let contentType: String
    let family: CodeFamily
    let inputShape: @Sendable () -> InputReader
    let outputSchema: @Sendable () -> Schema
    let perform: @Sendable (OperationRequest, OperationContext) async throws -> OperationAnswer

    public init<Input: OperationInput, Output: OperationOutput>(
        _ method: Method, _ path: String, id: String, tag: String, summary: String,
        description: String = "", access: Access = .bearer, role: Role = .viewer,
        needsFreshFactor: Bool = false, rate: RateClass, isSnapshot: Bool = false,
        dialect: Dialect = .d003, errors: [APIError.Kind] = [],
        perform: @escaping @Sendable (Input, OperationContext) async throws -> Output
    ) {
        self.method = method
        self.path = PathTemplate(path)
        self.id = id
        self.tag = tag
        self.summary = summary
        self.description = description
        self.access = access
        self.role = role
        self.needsFreshFactor = needsFreshFactor
        self.rate = rate
        self.isSnapshot = isSnapshot
        self.dialect = dialect
        self.errors = errors
        contentType = Output.contentType
        family = CodeFamily(path: path)
        inputShape = {
            var reader = InputReader()
            _ = Input(&reader)
            return reader
        }
        outputSchema = { Output.schema }
        let allowed = access == .anyToken ? Credential.bodyNames : []
        self.perform = { request, context in
            var (input, faults): (Input, [RequestFault]) = request.read(allowing: allowed)
            guard faults.isEmpty else {
                let others = input.faults(among: (try? await context.host.instruments()) ?? [])
                faults += others.filter { other in !faults.contains { $0.path == other.path } }
                throw APIError.invalid(faults)
            }
            let output = try await perform(input, context)
            var json = JSONWriter()
            output.write(&json)
            return OperationAnswer(
                status: output.status, contentType: Output.contentType, headers: output.headers, body: json.buffer,
                stream: output.stream)
        }
    }
}

/// A request's fields, as they came.
struct OperationRequest: Sendable {
    var path: [JSONValue.Member]
    var query: [JSONValue.Member]
    /// What was wrong with the query as such.
    var faults: [RequestFault] = []
    var body: JSONValue?

    /// With faults the input is of no use.
    func read<Input: OperationInput>(allowing names: Set<String>) -> (Input, [RequestFault]) {
        var reader = InputReader(path: path, query: query, body: body)
        let input = Input(&reader)
        return (input, faults + reader.finish(allowing: names))
    }
}

struct OperationAnswer: Sendable {
    var status: Int
    var contentType: String
    var headers: [(name: String, value: String)] = []
    var body: ByteBuffer
    /// In place of the body.
    var stream: AsyncStream<ByteBuffer>?
}
