public import Trading

/// What a user may do; each role has all that the ones before it have.
public enum Role: String, Sendable, Comparable, CaseIterable {
    /// Reads.
    case viewer
    /// All but configuration, keys and the release of a stop.
    case trader
    case admin

    public static func < (a: Role, b: Role) -> Bool {
        guard let a = allCases.firstIndex(of: a), let b = allCases.firstIndex(of: b) else { return false }
        return a < b
    }
}

/// Who makes a request.
public struct Principal: Sendable, Equatable {
    public enum Kind: Sendable { case login, apiKey, local }
    public var kind: Kind
    public var userID: String
    public var username: String
    /// The user behind it: of an API key the one who made it.
    public var person: String
    public var roles: [Role]
    /// The login and its CSRF token; nil for API keys and the socket.
    public var login: String?
    public var csrf: String?
    /// Admins and the local socket do; an API key does where the one who made it does.
    public var reachesAllAccounts: Bool
    /// Of its token; nil = it does not expire.
    public var expiresAt: Timestamp?

    public init(
        kind: Kind, userID: String, username: String, roles: [Role], login: String? = nil, csrf: String? = nil,
        expiresAt: Timestamp? = nil
    ) {
        self.kind = kind
        self.userID = userID
        self.username = username
        person = username
        self.roles = roles
        self.login = login
        self.csrf = csrf
        self.expiresAt = expiresAt
        reachesAllAccounts = kind == .local || roles.contains(.admin)
    }

    public var role: Role? { roles.max() }

    /// The command line on the Unix domain socket, whose file only the operator can open.
    static let local = Principal(kind: .local, userID: "local", username: "local", roles: [.admin])
}

/// Where requests carry tokens.
enum Credential {
    /// Names of a body or a query that hold an access token.
    static let bodyNames: Set<String> = ["token", "accessToken"]
}

/// Tells whose token it is.
public protocol TokenChecking: Sendable {
    /// nil for a token that is unknown, expired or revoked.
    func principal(for token: String) async -> Principal?
    /// Whether the user may do what takes a second factor that was just shown; true where none is set up.
    func isFresh(_ principal: Principal) async throws -> Bool
}

extension TokenChecking {
    public func isFresh(_ principal: Principal) async throws -> Bool { true }
}
