/// Beside users' tokens one secret counts, which only the operator of this machine can read.
struct LocalTokens: TokenChecking {
    let users: any TokenChecking
    let secret: String

    func principal(for token: String) async -> Principal? {
        let isSecret =
            token.utf8.count == secret.utf8.count && zip(token.utf8, secret.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
        return isSecret ? .local : await users.principal(for: token)
    }

    func isFresh(_ principal: Principal) async throws -> Bool { try await users.isFresh(principal) }
}
