import GRDB
public import Trading

/// A client's session as it was last written down.
public struct ClientSessionRecord: Sendable, Equatable {
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

extension IdentityStore {
    /// All of them, oldest first.
    public func clientSessions() throws(JournalError) -> [ClientSessionRecord] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM client_sessions ORDER BY created_at, id").map { row in
                ClientSessionRecord(
                    id: try row.get("id"), user: try row.get("user"), createdAt: try row.time("created_at"),
                    lastActivity: try row.time("last_activity"))
            }
        }
    }

    /// A new one, or the same again with a later activity.
    public func putClientSession(_ record: ClientSessionRecord) throws(JournalError) {
        try write { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO client_sessions (id, user, created_at, last_activity) VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    record.id, record.user, record.createdAt.nanoseconds, record.lastActivity.nanoseconds,
                ])
        }
    }

    public func removeClientSessions(_ ids: [String]) throws(JournalError) {
        try write { db in
            for id in ids { try db.execute(sql: "DELETE FROM client_sessions WHERE id = ?", arguments: [id]) }
        }
    }
}
