import HTTPTypes
import Hummingbird
import Logging
import Synchronization
import Trading

/// How far the body has been read: it can be read only once.
enum BodyState {
    case untouched, read
    /// It is too large, or broke off: the connection cannot go on.
    case lost
}

/// What is known of a request while it is answered.
struct Route {
    let request: Request
    let id: String
    let address: String
    let target: RequestTarget
    var operation: APIOperation?
    /// Who asks, once that is known.
    var user: String?
    /// Of a WebSocket's handshake.
    var socketPath: String?
    /// Of a file of the operator's page.
    var pagePath: String?
    var dialect = Dialect.d003
    var verdict: RateLimiter.Verdict?
    var body = BodyState.untouched

    init(request: Request, id: String, address: String, target: RequestTarget) {
        self.request = request
        self.id = id
        self.address = address
        self.target = target
    }

    /// Without the query, which may hold a token.
    var path: String { String((request.head.path ?? "/").prefix { $0 != "?" }) }

    /// Of a path of another version: which there are.
    var versionNote: String {
        let part = path.split(separator: "/").dropFirst().first ?? ""
        let isVersion = path.hasPrefix("/api/v") && part.dropFirst().allSatisfy(\.isNumber) && part.count > 1
        return isVersion && part != "v1" ? ": the API has the version v1 only" : ""
    }

    func token(allowingQuery: Bool) -> String? {
        if let header = request.headers[.authorization] {
            guard let end = header.utf8.firstIndex(of: UInt8(ascii: " ")), header[..<end].lowercased() == "bearer"
            else {
                return ""
            }
            return String(Substring(header.utf8[end...].drop { $0 == UInt8(ascii: " ") }))
        }
        guard allowingQuery, case .string(let token)? = target.query.first(where: { $0.name == "token" })?.value else {
            return nil
        }
        return token
    }

    static func token(inBody document: JSONValue) -> String? {
        for name in Credential.bodyNames.sorted() {
            if case .string(let token)? = document[name] { return token }
        }
        return nil
    }

    func response(to error: APIError) -> Response {
        var json = JSONWriter()
        ErrorBody(error: error, dialect: dialect, family: CodeFamily(path: path), time: .now, requestID: id)
            .write(&json)
        var headers: HTTPFields = [.contentType: "application/json"]
        for (name, value) in error.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: HTTPResponse.Status(code: error.status), headers: headers,
            body: ResponseBody(byteBuffer: json.buffer))
    }
}

/// Names a request in its answer and in the log.
enum RequestID {
    /// The client's own X-Request-ID where it is harmless, else a new one.
    static func of(_ request: Request) -> String {
        if let given = request.headers[.requestID], (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ isHarmless($0) })
        {
            return given
        }
        return new()
    }

    private static let process = UInt64.random(in: .min ... .max)
    private static let count = Atomic<UInt64>(0)

    /// Which process it is, and a number in it: 32 hexadecimal digits. It has to be unique, not secret.
    private static func new() -> String {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        return String(unsafeUninitializedCapacity: 32) { digits in
            for place in 0..<32 {
                let word = place < 16 ? process : number
                let digit = UInt8(truncatingIfNeeded: word >> (60 - 4 * UInt64(place % 16)) & 15)
                digits[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 32
        }
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension APIError {
    /// Any error that an operation threw.
    init(from error: any Error, requestID: String, logger: Logger) {
        switch error {
        case let error as APIError: self = error
        case let refusal as HostRefusal: self.init(refusal)
        case let failure as JSONFailure: self.init(.malformed, failure.description)
        default:
            logger.error(
                "an operation failed unexpectedly", metadata: ["error": "\(error)", "request_id": "\(requestID)"])
            self.init(.internalFault, "an unexpected fault; the log has it under this request's id")
        }
    }
}
