import GRDB
import Synchronization
public import Trading

/// Revoked access tokens in memory: looked at with each request.
final class RevokedAccess: Sendable {
    private let until: Mutex<[String: Timestamp]>

    init(_ stored: [String: Timestamp]) { until = Mutex(stored) }

    static func stored(_ db: Database) throws -> [String: Timestamp] {
        var result: [String: Timestamp] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT id, until FROM revoked_access") {
            result[try row.get("id")] = try row.time("until")
        }
        return result
    }

    func contains(_ id: String) -> Bool { until.withLock { $0[id] != nil } }

    /// Adds one and forgets those that have expired by themselves.
    func add(_ id: String, until end: Timestamp, now: Timestamp) {
        until.withLock { revoked in
            revoked = revoked.filter { $0.value >= now }
            revoked[id] = end
        }
    }
}

extension IdentityStore {
    /// Makes an access token useless before it expires at `until`. Durable when it returns.
    public func revokeAccess(id: String, until: Timestamp) throws(JournalError) {
        let now = Timestamp.wallClock
        try write { db in
            try db.execute(sql: "DELETE FROM revoked_access WHERE until < ?", arguments: [now.nanoseconds])
            try db.execute(
                sql: "INSERT OR REPLACE INTO revoked_access (id, until) VALUES (?, ?)",
                arguments: [id, until.nanoseconds])
        }
        revoked.add(id, until: until, now: now)
    }

    /// From memory: never waits for the disk.
    public func isAccessRevoked(id: String) -> Bool { revoked.contains(id) }
}
