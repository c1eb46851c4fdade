import API
import Synchronization
import Testing
import Trading

@Suite("Backtests over a live port")
struct BacktestOperationTests {
    private static let path = "/api/strategies/alpha/backtest"

    private func withBacktests(_ body: (LiveServer) async throws -> Void) async throws {
        try await withServer(TradingOperations.all, host: SocketTests.host(), body)
    }

    @Test("a request has what a backtest can be asked for, and its times may be seconds or texts")
    func starts() async throws {
        try await withBacktests { server in
            let body = """
                {"instruments": ["BTC_USDT"], "timeframe": "1m", "from": 1700000000, "to": "2023-11-15T00:00:00Z",
                 "initial_balance": 10000, "commission_rate": 0.001, "slippage_bps": 2,
                 "parameters": {"fast": 3, "mode": "calm", "both": true}}
                """
            let answer = try await server.send("POST", Self.path, token: "trader", body: body)
            #expect(answer.status == 200 && answer.json["status"] as? String == "queued", "\(answer.text)")
            #expect(answer.json["backtest_id"] as? String == "bt_1" && answer.json["strategy_id"] as? String == "alpha")
            #expect(answer.json["result"] == nil)
            var wanted = BacktestRequest(
                instruments: ["BTC_USDT"], from: Timestamp(nanoseconds: 1_700_000_000_000_000_000),
                to: Timestamp(nanoseconds: 1_700_006_400_000_000_000))
            wanted.timeframe = "1m"
            wanted.initialBalance = Money("10000")
            wanted.commission = Rate("0.001")
            wanted.slippage = Rate("0.0002")
            wanted.parameters = [("fast", "3"), ("mode", "calm"), ("both", "true")]
            #expect(server.host.script.withLock { $0.backtests.requests } == [wanted])
            #expect(try await server.send("POST", Self.path, token: "viewer", body: body).status == 403)
        }
    }

    @Test("all that is wrong with a request is named at once")
    func faults() async throws {
        try await withBacktests { server in
            let cases: [(String, [String])] = [
                (
                    #"{"instruments": ["NONE"], "timeframe": "7m", "from": 1700000000, "to": 1600000000}"#,
                    ["instruments.0", "timeframe", "from: must be before to"]
                ),
                (#"{"instruments": ["BTC_USDT"]}"#, ["from: is required", "to: is required"]),
                (#"{"from": 1000000000, "to": 1700000000}"#, ["to: must be at most 3660 days after from"]),
                (
                    #"{"from": 1600000000, "to": 1600000060, "initial_balance": 0, "commission_rate": 2, "parameters": {"a": []}}"#,
                    ["initial_balance", "commission_rate", "parameters.a"]
                ),
            ]
            for (body, named) in cases {
                let answer = try await server.send("POST", Self.path, token: "trader", body: body)
                #expect(answer.status == 400, "\(answer.text)")
                for name in named { #expect(answer.text.contains(name), "\(name) in \(answer.text)") }
            }
        }
    }

    @Test("a result has the printed digits, 0 for what cannot be told, and beside it all that was printed")
    func results() async throws {
        try await withBacktests { server in
            let time = Timestamp(nanoseconds: 0)
            let printed = try JSONValue(
                parsing:
                    #"{"equity":"1.5","performance":{"total_return":0.10000000000000001,"sharpe_ratio":null,"total_trades":4}}"#
            )
            server.host.script.withLock {
                $0.backtests.kept = [
                    BacktestView(
                        id: "bt_7", strategy: "alpha", account: "paper", state: .completed, instruments: [], from: time,
                        to: time, createdAt: time, progress: 1, result: printed)
                ]
            }
            let answer = try await server.send("GET", "/api/strategies/alpha/backtests/bt_7", token: "viewer")
            #expect(
                answer.text.contains(
                    #""result":{"total_return":0.10000000000000001,"sharpe_ratio":0,"max_drawdown":0,"win_rate":0,"#
                        + #""profit_factor":0,"total_trades":4,"details":{"equity":"1.5","#), "\(answer.text)")
            let list = try await server.send("GET", "/api/strategies/alpha/backtests", token: "viewer")
            #expect(list.text.hasPrefix(#"{"backtests":[{"backtest_id":"bt_7","#))
            let page = try await server.send("GET", "/api/strategies/alpha/backtests/bt_7/report", token: "viewer")
            #expect(page.text == "<!DOCTYPE html><p>bt_7" && page.header("Content-Type") == "text/html; charset=utf-8")
            #expect(page.header("Content-Security-Policy")?.contains("sandbox allow-scripts") == true)
            let cancelled = try await server.send(
                "DELETE", "/api/strategies/alpha/backtests/bt_7", token: "trader")
            #expect(cancelled.json["error"] as? String == "cancelled by trader", "\(cancelled.text)")
            #expect(try await server.send("GET", "/api/strategies/beta/backtests/bt_7", token: "viewer").status == 404)
        }
    }

    @Test("whoever listens to the desk hears how a backtest comes on, once for each step")
    func stream() async throws {
        try await withBacktests { server in
            let client = try await SocketClient(server.port, "/ws?token=viewer")
            _ = try await client.next("connected")
            let time = Timestamp(nanoseconds: 0)
            @Sendable func view(_ state: BacktestView.State, _ progress: Double) -> BacktestView {
                BacktestView(
                    id: "bt_7", strategy: "alpha", account: "paper", state: state, instruments: [], from: time,
                    to: time,
                    createdAt: time, progress: progress)
            }
            // What was there before it listened is no news: so it comes on until it is heard.
            let host = server.host
            let coming = Task {
                var steps = 0.0
                while !Task.isCancelled {
                    steps += 1
                    let part = steps / 10_000
                    host.script.withLock { $0.backtests.kept = [view(.running, part)] }
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            let running = try await client.next("backtest_update")["data"] as? [String: Any]
            coming.cancel()
            _ = try? await coming.value
            #expect(running?["status"] as? String == "running" && (running?["progress"] as? Double ?? 0) > 0)
            host.script.withLock { $0.backtests.kept = [view(.completed, 1)] }
            while true {
                let data = try await client.next("backtest_update")["data"] as? [String: Any]
                guard data?["status"] as? String != "running" else { continue }
                #expect(data?["status"] as? String == "completed" && data?["backtest_id"] as? String == "bt_7")
                break
            }
        }
    }
}
