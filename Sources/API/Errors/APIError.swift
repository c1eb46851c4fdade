public import Trading

/// An answer that is an error: what happened, in words; the status and the code follow from the kind and the path.
public struct APIError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable, CaseIterable {
        case malformed, invalid
        /// 002: the signal's confidence is below the threshold.
        case weakSignal
        case insufficientFunds, riskLimit, exposureLimit, compliance
        case unauthorized, forbidden, unknown, methodNotAllowed, conflict, tooLarge, rateLimited
        case internalFault
        case tradingStopped, unavailable, dataUnavailable
    }

    public var kind: Kind
    public var message: String
    public var faults: [RequestFault] = []
    public var denials: [Finding] = []
    /// Under which the order waits for a second person.
    public var approvalID: String?
    /// Retry-After, Allow and the like.
    public var headers: [(name: String, value: String)] = []

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public static func == (a: APIError, b: APIError) -> Bool {
        a.kind == b.kind && a.message == b.message && a.faults == b.faults && a.denials == b.denials
            && a.approvalID == b.approvalID
    }

    public static func invalid(_ faults: [RequestFault]) -> APIError {
        let more = faults.count > 5 ? " (and \(faults.count - 5) more)" : ""
        var error = APIError(.invalid, text(faults.prefix(5)) + more)
        error.faults = faults
        return error
    }

    private static func text(_ faults: ArraySlice<RequestFault>) -> String {
        faults.map { $0.path.isEmpty ? $0.message : "\($0.path): \($0.message)" }.joined(separator: "; ")
    }

    /// For dialects that have no list of faults beside the message.
    var wholeMessage: String { faults.isEmpty ? message : APIError.text(faults[...]) }

    public static func unknown(_ kind: String, _ id: String) -> APIError {
        APIError(.unknown, "no \(kind) has the id '\(id.prefix(80))'")
    }

    public var status: Int {
        switch kind {
        case .malformed, .invalid, .weakSignal, .insufficientFunds, .riskLimit, .exposureLimit, .compliance: 400
        case .unauthorized: 401
        case .forbidden: 403
        case .unknown: 404
        case .methodNotAllowed: 405
        case .conflict: 409
        case .tooLarge: 413
        case .rateLimited: 429
        case .internalFault: 500
        case .tradingStopped, .unavailable, .dataUnavailable: 503
        }
    }

    func code(in family: CodeFamily) -> String {
        switch (kind, family) {
        case (.malformed, .v1), (.invalid, .v1), (.weakSignal, .v1): "DATA_001"
        case (.weakSignal, .engine): "INVALID_SIGNAL"
        case (.malformed, _), (.invalid, _), (.weakSignal, _): "VALIDATION_FAILED"
        case (.insufficientFunds, .engine): "INSUFFICIENT_FUNDS"
        case (.riskLimit, .v1): "RISK_001"
        case (.exposureLimit, .v1), (.insufficientFunds, .v1): "RISK_002"
        case (.riskLimit, _), (.exposureLimit, _), (.insufficientFunds, .main): "RISK_LIMIT_EXCEEDED"
        case (.compliance, .v1): "COMP_001"
        case (.compliance, _): "COMPLIANCE_REJECTED"
        case (.unauthorized, .v1): "AUTH_001"
        case (.unauthorized, _): "UNAUTHORIZED"
        case (.forbidden, .v1): "AUTH_002"
        case (.forbidden, _): "FORBIDDEN"
        case (.unknown, _): "NOT_FOUND"
        case (.methodNotAllowed, _): "METHOD_NOT_ALLOWED"
        case (.conflict, _): "CONFLICT"
        case (.tooLarge, _): "PAYLOAD_TOO_LARGE"
        case (.rateLimited, _): "RATE_LIMITED"
        case (.internalFault, _): "INTERNAL"
        case (.dataUnavailable, .v1): "DATA_002"
        case (.tradingStopped, .v1), (.unavailable, .v1): "EXEC_002"
        case (.tradingStopped, .engine): "MARKET_CLOSED"
        case (.unavailable, .engine): "SYSTEM_MAINTENANCE"
        case (.dataUnavailable, .engine): "API_ERROR"
        case (.tradingStopped, .main), (.unavailable, .main), (.dataUnavailable, .main): "UNAVAILABLE"
        }
    }
}
