import API
import Synchronization
import Testing
import Trading

@Suite("Bridge over a live port")
struct BridgeOperationTests {
    private func withBridge(
        _ set: (inout BridgeScript) -> Void = { _ in }, _ body: (LiveServer) async throws -> Void
    ) async throws {
        let host = ScriptedHost()
        host.script.withLock { set(&$0.bridge) }
        try await withServer(BridgeOperations.all, host: host, body)
    }

    @Test("the status is told in the document's words")
    func status() async throws {
        func set(_ script: inout BridgeScript) {
            (script.status.queueDepth, script.status.processingRate) = (3, 12.5)
            (script.status.averageProcessingSeconds, script.status.failed, script.status.pendingTrades) = (1.25, 2, 1)
        }
        try await withBridge(set) { server in
            let answer = try await server.send("GET", "/bridge/status", token: "viewer")
            let expected =
                #"{"queue_depth":3,"processing_rate":12.5,"avg_processing_time":1.25,"failed_signals":2,"#
                + #""pending_trades":1,"enabled":false}"#
            #expect(answer.status == 200 && answer.text == expected, "\(answer.text)")
        }
    }

    @Test("a part of the settings may be changed, by an admin")
    func configure() async throws {
        try await withBridge { server in
            let body = #"{"risk_limit": 0.15, "enabled": true}"#
            let answer = try await server.send("POST", "/bridge/configure", token: "admin", body: body)
            let begin =
                #"{"success":true,"configuration":{"signal_threshold":0.65,"max_position_size":1,"risk_limit":0.15,"#
                + #""enabled":false},"timestamp":""#
            #expect(answer.status == 200 && answer.text.hasPrefix(begin), "\(answer.text)")
            var change = BridgeChange()
            (change.riskLimit, change.isEnabled) = (Rate("0.15"), true)
            #expect(server.host.script.withLock { $0.bridge.changes } == [change])
            let trader = try await server.send("POST", "/bridge/configure", token: "trader", body: body)
            #expect(trader.status == 403)
        }
    }

    @Test("what is wrong is told, all of it")
    func faults() async throws {
        try await withBridge { server in
            let body = #"{"signal_threshold": 1.5, "max_position_size": 0, "risk_limit": -1, "enabled": 1}"#
            let answer = try await server.send("POST", "/bridge/configure", token: "admin", body: body)
            #expect(answer.status == 400)
            for field in ["signal_threshold", "max_position_size", "risk_limit", "enabled"] {
                #expect(answer.text.contains(field), "\(answer.text)")
            }
            let page = try await server.send("GET", "/bridge/dead-letters?limit=201", token: "viewer")
            #expect(page.status == 400)
            #expect(server.host.script.withLock { $0.bridge.changes.isEmpty && $0.bridge.queries.isEmpty })
        }
    }

    @Test("dead letters come with their rules and reason, by page")
    func deadLetters() async throws {
        var signal = SignalView(
            id: "sig-7", instrument: "BTC_USDT", symbol: "BTC", source: .strategy, origin: "sma", direction: .sell,
            confidence: 0.75, strength: -0.75, isUp: false, timeframe: "1m", generatedAt: Timestamp(nanoseconds: 0),
            dueAt: Timestamp(nanoseconds: 3_600_000_000_000))
        signal.account = "paper"
        let letter = DeadLetterView(
            signal: signal, account: "paper", attempts: 2, failedAt: Timestamp(nanoseconds: 1_000_000_000),
            rules: ["risk.position"], reason: "too large")
        try await withBridge({ $0.letters = DeadLetterPage(letters: [letter], count: 41) }) { server in
            let answer = try await server.send("GET", "/bridge/dead-letters?limit=1&offset=40", token: "viewer")
            let expected =
                #"{"dead_letters":[{"signal_id":"sig-7","symbol":"BTC","instrument":"BTC_USDT","signal":"SELL","#
                + #""confidence":0.75,"source":"strategy","model":"sma","account_id":"paper","#
                + #""timestamp":"1970-01-01T00:00:00Z","failed_at":"1970-01-01T00:00:01Z","attempts":2,"#
                + #""rules":["risk.position"],"reason":"too large"}],"total":41,"limit":1,"offset":40}"#
            #expect(answer.status == 200 && answer.text == expected, "\(answer.text)")
            #expect(server.host.script.withLock { $0.bridge.queries } == [DeadLetterQuery(offset: 40, limit: 1)])
        }
    }
}
