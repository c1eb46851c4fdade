public import Trading

/// A client's session: what a client comes back to after its connection broke.
public struct ClientSession: Sendable, Equatable {
    public var id: String
    /// The id of the user or the API key whose it is.
    public var user: String
    public var createdAt: Timestamp
    public var lastActivity: Timestamp
    public init(id: String, user: String, createdAt: Timestamp, lastActivity: Timestamp) {
        self.id = id
        self.user = user
        self.createdAt = createdAt
        self.lastActivity = lastActivity
    }
}

/// Where sessions outlive the host. Calls are synchronous and may wait for the disk; they are made on a thread of their own.
public protocol SessionStoring: Sendable {
    func sessions() throws -> [ClientSession]
    /// A new one, or the same again with a later activity.
    func put(_ session: ClientSession) throws
    func remove(_ ids: [String]) throws
}
