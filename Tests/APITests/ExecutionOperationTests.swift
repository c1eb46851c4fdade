import API
import Synchronization
import Testing
import Trading

@Suite("Trades of the execution engine over a live port")
struct ExecutionOperationTests {
    private static let body = """
        {"account_id":"paper","instrument":"EUR_USD","direction":"SHORT","size":10000,"order_type":"limit","price":1.085,\
        "stop_loss":"1.09","take_profit":1.07,\
        "personality_variance":{"timing_delay":2000,"size_variance":0.05,"level_variance":0.0002}}
        """

    private var trade: ExecutedTradeView {
        var trade = ExecutedTradeView(
            id: "trade-4", account: "paper", instrument: "EUR_USD", side: .sell, status: .open,
            requestedAt: Timestamp(nanoseconds: 1_000_000_000), dueAt: Timestamp(nanoseconds: 3_000_000_000),
            updatedAt: Timestamp(nanoseconds: 4_000_000_000), quantity: Quantity("9800")!)
        trade.orderID = "ord-9"
        trade.filled = Quantity("9800")!
        trade.price = Price(raw: 1_085_000_000)
        trade.filledAt = Timestamp(nanoseconds: 4_000_000_000)
        trade.isEntryDone = true
        trade.slippage = Price(raw: -100_000)
        trade.held = Quantity("4000")!
        trade.realized = Money("12.5")!
        trade.unrealized = Money("-2.25")!
        trade.commission = Money("1.5")!
        trade.stopLoss = Price(raw: 1_090_100_000)
        return trade
    }

    private func host(_ trade: ExecutedTradeView?) -> ScriptedHost {
        var script = ScriptedHost.Script()
        script.execution.trade = trade
        return ScriptedHost(script)
    }

    @Test("a trade is read with its legs and its variance, and answered with what it has filled")
    func executes() async throws {
        let path = "/api/v1/execute-trade"
        try await withServer(ExecutionOperations.all, host: host(trade)) { server async throws in
            let answer = try await server.send("POST", path, token: "trader", body: Self.body)
            #expect(
                answer.text == """
                    {"execution_result":{"trade_id":"trade-4","status":"executed","fill_price":1.085,\
                    "fill_time":"1970-01-01T00:00:04Z","slippage":-0.0001,"commission":1.5,"platform_order_id":"ord-9"}}
                    """)
            let request = try #require(server.host.script.withLock { $0.execution.requests.first })
            #expect(request.side == .sell && request.kind == .limit && request.quantity == Quantity("10000"))
            #expect(request.stopLoss == Price(raw: 1_090_000_000) && request.takeProfit == Price(raw: 1_070_000_000))
            #expect(
                request.variance
                    == TradeRequest.Variance(
                        delayMilliseconds: 2000, size: Rate(raw: 50_000_000), levels: Rate(raw: 200_000)))
        }
    }

    @Test("before the entry has filled a trade is pending, and one that never will is failed")
    func states() async throws {
        var waiting = trade
        waiting.orderID = nil
        (waiting.filled, waiting.price, waiting.filledAt, waiting.isEntryDone) = (.zero, nil, nil, false)
        var failed = waiting
        failed.status = .cancelled
        failed.note = "denied"
        for (trade, status) in [(waiting, "pending"), (failed, "failed")] {
            try await withServer(ExecutionOperations.all, host: host(trade)) { server async throws in
                let answer = try await server.send(
                    "POST", "/api/v1/execute-trade", token: "trader", body: Self.body)
                #expect(answer.text.contains(#""status":"\#(status)","fill_price":null,"fill_time":null"#))
                let seen = try await server.send("GET", "/api/v1/trade-status/trade-4", token: "viewer")
                #expect(seen.json["status"] as? String == trade.status.rawValue)
                #expect(seen.json["reason"] as? String == (trade.note.isEmpty ? nil : trade.note))
            }
        }
    }

    @Test("a trade's status has its entry, its levels and its result")
    func status() async throws {
        try await withServer(ExecutionOperations.all, host: host(trade)) { server async throws in
            let answer = try await server.send("GET", "/api/v1/trade-status/trade-4", token: "viewer")
            #expect(
                answer.text == """
                    {"trade_id":"trade-4","account_id":"paper","instrument":"EUR_USD","direction":"SHORT","status":"open",\
                    "platform_order_id":"ord-9","entry_details":{"price":1.085,"time":"1970-01-01T00:00:04Z","size":9800,\
                    "requested_size":9800},"open_size":4000,"current_pnl":10.25,"realized_pnl":12.5,\
                    "unrealized_pnl":-2.25,"commission":1.5,"stop_loss":1.0901,"take_profit":null,\
                    "due_at":"1970-01-01T00:00:03Z","updated_at":"1970-01-01T00:00:04Z","reason":null}
                    """)
            #expect(try await server.send("GET", "/api/v1/trade-status/no-such", token: "viewer").status == 404)
        }
    }

    @Test("levels and a part are changed together; a level that is not there is 0")
    func modifies() async throws {
        let path = "/api/v1/modify-position/trade-4"
        try await withServer(ExecutionOperations.all, host: host(trade)) { server async throws in
            let body = #"{"stop_loss":1.0901,"partial_close":{"size":"4000","reason":"enough"}}"#
            let answer = try await server.send("PUT", path, token: "trader", body: body)
            #expect(
                answer.text == """
                    {"modification_result":{"success":true,"updated_at":"1970-01-01T00:00:04Z","new_stop_loss":1.0901,\
                    "new_take_profit":0}}
                    """)
            #expect(
                server.host.script.withLock { $0.execution.changes } == [
                    TradeChange(stopLoss: Price(raw: 1_090_100_000), close: Quantity("4000"), reason: "enough")
                ])
            for bad in ["{}", #"{"partial_close":{}}"#, #"{"stop_loss":0}"#, #"{"reason":"x"}"#] {
                #expect(try await server.send("PUT", path, token: "trader", body: bad).status == 400, "\(bad)")
            }
        }
    }

    @Test(
        "what is wrong with a trade is said before the host is asked",
        arguments: [
            ("\"order_type\":\"limit\"", "\"order_type\":\"market\"", "price"),
            (",\"price\":1.085", "", "price"),
            ("\"order_type\":\"limit\"", "\"order_type\":\"maybe\"", "order_type"),
            ("0.05", "0.51", "personality_variance.size_variance"),
            ("2000", "-1", "personality_variance.timing_delay"),
            ("SHORT", "SIDEWAYS", "direction"), ("10000", "0", "size"),
        ])
    func faults(old: String, new: String, path: String) async throws {
        try await withServer(ExecutionOperations.all, host: host(trade)) { server async throws in
            let body = Self.body.replacing(old, with: new)
            #expect(body != Self.body)
            let answer = try await server.send("POST", "/api/v1/execute-trade", token: "trader", body: body)
            #expect(answer.status == 400 && answer.text.contains("\"\(path)\""), "\(answer.text)")
            #expect(server.host.script.withLock { $0.execution.requests.isEmpty })
        }
    }
}
