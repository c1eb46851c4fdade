public import Trading

/// Where users, refresh tokens and API keys live. Calls are synchronous and may wait for the disk; they are made on a thread of
/// their own. Secrets come here as hashes only. `isAccessRevoked` alone is called with each request and answers from memory.
public protocol IdentityStoring: SecondFactorStoring {
    func user(name: String) throws -> StoredUser?
    func user(id: Int64) throws -> StoredUser?
    func hasUsers() throws -> Bool
    func addUser(name: String, passwordHash: String, roles: [String], at time: Timestamp) throws

    /// `family` is the login that the token belongs to.
    func issueRefresh(hash: String, family: String, user: Int64, at time: Timestamp, expires: Timestamp) throws
    func rotateRefresh(hash: String, newHash: String, at time: Timestamp, expires: Timestamp) throws -> RefreshRotation
    /// The login of a refresh token and its user, whatever the token's state.
    func family(ofRefresh hash: String) throws -> String?
    func revokeFamily(_ family: String) throws
    /// Ends all logins of a user and names those that were alive.
    func revokeAll(user: Int64) throws -> [String]

    /// Access tokens of this login are dead until then.
    func revokeAccess(id: String, until: Timestamp) throws
    func isAccessRevoked(id: String) -> Bool

    func addKey(_ key: StoredKey) throws
    /// Without the revoked ones.
    func keys() throws -> [StoredKey]
    /// nil = none, or it is revoked.
    func key(hash: String) throws -> StoredKey?
    func touchKey(id: String, at time: Timestamp) throws
    /// false = there is no such key, or it is revoked already.
    func revokeKey(id: String, at time: Timestamp) throws -> Bool
}

public struct StoredUser: Sendable, Equatable {
    public var id: Int64
    public var username: String
    /// As `PasswordHash` writes it.
    public var passwordHash: String
    public var roles: [String]
    public var createdAt: Timestamp
    public var isDisabled: Bool
    public init(
        id: Int64, username: String, passwordHash: String, roles: [String], createdAt: Timestamp,
        isDisabled: Bool = false
    ) {
        self.id = id
        self.username = username
        self.passwordHash = passwordHash
        self.roles = roles
        self.createdAt = createdAt
        self.isDisabled = isDisabled
    }
}

public struct StoredKey: Sendable, Equatable {
    public var id: String
    public var name: String
    public var hash: String
    public var roles: [String]
    public var createdBy: String
    public var createdAt: Timestamp
    public var lastUsedAt: Timestamp?
    public init(
        id: String, name: String, hash: String, roles: [String], createdBy: String, createdAt: Timestamp,
        lastUsedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.hash = hash
        self.roles = roles
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
    }
}

/// What became of a refresh token that someone showed.
public enum RefreshRotation: Sendable, Equatable {
    case rotated(user: Int64, family: String)
    /// It had been exchanged or revoked before: someone has a copy, and its whole family is revoked now.
    case reused(family: String)
    /// Unknown or expired, or its user is disabled.
    case refused
}
