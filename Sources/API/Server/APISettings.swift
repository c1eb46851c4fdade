/// What the operator configures of the API (`api:` of host.yaml).
public struct APISettings: Sendable {
    public var host = "127.0.0.1"
    /// 0 = any free one.
    public var port = 8080
    /// The ports of the documents' services are opened beside it, this much above their numbers; nil = they are not.
    public var servicePortOffset: Int?
    /// A Unix domain socket whose connections act as the local admin; nil = none.
    public var socketPath: String?
    public var bodyBytesMax = 1 << 20
    /// Of the main listener, and of the local one; others wait until one of them ends.
    public var connectionsMax = 1000
    /// Of each service's own port.
    public var serviceConnectionsMax = 100
    public var patience = ConnectionPatience()
    /// Pages from there may open sockets, beside the host's own.
    public var origins: [String] = []
    public var sockets = SocketLimits()
    /// A line of JSON for each request goes there; nil = nowhere.
    public var accessLogPath: String?
    public var rateLimits = RateLimits.standard
    public var version = ""
    public init() {}
}
