import API
import Synchronization
import Testing
import Trading

@Suite("The operator's desk over a live port")
struct DeskOperationTests {
    private func withDesk(_ body: (LiveServer) async throws -> Void) async throws {
        try await withServer(RiskOperations.all, host: ScriptedHost(), settings: .forTests, body)
    }

    @Test("breakers are listed with exact numbers and the stop that they have thrown")
    func breakers() async throws {
        try await withDesk { server in
            let view = BreakerView(
                name: "loss", kind: "daily_loss", scope: "account", target: "paper", threshold: 500_050_000_000,
                observed: 1, windowSeconds: 60, mode: "flatten", reset: "day", state: .tripped, stopID: "stop-3")
            server.host.script.withLock { $0.risk.breakers = [view] }
            let answer = try await server.send("GET", "/api/risk/breakers", token: "viewer")
            #expect(
                answer.text
                    == #"{"breakers":[{"name":"loss","kind":"daily_loss","scope":"account","target_id":"paper","#
                    + #""threshold":5000.5,"observed":0.00000001,"window_seconds":60,"mode":"flatten","reset":"day","#
                    + #""state":"tripped","stop_id":"stop-3"}]}"#)
        }
    }

    @Test("an alert is acknowledged by a trader, by its id")
    func acknowledge() async throws {
        try await withDesk { server in
            let alert = AlertView(
                id: "alr-1", severity: .low, code: "X", message: "m", time: Timestamp(nanoseconds: 0))
            server.host.script.withLock { $0.risk.alerts = [alert] }
            let path = "/api/risk/alerts/alr-1/acknowledge"
            #expect(try await server.send("POST", path, token: "viewer").status == 403)
            let answer = try await server.send("POST", path, token: "trader")
            #expect(
                answer.text
                    == #"{"success":true,"alert_id":"alr-1","acknowledged_by":"trader","#
                    + #""acknowledged_at":"2025-01-18T10:30:00Z"}"#)
            #expect(try await server.send("POST", "/api/risk/alerts/none/acknowledge", token: "trader").status == 404)
        }
    }

    @Test("entries are paused and resumed by a trader")
    func pause() async throws {
        try await withDesk { server in
            let path = "/api/strategies/sma_cross"
            let paused = try await server.send(
                "POST", path + "/pause-entries", token: "trader", body: #"{"reason": "news"}"#)
            #expect(paused.status == 200 && paused.text.contains(#""mode":"reduce""#), "\(paused.text)")
            #expect(server.host.script.withLock { $0.risk.stops.map(\.request.reason) } == ["news"])
            #expect(try await server.send("POST", path + "/resume-entries", token: "trader").status == 200)
            #expect(try await server.send("POST", path + "/resume-entries", token: "trader").status == 409)
            #expect(try await server.send("POST", path + "/pause-entries", token: "viewer").status == 403)
            #expect(
                try await server.send("POST", "/api/strategies/nobody/pause-entries", token: "trader").status == 404)
        }
    }

    @Test("close-and-disable says what is left")
    func closeAndDisable() async throws {
        try await withDesk { server in
            let answer = try await server.send("POST", "/api/strategies/sma_cross/close-and-disable", token: "trader")
            #expect(
                answer.status == 200
                    && answer.text.contains(#""remaining_components":["BTC_USDT 0.5 of sma_cross: 0.5 at work"]"#))
        }
    }

    @Test("orders that wait are listed, approved and denied by traders")
    func approvals() async throws {
        try await withDesk { server in
            let time = Timestamp(nanoseconds: 1_737_196_200_000_000_000)
            let intent = OrderIntent(
                strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: .one, origin: .operator)
            let order = OrderView(
                order: Order(id: 0, intent: intent, account: 0, at: time), id: "ord-0", strategy: "manual",
                instrument: "BTC_USDT", account: "paper", multiplier: 1)
            let view = ApprovalView(
                number: 1, order: order, sender: "ann", channel: "rest", requestedAt: time, expiresAt: time)
            server.host.script.withLock { $0.risk.approvals = [view] }
            let list = try await server.send("GET", "/api/approvals", token: "viewer")
            #expect(
                list.text.hasPrefix(
                    #"{"approvals":[{"approval_id":"apr-1","status":"pending","sender":"ann","#
                        + #""requested_at":"2025-01-18T10:30:00Z","expires_at":"2025-01-18T10:30:00Z","#
                        + #""decided_by":null,"decided_at":null,"reason":null,"order_id":null,"#
                        + #""order":{"strategy_id":"manual","account_id":"paper","instrument":"BTC_USDT","order_type":"BUY""#
                ), "\(list.text)")
            let path = "/api/approvals/apr-1/"
            #expect(try await server.send("POST", path + "approve", token: "viewer").status == 403)
            let approved = try await server.send("POST", path + "approve", token: "trader")
            #expect(approved.status == 200 && approved.text.contains(#""status":"approved","sender":"ann""#))
            #expect(try await server.send("POST", path + "deny", token: "trader", body: "{}").status == 400)
            let denied = try await server.send("POST", path + "deny", token: "trader", body: #"{"reason": "no"}"#)
            #expect(denied.text.contains(#""decided_by":"trader""#) && denied.text.contains(#""reason":"no""#))
            #expect(try await server.send("POST", "/api/approvals/x/approve", token: "trader").status == 404)
        }
    }
}
