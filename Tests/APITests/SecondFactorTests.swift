import Foundation
import Testing
import Trading

@testable import API

@Suite("Second factors over a live port")
struct SecondFactorTests {
    private let clock = HandClock()
    private let store = MemoryIdentity()

    private func withHost(
        key: SigningKey = .random(), host: ScriptedHost = ScriptedHost(), _ body: (LiveServer) async throws -> Void
    ) async throws {
        if !store.hasUsers() {
            // The real number of rounds is for those who guess.
            let hash = try PasswordHash.make("correct horse", rounds: 2)
            store.addUser(name: "admin", passwordHash: hash, roles: ["admin"], at: clock.now)
        }
        try await withServer(authentication(key), host: host, body)
    }

    private func authentication(_ key: SigningKey) async -> Authentication {
        await Authentication(
            store: store, key: key,
            clock: Authentication.Clocks(wall: { [clock] in clock.now }, monotonic: { [clock] in clock.nanoseconds }))
    }

    private func login(_ server: LiveServer, _ code: String? = nil, password: String = "correct horse") async throws
        -> LiveServer.Answer
    {
        let more = code.map { #", "mfa_token": "\#($0)""# } ?? ""
        return try await server.send(
            "POST", "/api/auth/login", body: #"{"username": "admin", "password": "\#(password)"\#(more)}"#)
    }

    private func token(_ answer: LiveServer.Answer) throws -> String {
        try #require(answer.json["accessToken"] as? String, "\(answer.text)")
    }

    private func post(_ server: LiveServer, _ name: String, _ token: String, _ body: String) async throws
        -> LiveServer.Answer
    {
        try await server.send("POST", "/api/auth/\(name)", token: token, body: body)
    }

    /// Reads base32 without the code under test.
    private func bytes(_ text: String) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let bits = text.flatMap { letter in
            let value = alphabet.firstIndex(of: letter) ?? 0
            return (0..<5).map { value >> (4 - $0) & 1 }
        }
        return stride(from: 0, to: bits.count / 8 * 8, by: 8).map { place in
            bits[place..<place + 8].reduce(0) { $0 << 1 | UInt8($1) }
        }
    }

    private func code(_ secret: String, later steps: Int64 = 0) -> String {
        let code = OneTimeCode.code(bytes(secret), step: OneTimeCode.step(at: clock.now) + steps)
        let digits = String(code)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// Sets a factor up; the secret, the login's token and the recovery codes. The clock is a step further then.
    private func setUp(_ server: LiveServer) async throws -> (secret: String, token: String, recovery: [String]) {
        let token = try token(await login(server))
        let begun = try await post(server, "setup-mfa", token, "{}")
        let secret = try #require(begun.json["secret"] as? String)
        #expect(begun.json["mfa_enabled"] as? Bool == false)
        #expect((begun.json["otpauth_url"] as? String)?.hasPrefix("otpauth://totp/Stratagem:admin?") == true)
        let verified = try await post(server, "verify-mfa", token, #"{"mfa_token": "\#(code(secret))"}"#)
        #expect(verified.status == 200 && verified.json["mfa_enabled"] as? Bool == true)
        let recovery = try #require(verified.json["recovery_codes"] as? [String])
        clock.advance(seconds: 30)
        return (secret, token, recovery)
    }

    @Test("a factor counts from its first code on; then a login takes password and code, and a code works once")
    func logsIn() async throws {
        try await withHost { server in
            let token = try token(await login(server))
            _ = try await post(server, "setup-mfa", token, "{}")
            #expect(try await login(server).json["success"] as? Bool == true, "not before the first code")
            let (secret, _, _) = try await setUp(server)
            let profile = try await server.send("GET", "/api/auth/profile", token: token)
            #expect(profile.json["mfa_enabled"] as? Bool == true)

            let asked = try await login(server)
            #expect(asked.status == 200 && asked.json["success"] as? Bool == false)
            #expect(asked.json["mfa_required"] as? Bool == true && asked.json["accessToken"] == nil)
            #expect(try await login(server, code(secret), password: "wrong").status == 401)
            #expect(try await login(server, code(secret, later: 2)).status == 401)
            #expect(try await login(server, code(secret)).status == 200)
            #expect(try await login(server, code(secret)).status == 401, "a second time")
            #expect(try await login(server, code(secret, later: -1)).status == 401, "an older one")
            #expect(try await login(server, "abc").status == 400)
            clock.advance(seconds: 30)
            #expect(try await login(server, code(secret)).status == 200)
        }
    }

    @Test("a recovery code stands in for a lost telephone, once")
    func recovers() async throws {
        try await withHost { server in
            let (_, _, recovery) = try await setUp(server)
            #expect(recovery.count == 10 && Set(recovery).count == 10)
            #expect(try await login(server, recovery[0]).status == 200)
            #expect(try await login(server, recovery[0]).status == 401)
            #expect(try await login(server, recovery[1].lowercased().filter { $0 != "-" }).status == 200)
            #expect(try await login(server, RecoveryCode.make()).status == 401)
            let token = try token(await login(server, recovery[2]))
            let off = try await post(
                server, "setup-mfa", token, #"{"disable": true, "mfa_token": "\#(recovery[3])"}"#)
            #expect(off.status == 200 && off.json["mfa_enabled"] as? Bool == false)
            #expect(try await login(server).json["success"] as? Bool == true)
        }
    }

    @Test("it is switched off with a code, and only when it is on")
    func switchesOff() async throws {
        try await withHost { server in
            let (secret, token, _) = try await setUp(server)
            #expect(try await post(server, "setup-mfa", token, "{}").status == 409, "it would be replaced")
            #expect(try await post(server, "setup-mfa", token, #"{"disable": true}"#).status == 400)
            let wrong = #"{"disable": true, "mfa_token": "\#(code(secret, later: 5))"}"#
            #expect(try await post(server, "setup-mfa", token, wrong).status == 401)
            let right = #"{"disable": true, "mfa_token": "\#(code(secret))"}"#
            #expect(try await post(server, "setup-mfa", token, right).status == 200)
            #expect(try await post(server, "setup-mfa", token, right).status == 409)
            #expect(try await post(server, "verify-mfa", token, #"{"mfa_token": "000000"}"#).status == 409)
            #expect(try await login(server).json["success"] as? Bool == true)
        }
    }

    @Test("wrong codes lock the user's codes, from wherever they come")
    func locksOut() async throws {
        try await withHost { server in
            let (secret, token, recovery) = try await setUp(server)
            for _ in 0..<5 { #expect(try await login(server, code(secret, later: 9)).status == 401) }
            let locked = try await login(server, code(secret))
            #expect(locked.status == 429 && locked.header("Retry-After") != nil)
            #expect(try await login(server, recovery[0]).status == 429)
            let verify = try await post(server, "verify-mfa", token, #"{"mfa_token": "\#(code(secret))"}"#)
            #expect(verify.status == 429)
            clock.advance(seconds: 2)
            #expect(try await login(server, code(secret)).status == 200)
        }
    }

    @Test("what a stolen token must not do takes a code of the last minutes")
    func asksForAFreshCode() async throws {
        let fresh = ScriptedHost()
        let key = SigningKey.random()
        var access = ""
        var secret = ""
        let release = #"{"authorized_by": "a", "resolution_reason": "r"}"#
        func send(_ server: LiveServer, _ token: String) async throws -> Int {
            try await server.send(
                "POST", "/api/auth/api-keys", token: token, body: #"{"name": "k", "roles": ["viewer"]}"#
            )
            .status
        }
        try await withHost(key: key, host: fresh) { server in
            access = try token(await login(server))
            #expect(try await send(server, access) == 200, "no factor, nothing to show")
            (secret, _, _) = try await setUp(server)
            #expect(try await send(server, access) == 403, "another login showed it")
        }
        // A host that starts again remembers no code.
        try await withHost(key: key, host: fresh) { server in
            #expect(try await send(server, access) == 403)
            let verified = try await post(server, "verify-mfa", access, #"{"mfa_token": "\#(code(secret))"}"#)
            #expect(verified.status == 200 && verified.json["recovery_codes"] == nil, "shown once")
            #expect(try await send(server, access) == 200)
            clock.advance(seconds: 30)
            let next = try token(await login(server, code(secret)))
            #expect(try await send(server, next) == 200, "a login with a code is fresh")
            clock.advance(seconds: 301)
            #expect(try await send(server, next) == 403, "for five minutes")
        }
        try await withServer(RiskOperations.all, tokens: authentication(key)) { server in
            let answer = try await server.send(
                "DELETE", "/api/v1/emergency-stop/stop-1", token: access, body: release)
            #expect(answer.status == 403 && answer.message.contains("verify-mfa"), "\(answer.text)")
        }
    }

    @Test("an API key has no second factor")
    func keysHaveNone() async throws {
        try await withHost { server in
            let token = try token(await login(server))
            let made = try await post(server, "api-keys", token, #"{"name": "k", "roles": ["admin"]}"#)
            let key = try #require(made.json["api_key"] as? String)
            #expect(try await post(server, "setup-mfa", key, "{}").status == 409)
            #expect(try await post(server, "verify-mfa", key, #"{"mfa_token": "000000"}"#).status == 409)
        }
    }

    @Test("secrets and recovery codes are not stored in the clear, and another key does not open them")
    func keepsSecrets() async throws {
        var secret = ""
        try await withHost { server in
            let (made, _, recovery) = try await setUp(server)
            secret = made
            let factor = try #require(store.factor(user: 1))
            let plain = bytes(secret)
            #expect(plain.count == 20 && factor.sealedSecret.count == 12 + 20 + 16)
            #expect(!factor.sealedSecret.contains(plain))
            for code in recovery { #expect(store.takeRecoveryCode(user: 1, hash: code, at: clock.now) == false) }
        }
        try await withHost { server in
            let answer = try await login(server, code(secret))
            #expect(answer.status == 503 && answer.message.contains("reset-mfa"))
        }
    }
}
