import API
import Journal

/// The sessions of clients in the journal's database.
struct StoredSessions: SessionStoring {
    let store: IdentityStore

    func sessions() throws -> [ClientSession] {
        try store.clientSessions().map { record in
            ClientSession(
                id: record.id, user: record.user, createdAt: record.createdAt, lastActivity: record.lastActivity)
        }
    }

    func put(_ session: ClientSession) throws {
        try store.putClientSession(
            ClientSessionRecord(
                id: session.id, user: session.user, createdAt: session.createdAt, lastActivity: session.lastActivity))
    }

    func remove(_ ids: [String]) throws { try store.removeClientSessions(ids) }
}
