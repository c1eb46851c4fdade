import API
import Foundation
import FoundationNetworking
import Logging
import ServiceLifecycle
import Synchronization
import Testing

/// A server on a free port of the loopback address, for as long as `body` runs.
func withServer(
    _ operations: [APIOperation], host: ScriptedHost = ScriptedHost(), tokens: any TokenChecking = FixedTokens(),
    sessions: ClientSessions? = nil, settings: APISettings = .forTests, _ body: (LiveServer) async throws -> Void
) async throws {
    try await run(host, body) { logger, onListening in
        APIServer(
            host: host, tokens: tokens, operations: operations, sessions: sessions, settings: settings, logger: logger,
            onListening: onListening)
    }
}

/// The same with real logins.
func withServer(
    _ authentication: Authentication, host: ScriptedHost = ScriptedHost(), settings: APISettings = .forTests,
    _ body: (LiveServer) async throws -> Void
) async throws {
    try await run(host, body) { logger, onListening in
        APIServer(
            host: host, authentication: authentication, localSecret: LiveServer.localSecret, operations: [],
            settings: settings, logger: logger, onListening: onListening)
    }
}

private func run(
    _ host: ScriptedHost, _ body: (LiveServer) async throws -> Void,
    _ make: (Logger, @escaping @Sendable (Int) async -> Void) -> APIServer
) async throws {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let group = ServiceGroup(services: [make(logger, { port.yield($0) })], logger: logger)
    let run = Task {
        defer { port.finish() }
        try await group.run()
    }
    var bound: Int?
    for await port in ports {
        bound = port
        break
    }
    guard let bound else {
        Issue.record("the server did not start")
        return try await run.value
    }
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(LiveServer(port: bound, host: host))) } catch { outcome = .failure(error) }
    await group.triggerGracefulShutdown()
    try await run.value
    try outcome.get()
}

extension APISettings {
    static var forTests: APISettings {
        var settings = APISettings()
        settings.port = 0
        settings.rateLimits = RateLimits([:])
        return settings
    }
}

/// Tokens "admin", "trader" and "viewer" (logins, with the CSRF token "csrf") and "key" (an admin's API key).
struct FixedTokens: TokenChecking {
    func principal(for token: String) async -> Principal? {
        if token == "key" { return Principal(kind: .apiKey, userID: "k", username: "bot", roles: [.admin]) }
        return Role(rawValue: token).map {
            Principal(kind: .login, userID: token, username: token, roles: [$0], login: "login", csrf: "csrf")
        }
    }
}

struct LiveServer {
    static let localSecret = "the-secret-of-this-machine's-operator"
    let port: Int
    let host: ScriptedHost
    let session = URLSession(configuration: .ephemeral)

    struct Answer {
        var status: Int
        var headers: [String: String]
        var data: Data
        var text: String { String(decoding: data, as: UTF8.self) }
        func header(_ name: String) -> String? { headers[name.lowercased()] }
        /// nil when the body is no JSON.
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: data) as? [String: Any]) ?? [:] }
        var code: String? { (json["error"] as? [String: Any])?["code"] as? String }
        var message: String { (json["error"] as? [String: Any])?["message"] as? String ?? "" }
    }

    func send(
        _ method: String, _ path: String, token: String? = nil, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = method
        // Other tests may hold the threads that the server answers on.
        request.timeoutInterval = 240
        if let body {
            request.httpBody = Data(body.utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await session.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        var fields: [String: String] = [:]
        for (name, value) in answer.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return Answer(status: answer.statusCode, headers: fields, data: data)
    }
}
