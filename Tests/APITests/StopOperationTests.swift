import API
import Synchronization
import Testing
import Trading

@Suite("Emergency stops over a live port")
struct StopOperationTests {
    private let path = "/api/v1/emergency-stop"

    private func withStops(
        settings: APISettings = .forTests, _ body: (LiveServer) async throws -> Void
    ) async throws {
        let terms = InstrumentTerms(tick: .one, lot: .one, minQuantity: .one, maxQuantity: .one)
        let host = ScriptedHost()
        host.script.withLock { script in
            script.market.instruments = [
                InstrumentView(
                    instrument: Instrument(id: "BTC_USDT", quoteCurrency: "USDT", terms: terms), aliases: ["BTC"])
            ]
        }
        try await withServer(RiskOperations.all, host: host, settings: settings, body)
    }

    private func requests(_ server: LiveServer) -> [StopRequest] {
        server.host.script.withLock { $0.risk.stops.map(\.request) }
    }

    @Test("a trader stops all trading with or without a body")
    func stopsAll() async throws {
        try await withStops { server in
            let answer = try await server.send("POST", "/api/risk/emergency-stop", token: "trader")
            #expect(
                answer.text
                    == #"{"success":true,"stop_id":"stop-1","timestamp":"2025-01-18T10:30:00Z","#
                    + #""affected_components":["strategy sma_cross","2 working orders"],"remaining_components":[],"#
                    + #""mode":"stop","drill":false}"#)
            let body = #"{"reason": "too wild", "mode": "flatten"}"#
            let second = try await server.send("POST", "/api/risk/emergency-stop", token: "trader", body: body)
            #expect(second.status == 200)
            #expect(
                requests(server) == [
                    StopRequest(scope: .system, reason: "", triggeredBy: "trader"),
                    StopRequest(scope: .system, mode: .flatten, reason: "too wild", triggeredBy: "trader"),
                ])
        }
    }

    @Test("each scope is thrown at its target, in each mode")
    func scopes() async throws {
        try await withStops { server in
            let bodies = [
                #""scope": "system", "target_id": "ignored""#,
                #""scope": "account", "target_id": "paper", "mode": "reduce""#,
                #""scope": "agent", "target_id": "sma_cross", "mode": "cancel", "drill": true"#,
                #""scope": "instrument", "target_id": "BTC", "mode": "flatten", "drill": false"#,
            ]
            for body in bodies {
                let answer = try await server.send(
                    "POST", path, token: "trader", body: #"{"reason": "r", "triggered_by": "me", \#(body)}"#)
                #expect(answer.status == 200)
            }
            #expect(
                requests(server) == [
                    StopRequest(scope: .system, reason: "r", triggeredBy: "me"),
                    StopRequest(scope: .account, target: "paper", mode: .reduce, reason: "r", triggeredBy: "me"),
                    StopRequest(
                        scope: .agent, target: "sma_cross", mode: .cancel, reason: "r", triggeredBy: "me", isDrill: true
                    ),
                    StopRequest(scope: .instrument, target: "BTC", mode: .flatten, reason: "r", triggeredBy: "me"),
                ])
            let requesters = server.host.script.withLock { $0.risk.stops.map(\.requester) }
            #expect(requesters.allSatisfy { $0 == Requester(user: "trader", channel: "rest") })
        }
    }

    @Test("a stop that cannot be understood is refused with all its faults, in the words of its document")
    func faults() async throws {
        try await withStops { server in
            let empty = try await server.send("POST", path, token: "trader", body: "{}")
            #expect(empty.status == 400 && empty.code == "DATA_001")
            #expect(empty.faults == ["reason", "triggered_by", "scope"])
            let galaxy = try await server.send(
                "POST", path, token: "trader",
                body: #"{"reason": "x", "triggered_by": "me", "scope": "galaxy", "mode": "go", "drill": 1, "z": 1}"#)
            #expect(Set(galaxy.faults) == ["scope", "mode", "drill", "z"])
            for scope in ["account", "agent", "instrument"] {
                let answer = try await server.send(
                    "POST", path, token: "trader", body: #"{"reason": "x", "triggered_by": "me", "scope": "\#(scope)"}"#
                )
                #expect(answer.status == 400 && answer.faults == ["target_id"])
            }
            let reason = try await server.send(
                "POST", "/api/risk/emergency-stop", token: "trader", body: #"{"reason": 7}"#)
            #expect(reason.status == 400 && reason.code == "VALIDATION_FAILED" && reason.faults == ["reason"])
            #expect(requests(server).isEmpty)
        }
    }

    @Test("an unknown account or strategy is 404, an unknown instrument in a body 400")
    func unknownTargets() async throws {
        try await withStops { server in
            for (scope, status) in [("account", 404), ("agent", 404), ("instrument", 400)] {
                let body = #"{"reason": "x", "triggered_by": "me", "scope": "\#(scope)", "target_id": "NO_SUCH"}"#
                let answer = try await server.send("POST", path, token: "trader", body: body)
                #expect(answer.status == status)
                #expect(answer.code == (status == 404 ? "NOT_FOUND" : "DATA_001"))
            }
            #expect(requests(server).isEmpty)
        }
    }

    @Test("throwing takes a trader, releasing an admin, and both a token first")
    func roles() async throws {
        try await withStops { server in
            for path in [path, "/api/risk/emergency-stop"] {
                #expect(try await server.send("POST", path, body: "{").status == 401)
                #expect(try await server.send("POST", path, token: "viewer", body: "{").status == 403)
                #expect(try await server.send("POST", path, token: "trader", body: #"{"a":"#).status == 400)
            }
            let release = try await server.send("DELETE", path + "/stop-1", token: "trader", body: "{")
            #expect(release.status == 403 && release.code == "AUTH_002")
            #expect(try await server.send("DELETE", path + "/stop-1").status == 401)
            #expect(try await server.send("GET", path + "s").status == 401)
        }
    }

    @Test("a stop is released once, with a reason, and stays in the list")
    func release() async throws {
        try await withStops { server in
            _ = try await server.send("POST", "/api/risk/emergency-stop", token: "trader", body: #"{"reason": "r"}"#)
            let without = try await server.send(
                "DELETE", path + "/stop-1", token: "admin", body: #"{"authorized_by": "me"}"#)
            #expect(without.status == 400 && without.faults == ["resolution_reason"])
            let body = #"{"authorized_by": "me", "resolution_reason": "calm again"}"#
            let unknown = try await server.send("DELETE", path + "/no-such", token: "admin", body: body)
            #expect(unknown.status == 404 && unknown.code == "NOT_FOUND")

            let active = try await server.send("GET", path + "s", token: "viewer")
            let row =
                #"{"stop_id":"stop-1","reason":"r","triggered_by":"trader","timestamp":"2025-01-18T10:30:00Z","#
                + #""scope":"system","target_id":null,"mode":"stop","drill":false,"#
            let affected =
                #""affected_components":["strategy sma_cross","2 working orders"],"remaining_components":[],"#
            #expect(
                active.text == #"{"active_stops":[\#(row)"status":"active",\#(affected)"#
                    + #""resolved_at":null,"resolved_by":null,"resolution_reason":null}]}"#)

            let answer = try await server.send("DELETE", path + "/stop-1", token: "admin", body: body)
            #expect(answer.text == #"{"success":true,"stop_id":"stop-1","resolved_at":"2025-01-18T10:30:05Z"}"#)
            #expect(server.host.script.withLock { $0.risk.requesters } == [Requester(user: "admin", channel: "rest")])
            let again = try await server.send("DELETE", path + "/stop-1", token: "admin", body: body)
            #expect(again.status == 409 && again.code == "CONFLICT")
            let resolved = try await server.send("GET", path + "s", token: "viewer")
            #expect(
                resolved.text == #"{"active_stops":[\#(row)"status":"resolved",\#(affected)"#
                    + #""resolved_at":"2025-01-18T10:30:05Z","resolved_by":"me","resolution_reason":"calm again"}]}"#)
        }
    }

    @Test("throwing a stop is never rate-limited")
    func isNotLimited() async throws {
        var settings = APISettings.forTests
        settings.rateLimits = RateLimits(
            Dictionary(uniqueKeysWithValues: RateClass.allCases.map { ($0, RateLimit(1, perSeconds: 3600)) }))
        try await withStops(settings: settings) { server in
            for _ in 1...20 {
                let answer = try await server.send("POST", "/api/risk/emergency-stop", token: "trader")
                #expect(answer.status == 200 && answer.header("X-RateLimit-Limit") == nil)
            }
            // The limit itself works: the list is counted.
            #expect(try await server.send("GET", path + "s", token: "viewer").status == 200)
            #expect(try await server.send("GET", path + "s", token: "viewer").status == 429)
        }
    }
}
