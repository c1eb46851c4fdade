import GRDB
public import Trading

/// Someone who may log in.
public struct UserRecord: Sendable, Equatable {
    public var id: Int64
    public var username: String
    /// As the password function writes it, with its parameters and salt.
    public var passwordHash: String
    /// "admin", "trader", "viewer"; sorted.
    public var roles: [String]
    public var createdAt: Timestamp
    public var isDisabled: Bool
}

extension IdentityStore {
    public func users() throws(JournalError) -> [UserRecord] {
        try read { try Row.fetchAll($0, sql: "SELECT * FROM users ORDER BY id").map(UserRecord.init(row:)) }
    }

    public func user(name: String) throws(JournalError) -> UserRecord? {
        try read {
            try Row.fetchOne($0, sql: "SELECT * FROM users WHERE username = ?", arguments: [name])
                .map(UserRecord.init(row:))
        }
    }

    public func user(id: Int64) throws(JournalError) -> UserRecord? {
        try read {
            try Row.fetchOne($0, sql: "SELECT * FROM users WHERE id = ?", arguments: [id]).map(UserRecord.init(row:))
        }
    }

    /// A name that is taken is a `conflict`.
    @discardableResult
    public func addUser(
        name: String, passwordHash: String, roles: [String], at time: Timestamp
    ) throws(JournalError) -> UserRecord {
        try write { db in
            let isTaken = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM users WHERE username = ?)", arguments: [name])
            guard isTaken == false else { throw JournalError(.conflict, "there is a user '\(name)' already") }
            try db.execute(
                sql: "INSERT INTO users (username, password_hash, roles, created_at) VALUES (?, ?, ?, ?)",
                arguments: [name, passwordHash, storedRoles(roles), time.nanoseconds])
            return UserRecord(
                id: db.lastInsertedRowID, username: name, passwordHash: passwordHash, roles: roles.sorted(),
                createdAt: time, isDisabled: false)
        }
    }

    /// False = there is no such user. A new password ends all sessions of the user: every refresh token is revoked.
    public func setPassword(user id: Int64, hash: String) throws(JournalError) -> Bool {
        try write { db in
            try revokeTokens(of: id, db)
            try db.execute(sql: "UPDATE users SET password_hash = ? WHERE id = ?", arguments: [hash, id])
            return db.changesCount > 0
        }
    }

    /// False = there is no such user.
    public func setRoles(user id: Int64, roles: [String]) throws(JournalError) -> Bool {
        try write { db in
            try db.execute(sql: "UPDATE users SET roles = ? WHERE id = ?", arguments: [storedRoles(roles), id])
            return db.changesCount > 0
        }
    }

    /// False = there is no such user. Disabling ends all sessions of the user.
    public func setDisabled(user id: Int64, _ isDisabled: Bool) throws(JournalError) -> Bool {
        try write { db in
            if isDisabled { try revokeTokens(of: id, db) }
            try db.execute(sql: "UPDATE users SET is_disabled = ? WHERE id = ?", arguments: [isDisabled, id])
            return db.changesCount > 0
        }
    }
}

extension UserRecord {
    init(row: Row) throws {
        id = try row.get("id")
        username = try row.get("username")
        passwordHash = try row.get("password_hash")
        roles = readRoles(try row.get("roles"))
        createdAt = try row.time("created_at")
        isDisabled = try row.get("is_disabled")
    }
}

/// Roles as they are stored: names, sorted, with commas between them.
func storedRoles(_ roles: [String]) -> String { roles.sorted().joined(separator: ",") }
func readRoles(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }
