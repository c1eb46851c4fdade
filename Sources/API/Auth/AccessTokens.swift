import Crypto
import FoundationEssentials
import JWTKit
import Synchronization
import Trading

/// Signs and checks access tokens: JWT, HS256, fifteen minutes.
struct AccessTokens: Sendable {
    static let lifetimeSeconds = 900

    /// Seconds since 1970, as RFC 7519 has them.
    struct Claims: JWTPayload, Equatable {
        /// The user's id.
        var sub: String
        var name: String
        var roles: [String]
        /// The login; all its tokens die together.
        var sid: String
        var jti: String
        var iat: Int
        var exp: Int
        /// The expiry is looked at with each request, not only when a signature is checked.
        func verify(using algorithm: some JWTAlgorithm) {}
    }

    private let keys: JWTKeyCollection
    private let csrfKey: SymmetricKey

    init(_ key: SigningKey) async {
        keys = await JWTKeyCollection().add(hmac: HMACKey(key: SymmetricKey(data: key.bytes)), digestAlgorithm: .sha256)
        csrfKey = SymmetricKey(data: SHA256.hash(data: Array("csrf".utf8) + key.bytes))
    }

    func sign(_ user: StoredUser, login: String, at time: Timestamp) async throws -> String {
        let seconds = Int(time.nanoseconds / Timestamp.nanosecondsPerSecond)
        return try await keys.sign(
            Claims(
                sub: String(user.id), name: user.username, roles: user.roles, sid: login, jti: Secret.text(8),
                iat: seconds, exp: seconds + AccessTokens.lifetimeSeconds))
    }

    /// nil when it is not ours.
    func verified(_ token: String) async -> Claims? {
        // jwt-kit answers garbage with an error; what is far too long is not given to it.
        guard token.utf8.count <= 4096, token.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 else { return nil }
        guard AccessTokens.isSignedOurWay(token) else { return nil }
        return try? await keys.verify(token, as: Claims.self)
    }

    /// Its header says so: one that names another algorithm, or none, is not ours, whatever its signature.
    private static func isSignedOurWay(_ token: String) -> Bool {
        let header = token.prefix { $0 != "." }.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - header.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: header + padding) else { return false }
        let parsed = try? bytes.withUnsafeBytes { try JSONParser.parse($0) }
        return parsed?["alg"] == .string("HS256")
    }

    /// Belongs to the login: every refresh keeps it.
    func csrf(of login: String) -> String {
        Secret.hexadecimal(HMAC<SHA256>.authenticationCode(for: Array(login.utf8), using: csrfKey))
    }
}

/// Tokens that were checked lately, bounded.
final class TokenCache: Sendable {
    struct Entry: Sendable {
        var principal: Principal
        /// Of the wall clock.
        var until: Timestamp
    }

    private let countMax: Int
    private let entries = Mutex<[String: Entry]>([:])

    init(countMax: Int = 10_000) { self.countMax = countMax }

    func principal(_ token: String, at time: Timestamp) -> Principal? {
        entries.withLock { entries in
            guard let entry = entries[token], entry.until > time else { return nil }
            return entry.principal
        }
    }

    func put(_ token: String, _ principal: Principal, until: Timestamp, at time: Timestamp) {
        entries.withLock { entries in
            if entries.count >= countMax {
                entries = entries.filter { $0.value.until > time }
                // All of them alive: begin anew, a check costs 50 µs.
                if entries.count >= countMax { entries.removeAll(keepingCapacity: true) }
            }
            entries[token] = Entry(principal: principal, until: until)
        }
    }

    func forget(where matches: (Principal) -> Bool) {
        entries.withLock { entries in entries = entries.filter { !matches($0.value.principal) } }
    }
}
