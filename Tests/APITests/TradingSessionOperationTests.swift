import API
import Synchronization
import Testing
import Trading

@Suite("Trading sessions over a live port")
struct TradingSessionOperationTests {
    private static let csrf = ["X-CSRF-Token": "csrf"]
    private static let start = """
        {"session_type": "paper", "symbols": ["BTC_USDT"], "strategy_config": {"strategies": ["a", "b"]},
         "config": {"budget": {"global_cap": 1000, "allocations": {"a": 400.5}}, "stop_loss_percent": 5.0,
         "take_profit_percent": 10, "max_position_size": 100, "acceleration_factor": 10}, "idempotent": true}
        """

    private func withSessions(_ body: (LiveServer) async throws -> Void) async throws {
        try await withServer(TradingSessionOperations.all, body)
    }

    @Test("a start has what document 001 names; percents become fractions")
    func starts() async throws {
        try await withSessions { server in
            let answer = try await server.send(
                "POST", "/sessions/start", token: "trader", body: Self.start, headers: Self.csrf)
            #expect(
                answer.text
                    == #"{"type":"response","data":{"status":"session_started","data":{"session_id":"exec_1","#
                    + #""session_type":"paper","symbols":["BTC_USDT"]}}}"#)
            var wanted = TradingSessionRequest(kind: .paper, symbols: ["BTC_USDT"], strategies: ["a", "b"])
            wanted.budget = Money("1000")
            wanted.allocations = ["a": try #require(Money("400.5"))]
            wanted.stopLoss = Rate("0.05")
            wanted.takeProfit = Rate("0.1")
            wanted.maxPositionSize = Money("100")
            wanted.acceleration = Rate("10")
            wanted.isIdempotent = true
            #expect(server.host.script.withLock { $0.sessions.requests } == [wanted])
            let list = try await server.send("GET", "/sessions?limit=1", token: "viewer")
            #expect(list.text.hasPrefix(#"{"type":"response","data":{"sessions":[{"session_id":"exec_1","#))
            let stop = try await server.send(
                "POST", "/sessions/stop", token: "trader", body: #"{"session_id":"exec_1"}"#, headers: Self.csrf)
            #expect(
                stop.text
                    == #"{"type":"response","data":{"status":"session_stopped","data":{"session_id":"exec_1"}}}"#)
        }
    }

    @Test("a login needs its CSRF token, an API key none, a viewer may not; errors are those of document 001")
    func authority() async throws {
        try await withSessions { server in
            let bare = try await server.send("POST", "/sessions/start", token: "trader", body: Self.start)
            #expect(bare.status == 403 && bare.json["type"] as? String == "error")
            #expect(try await server.send("POST", "/sessions/start", token: "key", body: Self.start).status == 200)
            let viewer = try await server.send(
                "POST", "/sessions/start", token: "viewer", body: Self.start, headers: Self.csrf)
            #expect(viewer.status == 403)
            let unknown = try await server.send(
                "POST", "/sessions/stop", token: "key", body: #"{"session_id":"x"}"#)
            #expect(unknown.status == 404 && unknown.json["error_code"] as? String == "NOT_FOUND")
        }
    }

    @Test("all that is wrong with a start is named at once")
    func faults() async throws {
        try await withSessions { server in
            let body = """
                {"session_type": "backtest", "strategy_config": {"strategies": []},
                 "config": {"budget": {"allocations": {"a": -1}}, "stop_loss_percent": 101}}
                """
            let answer = try await server.send("POST", "/sessions/start", token: "key", body: body)
            #expect(answer.status == 400)
            let message = answer.json["error_message"] as? String ?? ""
            for path in [
                "symbols", "strategy_config.strategies", "config.session_id", "config.budget.allocations.a",
                "config.stop_loss_percent",
            ] { #expect(message.contains(path + ":"), "\(path) in \(message)") }
            #expect(server.host.script.withLock { $0.sessions.requests.isEmpty })
        }
    }

    @Test("collected sessions are listed for all, with durations that people read")
    func dataSessions() async throws {
        try await withSessions { server in
            let session = SessionScript.view(
                TradingSessionRequest(kind: .collect, symbols: ["BTC_USDT"], strategies: []))
            let rows = [2, 0, 3600, 7384].map {
                DataSessionView(session: session, dataTypes: ["tick_prices", "orderbook"], seconds: $0)
            }
            server.host.script.withLock { $0.sessions.data = rows }
            let answer = try await server.send("GET", "/api/data-collection/sessions?limit=4")
            let listed = answer.json["sessions"] as? [[String: Any]] ?? []
            #expect(listed.map { $0["duration"] as? String } == ["2s", "0s", "1h", "2h 3m 4s"])
            #expect(answer.json["limit"] as? Int == 4 && answer.json["total_count"] as? Int == 4)
            #expect(try await server.send("GET", "/api/data-collection/sessions?limit=many").status == 400)
        }
    }
}
