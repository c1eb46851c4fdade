import Trading

/// Logins, tokens and API keys. Passwords are checked on one thread, the store is asked on another.
public final class Authentication: TokenChecking {
    static let refreshSeconds = 7 * 86_400

    private let store: any IdentityStoring
    private let tokens: AccessTokens
    private let logins = TokenCache()
    private let keys = TokenCache()
    private let guesses = LoginGuard()
    private let passwords = WorkQueue(threads: 1, waitingMax: 16)
    private let storage = WorkQueue(threads: 1, waitingMax: 256)
    let factors: SecondFactors

    private let clock: Clocks

    /// What one-time codes go by, and what waits and fresh codes go by.
    struct Clocks: Sendable {
        var wall: @Sendable () -> Timestamp = { .now }
        var monotonic: @Sendable () -> UInt64 = { monotonicNanoseconds() }
    }

    public convenience init(store: any IdentityStoring, key: SigningKey) async {
        await self.init(store: store, key: key, clock: Clocks())
    }

    init(store: any IdentityStoring, key: SigningKey, clock: Clocks) async {
        self.store = store
        self.clock = clock
        tokens = await AccessTokens(key)
        factors = SecondFactors(store: store, storage: storage, guesses: guesses, key: key, clock: clock)
    }

    // MARK: Tokens

    public func principal(for token: String) async -> Principal? {
        let now = Timestamp.now
        if token.hasPrefix("sk_") { return await keyHolder(token, at: now) }
        if let known = logins.principal(token, at: now) { return isAlive(known) ? known : nil }
        guard let claims = await tokens.verified(token),
            let until = Timestamp(secondsSinceEpoch: claims.exp), until > now
        else { return nil }
        let principal = Principal(
            kind: .login, userID: claims.sub, username: claims.name, roles: claims.roles.compactMap(Role.init),
            login: claims.sid, csrf: tokens.csrf(of: claims.sid), expiresAt: until)
        guard isAlive(principal) else { return nil }
        logins.put(token, principal, until: until, at: now)
        return principal
    }

    private func isAlive(_ principal: Principal) -> Bool {
        principal.login.map { !store.isAccessRevoked(id: $0) } ?? true
    }

    /// Looked up once a minute; a revoked key is forgotten at once.
    private func keyHolder(_ token: String, at now: Timestamp) async -> Principal? {
        let hash = Secret.hash(token)
        if let known = keys.principal(hash, at: now) { return known }
        let found = try? await storage.run { [store] in
            try store.key(hash: hash).map { key in
                try? store.touchKey(id: key.id, at: now)
                return (key, maker: try store.user(name: key.createdBy))
            }
        }
        guard let (key, maker) = found ?? nil else { return nil }
        var principal = Principal(
            kind: .apiKey, userID: key.id, username: key.name, roles: key.roles.compactMap(Role.init))
        principal.person = key.createdBy
        // Its roles are its own, its accounts are those of its maker; the command line makes keys as "local".
        principal.reachesAllAccounts =
            maker.map { !$0.isDisabled && $0.roles.contains(Role.admin.rawValue) }
            ?? (key.createdBy == Principal.local.username)
        keys.put(hash, principal, until: now + 60 * Timestamp.nanosecondsPerSecond, at: now)
        return principal
    }

    // MARK: Logins

    struct Session: Sendable {
        var access: String
        var refresh: String
        var csrf: String
        var user: StoredUser
    }

    /// nil = the password is right, and a code of the second factor is needed as well.
    func login(
        _ username: String, _ password: String, _ proof: SecondFactorProof? = nil, from address: String
    ) async throws -> Session? {
        let counted = LoginGuard.Counted.login(username, from: address)
        if let seconds = guesses.wait(counted, at: clock.monotonic()) {
            throw APIError.tooManyFailures(retryAfter: seconds)
        }
        let user = try await storage.run { [store] in try store.user(name: username) }
        // The same work for a name that nobody has: the time tells nothing.
        let stored = user?.passwordHash ?? PasswordHash.ofNobody
        let matches = try await passwords.run { PasswordHash.matches(password, stored) }
        guard let user, matches, !user.isDisabled else {
            guesses.failed(counted, at: clock.monotonic())
            throw APIError(.unauthorized, "user name or password is wrong")
        }
        guesses.succeeded(counted)
        guard try await factors.admit(user: user.id, proof) else { return nil }
        let (login, refresh, now) = (Secret.text(16), Secret.text(32), Timestamp.now)
        try await storage.run { [store] in
            try store.issueRefresh(
                hash: Secret.hash(refresh), family: login, user: user.id, at: now, expires: Self.refreshEnd(now))
        }
        if proof != nil { factors.remember(login) }
        return try await session(user, login, refresh, at: now)
    }

    func refresh(_ token: String) async throws -> Session {
        let (fresh, now) = (Secret.text(32), Timestamp.now)
        let rotation = try await storage.run { [store] in
            let rotation = try store.rotateRefresh(
                hash: Secret.hash(token), newHash: Secret.hash(fresh), at: now, expires: Self.refreshEnd(now))
            if case .reused(let family) = rotation { try store.revokeAccess(id: family, until: Self.accessEnd(now)) }
            return rotation
        }
        guard case .rotated(let id, let login) = rotation,
            let user = try await storage.run({ [store] in try store.user(id: id) })
        else { throw APIError(.unauthorized, "the refresh token is not valid, or expired, revoked or used before") }
        return try await session(user, login, fresh, at: now)
    }

    private func session(_ user: StoredUser, _ login: String, _ refresh: String, at now: Timestamp) async throws
        -> Session
    {
        Session(
            access: try await tokens.sign(user, login: login, at: now), refresh: refresh, csrf: tokens.csrf(of: login),
            user: user)
    }

    /// Ends the login and that of the refresh token, or all of the user's.
    func logout(_ principal: Principal, refresh: String?, all: Bool) async throws {
        guard let login = principal.login, let user = Int64(principal.userID) else {
            throw APIError(.conflict, "an API key has no login that could end; revoke the key instead")
        }
        try await storage.run { [store] in
            var ended = [login]
            if let refresh, let other = try store.family(ofRefresh: Secret.hash(refresh)) { ended.append(other) }
            if all { ended += try store.revokeAll(user: user) }
            for family in Set(ended).sorted() {
                try store.revokeFamily(family)
                try store.revokeAccess(id: family, until: Self.accessEnd(.now))
            }
        }
    }

    private static func refreshEnd(_ time: Timestamp) -> Timestamp {
        time + Int64(refreshSeconds) * Timestamp.nanosecondsPerSecond
    }
    private static func accessEnd(_ time: Timestamp) -> Timestamp {
        time + Int64(AccessTokens.lifetimeSeconds) * Timestamp.nanosecondsPerSecond
    }

    /// Of a login whose user has a second factor: whether it was shown in the last minutes. Of all others: true.
    public func isFresh(_ principal: Principal) async throws -> Bool {
        guard let login = principal.login, let user = Int64(principal.userID) else { return true }
        if factors.isFresh(login) { return true }
        return try await !factors.isEnabled(user: user)
    }

    func hasSecondFactor(_ principal: Principal) async throws -> Bool {
        guard principal.kind == .login, let user = Int64(principal.userID) else { return false }
        return try await factors.isEnabled(user: user)
    }

    /// When this user or key was made.
    func createdAt(_ principal: Principal) async throws -> Timestamp {
        switch principal.kind {
        case .local: return Timestamp(nanoseconds: 0)
        case .apiKey:
            let all = try await storage.run { [store] in try store.keys() }
            return all.first { $0.id == principal.userID }?.createdAt ?? Timestamp(nanoseconds: 0)
        case .login:
            guard let id = Int64(principal.userID),
                let user = try await storage.run({ [store] in try store.user(id: id) })
            else { throw APIError(.unauthorized, "the user of this token is gone") }
            return user.createdAt
        }
    }

    // MARK: API keys

    func makeKey(_ name: String, _ roles: [Role], by creator: String) async throws -> (id: String, secret: String) {
        let (id, secret, now) = ("key-" + Secret.text(6), "sk_" + Secret.text(32), Timestamp.now)
        let key = StoredKey(
            id: id, name: name, hash: Secret.hash(secret), roles: Set(roles).sorted().map(\.rawValue),
            createdBy: creator, createdAt: now)
        try await storage.run { [store] in try store.addKey(key) }
        return (id, secret)
    }

    func allKeys() async throws -> [StoredKey] { try await storage.run { [store] in try store.keys() } }

    func revokeKey(_ id: String) async throws {
        let isRevoked = try await storage.run { [store] in try store.revokeKey(id: id, at: .now) }
        guard isRevoked else { throw APIError.unknown("API key", id) }
        keys.forget { $0.userID == id }
    }
}

extension Timestamp {
    /// nil beyond the range of nanoseconds.
    init?(secondsSinceEpoch seconds: Int) {
        let (nanoseconds, overflow) = Int64(seconds).multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
        if overflow { return nil }
        self.init(nanoseconds: nanoseconds)
    }
}
