import API
import Foundation
import Portfolio
import Testing
import Trading

@Suite("Strategies and plugins over a live port")
struct StrategyOperationTests {
    private var crossing: StrategyView {
        var strategy = StrategyView(id: "sma_cross")
        strategy.name = "SMA crossing"
        strategy.tags = ["trend"]
        strategy.generation = 3
        strategy.plugin = "SMACross"
        strategy.instruments = ["BTC_USDT"]
        strategy.parameters = [
            ("fast", .number("10")), ("band", .number("0.50")), ("is_eager", .boolean(false)), ("mode", .text("a\"b")),
            ("broken", .number("nan")),
        ]
        strategy.stopLossPercent = Rate(raw: 2_500_000_000)
        strategy.maxDailyLoss = Money(raw: 1_000_000_000_000)
        strategy.dayPnL = Money(raw: -150_000_000)
        strategy.descriptions = [
            ParameterDescription(
                name: "band", description: "Width", unit: "ticks", kind: .number, minimum: .number("0"),
                maximum: .number("1e3"), standard: .number("0.50")),
            ParameterDescription(
                name: "mode", description: "", kind: .choice, choices: ["slow", "fast"], standard: .text("slow")),
        ]
        strategy.schedule = ScheduleInput(startTime: "09:15", endTime: "24:00", daysOfWeek: [1, 5], timeZone: nil)
        return strategy
    }

    private func host(_ change: (inout TradingScript) -> Void = { _ in }) -> ScriptedHost {
        var script = ScriptedHost.Script()
        script.trading.strategies = [crossing]
        change(&script.trading)
        return ScriptedHost(script)
    }

    private func faults(_ answer: LiveServer.Answer) -> [String] {
        let error = answer.json["error"] as? [String: Any]
        let faults = (error?["details"] as? [String: Any])?["faults"] as? [[String: String]] ?? []
        return faults.compactMap { $0["path"] }
    }

    private let config = """
        "id":"sma_cross","name":"SMA crossing","description":"","parameters":{"fast":10,"band":0.50,"is_eager":false,\
        "mode":"a\\"b","broken":"nan"},"instruments":["BTC_USDT"],"execution_mode":"PAPER","risk_parameters":\
        {"max_position_size":0,"stop_loss_percent":2.5,"take_profit_percent":0,"max_daily_loss":10000},"schedule":\
        {"start_time":"09:15","end_time":"24:00","days_of_week":[1,5],"time_zone":"UTC"}
        """

    @Test("lists strategies in 001's envelope, with both documents' fields")
    func lists() async throws {
        try await withServer(TradingOperations.all, host: host()) { server async throws in
            let list = try await server.send("GET", "/api/strategies", token: "viewer")
            let one = """
                {\(config),"strategy_name":"SMA crossing","direction":"both","category":"","tags":["trend"],\
                "enabled":false,"state":"stopped","generation":3,"problem":null,"plugin":"SMACross",\
                "account_id":"paper","timeframe":"1m","day_pnl":-1.5,"created_at":"1970-01-01T00:00:00Z",\
                "updated_at":"1970-01-01T00:00:00Z","runtime":{"events":0,"calls":0,"faults":0,"restarts":0,\
                "slow_calls":0,"timed_calls":0,"call_ns_p50":0,"call_ns_p99":0,"call_ns_max":0}}
                """
            #expect(list.text == #"{"type":"response","data":{"strategies":["# + one + "]}}")
            let described = """
                ,"parameter_descriptions":[{"name":"band","description":"Width","unit":"ticks","kind":"number","choices":[],\
                "minimum":0,"maximum":1e3,"default":0.50},{"name":"mode","description":"","unit":null,"kind":"choice",\
                "choices":["slow","fast"],"minimum":null,"maximum":null,"default":"slow"}]}
                """
            let answer = try await server.send("GET", "/api/strategies/sma_cross", token: "viewer").text
            #expect(answer == one.dropLast() + described)
            #expect(try await server.send("GET", "/api/strategies/no_such", token: "viewer").status == 404)

            let refused = try await server.send("GET", "/api/strategies", token: "nonsense")
            #expect(refused.status == 401 && refused.code == "UNAUTHORIZED")
            #expect(refused.json["type"] as? String == "error")
            #expect(refused.json["error_code"] as? String == "UNAUTHORIZED")
        }
    }

    @Test("takes back the configuration that it gives")
    func roundTrip() async throws {
        try await withServer(TradingOperations.all, host: host()) { server async throws in
            let answer = try await server.send(
                "PUT", "/api/strategies/sma_cross/config", token: "trader", body: "{\"config\":{\(config)}}")
            #expect(answer.status == 200)
            #expect(answer.text == "{\"success\":true,\"config\":{\(config)}}")
            var change = StrategyChange()
            change.id = "sma_cross"
            change.name = "SMA crossing"
            change.description = ""
            change.parameters = [
                "fast": .number("10"), "band": .number("0.50"), "is_eager": .boolean(false), "mode": .text("a\"b"),
                "broken": .text("nan"),
            ]
            change.instruments = ["BTC_USDT"]
            change.isLive = false
            change.maxPositionSize = .zero
            change.stopLossPercent = Rate(raw: 2_500_000_000)
            change.takeProfitPercent = .zero
            change.maxDailyLoss = Money(raw: 1_000_000_000_000)
            change.schedule = ScheduleInput(
                startTime: "09:15", endTime: "24:00", daysOfWeek: [1, 5], timeZone: "UTC")
            #expect(server.host.calls == [.configure("sma_cross", change)])
            #expect(
                server.host.requesters == [Requester(user: "trader", channel: "rest")])
        }
    }

    @Test("changes only what the body names")
    func merges() async throws {
        try await withServer(TradingOperations.all, host: host()) { server async throws in
            let body = #"{"config": {"execution_mode": "LIVE", "risk_parameters": {"max_position_size": "0.5"}}}"#
            let path = "/api/strategies/sma_cross/config"
            let answer = try await server.send("PUT", path, token: "trader", body: body)
            #expect(answer.status == 200)
            var change = StrategyChange()
            change.isLive = true
            change.maxPositionSize = Quantity(raw: 50_000_000)
            #expect(server.host.calls == [.configure("sma_cross", change)])
        }
    }

    @Test(
        "names every fault of a configuration",
        arguments: [
            ("{}", ["config"]), (#"{"config": 5}"#, ["config"]), ("", ["config"]),
            (#"{"config": {"execution_mode": "SOMETIMES"}}"#, ["config.execution_mode"]),
            (#"{"config": {"id": "other"}}"#, ["config.id"]),
            (
                #"{"config": {"instruments": [], "parameters": {"a": [1], "b": null, "c": 1}, "risk_parameters": "#
                    + #"{"max_position_size": -1, "stop_loss_percent": 100000, "max_daily_loss": "many", "x": 1}}}"#,
                [
                    "config.instruments", "config.parameters.a", "config.parameters.b",
                    "config.risk_parameters.max_position_size", "config.risk_parameters.stop_loss_percent",
                    "config.risk_parameters.max_daily_loss", "config.risk_parameters.x",
                ]
            ),
            (
                #"{"config": {"schedule": {"start_time": "24:00", "end_time": "9:15", "days_of_week": [8]}}, "y": 1}"#,
                [
                    "config.schedule.start_time", "config.schedule.end_time", "config.schedule.days_of_week.0", "y",
                ]
            ),
            (
                #"{"config": {"schedule": {}, "name": ""}}"#,
                [
                    "config.name", "config.schedule.start_time", "config.schedule.end_time",
                    "config.schedule.days_of_week",
                ]
            ),
        ])
    func namesFaults(_ body: String, _ paths: [String]) async throws {
        try await withServer(TradingOperations.all, host: host()) { server async throws in
            let answer = try await server.send(
                "PUT", "/api/strategies/sma_cross/config", token: "trader", body: body)
            #expect(answer.status == 400 && answer.code == "VALIDATION_FAILED")
            #expect(faults(answer) == paths)
            #expect(server.host.calls.isEmpty)
        }
    }

    @Test("enables and disables, with or without a body")
    func switches() async throws {
        try await withServer(TradingOperations.all, host: host()) { server async throws in
            let path = "/api/strategies/sma_cross/"
            let enabled = try await server.send("POST", path + "enable", token: "trader")
            #expect(
                enabled.text
                    == #"{"success":true,"id":"sma_cross","enabled":true,"state":"running","generation":3}"#)
            let disabled = try await server.send("POST", path + "disable", token: "trader", body: "{}")
            #expect(
                disabled.text
                    == #"{"success":true,"id":"sma_cross","enabled":false,"state":"stopped","generation":3,"#
                    + #""on_stop":"cancel","cancelled_orders":0,"closing_positions":[],"kept_positions":[]}"#)
            #expect(try await server.send("POST", "/api/strategies/no_such/enable", token: "trader").status == 404)
        }
        let faulted = host { $0.refusal = .conflict("sma_cross is faulted; load it anew first") }
        try await withServer(TradingOperations.all, host: faulted) { server async throws in
            let answer = try await server.send("POST", "/api/strategies/sma_cross/enable", token: "trader")
            #expect(answer.status == 409 && answer.code == "CONFLICT")
        }
    }

    @Test("shows the performance; what cannot be computed is 0")
    func performance() async throws {
        var performance = Performance()
        performance.totalReturn = 0.125
        performance.winRate = .nan
        performance.totalTrades = 4
        let totals = StrategyTotals(
            realized: Money(raw: 1_050_000_000), unrealized: Money(raw: -50_000_000), commission: Money(raw: 25_000_000)
        )
        let full = host { $0.performance = PerformanceView(performance: performance, totals: totals) }
        try await withServer(TradingOperations.all, host: full) { server async throws in
            let answer = try await server.send("GET", "/api/strategies/sma_cross/performance", token: "viewer")
            #expect(
                answer.text == """
                    {"strategy_id":"sma_cross","total_return":0.125,"annualized_return":0.0,"sharpe_ratio":0.0,\
                    "sortino_ratio":0.0,"calmar_ratio":0.0,"max_drawdown":0.0,"volatility":0.0,\
                    "value_at_risk_95":0.0,"win_rate":0,"profit_factor":0.0,"expectancy":0.0,"exposure_time":0.0,\
                    "total_trades":4,"avg_trade_duration_seconds":0.0,"realized_pnl":10.5,"unrealized_pnl":-0.5,\
                    "commission":0.25,"net_pnl":9.75}
                    """)
            #expect(try await server.send("GET", "/api/strategies/x/performance", token: "viewer").status == 404)
        }
        let fresh = host { $0.performance = PerformanceView(performance: Performance(), totals: nil) }
        try await withServer(TradingOperations.all, host: fresh) { server async throws in
            let answer = try await server.send("GET", "/api/strategies/sma_cross/performance", token: "viewer")
            #expect(answer.text.hasSuffix(#""realized_pnl":0,"unrealized_pnl":0,"commission":0,"net_pnl":0}"#))
        }
    }

    @Test("lists plugins, refused ones with their error")
    func plugins() async throws {
        let host = host {
            $0.plugins = [
                PluginView(
                    id: "SMACross", path: "libSMACross.so", state: "loaded", generation: 2, abiVersion: 1,
                    loadedAt: Timestamp(nanoseconds: 0), strategies: ["sma_cross"], error: nil),
                PluginView(
                    id: "broken", path: "x/libbroken.so", state: "refused", generation: 0, abiVersion: 9,
                    loadedAt: nil, strategies: [], error: "ABI 9"),
            ]
        }
        try await withServer(TradingOperations.all, host: host) { server async throws in
            let answer = try await server.send("GET", "/api/plugins", token: "viewer")
            #expect(
                answer.text == """
                    {"plugins":[{"id":"SMACross","path":"libSMACross.so","state":"loaded","generation":2,\
                    "abi_version":1,"loaded_at":"1970-01-01T00:00:00Z","strategies":["sma_cross"],"error":null},\
                    {"id":"broken","path":"x/libbroken.so","state":"refused","generation":0,"abi_version":9,\
                    "loaded_at":null,"strategies":[],"error":"ABI 9"}]}
                    """)
        }
    }
}
