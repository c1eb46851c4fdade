/// What the operator configures of the API (`api:` of host.yaml).
public struct APISettings: Sendable {
    public var host = "127.0.0.1"
    /// 0 = any free one.
    public var port = 8080
    /// A Unix domain socket whose connections act as the local admin; nil = none.
    public var socketPath: String?
    public var bodyBytesMax = 1 << 20
    public var connectionsMax = 1000
    /// A connection on which nothing happens is closed after this.
    public var idleSecondsMax = 60
    /// Pages from there may open sockets, beside the host's own.
    public var origins: [String] = []
    public var sockets = SocketLimits()
    public var rateLimits = RateLimits.standard
    public var version = ""
    public init() {}
}
