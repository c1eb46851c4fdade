import Foundation
import FoundationNetworking
import Glibc
import Testing

@testable import stratagem

/// A host as a process, asked with secrets in every place where one may stand; afterwards each of its files and all that it
/// said is searched for them.
@Suite("Secrets of a running host")
struct SecrecyTests {
    private let scratch = Scratch()
    private let password = "correct-horse-\(UInt64.random(in: 0...(.max)))"
    private let session = URLSession(configuration: .ephemeral)

    private func send(
        _ method: String, _ url: String, _ body: String? = nil, headers: [String: String] = [:]
    ) async throws -> [String: Any] {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        request.timeoutInterval = 60
        if let body {
            request.httpBody = Data(body.utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, _) = try await session.data(for: request)
        return (try? JSONSerialization.jsonObject(with: data) as? [String: Any]) ?? [:]
    }

    /// Uses all that there are; gives them back.
    private func spend(_ url: String, local: String) async throws -> [String] {
        let login = try await send(
            "POST", "\(url)/api/auth/login", #"{"username": "admin", "password": "\#(password)"}"#)
        let token = try #require(login["accessToken"] as? String)
        let refresh = try #require(login["refreshToken"] as? String)
        let csrf = try #require(login["csrfToken"] as? String)
        let headers = ["Authorization": "Bearer \(token)", "X-CSRF-Token": csrf]
        let made = try await send(
            "POST", "\(url)/api/auth/api-keys", #"{"name": "k", "roles": ["trader"]}"#, headers: headers)
        let key = try #require(made["api_key"] as? String)
        var secrets = [password, token, refresh, csrf, key, local]
        for secret in secrets {
            for path in ["/api/auth/profile", "/nowhere/\(secret)", "/api/sessions", "/ws", "/stream", "/metrics"] {
                _ = try await send("GET", "\(url)\(path)?token=\(secret)&sessionId=\(secret)")
                _ = try await send("GET", url + path, headers: ["Authorization": "Bearer \(secret)"])
                _ = try await send("GET", url + path, headers: ["X-API-Key": secret, "Cookie": secret])
            }
            _ = try await send("POST", "\(url)/api/auth/validate", #"{"token": "\#(secret)"}"#)
            _ = try await send(
                "POST", "\(url)/api/auth/login", #"{"username": "nobody", "password": "\#(secret)"}"#)
        }
        let opened = try await send("POST", "\(url)/api/sessions", #"{"token": "\#(token)"}"#)
        let id = try #require(opened["sessionId"] as? String)
        let simulator = try await send(
            "POST", "\(url)/api/simulators", #"{"token": "\#(token)", "sessionId": "\#(id)"}"#)
        #expect(simulator["simulatorId"] != nil, "\(simulator)")
        let order =
            #""sessionId": "\#(id)", "symbol": "BTC_USDT", "side": "BUY", "type": "LIMIT", "quantity": 0.01, "price": 1000"#
        for secret in [token, key] {
            _ = try await send("POST", "\(url)/api/orders/submit", #"{"token": "\#(secret)", \#(order)}"#)
        }
        let stop = #"{"reason": "r", "triggered_by": "t", "scope": "system", "drill": true}"#
        _ = try await send("POST", "\(url)/api/v1/emergency-stop", stop, headers: headers)
        let renewed = try await send("POST", "\(url)/api/auth/refresh", #"{"refreshToken": "\#(refresh)"}"#)
        secrets += ["token", "refreshToken"].compactMap { renewed[$0] as? String }
        let body = #"{"accessToken": "\#(token)", "refreshToken": "\#(refresh)"}"#
        _ = try await send("POST", "\(url)/api/auth/logout", body, headers: headers)
        // Most of a token is its claims: the part that makes it one is its signature.
        return secrets + [token.split(separator: ".").last.map(String.init) ?? ""]
    }

    @Test(
        "no token, key or password is in a file, a log, the journal, the audit or the output, from the start to the end"
    )
    func nothingIsWritten() async throws {
        scratch.addCross("cross")
        scratch.write("api: {access_log: true, rate_limits: {auth: off, default: off}}", to: "strategies/host.yaml")
        let command = try RunningCommand(
            ["run", "--seed", "5", "--market-speed", "20", "--data-dir", "data"], in: scratch,
            environment: ["STRATAGEM_ADMIN_PASSWORD=\(password)"])
        defer { command.send(SIGKILL) }
        let deadline = Clock.milliseconds + 60_000
        while scratch.hostFile("data") == nil {
            try #require(Clock.milliseconds < deadline, "\(command.errors)")
            try await Task.sleep(for: .milliseconds(20))
        }
        let host = try #require(scratch.hostFile("data"))
        // What the command line acts with stands in the host's own file, readable by its owner alone, as long as it runs.
        let local = try #require(host.text("token"))
        let secrets = try await spend(try #require(host.text("url")), local: local)
        #expect(secrets.count == 9 && secrets.allSatisfy { $0.count >= 16 })
        try search(for: secrets, but: ["host.json"])
        command.send(SIGTERM)
        let outcome = try await command.finish()
        #expect(outcome.code == 0 && outcome.output.contains("stopped after"))
        try search(for: secrets)
    }

    /// In everything below the scratch folder, which has the host's output too.
    private func search(for secrets: [String], but excepted: Set<String> = []) throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path)
        var searched: Set<String> = []
        for file in files where !excepted.contains(file.split(separator: "/").last.map(String.init) ?? "") {
            guard let content = FileManager.default.contents(atPath: "\(scratch.path)/\(file)"), !content.isEmpty else {
                continue
            }
            searched.insert(file.split(separator: "/").last.map(String.init) ?? "")
            for (index, secret) in secrets.enumerated() where content.range(of: Data(secret.utf8)) != nil {
                Issue.record("secret \(index) stands in \(file)")
            }
        }
        #expect(searched.isSuperset(of: ["access.log", "journal.sqlite", ".output-1"]), "\(searched)")
    }
}
