import GRDB
public import Trading

/// A key for programs.
public struct APIKeyRecord: Sendable, Equatable {
    /// Public: "key-7f3a…".
    public var id: String
    public var name: String
    /// Of the secret.
    public var hash: String
    public var roles: [String]
    public var createdBy: String
    public var createdAt: Timestamp
    public var lastUsedAt: Timestamp?
    public var revokedAt: Timestamp?

    public init(
        id: String, name: String, hash: String, roles: [String], createdBy: String, createdAt: Timestamp,
        lastUsedAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.hash = hash
        self.roles = roles.sorted()
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }
}

extension IdentityStore {
    /// An id or hash that is taken is a `conflict`.
    public func addKey(_ key: APIKeyRecord) throws(JournalError) {
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO api_keys (id, name, hash, roles, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    key.id, key.name, key.hash, storedRoles(key.roles), key.createdBy, key.createdAt.nanoseconds,
                ])
        }
    }

    /// All keys, revoked ones too, oldest first.
    public func keys() throws(JournalError) -> [APIKeyRecord] {
        try read { try Row.fetchAll($0, sql: "SELECT * FROM api_keys ORDER BY created_at, id").map(APIKeyRecord.init) }
    }

    /// The key of a secret; nil = none, or it is revoked.
    public func key(hash: String) throws(JournalError) -> APIKeyRecord? {
        try read {
            try Row.fetchOne(
                $0, sql: "SELECT * FROM api_keys WHERE hash = ? AND revoked_at IS NULL", arguments: [hash]
            ).map(APIKeyRecord.init)
        }
    }

    /// Writes down that a key was used; for a caller that does so once a minute or less, not with each request.
    public func touchKey(id: String, at time: Timestamp) throws(JournalError) {
        try write { db in
            try db.execute(
                sql: "UPDATE api_keys SET last_used_at = ? WHERE id = ?", arguments: [time.nanoseconds, id])
        }
    }

    /// False = there is no such key, or it was revoked before.
    public func revokeKey(id: String, at time: Timestamp) throws(JournalError) -> Bool {
        try write { db in
            try db.execute(
                sql: "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                arguments: [time.nanoseconds, id])
            return db.changesCount > 0
        }
    }
}

extension APIKeyRecord {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.get("id"), name: try row.get("name"), hash: try row.get("hash"),
            roles: readRoles(try row.get("roles")),
            createdBy: try row.get("created_by"), createdAt: try row.time("created_at"),
            lastUsedAt: try row.optionalTime("last_used_at"),
            revokedAt: try row.optionalTime("revoked_at"))
    }
}
