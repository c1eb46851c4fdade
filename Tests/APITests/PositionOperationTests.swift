import API
import Testing
import Trading

@Suite("Positions and trades over a live port")
struct PositionOperationTests {
    private var host: ScriptedHost {
        var position = Position()
        position.id = 3
        position.quantity = Quantity(raw: -500_000_000)
        position.realized = Money(raw: 1_250_000_000)
        position.commission = Money(raw: 1)
        position.openedAt = Timestamp(nanoseconds: 1_000_000_000)
        let fill = Fill(
            id: 4, orderID: 7, strategy: 0, account: 0, instrument: 0, side: .sell, liquidity: .maker,
            price: Price(raw: 46_319_500_000_001), quantity: Quantity(raw: 1), value: .zero,
            commission: Money(raw: -2), time: Timestamp(nanoseconds: 1_500_000_000))
        var script = ScriptedHost.Script()
        script.trading.strategies = [StrategyView(id: "sma_cross")]
        script.trading.orders = [.scripted(.buy, .market, .pending)]
        script.trading.positions = [
            PositionView(
                id: "pos-3", strategy: "sma_cross", instrument: "ETH_USDT", account: "paper", position: position,
                averagePrice: Price(raw: 2_500_000_000), mark: Price(raw: 2_000_000_000),
                marketValue: Money(raw: -1_000_000_000), unrealized: Money(raw: 250_000_000),
                targetPrice: Price(raw: 1_500_000_000))
        ]
        script.trading.trades = [
            TradeView(fill: fill, id: "trd-4", orderID: "ord-7", strategy: "manual", instrument: "BTC_USDT")
        ]
        return ScriptedHost(script)
    }

    @Test("lists the positions of all strategies and of one")
    func lists() async throws {
        let expected = """
            {"positions":[{"id":"pos-3","strategy_id":"sma_cross","account_id":"paper","instrument":"ETH_USDT",\
            "quantity":-5,"average_entry_price":2.5,"current_price":2,"market_value":-10,"unrealized_pnl":2.5,\
            "realized_pnl":12.5,"commission":0.00000001,"stop_loss_price":null,"target_price":1.5,\
            "opened_at":"1970-01-01T00:00:01Z"}]}
            """
        try await withServer(TradingOperations.all, host: host) { server async throws in
            #expect(try await server.send("GET", "/api/positions", token: "viewer").text == expected)
            let path = "/api/strategies/sma_cross/positions"
            #expect(try await server.send("GET", path, token: "viewer").text == expected)
            #expect(try await server.send("GET", "/api/strategies/x/positions", token: "viewer").status == 404)
            #expect(
                server.host.calls == [
                    .positions(nil), .positions("sma_cross"), .positions("x"),
                ])
        }
    }

    @Test("lists trades with exact numbers")
    func trades() async throws {
        try await withServer(TradingOperations.all, host: host) { server async throws in
            #expect(
                try await server.send("GET", "/api/trades", token: "viewer").text == """
                    {"trades":[{"trade_id":"trd-4","order_id":"ord-7","strategy_id":"manual","instrument":"BTC_USDT",\
                    "side":"SELL","quantity":0.00000001,"price":46319.500000001,"commission":-0.00000002,\
                    "liquidity":"maker","timestamp":"1970-01-01T00:00:01.5Z","execution_mode":"PAPER"}]}
                    """)
        }
    }

    @Test("closes a position, or a part of it")
    func closes() async throws {
        try await withServer(TradingOperations.all, host: host) { server async throws in
            let path = "/api/positions/pos-3/close"
            let answer = try await server.send("POST", path, token: "trader")
            #expect(answer.status == 200 && answer.json["status"] as? String == "PENDING")
            #expect(try await server.send("POST", path, token: "trader", body: #"{"quantity": "2.5"}"#).status == 200)
            #expect(try await server.send("POST", "/api/positions/no-such/close", token: "trader").status == 404)
            for body in [#"{"quantity": 0}"#, #"{"quantity": "all"}"#, #"{"price": 1}"#, "[]"] {
                #expect(try await server.send("POST", path, token: "trader", body: body).status == 400)
            }
            #expect(
                server.host.calls == [
                    .close("pos-3", nil), .close("pos-3", Quantity(raw: 250_000_000)), .close("no-such", nil),
                ])
        }
    }

    @Test("asks for a token everywhere, for a trader wherever something changes, and for an admin where code does")
    func roles() async throws {
        let reads = [
            "strategies", "strategies/a", "strategies/a/performance", "strategies/a/positions",
            "strategies/a/functions", "plugins", "orders", "positions", "trades", "strategies/a/generations",
            "strategies/a/logs", "strategies/a/logs/stream", "strategies/a/backtests", "strategies/a/backtests/b",
            "strategies/a/backtests/b/report",
        ]
        let ofAdmins = [
            ("POST", "strategies/a/reload"), ("POST", "strategies/a/rollback"), ("POST", "strategies/a/promote"),
            ("DELETE", "strategies/a/shadow"),
        ]
        let changes = [
            ("PUT", "strategies/a/config"), ("POST", "strategies/a/enable"), ("POST", "strategies/a/disable"),
            ("POST", "strategies/a/functions/f"), ("POST", "strategies/a/backtest"),
            ("DELETE", "strategies/a/backtests/b"), ("POST", "orders"), ("PUT", "orders/a"), ("DELETE", "orders/a"),
            ("DELETE", "orders"), ("POST", "positions/a/close"),
        ]
        #expect(TradingOperations.all.count == reads.count + changes.count + ofAdmins.count)
        try await withServer(TradingOperations.all, host: host) { server async throws in
            for (method, path) in reads.map({ ("GET", $0) }) + changes + ofAdmins {
                #expect(try await server.send(method, "/api/\(path)").status == 401, "\(method) \(path)")
            }
            for (method, path) in changes {
                let viewer = try await server.send(method, "/api/\(path)", token: "viewer", body: #"{"a":"#)
                #expect(viewer.status == 403, "\(method) \(path)")
                let malformed = try await server.send(method, "/api/\(path)", token: "trader", body: #"{"a":"#)
                #expect(malformed.status == 400, "\(method) \(path)")
            }
            for (method, path) in ofAdmins {
                let trader = try await server.send(method, "/api/\(path)", token: "trader", body: #"{"a":"#)
                #expect(trader.status == 403, "\(method) \(path)")
                let malformed = try await server.send(method, "/api/\(path)", token: "admin", body: #"{"a":"#)
                #expect(malformed.status == 400, "\(method) \(path)")
            }
            #expect(server.host.calls.isEmpty && server.host.placed.isEmpty)
        }
    }
}
