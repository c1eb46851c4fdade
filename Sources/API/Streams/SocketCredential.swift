import Synchronization
import Trading

/// By whose leave a connection is open: looked at again and again, because tokens end and logins are revoked.
final class SocketCredential: Sendable {
    private struct State {
        var token: String
        var principal: Principal
        /// nil = all accounts.
        var scope: AccountScope?
        /// When the client was told that its token has expired.
        var announcedAt: Timestamp?
    }

    enum Verdict: Sendable, Equatable {
        case valid
        /// To be told to the client, once.
        case expired
        /// The end, with its reason.
        case over(String)
    }

    private let tokens: any TokenChecking
    private let graceSeconds: Int64
    private let isLocal: Bool
    private let accounts: [AccountGrant]
    private let state: Mutex<State>

    init(
        _ tokens: any TokenChecking, token: String, _ principal: Principal, _ accounts: [AccountGrant], isLocal: Bool,
        graceSeconds: Int64
    ) {
        self.accounts = accounts
        self.tokens = tokens
        self.graceSeconds = graceSeconds
        self.isLocal = isLocal
        state = Mutex(State(token: token, principal: principal, scope: AccountScope(accounts, of: principal)))
    }

    var principal: Principal { state.withLock { $0.principal } }

    /// Whether what concerns these accounts may be told to who is connected.
    func sees(_ accounts: [String]) -> Bool { state.withLock { $0.scope?.sees(accounts) ?? true } }

    func check(at now: Timestamp) async -> Verdict {
        if isLocal { return .valid }
        let known = state.withLock { $0 }
        if await tokens.principal(for: known.token) != nil { return .valid }
        guard let end = known.principal.expiresAt, end <= now else { return .over("the token was revoked") }
        guard let told = known.announcedAt else {
            state.withLock { $0.announcedAt = now }
            return .expired
        }
        let waited = now.nanoseconds - told.nanoseconds
        return waited < graceSeconds * Timestamp.nanosecondsPerSecond
            ? .valid : .over("the token has expired, and no new one came within \(graceSeconds) s")
    }

    /// The client shows a token once more; a valid one of the same user takes the old one's place.
    func renew(_ token: String) async -> Bool {
        guard let principal = await tokens.principal(for: token), principal.userID == self.principal.userID else {
            return false
        }
        let scope = AccountScope(accounts, of: principal)
        state.withLock { $0 = State(token: token, principal: principal, scope: scope) }
        return true
    }
}
