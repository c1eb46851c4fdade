import API
import Portfolio
import Synchronization
import Testing
import Trading

@Suite("Risk operations over a live port")
struct RiskOperationTests {
    private let time = Timestamp(nanoseconds: 1_737_196_200_000_000_000)

    private func withRisk(_ body: (LiveServer) async throws -> Void) async throws {
        try await withServer(RiskOperations.all, body)
    }

    private func position(_ id: String, value: String, exposure: String? = nil) throws -> PositionView {
        PositionView(
            id: id, strategy: "sma_cross", instrument: "BTC_USDT", account: "paper", position: Position(),
            averagePrice: .one, mark: .one, marketValue: try #require(Money(value)),
            unrealized: try #require(Money("-1.5")), exposure: try exposure.map { try #require(Money($0)) },
            volatility: 0.25)
    }

    @Test("the portfolio shows statistics that cannot be told as 0")
    func portfolio() async throws {
        try await withRisk { server in
            #expect(try await server.send("GET", "/api/risk/portfolio", token: "viewer").status == 503)
            var performance = Performance()
            performance.valueAtRisk95 = 0.0125
            let limits = RiskLimitsView(
                maxPositionSize: try #require(Rate("0.05")), maxDailyLoss: try #require(Money("1000000")),
                maxDrawdown: .one, maxExposure: .one)
            let risk = PortfolioRiskView(
                account: "paper", currency: "USDT", time: time, equity: try #require(Money("1000100.25")),
                cash: try #require(Money("999000")), grossExposure: try #require(Money("1100.25")),
                dailyPnL: try #require(Money("-0.00000001")), performance: performance, limits: limits)
            server.host.script.withLock { $0.risk.portfolio = risk }
            let answer = try await server.send("GET", "/api/risk/portfolio", token: "viewer")
            #expect(
                answer.text
                    == #"{"account_id":"paper","currency":"USDT","equity":1000100.25,"cash":999000,"#
                    + #""total_exposure":1100.25,"var_95":0.0125,"max_drawdown":0.0,"sharpe_ratio":0.0,"#
                    + #""daily_pnl":-0.00000001,"limits":{"max_position_size":0.05,"max_daily_loss":1000000,"#
                    + #""max_drawdown":1,"max_exposure":1},"timestamp":"2025-01-18T10:30:00Z"}"#)
        }
    }

    @Test("a position's part of the risk is its part of the exposure in the account's currency")
    func positions() async throws {
        try await withRisk { server in
            // 90000 of another currency are worth 1000 of the account's; a short of 3000 weighs three times as much.
            let positions = [
                try position("pos-1", value: "90000", exposure: "1000"), try position("pos-2", value: "-3000"),
            ]
            server.host.script.withLock { $0.trading.positions = positions }
            let answer = try await server.send("GET", "/api/risk/positions", token: "viewer")
            let rows = answer.json["positions"] as? [[String: Any]] ?? []
            #expect(rows.map { $0["risk_contribution"] as? Double } == [0.25, 0.75])
            #expect(rows.map { $0["market_value"] as? Double } == [90000, -3000])
            #expect(rows.map { $0["volatility"] as? Double } == [0.25, 0.25])
            #expect(rows.map { $0["position_id"] as? String } == ["pos-1", "pos-2"])
        }
    }

    @Test("positions without value contribute nothing, and no position is an empty list")
    func noExposure() async throws {
        try await withRisk { server in
            let none = try await server.send("GET", "/api/risk/positions", token: "viewer")
            #expect(none.text == #"{"positions":[]}"#)
            let worthless = try position("pos-1", value: "0")
            server.host.script.withLock { $0.trading.positions = [worthless] }
            let answer = try await server.send("GET", "/api/risk/positions", token: "viewer")
            #expect(answer.text.contains(#""risk_contribution":0.0,"#))
        }
    }

    @Test("an admin changes some limits and sees all")
    func limits() async throws {
        try await withRisk { server in
            let body = #"{"max_daily_loss": 123456, "max_exposure": "1.5"}"#
            let answer = try await server.send("PUT", "/api/risk/limits", token: "admin", body: body)
            #expect(
                answer.text
                    == #"{"success":true,"limits":{"max_position_size":1,"max_daily_loss":123456,"#
                    + #""max_drawdown":1,"max_exposure":1.5}}"#)
            #expect(
                server.host.script.withLock { $0.risk.requesters } == [Requester(user: "admin", channel: "rest")])
        }
    }

    @Test("limits of any scope are changed by their keys; who may loosen is told to the host")
    func limitsOfScopes() async throws {
        try await withRisk { server in
            let body =
                #"{"scope": "strategy", "id": "sma_cross", "max_open_orders": 3, "max_slippage": "0.002", "#
                + #""drawdown": "trailing_eod", "remove": ["repeat_limit"], "reason": "calm down"}"#
            for role in ["trader", "admin"] {
                let answer = try await server.send("PUT", "/api/risk/limits", token: role, body: body)
                #expect(answer.status == 200)
            }
            let changes = server.host.script.withLock { $0.risk.changes }
            #expect(changes.map(\.mayLoosen) == [false, true])
            #expect(changes[0].scope == .strategy && changes[0].target == "sma_cross")
            #expect(changes[0].reason == "calm down")
            #expect(
                changes[0].values == [
                    "max_open_orders": .number("3"), "max_slippage": .number("0.002"),
                    "drawdown": .word("trailing_eod"), "repeat_limit": .none,
                ])
        }
    }

    @Test("the limits of a scope are listed by their keys")
    func limitsInForce() async throws {
        try await withRisk { server in
            let answer = try await server.send("GET", "/api/risk/limits?scope=strategy&id=sma_cross", token: "viewer")
            #expect(
                answer.text
                    == #"{"scope":"strategy","id":"sma_cross","limits":[{"name":"drawdown","value":"static"},"#
                    + #"{"name":"max_open_orders","value":"20"}]}"#)
            let none = try await server.send("GET", "/api/risk/limits?scope=strategy&id=nobody", token: "viewer")
            #expect(none.status == 404)
            let wrong = try await server.send("GET", "/api/risk/limits?scope=planet", token: "viewer")
            #expect(wrong.status == 400)
        }
    }

    @Test("limits that make no sense are refused together, and a viewer may not ask")
    func limitFaults() async throws {
        try await withRisk { server in
            let body = #"{"max_daily_loss": -1, "max_drawdown": 1.1, "max_position_size": 0, "max_fun": 1}"#
            let answer = try await server.send("PUT", "/api/risk/limits", token: "admin", body: body)
            #expect(answer.status == 400 && answer.code == "VALIDATION_FAILED")
            #expect(Set(answer.faults) == ["max_daily_loss", "max_drawdown", "max_position_size", "max_fun"])
            let broken = try await server.send("PUT", "/api/risk/limits", token: "admin", body: #"{"a":"#)
            #expect(broken.status == 400)
            #expect(try await server.send("PUT", "/api/risk/limits", token: "viewer", body: body).status == 403)
            #expect(server.host.script.withLock { $0.risk.requesters.isEmpty })
        }
    }

    @Test("alerts are listed with their severity")
    func alerts() async throws {
        try await withRisk { server in
            let alert = AlertView(id: "alert-1", severity: .high, code: "DENIED", message: "a \"no\"", time: time)
            server.host.script.withLock { $0.risk.alerts = [alert] }
            let answer = try await server.send("GET", "/api/risk/alerts", token: "viewer")
            #expect(
                answer.text
                    == #"{"alerts":[{"alert_id":"alert-1","severity":"high","code":"DENIED","#
                    + #""message":"a \"no\"","timestamp":"2025-01-18T10:30:00Z","#
                    + #""acknowledged_by":null,"acknowledged_at":null}]}"#)
        }
    }

    @Test("a denial shows every rule that failed, with exact numbers where the rule has some")
    func denials() async throws {
        try await withRisk { server in
            let wide = Int128(Int64.max) * 100
            let denial = DenialView(
                time: time, strategy: nil, account: "paper", instrument: "BTC_USDT", orderID: "ord-7",
                findings: [
                    Finding(.orderSize, .orderNotional, scope: .account, observed: wide, limit: 5_000_000_000_000),
                    Finding(.tradingState, .halted, scope: .system),
                ])
            server.host.script.withLock { $0.risk.denials = [denial] }
            let answer = try await server.send("GET", "/api/risk/denials", token: "viewer")
            #expect(
                answer.text.hasPrefix(
                    #"{"denials":[{"timestamp":"2025-01-18T10:30:00Z","strategy_id":null,"account_id":"paper","#
                        + #""instrument":"BTC_USDT","order_id":"ord-7","failures":["#
                        + #"{"rule":"risk.order-size","scope":"account","observed":9223372036854.775807,"limit":50000,"#
                ))
            let rows = answer.json["denials"] as? [[String: Any]]
            let failures = rows?.first?["failures"] as? [[String: Any]] ?? []
            #expect(failures.map { $0["rule"] as? String } == ["risk.order-size", "risk.trading-state"])
            #expect(failures.last?["observed"] as? String == "trading is halted")
            #expect(answer.text.hasSuffix(#""limit":null,"headroom":null}]}],"count":1}"#))
        }
    }

    @Test("denials are filtered by rule, strategy and time")
    func denialFilters() async throws {
        try await withRisk { server in
            let path =
                "/api/risk/denials?rule=risk.order-size&strategy_id=sma_cross&limit=7"
                + "&from=2025-01-18T10:00:00Z&to=2025-01-18T10:30:00Z"
            let answer = try await server.send("GET", path, token: "viewer")
            #expect(answer.text == #"{"denials":[],"count":0}"#)
            let filter = HistoryFilter(
                strategy: "sma_cross", rule: "risk.order-size", from: time + -1800 * Timestamp.nanosecondsPerSecond,
                to: time, limit: 7)
            #expect(server.host.script.withLock { $0.risk.denialFilters } == [filter])
            let bad = try await server.send(
                "GET", "/api/risk/denials?from=yesterday&limit=0", token: "viewer")
            #expect(bad.status == 400 && bad.code == "VALIDATION_FAILED" && bad.faults == ["from", "limit"])
            let turned = try await server.send(
                "GET", "/api/risk/denials?from=2025-01-18T10:30:00Z&to=2025-01-18T10:00:00Z", token: "viewer")
            #expect(turned.status == 400 && turned.faults == ["to"])
            let unknown = try await server.send("GET", "/api/risk/denials?strategy_id=no_such", token: "viewer")
            #expect(unknown.status == 404)
        }
    }

    @Test("headroom is limit less used and never below 0")
    func headroom() async throws {
        try await withRisk { server in
            let rows = [
                HeadroomView(
                    rule: "risk.daily-loss", scope: "account", used: 150_000_000, limit: 1_000_000_000, resetsAt: time),
                HeadroomView(rule: "risk.order-rate", scope: "strategy", used: 700_000_000, limit: 500_000_000),
            ]
            server.host.script.withLock { $0.risk.headroom = rows }
            let path = "/api/risk/headroom"
            let answer = try await server.send(
                "GET", path + "?account_id=paper&strategy_id=sma_cross", token: "viewer")
            #expect(
                answer.text
                    == #"{"headroom":[{"rule":"risk.daily-loss","scope":"account","used":1.5,"limit":10,"left":8.5,"#
                    + #""resets_at":"2025-01-18T10:30:00Z"},{"rule":"risk.order-rate","scope":"strategy","used":7,"#
                    + #""limit":5,"left":0,"resets_at":null}]}"#)
            _ = try await server.send("GET", path, token: "viewer")
            #expect(server.host.script.withLock { $0.risk.headroomAsked } == ["paper sma_cross", "- -"])
            #expect(try await server.send("GET", path + "?account_id=no-such", token: "viewer").status == 404)
            #expect(try await server.send("GET", path + "?strategy_id=no_such", token: "viewer").status == 404)
        }
    }

    @Test("risk is shown to no one without a token")
    func needsAToken() async throws {
        try await withRisk { server in
            for path in ["portfolio", "positions", "alerts", "denials", "headroom"] {
                let answer = try await server.send("GET", "/api/risk/\(path)")
                #expect(answer.status == 401)
            }
            let limits = try await server.send("PUT", "/api/risk/limits", body: "{")
            #expect(limits.status == 401)
        }
    }
}
