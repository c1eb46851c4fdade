import Crypto
import HTTPTypes
import NIOCore
public import Trading

/// What an operation knows of the request besides its input.
public struct OperationContext: Sendable {
    public let host: any TradingHost
    /// nil on operations that are open to all, when there was no valid token.
    public let principal: Principal?
    /// As it came, valid or not.
    public let token: String?
    public let requestID: String
    /// The client's address, without the port; "socket" on the Unix domain socket.
    public let address: String
    public let time: Timestamp
    let operationID: String
    /// Ends the connection after so many seconds, whatever is on its way.
    let closeConnection: @Sendable (Int64) -> Void
    let headers: HTTPFields
    let body: JSONValue?

    /// Who asks, for the journal.
    public var requester: Requester {
        Requester(
            user: principal?.username ?? "", channel: principal?.kind == .local ? "socket" : "rest",
            id: principal?.userID, person: principal?.person)
    }

    /// Whose idempotency keys they are: several API keys may have one name.
    var keyOwner: String {
        guard let principal else { return "" }
        return principal.kind == .apiKey ? principal.userID : principal.username
    }

    /// The header Idempotency-Key, or what the body has in its place (000's requestId).
    public func idempotencyKey(or fallback: String? = nil) throws(APIError) -> IdempotencyKey? {
        guard let key = headers[.idempotencyKey] ?? fallback, !key.isEmpty else { return nil }
        guard key.utf8.count <= 200 else {
            throw .invalid([RequestFault(path: "Idempotency-Key", message: "must have at most 200 bytes")])
        }
        var json = JSONWriter()
        json.value((body ?? .object([])).canonical)
        let digest = SHA256.hash(data: Array(operationID.utf8) + [0] + Array(json.buffer.readableBytesView))
        let fingerprint = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return IdempotencyKey(user: keyOwner, key: key, fingerprint: fingerprint)
    }
}

extension JSONValue {
    /// Names sorted and tokens left out: two requests that mean the same are the same.
    fileprivate var canonical: JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.filter { !Credential.bodyNames.contains($0.name) }
                    .sorted { $0.name < $1.name }.map { Member($0.name, $0.value.canonical) })
        case .array(let elements): .array(elements.map(\.canonical))
        default: self
        }
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let csrfToken = HTTPField.Name("X-CSRF-Token")!
    static let requestID = HTTPField.Name("X-Request-ID")!
    static let rateLimit = HTTPField.Name("X-RateLimit-Limit")!
    static let rateRemaining = HTTPField.Name("X-RateLimit-Remaining")!
    static let rateReset = HTTPField.Name("X-RateLimit-Reset")!
}
