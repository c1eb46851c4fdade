import Crypto
import Foundation
import Testing
import Trading

@testable import API

/// Tokens written by hand: what the signature, the algorithm, the time and the login have to be.
@Suite("Forged tokens over a live port")
struct ForgedTokenTests {
    private let key = SigningKey.random()
    private let store = MemoryIdentity()

    private func withHost(_ body: (LiveServer) async throws -> Void) async throws {
        #expect(try ensureAdmin(in: store, password: "correct horse") == nil)
        try await withServer(await Authentication(store: store, key: key), body)
    }

    /// Of the first user, unless `claims` say otherwise.
    private func claims(_ more: [String: Any] = [:], without name: String? = nil) -> [String: Any] {
        let now = Int(Timestamp.now.nanoseconds / Timestamp.nanosecondsPerSecond)
        var claims: [String: Any] = [
            "sub": "1", "name": "admin", "roles": ["admin"], "sid": "login-1", "jti": "j", "iat": now, "exp": now + 60,
        ]
        claims.merge(more) { $1 }
        if let name { claims[name] = nil }
        return claims
    }

    private func base64(_ data: some DataProtocol) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private func token(
        _ claims: [String: Any], algorithm: String = "HS256", key: [UInt8]? = nil,
        _ sign: (String, SymmetricKey) -> Data = {
            Data(HMAC<SHA256>.authenticationCode(for: Data($0.utf8), using: $1))
        }
    ) throws -> String {
        let head = base64(Data(#"{"alg":"\#(algorithm)","typ":"JWT"}"#.utf8))
        let text = head + "." + base64(try JSONSerialization.data(withJSONObject: claims))
        return text + "." + base64(sign(text, SymmetricKey(data: key ?? self.key.bytes)))
    }

    private func status(_ server: LiveServer, _ token: String) async throws -> Int {
        try await server.send("GET", "/api/auth/profile", token: token).status
    }

    @Test("one that is right in everything opens the profile; with one thing wrong it does not")
    func oneThingWrong() async throws {
        try await withHost { server in
            #expect(try await status(server, try token(claims())) == 200)
            let now = Int(Timestamp.now.nanoseconds / Timestamp.nanosecondsPerSecond)
            let forged: [(String, String)] = [
                ("another key", try token(claims(), key: Secret.random(32))),
                ("an empty key", try token(claims(), key: [])),
                ("expired", try token(claims(["exp": now - 1]))),
                ("no end", try token(claims(without: "exp"))),
                ("an end that is no time", try token(claims(["exp": "tomorrow"]))),
                ("no user", try token(claims(without: "sub"))),
                ("no login", try token(claims(without: "sid"))),
                ("no algorithm", try token(claims(), algorithm: "none") { _, _ in Data() }),
                ("none, and signed all the same", try token(claims(), algorithm: "none")),
                ("an algorithm in other letters", try token(claims(), algorithm: "nOnE") { _, _ in Data() }),
                ("no signature", try token(claims()) { _, _ in Data() }),
                (
                    "another algorithm under the right key",
                    try token(claims(), algorithm: "HS512") {
                        Data(HMAC<SHA512>.authenticationCode(for: Data($0.utf8), using: $1))
                    }
                ),
                ("an asymmetric algorithm's name", try token(claims(), algorithm: "RS256")),
            ]
            for (what, text) in forged { #expect(try await status(server, text) == 401, "\(what)") }
        }
    }

    @Test("claims that were changed do not fit the signature any more")
    func changedClaims() async throws {
        try await withHost { server in
            let parts = try token(claims(["roles": ["viewer"]])).split(separator: ".").map(String.init)
            let others = try token(claims(["roles": ["admin"]])).split(separator: ".").map(String.init)
            #expect(try await status(server, parts.joined(separator: ".")) == 200)
            #expect(try await status(server, "\(parts[0]).\(others[1]).\(parts[2])") == 401)
            #expect(try await status(server, "\(parts[0]).\(parts[1])") == 401)
            #expect(try await status(server, "\(parts[0]).\(parts[1]).\(parts[2]).\(parts[2])") == 401)
        }
    }

    @Test("one whose login was revoked is worth nothing, known before or not")
    func revoked() async throws {
        try await withHost { server in
            let known = try token(claims(["sid": "login-2"]))
            #expect(try await status(server, known) == 200)
            store.revokeAccess(id: "login-2", until: .now + 900 * Timestamp.nanosecondsPerSecond)
            #expect(try await status(server, known) == 401)
            #expect(try await status(server, try token(claims(["sid": "login-2", "jti": "k"]))) == 401)
        }
    }

    @Test("a refresh token opens nothing, and neither does an API key that nobody made")
    func otherSecrets() async throws {
        try await withHost { server in
            let answer = try await server.send(
                "POST", "/api/auth/login", body: #"{"username": "admin", "password": "correct horse"}"#)
            let refresh = try #require(answer.json["refreshToken"] as? String)
            for secret in [refresh, "sk_" + Secret.text(32), "sk_", ""] {
                #expect(try await status(server, secret) == 401)
            }
        }
    }
}
