import API
import Foundation
import Testing
import Trading

@Suite("Authentication over a live port")
struct AuthenticationTests {
    let password = "correct horse"

    private func withHost(
        _ settings: APISettings = .forTests, _ body: (LiveServer, MemoryIdentity) async throws -> Void
    ) async throws {
        let store = MemoryIdentity()
        #expect(try ensureAdmin(in: store, password: password) == nil)
        let authentication = await Authentication(store: store, key: .random())
        try await withServer(authentication, settings: settings) { server in try await body(server, store) }
    }

    private func login(_ server: LiveServer) async throws -> [String: Any] {
        let body = #"{"username": "admin", "password": "\#(password)"}"#
        let answer = try await server.send("POST", "/api/auth/login", body: body)
        #expect(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    private func text(_ json: [String: Any], _ name: String) -> String { json[name] as? String ?? "" }

    @Test("a login gives tokens that open the profile")
    func loginOpensTheProfile() async throws {
        try await withHost { server, _ in
            let session = try await login(server)
            #expect(session["success"] as? Bool == true)
            #expect(text(session, "token") == text(session, "accessToken"))
            #expect(session["expiresIn"] as? Int == 900)
            #expect((session["user"] as? [String: Any])?["roles"] as? [String] == ["admin"])
            let profile = try await server.send("GET", "/api/auth/profile", token: text(session, "token"))
            #expect(profile.status == 200 && profile.json["mfa_enabled"] as? Bool == false)
            #expect(profile.json["id"] as? String == (session["user"] as? [String: Any])?["id"] as? String)
        }
    }

    @Test("wrong passwords, unknown users and missing fields are told apart only by status")
    func refusesWrongLogins() async throws {
        try await withHost { server, _ in
            let wrong = try await server.send(
                "POST", "/api/auth/login", body: #"{"username": "admin", "password": "x"}"#)
            let nobody = try await server.send(
                "POST", "/api/auth/login", body: #"{"username": "nobody", "password": "x"}"#)
            #expect(wrong.status == 401 && nobody.status == 401)
            #expect(wrong.message == nobody.message)
            #expect(wrong.json["success"] as? Bool == false && wrong.code == "UNAUTHORIZED")
            let missing = try await server.send("POST", "/api/auth/login", body: #"{"username": "admin"}"#)
            #expect(missing.status == 400 && missing.json["success"] as? Bool == false)
        }
    }

    @Test("failed logins are slowed down")
    func slowsDownGuessing() async throws {
        try await withHost { server, _ in
            let body = #"{"username": "admin", "password": "x"}"#
            // The wait grows with each failure: on a slow machine it is longer than an attempt only after some.
            var statuses: [Int] = []
            while statuses.count < 15, statuses.last != 429 {
                statuses.append(try await server.send("POST", "/api/auth/login", body: body).status)
            }
            #expect(statuses.prefix(5).allSatisfy { $0 == 401 })
            #expect(statuses.count > 5 && statuses.last == 429)
        }
    }

    @Test("a refresh token works once; shown again it ends the login")
    func refreshTokensRotate() async throws {
        try await withHost { server, _ in
            let session = try await login(server)
            let old = text(session, "refreshToken")
            let refreshed = try await server.send(
                "POST", "/api/auth/refresh", body: #"{"refresh_token": "\#(old)"}"#)
            #expect(refreshed.status == 200)
            #expect(text(refreshed.json, "csrfToken") == text(session, "csrfToken"))
            let token = text(refreshed.json, "token")
            #expect(try await server.send("GET", "/api/auth/profile", token: token).status == 200)

            let again = try await server.send("POST", "/api/auth/refresh", body: #"{"refreshToken": "\#(old)"}"#)
            #expect(again.status == 401)
            #expect(try await server.send("GET", "/api/auth/profile", token: token).status == 401)
            let newest = text(refreshed.json, "refreshToken")
            let dead = try await server.send("POST", "/api/auth/refresh", body: #"{"refreshToken": "\#(newest)"}"#)
            #expect(dead.status == 401)
        }
    }

    @Test("a logout ends its login alone, and with logoutAll every one of the user's")
    func logoutEndsLogins() async throws {
        try await withHost { server, _ in
            let (a, b, c) = (try await login(server), try await login(server), try await login(server))
            let body = #"{"accessToken": "\#(text(a, "token"))", "refreshToken": "\#(text(a, "refreshToken"))"}"#
            #expect(try await server.send("POST", "/api/auth/logout", body: body).status == 200)
            #expect(try await server.send("GET", "/api/auth/profile", token: text(a, "token")).status == 401)
            #expect(try await server.send("GET", "/api/auth/profile", token: text(b, "token")).status == 200)
            let bad = try await server.send(
                "POST", "/api/auth/logout", token: text(b, "token"), body: #"{"logoutAll": 7}"#)
            #expect(bad.status == 400)
            let all = try await server.send(
                "POST", "/api/auth/logout", token: text(b, "token"), body: #"{"logoutAll": true}"#)
            #expect(all.status == 200)
            #expect(try await server.send("GET", "/api/auth/profile", token: text(c, "token")).status == 401)
            #expect(try await server.send("POST", "/api/auth/logout").status == 401)
        }
    }

    @Test("validate answers what a token is worth")
    func validates() async throws {
        try await withHost { server, _ in
            let token = text(try await login(server), "token")
            let good = try await server.send("POST", "/api/auth/validate", body: #"{"token": "\#(token)"}"#)
            #expect(good.json["valid"] as? Bool == true && good.json["user_role"] as? String == "admin")
            let header = try await server.send("POST", "/api/auth/validate", token: token, body: "{}")
            #expect(header.json["valid"] as? Bool == true)
            let bad = try await server.send("POST", "/api/auth/validate", body: #"{"token": "nonsense"}"#)
            #expect(bad.status == 200 && bad.json["valid"] as? Bool == false && bad.json["userId"] is NSNull)
            let none = try await server.send("POST", "/api/auth/validate", body: "{}")
            #expect(none.status == 400 && none.json["error"] is String)
        }
    }

    @Test("an API key acts with its roles until it is revoked, and is shown once")
    func keysAct() async throws {
        try await withHost { server, store in
            let token = text(try await login(server), "token")
            let path = "/api/auth/api-keys"
            let made = try await server.send(
                "POST", path, token: token, body: #"{"name": "viewer", "roles": ["viewer"]}"#)
            let key = text(made.json, "api_key")
            #expect(made.status == 200 && key.hasPrefix("sk_"))
            #expect(store.keys().allSatisfy { !$0.hash.contains(key) })
            #expect(try await server.send("GET", "/api/auth/profile", token: key).status == 200)
            #expect(try await server.send("GET", path, token: key).status == 403)
            let list = try await server.send("GET", path, token: token)
            #expect(!list.text.contains(key) && list.text.contains(#""name":"viewer""#))

            let emperor = try await server.send(
                "POST", path, token: token, body: #"{"name": "x", "roles": ["emperor"]}"#)
            #expect(emperor.status == 400 && emperor.code == "VALIDATION_FAILED")
            let id = text(made.json, "id")
            #expect(try await server.send("DELETE", "\(path)/\(id)", token: token).status == 200)
            #expect(try await server.send("GET", "/api/auth/profile", token: key).status == 401)
            #expect(try await server.send("DELETE", "\(path)/\(id)", token: token).status == 404)
        }
    }

    @Test("a token of another host, a changed one and an unsigned one are worth nothing")
    func refusesForgedTokens() async throws {
        let other = MemoryIdentity()
        _ = try ensureAdmin(in: other, password: password)
        let foreign = await Authentication(store: other, key: .random())
        try await withServer(foreign) { otherServer in
            let token = text(try await login(otherServer), "token")
            var parts = token.split(separator: ".").map(String.init)
            parts[0] = Data(#"{"alg":"none","typ":"JWT"}"#.utf8).base64EncodedString()
                .replacingOccurrences(of: "=", with: "")
            let unsigned = parts[0] + "." + parts[1] + "."
            try await withHost { server, _ in
                for forged in [token, unsigned, String(token.dropLast(4)) + "AAAA"] {
                    let answer = try await server.send("GET", "/api/auth/profile", token: forged)
                    #expect(answer.status == 401)
                }
            }
        }
    }

    @Test("the first admin gets a random password when none is given, and only once")
    func makesTheFirstAdmin() throws {
        let store = MemoryIdentity()
        let password = try ensureAdmin(in: store, password: nil)
        #expect((password?.count ?? 0) >= 16)
        #expect(try ensureAdmin(in: store, password: nil) == nil)
    }

    @Test("the signing key is made once, for its owner's eyes only")
    func keepsTheSigningKey() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("secret.key").path
        _ = try SigningKey.stored(at: path)
        let first = try Data(contentsOf: URL(fileURLWithPath: path))
        _ = try SigningKey.stored(at: path)
        #expect(first.count == 32)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: SigningKey.Failure.self) { try SigningKey.stored(at: path) }
    }
}
