/// Why a message of a client is refused.
enum SocketFault: Sendable {
    case malformed(String)
    /// A subscription, or a message, that means nothing.
    case invalid(String)
    case unauthorized(String)
    /// With the seconds that are left to show a new token.
    case expired(Int64)
    case tooMany(String)
    case unavailable(String)

    var text: String {
        switch self {
        case .malformed(let text), .invalid(let text), .unauthorized(let text), .tooMany(let text),
            .unavailable(let text):
            text
        case .expired(let seconds):
            "the token has expired; send {\"type\":\"authenticate\",\"token\":…} within \(seconds) s"
        }
    }

    /// 004's codes.
    var code: String {
        switch self {
        case .malformed, .invalid: "INVALID_SUBSCRIPTION"
        case .unauthorized, .expired: "UNAUTHORIZED"
        case .tooMany: "RATE_LIMITED"
        case .unavailable: "CONNECTION_LOST"
        }
    }

    /// 003's codes.
    var code003: String {
        switch self {
        case .malformed, .invalid: "DATA_001"
        case .unauthorized, .expired: "AUTH_001"
        case .tooMany: "RATE_LIMITED"
        case .unavailable: "DATA_002"
        }
    }

    init(_ error: any Error) {
        let error = (error as? APIError) ?? (error as? HostRefusal).map(APIError.init)
        switch error?.kind {
        case .unavailable, .tradingStopped, .dataUnavailable, .internalFault, nil:
            self = .unavailable(error?.wholeMessage ?? "an unexpected fault")
        case .unauthorized, .forbidden: self = .unauthorized(error?.wholeMessage ?? "")
        case .rateLimited: self = .tooMany(error?.wholeMessage ?? "")
        default: self = .invalid(error?.wholeMessage ?? "")
        }
    }
}
