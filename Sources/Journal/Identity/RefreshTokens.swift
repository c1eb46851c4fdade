import GRDB
public import Trading

/// What became of a refresh token that someone showed.
public enum RotationOutcome: Sendable, Equatable {
    /// It was good; the new one is stored in its place.
    case rotated(userID: Int64, family: String)
    case unknown
    /// It had been exchanged or revoked before: someone has a copy. Its whole family is revoked now.
    case reused(userID: Int64, family: String)
    case expired
    /// The user is disabled or gone.
    case disabled
}

// A login begins a family of refresh tokens. Each token is good for one exchange (RFC 9700, section 4.14.2: "refresh
// token rotation"): the new one is of the same family, and whoever shows the old one again ends the family.

extension IdentityStore {
    public func issueRefresh(
        hash: String, family: String, user id: Int64, at time: Timestamp, expires: Timestamp
    ) throws(JournalError) {
        try write { db in
            // What has expired cannot be exchanged any more; a login is a good moment to forget it.
            try db.execute(sql: "DELETE FROM refresh_tokens WHERE expires_at < ?", arguments: [time.nanoseconds])
            try insert(hash, family, id, at: time, expires: expires, db)
        }
    }

    /// Exchanges a token for a new one, or says why not.
    public func rotateRefresh(
        hash: String, newHash: String, at time: Timestamp, expires: Timestamp
    ) throws(JournalError) -> RotationOutcome {
        try write { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM refresh_tokens WHERE hash = ?", arguments: [hash])
            else { return .unknown }
            let family: String = try row.get("family")
            let user: Int64 = try row.get("user_id")
            if try row.get("is_revoked", Bool.self) || (try row.optionalTime("rotated_at")) != nil {
                try db.execute(sql: "UPDATE refresh_tokens SET is_revoked = 1 WHERE family = ?", arguments: [family])
                return .reused(userID: user, family: family)
            }
            if try row.time("expires_at") <= time { return .expired }
            let isEnabled = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND is_disabled = 0)", arguments: [user])
            guard isEnabled == true else { return .disabled }
            try db.execute(
                sql: "UPDATE refresh_tokens SET rotated_at = ? WHERE hash = ?", arguments: [time.nanoseconds, hash])
            try insert(newHash, family, user, at: time, expires: expires, db)
            return .rotated(userID: user, family: family)
        }
    }

    /// Ends one login.
    public func revokeFamily(_ family: String) throws(JournalError) {
        try write { db in
            try db.execute(sql: "UPDATE refresh_tokens SET is_revoked = 1 WHERE family = ?", arguments: [family])
        }
    }

    /// The family of a token that is known, whatever its state: what a logout ends.
    public func family(ofRefresh hash: String) throws(JournalError) -> String? {
        try read { try String.fetchOne($0, sql: "SELECT family FROM refresh_tokens WHERE hash = ?", arguments: [hash]) }
    }

    /// Ends all logins of a user, and names those that were alive.
    @discardableResult
    public func revokeAll(user id: Int64) throws(JournalError) -> [String] {
        try write { db in
            let alive = try String.fetchAll(
                db, sql: "SELECT DISTINCT family FROM refresh_tokens WHERE user_id = ? AND is_revoked = 0",
                arguments: [id])
            try revokeTokens(of: id, db)
            return alive
        }
    }

    func revokeTokens(of user: Int64, _ db: Database) throws {
        try db.execute(sql: "UPDATE refresh_tokens SET is_revoked = 1 WHERE user_id = ?", arguments: [user])
    }

    private func insert(
        _ hash: String, _ family: String, _ user: Int64, at time: Timestamp, expires: Timestamp, _ db: Database
    ) throws {
        try db.execute(
            sql: "INSERT INTO refresh_tokens (hash, family, user_id, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            arguments: [hash, family, user, time.nanoseconds, expires.nanoseconds])
    }
}
