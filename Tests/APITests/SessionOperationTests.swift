import API
import Synchronization
import Testing
import Trading

@Suite("Sessions of clients over a live port")
struct SessionOperationTests {
    private let store = MemorySessions()
    private let clock = HandClock()

    private func sessions(_ change: (inout ClientSessions.Limits) -> Void = { _ in }) throws -> ClientSessions {
        var limits = ClientSessions.Limits()
        change(&limits)
        return try ClientSessions(store: store, limits: limits, clock: { [clock] in clock.now })
    }

    private func open(_ server: LiveServer, _ token: String, _ more: String = "") async throws -> LiveServer.Answer {
        try await server.send("POST", "/api/sessions", body: #"{"token": "\#(token)"\#(more)}"#)
    }

    private func id(_ answer: LiveServer.Answer) throws -> String { try #require(answer.json["sessionId"] as? String) }

    @Test("the first session is new, the second time it is the same one, and new:true opens a further one")
    func opens() async throws {
        try await withServer(SessionOperations.all(sessions())) { server in
            let first = try await open(server, "viewer", #", "userId": "viewer""#)
            #expect(first.status == 200 && first.json["isNew"] as? Bool == true)
            let again = try await server.send("POST", "/api/sessions?token=viewer")
            #expect(again.json["isNew"] as? Bool == false)
            #expect(try id(again) == id(first))
            let further = try await server.send("POST", "/api/sessions", token: "viewer", body: #"{"new": true}"#)
            #expect(further.json["isNew"] as? Bool == true)
            #expect(try id(further) != id(first))
            let other = try await open(server, "trader")
            #expect(try id(other) != id(first))
        }
    }

    @Test("tokens and users that do not fit are refused in the words of document 000")
    func refuses() async throws {
        try await withServer(SessionOperations.all(sessions())) { server in
            let stranger = try await open(server, "nonsense")
            #expect(stranger.status == 401 && stranger.json["success"] as? Bool == false)
            #expect(stranger.json["error"] is String)
            #expect(try await open(server, "viewer", #", "userId": "trader""#).status == 403)
            let mine = try id(await open(server, "viewer"))
            for (method, path) in [
                ("GET", "/api/sessions/\(mine)"), ("POST", "/api/sessions/\(mine)/reconnect"),
                ("DELETE", "/api/sessions/\(mine)"),
            ] {
                #expect(try await server.send(method, path, token: "trader").status == 404, "\(method) \(path)")
                let unknown = path.replacing(mine, with: "none")
                #expect(try await server.send(method, unknown, token: "trader").status == 404, "\(method) \(unknown)")
                #expect(try await server.send(method, path).status == 401, "\(method) \(path)")
            }
        }
    }

    @Test("a session is shown, reconnected and ended; then it is gone")
    func livesAndEnds() async throws {
        try await withServer(SessionOperations.all(sessions())) { server in
            let mine = try id(await open(server, "viewer"))
            clock.advance(seconds: 5)
            let shown = try await server.send("GET", "/api/sessions/\(mine)?token=viewer")
            let session = try #require(shown.json["session"] as? [String: Any])
            #expect(session["sessionId"] as? String == mine && session["userId"] as? String == "viewer")
            #expect(session["status"] as? String == "active")
            #expect(session["createdAt"] as? String == "2023-11-14T22:13:20Z")
            #expect(session["lastActivity"] as? String == "2023-11-14T22:13:25Z")
            let path = "/api/sessions/\(mine)/reconnect"
            let back = try await server.send("POST", path, body: #"{"token": "viewer", "attempt": 3}"#)
            #expect(back.status == 200 && (back.json["session"] as? [String: Any])?["sessionId"] as? String == mine)
            let bad = try await server.send("POST", path, body: #"{"token": "viewer", "attempt": "first"}"#)
            #expect(bad.status == 400)
            let end = try await server.send("DELETE", "/api/sessions/\(mine)", body: #"{"token": "viewer"}"#)
            #expect(end.status == 200)
            #expect(try await server.send("GET", "/api/sessions/\(mine)", token: "viewer").status == 404)
            #expect(try await server.send("DELETE", "/api/sessions/\(mine)", token: "viewer").status == 404)
            #expect(try store.sessions().isEmpty)
        }
    }

    @Test("a session that was not used for a day has ended, one that was used has not")
    func idles() async throws {
        try await withServer(SessionOperations.all(sessions())) { server in
            let used = try id(await open(server, "viewer"))
            let idle = try id(await open(server, "trader"))
            for _ in 0..<3 {
                clock.advance(seconds: 43_200)
                #expect(try await server.send("GET", "/api/sessions/\(used)", token: "viewer").status == 200)
            }
            #expect(try await server.send("GET", "/api/sessions/\(idle)", token: "trader").status == 404)
            let next = try await open(server, "trader")
            #expect(next.json["isNew"] as? Bool == true)
            #expect(try id(next) != idle)
            #expect(try !store.sessions().contains { $0.id == idle }, "what has ended leaves the store")
        }
    }

    @Test("a host that starts again knows the open sessions and when they were used, to the minute")
    func outlivesTheHost() async throws {
        var mine = ""
        try await withServer(SessionOperations.all(sessions())) { server in
            mine = try id(await open(server, "viewer"))
            for _ in 0..<30 {
                clock.advance(seconds: 1)
                _ = try await server.send("GET", "/api/sessions/\(mine)", token: "viewer")
            }
            #expect(store.writes.withLock { $0 } == 1, "a use is not a write")
            clock.advance(seconds: 61)
            _ = try await server.send("GET", "/api/sessions/\(mine)", token: "viewer")
            #expect(store.writes.withLock { $0 } == 2)
        }
        clock.advance(seconds: 86_390)
        try await withServer(SessionOperations.all(sessions())) { server in
            let shown = try await server.send("GET", "/api/sessions/\(mine)", token: "viewer")
            #expect(shown.status == 200)
            #expect(try await open(server, "viewer").json["isNew"] as? Bool == false)
        }
    }

    @Test("a user has so many sessions and the host so many, and ending one makes room")
    func limits() async throws {
        let sessions = try sessions {
            $0.perUser = 2
            $0.inAll = 3
        }
        try await withServer(SessionOperations.all(sessions)) { server in
            let first = try id(await open(server, "viewer"))
            #expect(try await open(server, "viewer", #", "new": true"#).status == 200)
            let third = try await open(server, "viewer", #", "new": true"#)
            #expect(third.status == 409 && (third.json["error"] as? String)?.contains("2 open sessions") == true)
            #expect(try await open(server, "trader").status == 200)
            #expect(try await open(server, "admin").status == 503)
            #expect(try await server.send("DELETE", "/api/sessions/\(first)", token: "viewer").status == 200)
            #expect(try await open(server, "admin").status == 200)
        }
    }

    @Test("many at once get one new session")
    func atOnce() async throws {
        let sessions = try sessions()
        try await withServer(SessionOperations.all(sessions)) { server in
            let answers = try await withThrowingTaskGroup(of: LiveServer.Answer.self) { group in
                for _ in 0..<20 { group.addTask { try await open(server, "viewer") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.json["isNew"] as? Bool == true } == 1)
            #expect(Set(try answers.map(id)).count == 1)
        }
    }

    @Test("while the disk does not work nothing opens or ends, and open sessions go on")
    func brokenStore() async throws {
        try await withServer(SessionOperations.all(sessions())) { server in
            let mine = try id(await open(server, "viewer"))
            store.fails.withLock { $0 = true }
            clock.advance(seconds: 120)
            #expect(try await server.send("GET", "/api/sessions/\(mine)", token: "viewer").status == 200)
            #expect(try await open(server, "trader").status == 503)
            #expect(try await server.send("DELETE", "/api/sessions/\(mine)", token: "viewer").status == 503)
            store.fails.withLock { $0 = false }
            #expect(try await server.send("DELETE", "/api/sessions/\(mine)", token: "viewer").status == 200)
        }
    }
}
