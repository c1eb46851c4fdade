/// How long the peer of a connection may keep the host waiting.
public struct ConnectionPatience: Sendable {
    /// From the connection's begin to the end of its first request's headers.
    public var firstRequest: Duration = .seconds(10)
    /// From an answer to the end of the next request's headers.
    public var nextRequest: Duration = .seconds(60)
    /// From a request's headers to the end of its body.
    public var body: Duration = .seconds(30)
    /// While it takes nothing of what is sent to it. Longer than streams wait: they say why they end.
    public var reading: Duration = .seconds(40)
    /// After an answer that ends the connection: so long what the peer still sends is thrown away, so that it can read
    /// the answer.
    public var farewell: Duration = .seconds(5)
    public init() {}
}
