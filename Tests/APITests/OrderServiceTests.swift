import API
import Testing
import Trading

@Suite("The order service of document 000 over a live port")
struct OrderServiceTests {
    /// A server and the id of the trader's session.
    private func withService(
        _ script: ScriptedHost.Script = ScriptedHost.Script(), _ body: (LiveServer, String) async throws -> Void
    ) async throws {
        let sessions = try ClientSessions(store: MemorySessions())
        try await withServer(SessionOperations.all(sessions), host: ScriptedHost(script)) { server in
            let answer = try await server.send("POST", "/api/sessions", token: "trader")
            try await body(server, try #require(answer.json["sessionId"] as? String))
        }
    }

    private var accepting: ScriptedHost.Script {
        var script = ScriptedHost.Script()
        script.place = { _ in .scripted() }
        script.trading.orders = [
            .scripted(.buy, .limit, .partiallyFilled, filled: Quantity("1")!, value: Money("40000.5")!)
        ]
        return script
    }

    private func order(_ session: String, _ more: String) -> String {
        #"{"token": "trader", "sessionId": "\#(session)", "symbol": "BTC_USDT", "quantity": 0.5, \#(more)}"#
    }

    @Test("an order is sent as manual, in either case, with the request's id as its key")
    func submits() async throws {
        try await withService(accepting) { server, session in
            let path = "/api/orders/submit"
            let body = order(
                session, #""side": "sell", "type": "stop_limit", "price": 2, "stopPrice": "3", "requestId": "r1""#)
            let answer = try await server.send("POST", path, body: body)
            #expect(answer.status == 200 && answer.json["success"] as? Bool == true)
            #expect(answer.json["orderId"] as? String == "ord-7")
            let again = order(
                session, #""requestId": "r1", "side": "SELL", "type": "STOP_LIMIT", "price": 2.0, "stopPrice": 3"#)
            _ = try await server.send("POST", path, token: "trader", body: again)
            let placed = server.host.placed
            try #require(placed.count == 2)
            #expect(placed[0].order.strategy == "manual" && placed[0].order.side == .sell)
            #expect(placed[0].order.kind == .stopLimit && !placed[0].order.isLive)
            #expect(placed[0].order.price == Price("2") && placed[0].order.stopPrice == Price("3"))
            #expect(placed[0].requester == Requester(user: "trader", channel: "rest"))
            #expect(placed[0].key?.key == "r1" && placed[0].key == placed[1].key)
            let other = order(session, #""side": "BUY", "type": "MARKET", "requestId": "r1""#)
            _ = try await server.send("POST", path, body: other)
            #expect(server.host.placed[2].key?.fingerprint != placed[0].key?.fingerprint)
            let header = order(session, #""side": "BUY", "type": "MARKET""#)
            _ = try await server.send("POST", path, body: header, headers: ["Idempotency-Key": "h"])
            #expect(server.host.placed[3].key?.key == "h")
        }
    }

    @Test("API keys of one name have idempotency keys of their own")
    func keysOfOneName() async throws {
        try await withService(accepting) { server, _ in
            let opened = try await server.send("POST", "/api/sessions", token: "key")
            let session = try #require(opened.json["sessionId"] as? String)
            let body = order(session, #""side": "BUY", "type": "MARKET", "requestId": "1""#)
                .replacing(#""token": "trader", "#, with: "")
            #expect(try await server.send("POST", "/api/orders/submit", token: "key", body: body).status == 200)
            let placed = try #require(server.host.placed.first)
            #expect(placed.key?.user == "k" && placed.requester == Requester(user: "bot", channel: "rest", id: "k"))
        }
    }

    @Test("what does not fit is refused before the host is asked, with every fault")
    func refusesFaults() async throws {
        try await withService(accepting) { server, session in
            for (more, word) in [
                (#""side": "BUY", "type": "LIMIT""#, "price"), (#""side": "BUY", "type": "STOP_LOSS""#, "stopPrice"),
                (#""side": "UP", "type": "MARKET""#, "side"), (#""side": "BUY", "type": "ICEBERG""#, "type"),
                (#""side": "BUY", "type": "MARKET", "price": 4"#, "price"),
                (#""side": "BUY", "type": "MARKET", "requestId": "a b""#, "requestId"),
            ] {
                let answer = try await server.send("POST", "/api/orders/submit", body: order(session, more))
                #expect(answer.status == 400 && answer.json["success"] as? Bool == false, "\(more)")
                #expect((answer.json["error"] as? String)?.contains(word) == true, "\(more): \(answer.text)")
            }
            let several = #"{"sessionId": "\#(session)", "symbol": "BTC_USDT", "quantity": -1, "side": "BUY"}"#
            let answer = try await server.send("POST", "/api/orders/submit", token: "trader", body: several)
            let text = answer.json["error"] as? String ?? ""
            #expect(answer.status == 400 && text.contains("quantity") && text.contains("type"))
            #expect(server.host.placed.isEmpty)
        }
    }

    @Test("a session must be there and the user's own; a viewer may look and not send")
    func checksSessions() async throws {
        try await withService(accepting) { server, session in
            let body = #""side": "BUY", "type": "MARKET""#
            let unknown = try await server.send("POST", "/api/orders/submit", body: order("none", body))
            #expect(unknown.status == 404)
            let admin = order(session, body).replacing(#""token": "trader", "#, with: "")
            #expect(try await server.send("POST", "/api/orders/submit", token: "admin", body: admin).status == 404)
            #expect(try await server.send("POST", "/api/orders/submit", token: "viewer", body: admin).status == 403)
            let query = "orderId=ord-7&sessionId="
            #expect(try await server.send("GET", "/api/orders/status?\(query)\(session)", token: "admin").status == 404)
            #expect(try await server.send("GET", "/api/orders/status?\(query)x", token: "admin").status == 404)
            let cancel = #"{"orderId": "ord-7", "sessionId": "\#(session)"}"#
            #expect(try await server.send("POST", "/api/orders/cancel", token: "admin", body: cancel).status == 404)
            #expect(server.host.placed.isEmpty && server.host.calls.isEmpty)
        }
    }

    @Test("the host's no is told in the document's words")
    func tellsDenials() async throws {
        var script = accepting
        script.place = { _ throws(HostRefusal) in
            throw .invalid([
                RequestFault(path: "instrument", message: "is not there"),
                RequestFault(path: "stop_price", message: "x"),
            ])
        }
        try await withService(script) { server, session in
            let answer = try await server.send(
                "POST", "/api/orders/submit", body: order(session, #""side": "BUY", "type": "MARKET""#))
            #expect(answer.status == 400 && answer.json["error"] as? String == "symbol: is not there; stopPrice: x")
        }
    }

    @Test("status, cancel and the list are of the user's own orders")
    func looksAtOwnOrders() async throws {
        try await withService(accepting) { server, session in
            let path = "/api/orders/status?orderId=ord-7&sessionId=\(session)&token=trader"
            let status = try await server.send("GET", path)
            #expect(status.status == 200 && status.json["status"] as? String == "PARTIALLY_FILLED")
            #expect(status.json["filledQuantity"] as? Double == 1 && status.json["avgPrice"] as? Double == 40000.5)
            #expect(try await server.send("GET", path.replacing("ord-7", with: "ord-8")).status == 404)
            #expect(try await server.send("GET", path.replacing("orderId", with: "o")).status == 400)
            let body = #"{"orderId": "ord-7", "sessionId": "\#(session)"}"#
            #expect(try await server.send("POST", "/api/orders/cancel", token: "trader", body: body).status == 200)
            let list = try await server.send("GET", "/api/orders/user?limit=5&offset=2", token: "trader")
            let orders = try #require(list.json["orders"] as? [[String: Any]])
            #expect(
                list.json["count"] as? Int == 1 && list.json["limit"] as? Int == 5 && list.json["offset"] as? Int == 2)
            #expect(orders.first?["symbol"] as? String == "BTC_USDT" && orders.first?["type"] as? String == "LIMIT")
            #expect(try await server.send("GET", "/api/orders/user?limit=-1", token: "trader").status == 400)
            #expect(
                server.host.calls == [
                    .orderSent("ord-7", "trader"), .orderSent("ord-8", "trader"), .orderSent("ord-7", "trader"),
                    .cancel("ord-7"), .ordersSent("trader", 5, 2),
                ])
        }
    }
}
