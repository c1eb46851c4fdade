import GRDB

/// Users, refresh tokens, API keys and revoked access tokens.
///
/// Plain synchronous calls for a pool of threads, never for an event loop: a write waits for the disk. All secrets come
/// here as hashes. Writes share the connection of the journal's writer, one after the other.
public final class IdentityStore: Sendable {
    let pool: DatabasePool
    let path: String
    let revoked: RevokedAccess

    init(pool: DatabasePool, path: String) throws(JournalError) {
        self.pool = pool
        self.path = path
        revoked = RevokedAccess(try attempt(path) { try pool.read { try RevokedAccess.stored($0) } })
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        try attempt(path) { try pool.read(body) }
    }

    /// In a transaction; durable when it returns.
    func write<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        try attempt(path) { try pool.write(body) }
    }
}
