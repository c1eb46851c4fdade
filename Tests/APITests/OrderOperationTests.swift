import API
import Foundation
import Synchronization
import Testing
import Trading

@Suite("Orders over a live port")
struct OrderOperationTests {
    let good = """
        {"strategy_id": "sma_cross", "instrument": "BTC", "order_type": "BUY", "quantity": 0.02, "order_kind": "LIMIT", \
        "price": "46319.5", "time_in_force": "IOC", "execution_mode": "PAPER"}
        """

    /// A host that answers `order` to every placed order.
    private func taking(_ order: OrderView = .scripted()) -> ScriptedHost {
        var script = ScriptedHost.Script()
        script.place = { _ throws(HostRefusal) in order }
        script.trading.orders = [order]
        let terms = InstrumentTerms(
            tick: Price(raw: 100_000_000), lot: Quantity(raw: 100_000), minQuantity: Quantity(raw: 100_000),
            maxQuantity: Quantity(raw: 100_000_000_000))
        let bitcoin = Instrument(id: "BTC_USDT", quoteCurrency: "USDT", terms: terms)
        script.market.instruments = [InstrumentView(instrument: bitcoin, aliases: ["BTC"])]
        return ScriptedHost(script)
    }

    private func place(_ body: String, key: String? = nil, token: String = "trader", to server: LiveServer)
        async throws -> LiveServer.Answer
    {
        try await server.send(
            "POST", "/api/orders", token: token, body: body, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    private func faults(_ answer: LiveServer.Answer) -> [String] {
        let error = answer.json["error"] as? [String: Any]
        let faults = (error?["details"] as? [String: Any])?["faults"] as? [[String: String]] ?? []
        return faults.compactMap { $0["path"] }
    }

    @Test("places an order with exact numbers, as the user who asks")
    func places() async throws {
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            let answer = try await place(good, to: server)
            #expect(answer.status == 200)
            #expect(
                answer.text == """
                    {"order_id":"ord-7","status":"SUBMITTED","broker_order_id":null,"filled_quantity":0,\
                    "average_price":null,"created_at":"2023-11-14T22:13:20Z","updated_at":"2023-11-14T22:13:20Z"}
                    """)
            let placed = try #require(server.host.placed.first)
            #expect(
                placed.order
                    == OrderRequest(
                        strategy: "sma_cross", instrument: "BTC", side: .buy, kind: .limit,
                        quantity: Quantity(raw: 2_000_000), price: Price(raw: 46_319_500_000_000),
                        timeInForce: .immediateOrCancel))
            #expect(placed.key == nil)
            #expect(placed.requester == Requester(user: "trader", channel: "rest"))
        }
    }

    @Test("takes MARKET, GTC and PAPER where nothing else is said, and passes LIVE on")
    func defaults() async throws {
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            let short = #"{"strategy_id": "manual", "instrument": "ETH_USDT", "order_type": "SELL", "quantity": 1"#
            #expect(try await place(short + "}", to: server).status == 200)
            #expect(try await place(short + #", "execution_mode": "LIVE"}"#, to: server).status == 200)
            let orders = server.host.placed.map(\.order)
            var expected = OrderRequest(
                strategy: "manual", instrument: "ETH_USDT", side: .sell, kind: .market, quantity: .one)
            #expect(orders.first == expected)
            expected.isLive = true
            #expect(orders.last == expected)
        }
    }

    @Test(
        "names every fault of an order",
        arguments: [
            (#"{}"#, ["strategy_id", "instrument", "order_type", "quantity"]),
            (
                #"{"order_kind": "ICEBERG", "strategy_id": "", "instrument": 5, "order_type": "HOLD", "quantity": "NaN", "#
                    + #""price": -1, "stop_price": 123456789012345678901234567890, "time_in_force": "GTX", "#
                    + #""execution_mode": "MOCK", "colour": 1}"#,
                [
                    "order_kind", "strategy_id", "instrument", "order_type", "quantity", "price", "stop_price",
                    "time_in_force", "execution_mode", "colour",
                ]
            ),
            (#"{"order_kind": "LIMIT"GOOD}"#, ["price"]),
            (#"{"order_kind": "STOP_LOSS"GOOD}"#, ["stop_price"]),
            (#"{"order_kind": "STOP_LIMIT"GOOD}"#, ["price", "stop_price"]),
            (#"{"order_kind": "STOP_LIMIT", "price": 0, "stop_price": "1e3"GOOD}"#, ["price", "stop_price"]),
            (#"{"price": 5, "stop_price": 5GOOD}"#, ["price", "stop_price"]),
            (#"{"order_kind": "LIMIT", "price": 5, "stop_price": 5GOOD}"#, ["stop_price"]),
            (#"{"order_kind": "LIMIT", "price": 0.1234567891GOOD}"#, ["price"]),
            (#"{"order_kind": "TRAILING_STOP"GOOD}"#, ["trail_offset"]),
            (#"{"order_kind": "TRAILING_STOP", "trail_offset": 5, "trail_percent": 1GOOD}"#, ["trail_percent"]),
            (#"{"order_kind": "TRAILING_STOP", "trail_percent": 100GOOD}"#, ["trail_percent"]),
            (
                #"{"trail_offset": 5, "post_only": true, "expire_time": "2030-01-01T00:00:00Z"GOOD}"#,
                ["trail_offset", "expire_time", "post_only"]
            ),
            (#"{"order_kind": "LIMIT", "price": 5, "post_only": true, "time_in_force": "FOK"GOOD}"#, ["post_only"]),
            (#"{"time_in_force": "GTD"GOOD}"#, ["expire_time"]),
            (#"{"stop_loss": -5, "take_profit": 0GOOD}"#, ["stop_loss", "take_profit"]),
            // Lot 0.001 and tick 0.1: what only the instrument can tell is named beside the rest.
            (
                #"{"order_kind": "LIMIT", "strategy_id": "manual", "instrument": "BTC", "order_type": "HOLD", "#
                    + #""quantity": 0.0005, "price": 1.05}"#, ["order_type", "quantity", "price"]
            ),
            (
                #"{"strategy_id": "manual", "instrument": "NOPE", "order_type": "BUY", "quantity": -1}"#,
                ["quantity", "instrument"]
            ),
            (#"[1]"#, ["", "strategy_id", "instrument", "order_type", "quantity"]),
        ])
    func namesFaults(_ body: String, _ paths: [String]) async throws {
        let rest = #", "strategy_id": "manual", "instrument": "BTC", "order_type": "BUY", "quantity": 1"#
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            let answer = try await place(body.replacing("GOOD", with: rest), to: server)
            #expect(answer.status == 400 && answer.code == "VALIDATION_FAILED")
            #expect(faults(answer) == paths)
            #expect(server.host.placed.isEmpty)
        }
    }

    @Test("gives orders that mean the same one fingerprint, and others another")
    func fingerprints() async throws {
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            let spelt = """
                {"quantity": "0.020", "price": 46319.50, "time_in_force": "IOC", "order_type": "BUY", \
                "order_kind": "LIMIT", "instrument": "BTC", "strategy_id": "sma_cross", "stop_price": null}
                """
            #expect(try await place(good, key: "k-1", to: server).status == 200)
            #expect(try await place(spelt, key: "k-1", to: server).status == 200)
            #expect(try await place(good.replacing("0.02", with: "0.03"), key: "k-1", to: server).status == 200)
            #expect(try await place(good, key: "k-1", token: "admin", to: server).status == 200)
            let keys = server.host.placed.compactMap(\.key)
            try #require(keys.count == 4)
            #expect(keys[0] == keys[1])
            #expect(keys[0].fingerprint != keys[2].fingerprint)
            #expect(keys.map(\.user) == ["trader", "trader", "trader", "admin"])
            #expect(keys[0].key == "k-1" && keys[0].fingerprint.utf8.count == 64)
        }
    }

    @Test("what an order asks for besides kind and prices reaches the host, and its fingerprint")
    func conditions() async throws {
        let body = """
            {"strategy_id": "manual", "instrument": "BTC", "order_type": "SELL", "quantity": 1, \
            "order_kind": "TRAILING_STOP", "trail_percent": 2.5, "time_in_force": "GTD", \
            "expire_time": "2030-01-01T00:00:00Z", "reduce_only": true, "stop_loss": 5, "take_profit": "3.5"}
            """
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            #expect(try await place(body, key: "c", to: server).status == 200)
            #expect(try await place(body.replacing("2.5", with: "2.6"), key: "c", to: server).status == 200)
            #expect(try await place(body.replacing("3.5", with: "3.6"), key: "c", to: server).status == 200)
            let order = try #require(server.host.placed.first?.order)
            #expect(order.reduceOnly && order.kind == .trailingStop)
            let conditions = OrderConditions(
                trail: .fraction(Rate(raw: 25_000_000)),
                expireTime: Timestamp(nanoseconds: 1_893_456_000_000_000_000), stopLoss: Price("5")!,
                takeProfit: Price("3.5")!)
            #expect(order.conditions == conditions)
            #expect(Set(server.host.placed.compactMap(\.key?.fingerprint)).count == 3)
        }
    }

    @Test("changes, cancels and closes take a key; other bodies and ids make other fingerprints")
    func keysOfChanges() async throws {
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            for (method, path, body) in [
                ("PUT", "/api/orders/ord-7", #"{"quantity": 1}"#),
                ("PUT", "/api/orders/ord-7", #"{"quantity": "1.0"}"#),
                ("PUT", "/api/orders/ord-7", #"{"quantity": 2}"#), ("DELETE", "/api/orders/ord-7", ""),
                ("POST", "/api/positions/pos-3/close", ""), ("POST", "/api/positions/pos-3/close", #"{"quantity": 1}"#),
            ] {
                _ = try await server.send(
                    method, path, token: "trader", body: body.isEmpty ? nil : body,
                    headers: ["Idempotency-Key": "k"])
            }
            let prints = server.host.script.withLock { $0.keys }.compactMap(\.?.fingerprint)
            #expect(prints.count == 6 && prints[0] == prints[1] && Set(prints).count == 5)
        }
    }

    @Test("a batch cancel names strategy, instrument and side, or nothing")
    func cancelsMany() async throws {
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            let path = "/api/orders?strategy_id=sma_cross&instrument=BTC&side=SELL"
            #expect(try await server.send("DELETE", path, token: "trader").status == 200)
            #expect(try await server.send("DELETE", "/api/orders", token: "trader").status == 200)
            #expect(try await server.send("DELETE", "/api/orders?side=UP", token: "trader").status == 400)
            #expect(try await server.send("DELETE", "/api/orders", token: "viewer").status == 403)
            #expect(
                server.host.calls == [
                    .cancelAll(CancelFilter(strategy: "sma_cross", instrument: "BTC", side: .sell)),
                    .cancelAll(CancelFilter()),
                ])
        }
    }

    @Test("journalled fingerprints stay the same from version to version")
    func fingerprintIsStable() async throws {
        // sha256sum of the canonical text, taken with another program.
        let canonical = """
            {"operation":"orders.place","strategy":"sma_cross","instrument":"BTC","side":"BUY","kind":"LIMIT",\
            "quantity":0.02,"price":46319.5,"stop_price":null,"time_in_force":"IOC","is_live":false}
            """
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            #expect(try await place(good, key: "k", to: server).status == 200)
            let key = server.host.placed.first?.key
            #expect(
                key?.fingerprint == "595e2981ed8f6ba6c10867b36cc27f5a00c4bf1390281dc7312da00f00003082",
                "of \(canonical)")
        }
    }

    @Test(
        "refuses a key that is no key",
        arguments: ["two words", "k\u{e9}", String(repeating: "k", count: 256)])
    func refusesKeys(_ key: String) async throws {
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            let answer = try await place(good, key: key, to: server)
            #expect(answer.status == 400 && faults(answer) == ["Idempotency-Key"])
            #expect(try await place(good, key: String(repeating: "k", count: 255), to: server).status == 200)
        }
    }

    @Test("hands the host's refusals on")
    func refusals() async throws {
        let refusals: [(HostRefusal, Int, String)] = [
            (.invalid("instrument", "no instrument has this id"), 400, "VALIDATION_FAILED"),
            (.unknown(kind: "strategy", id: "no_such"), 404, "NOT_FOUND"),
            (.conflict("the key belongs to another order"), 409, "CONFLICT"),
            (.halted("stop-2 is in force"), 503, "UNAVAILABLE"),
            (.unavailable("live trading is not configured"), 503, "UNAVAILABLE"),
            (
                .denied([Finding(.orderSize, .aboveMaximum, observed: 9, limit: 5)]), 400,
                "RISK_LIMIT_EXCEEDED"
            ),
        ]
        for (refusal, status, code) in refusals {
            var script = ScriptedHost.Script()
            script.place = { _ throws(HostRefusal) in throw refusal }
            script.trading.refusal = refusal
            try await withServer(TradingOperations.all, host: ScriptedHost(script)) { server async throws in
                for answer in [
                    try await place(good, to: server),
                    try await server.send("PUT", "/api/orders/ord-7", token: "trader", body: #"{"quantity": 1}"#),
                ] {
                    #expect(answer.status == status && answer.code == code)
                    let details = (answer.json["error"] as? [String: Any])?["details"] as? [String: Any]
                    if case .denied = refusal { #expect((details?["denials"] as? [Any])?.count == 1) }
                }
            }
        }
    }

    @Test("shows six states, and the average of the fills")
    func rows() async throws {
        var script = ScriptedHost.Script()
        // 0.1 at 100 and 0.2 at 101 are 30.2 for 0.3: 100.666…; with a multiplier of 50 the value is 50 times that.
        let third = Quantity(raw: 30_000_000)
        script.trading.orders = [
            .scripted(.sell, .limit, .partiallyFilled, filled: third, value: Money(raw: 3_020_000_000)),
            .scripted(.buy, .market, .filled, filled: third, value: Money(raw: 151_000_000_000), multiplier: 50),
            .scripted(.buy, .limit, .expired), .scripted(.buy, .limit, .cancelled), .scripted(.buy, .limit, .pending),
        ]
        try await withServer(TradingOperations.all, host: ScriptedHost(script)) { server async throws in
            let answer = try await server.send("GET", "/api/orders", token: "viewer")
            let rows = try #require(answer.json["orders"] as? [[String: Any]])
            #expect(
                rows.compactMap { $0["status"] as? String } == [
                    "PARTIALLY_FILLED", "FILLED", "CANCELLED", "CANCELLED", "PENDING",
                ])
            #expect(answer.text.components(separatedBy: #""average_price":100.666666667"#).count == 3)
            #expect(
                answer.text.hasPrefix(
                    #"{"orders":[{"order_id":"ord-7","status":"PARTIALLY_FILLED","broker_order_id":null,"#))
            #expect(
                answer.text.contains(
                    #""strategy_id":"sma_cross","account_id":"paper","instrument":"BTC_USDT","order_type":"SELL","#
                        + #""order_kind":"LIMIT","quantity":30,"price":45000.5,"stop_price":null,"#
                        + #""time_in_force":"DAY","execution_mode":"PAPER","reduce_only":false,"post_only":false,"#))
            #expect(answer.text.contains(#""order_kind":"MARKET","quantity":30,"price":null"#))
        }
    }

    @Test("asks for one page of orders or trades, within bounds")
    func pages() async throws {
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            _ = try await server.send("GET", "/api/orders", token: "viewer")
            _ = try await server.send(
                "GET", "/api/orders?strategy_id=manual&instrument=BTC&status=CANCELLED&limit=1000&offset=1000000",
                token: "viewer")
            _ = try await server.send(
                "GET", "/api/trades?from=2025-01-18T10:30:00%2B05:30&to=2025-01-19&limit=1", token: "viewer")
            #expect(
                server.host.calls == [
                    .orders(HistoryFilter()),
                    .orders(
                        HistoryFilter(
                            strategy: "manual", instrument: "BTC", state: .cancelled, limit: 1000, offset: 1_000_000)),
                    .trades(
                        HistoryFilter(
                            from: Timestamp(nanoseconds: 1_737_176_400_000_000_000),
                            to: Timestamp(nanoseconds: 1_737_244_800_000_000_000), limit: 1)),
                ])
            for (query, paths) in [
                ("orders?limit=many&offset=-1", ["limit", "offset"]),
                ("orders?limit=0&status=SLEEPING&strategy_id=", ["strategy_id", "limit", "status"]),
                ("orders?limit=1001&offset=1000001", ["limit", "offset"]),
                ("trades?limit=1.5&from=yesterday", ["limit", "from"]),
                ("trades?from=2025-01-19&to=2025-01-18", ["to"]),
            ] {
                let answer = try await server.send("GET", "/api/\(query)", token: "viewer")
                #expect(answer.status == 400 && faults(answer) == paths, "\(query)")
            }
        }
    }

    @Test("changes and cancels an order by its id")
    func changes() async throws {
        try await withServer(TradingOperations.all, host: taking()) { server async throws in
            let path = "/api/orders/ord-7"
            let changed = try await server.send(
                "PUT", path, token: "trader", body: #"{"quantity": "0.03", "time_in_force": "DAY"}"#)
            #expect(changed.status == 200 && changed.json["order_id"] as? String == "ord-7")
            #expect(try await server.send("DELETE", path, token: "trader").status == 200)
            #expect(try await server.send("DELETE", "/api/orders/no-such", token: "trader").status == 404)
            #expect(
                server.host.calls == [
                    .modify("ord-7", OrderChange(quantity: Quantity(raw: 3_000_000), timeInForce: .day)),
                    .cancel("ord-7"), .cancel("no-such"),
                ])
            for (body, paths) in [
                ("{}", [""]), (#"{"price": null}"#, [""]), (#"{"quantity": -3}"#, ["quantity"]),
                (#"{"stop_price": true, "order_type": "SELL"}"#, ["stop_price", "order_type"]),
            ] {
                let answer = try await server.send("PUT", path, token: "trader", body: body)
                #expect(answer.status == 400 && faults(answer) == paths, "\(body)")
            }
        }
    }
}
