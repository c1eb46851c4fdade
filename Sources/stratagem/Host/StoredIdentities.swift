import API
import Journal
import Trading

/// The API's users, tokens and keys in the journal's database.
struct StoredIdentities: IdentityStoring {
    let store: IdentityStore

    func user(name: String) throws -> StoredUser? { try store.user(name: name).map(StoredUser.init) }
    func user(id: Int64) throws -> StoredUser? { try store.user(id: id).map(StoredUser.init) }
    func hasUsers() throws -> Bool { try !store.users().isEmpty }
    func addUser(name: String, passwordHash: String, roles: [String], at time: Timestamp) throws {
        try store.addUser(name: name, passwordHash: passwordHash, roles: roles, at: time)
    }

    func issueRefresh(hash: String, family: String, user: Int64, at time: Timestamp, expires: Timestamp) throws {
        try store.issueRefresh(hash: hash, family: family, user: user, at: time, expires: expires)
    }
    func rotateRefresh(hash: String, newHash: String, at time: Timestamp, expires: Timestamp) throws -> RefreshRotation
    {
        switch try store.rotateRefresh(hash: hash, newHash: newHash, at: time, expires: expires) {
        case .rotated(let user, let family): .rotated(user: user, family: family)
        case .reused(_, let family): .reused(family: family)
        case .unknown, .expired, .disabled: .refused
        }
    }
    func family(ofRefresh hash: String) throws -> String? { try store.family(ofRefresh: hash) }
    func revokeFamily(_ family: String) throws { try store.revokeFamily(family) }
    func revokeAll(user: Int64) throws -> [String] { try store.revokeAll(user: user) }
    func revokeAccess(id: String, until: Timestamp) throws { try store.revokeAccess(id: id, until: until) }
    func isAccessRevoked(id: String) -> Bool { store.isAccessRevoked(id: id) }

    func addKey(_ key: StoredKey) throws { try store.addKey(APIKeyRecord(key)) }
    func keys() throws -> [StoredKey] { try store.keys().filter { $0.revokedAt == nil }.map(StoredKey.init) }
    func key(hash: String) throws -> StoredKey? {
        try store.key(hash: hash).flatMap { $0.revokedAt == nil ? StoredKey($0) : nil }
    }
    func touchKey(id: String, at time: Timestamp) throws { try store.touchKey(id: id, at: time) }
    func revokeKey(id: String, at time: Timestamp) throws -> Bool { try store.revokeKey(id: id, at: time) }
}

extension StoredUser {
    init(_ record: UserRecord) {
        self.init(
            id: record.id, username: record.username, passwordHash: record.passwordHash, roles: record.roles,
            createdAt: record.createdAt, isDisabled: record.isDisabled)
    }
}

extension StoredKey {
    init(_ record: APIKeyRecord) {
        self.init(
            id: record.id, name: record.name, hash: record.hash, roles: record.roles, createdBy: record.createdBy,
            createdAt: record.createdAt, lastUsedAt: record.lastUsedAt)
    }
}

extension APIKeyRecord {
    init(_ key: StoredKey) {
        self.init(
            id: key.id, name: key.name, hash: key.hash, roles: key.roles, createdBy: key.createdBy,
            createdAt: key.createdAt)
    }
}
