public import Trading

/// Why the host does not do what it was asked; each case has one HTTP status, whatever the dialect.
public enum HostRefusal: Error, Sendable, Equatable {
    /// 400: every fault of the request at once.
    case invalid([RequestFault])
    /// 403: this takes more than the role that asks has.
    case forbidden(String)
    /// 404: nothing has this id.
    case unknown(kind: String, id: String)
    /// 409: the state of the thing does not allow it.
    case conflict(String)
    /// 503: trading is stopped or reducing, by the stop that is named where there is one.
    case halted(String)
    /// 400: the signal's confidence is below the threshold.
    case weakSignal(String)
    /// 400: the gate's no, with every failing rule; it is a fact in the journal by now.
    case denied([Finding])
    /// 400: the gate's no for want of a second person, who can approve the order in the queue under this id.
    case awaitingApproval(id: String, [Finding])
    /// 503: live trading is not configured, the journal does not take orders, the host is starting or stopping.
    case unavailable(String)

    public static func invalid(_ path: String, _ message: String) -> HostRefusal {
        .invalid([RequestFault(path: path, message: message)])
    }
}

/// What is wrong with one field of a request: its path ("config.risk_parameters.max_daily_loss") and what is allowed.
public struct RequestFault: Error, Sendable, Equatable {
    public var path: String
    public var message: String
    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }
}
