import API
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import Trading

@Suite("Server")
struct ServerTests {
    @Test("health and readiness follow the host")
    func healthFollowsTheHost() async throws {
        let host = ScriptedHost()
        try await withServer([], host: host) { server in
            let good = try await server.send("GET", "/health")
            #expect(good.status == 200 && good.json["status"] as? String == "healthy")
            #expect((good.json["dependencies"] as? [String: String])?["journal"] == "healthy")
            #expect(try await server.send("GET", "/readiness").json["status"] as? String == "UP")
            host.script.withLock {
                $0.health = HostHealth(parts: [("journal", .unhealthy, "disk full")], isReady: false)
            }
            let bad = try await server.send("GET", "/health")
            #expect(bad.status == 503 && bad.json["status"] as? String == "unhealthy")
            let ready = try await server.send("GET", "/readiness")
            #expect(ready.status == 503 && (ready.json["checks"] as? [String: String])?["journal"] == "disk full")
        }
    }

    @Test("HEAD answers as GET without the body, and a request keeps its own id")
    func headAndRequestID() async throws {
        try await withServer([]) { server in
            let connection = try RawConnection(port: server.port)
            connection.send("HEAD /readiness HTTP/1.1\r\nHost: x\r\nX-Request-ID: mine-1\r\n\r\n")
            let head = await connection.receive(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 200") && head.lowercased().contains("x-request-id: mine-1"))
            #expect(head.hasSuffix("\r\n\r\n") && !head.contains("Content-Length: 0"))
            let odd = try await server.send("GET", "/health", headers: ["X-Request-ID": "a b\"<>"])
            #expect(odd.header("X-Request-ID") != "a b\"<>")
        }
    }

    @Test("a body that is too large is 413, announced or chunked, and the connection ends")
    func refusesLargeBodies() async throws {
        var settings = APISettings.forTests
        settings.bodyBytesMax = 1000
        try await withServer([echo], settings: settings) { server in
            let head = "POST /api/echo/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key\r\n"
            let announced = try RawConnection(port: server.port)
            announced.send(head + "Content-Length: 5000000000\r\n\r\n")
            let announcedAnswer = await announced.receive(until: "PAYLOAD_TOO_LARGE")
            #expect(announcedAnswer.hasPrefix("HTTP/1.1 413"))
            let chunked = try RawConnection(port: server.port)
            chunked.send(head + "Transfer-Encoding: chunked\r\n\r\n")
            let chunk = "190\r\n" + String(repeating: " ", count: 400) + "\r\n"
            chunked.send(chunk + chunk + chunk)
            let chunkedAnswer = await chunked.receive(until: "PAYLOAD_TOO_LARGE")
            #expect(chunkedAnswer.hasPrefix("HTTP/1.1 413"))
            #expect(await chunked.isClosed())
        }
    }

    @Test("requests of a class are limited by user, and the headers say so")
    func limitsRates() async throws {
        var settings = APISettings.forTests
        settings.rateLimits = RateLimits([.trading: .perMinute(3)])
        try await withServer([echo], settings: settings) { server in
            var answers: [LiveServer.Answer] = []
            for _ in 0..<4 { answers.append(try await server.send("POST", "/api/echo/a", token: "key", body: "{}")) }
            #expect(answers.map(\.status) == [400, 400, 400, 429])
            #expect(answers.map { $0.header("X-RateLimit-Remaining") } == ["2", "1", "0", "0"])
            #expect(answers.allSatisfy { $0.header("X-RateLimit-Limit") == "3" })
            let last = answers[3]
            #expect(last.code == "RATE_LIMITED" && Int(last.header("Retry-After") ?? "").map { 1...20 ~= $0 } == true)
            #expect(try await server.send("POST", "/api/echo/a", token: "trader", body: "{}").status == 403)
            #expect(try await server.send("GET", "/health").header("X-RateLimit-Limit") == nil)
        }
    }

    @Test("metrics count requests by route and errors by status")
    func countsRequests() async throws {
        let host = ScriptedHost()
        host.script.withLock { $0.figures.signals = 7 }
        try await withServer([echo], host: host) { server in
            let first = try await server.send("GET", "/metrics")
            #expect(first.header("Content-Type")?.hasPrefix("text/plain") == true)
            for name in [
                "trading_signals_total 7", "trading_accuracy_ratio 0", "portfolio_value_usd 0",
                "trade_execution_duration_seconds_count 0", "api_requests_total 0", "api_errors_total 0",
            ] { #expect(first.text.contains(name), "\(name)") }
            _ = try await server.send("POST", "/api/echo/one", token: "key", body: "{}")
            _ = try await server.send("POST", "/api/echo/two", token: "key", body: "{}")
            let text = try await server.send("GET", "/metrics").text
            let labels = #"{method="POST",route="/api/echo/{id}",status="400"} 2"#
            #expect(text.contains("api_requests_total" + labels) && text.contains("api_errors_total" + labels))
        }
    }

    @Test("the OpenAPI document describes what is registered")
    func describesItself() async throws {
        try await withServer([echo]) { server in
            let document = try await server.send("GET", "/openapi.json").json
            #expect((document["openapi"] as? String)?.hasPrefix("3.1") == true)
            let paths = document["paths"] as? [String: [String: Any]] ?? [:]
            let always = [
                "/health", "/readiness", "/metrics", "/openapi.json", "/docs", "/docs/api-migration/v1-to-v2.md",
                "/stream",
            ]
            #expect(Set(paths.keys) == Set(always + ["/api/echo/{id}"]))
            let post = paths["/api/echo/{id}"]?["post"] as? [String: Any]
            let parameters = post?["parameters"] as? [[String: Any]] ?? []
            #expect(parameters.map { $0["name"] as? String } == ["id", "limit"])
            let text = String(decoding: try JSONSerialization.data(withJSONObject: post ?? [:]), as: UTF8.self)
            for name in ["BUY", "quantity", "tags", "maxItems", "Error003"] {
                #expect(text.contains(name), "\(name)")
            }
            let responses = post?["responses"] as? [String: Any] ?? [:]
            #expect(Set(responses.keys) == ["200", "400", "401", "403", "413", "429"])
        }
    }

    @Test("the socket's connections act as the local admin")
    func socketActsAsAdmin() async throws {
        var settings = APISettings.forTests
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("s\(UInt32.random(in: 0...(.max)))")
            .path
        settings.socketPath = path
        let file = path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let authentication = await Authentication(store: MemoryIdentity(), key: .random())
        try await withServer(authentication, settings: settings) { _ in
            for _ in 0..<100 where !FileManager.default.fileExists(atPath: path) {
                try await Task.sleep(for: .milliseconds(20))
            }
            let connection = try RawConnection(path: path)
            connection.send("GET /api/auth/profile HTTP/1.1\r\nHost: x\r\n\r\n")
            let answer = await connection.receive(until: "created_at")
            #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains(#""id":"local""#))
        }
    }

    @Test("shuts down at once while connections idle, silent ones too")
    func shutsDownWithIdleConnections() async throws {
        let clock = ContinuousClock()
        var ended = clock.now
        var connections: [RawConnection] = []
        try await withServer([]) { server in
            let used = try RawConnection(port: server.port)
            used.send("GET /readiness HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = await used.receive(until: "checks")
            let silent = try RawConnection(port: server.port)
            let half = try RawConnection(port: server.port)
            half.send("GET /readiness HTT")
            try await Task.sleep(for: .milliseconds(100))
            connections = [used, silent, half]
            ended = clock.now
        }
        // Idle connections are ended after a minute.
        #expect(clock.now - ended < .seconds(20))
        #expect(connections.count == 3)
    }

    @Test("closes a connection that sends nothing")
    func closesSilentConnections() async throws {
        var settings = APISettings.forTests
        settings.patience.firstRequest = .milliseconds(300)
        try await withServer([], settings: settings) { server in
            let silent = try RawConnection(port: server.port)
            #expect(await silent.isClosed())
        }
    }

    @Test("a port in use is a failure with a text for the operator")
    func saysThatThePortIsInUse() async throws {
        try await withServer([]) { server in
            var settings = APISettings.forTests
            settings.port = server.port
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let second = APIServer(
                host: ScriptedHost(), tokens: FixedTokens(), operations: [], settings: settings, logger: logger)
            let failure = await #expect(throws: APIServerFailure.self) { try await second.run() }
            #expect(failure?.isAddressInUse == true && failure?.description.contains("\(server.port)") == true)
        }
    }

    @Test("garbage, odd escapes and odd queries are never a 5xx")
    func survivesOddRequests() async throws {
        try await withServer([echo]) { server in
            for target in [
                "/%zz", "/%ff", "//", "/health?a=1&a=2", "/health?%ff=1", "/a/../health", "/api/echo/%2e%2e",
                "/health%00", "http://x/health", "*", "/" + String(repeating: "a/", count: 3000),
            ] {
                let connection = try RawConnection(port: server.port)
                connection.send("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
                let answer = await connection.receive(until: "\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 2"), "\(target): \(answer)")
            }
            let garbage = try RawConnection(port: server.port)
            garbage.send("\u{1}\u{2}garbage\r\n\r\n")
            let garbageAnswer = await garbage.receive(until: "\r\n\r\n")
            #expect(garbageAnswer.hasPrefix("HTTP/1.1 400"))
        }
    }
}
