import API
import Synchronization
import Testing
import Trading

@Suite("Simulators of sessions over a live port")
struct SimulatorOperationTests {
    /// The session is the trader's.
    private func withSession(_ body: (LiveServer, String) async throws -> Void) async throws {
        let sessions = try ClientSessions(store: MemorySessions(user: "trader", session: "ses-1"))
        try await withServer(SessionOperations.all(sessions), host: SocketTests.host(), sessions: sessions) {
            try await body($0, "ses-1")
        }
    }

    private func start(_ server: LiveServer, _ session: String, token: String = "trader") async throws
        -> LiveServer.Answer
    {
        try await server.send(
            "POST", "/api/simulators", body: #"{"sessionId": "\#(session)", "token": "\#(token)"}"#)
    }

    /// A book that has the order "ord-7", and takes others.
    private func book() -> ScriptedHost {
        var script = ScriptedHost.Script()
        script.place = { _ in .scripted() }
        script.trading.orders = [.scripted()]
        script.market.instruments = SocketTests.instruments
        return ScriptedHost(script)
    }

    @Test("one is started, looked at and stopped by its session's user")
    func lives() async throws {
        try await withSession { server, session in
            let started = try await start(server, session)
            #expect(started.status == 200 && started.json["success"] as? Bool == true)
            #expect(started.json["simulatorId"] as? String == "sim-1")
            #expect(started.json["endpoint"] as? String == "/ws/simulators/sim-1")
            let path = "/api/simulators/sim-1"
            let shown = try await server.send("GET", "\(path)?token=trader&sessionId=\(session)")
            #expect(shown.text == #"{"success":true,"status":"RUNNING"}"#)
            let body = #"{"sessionId": "\#(session)"}"#
            let stopped = try await server.send("DELETE", path, token: "trader", body: body)
            #expect(stopped.status == 200 && stopped.text == #"{"success":true}"#)
            let after = try await server.send("GET", "\(path)?sessionId=\(session)", token: "trader")
            #expect(after.json["status"] as? String == "STOPPED")
        }
    }

    @Test("what is another user's, unknown or missing is refused in the words of document 000")
    func refuses() async throws {
        try await withSession { server, session in
            #expect(try await start(server, "none").status == 404)
            #expect(try await start(server, session, token: "admin").status == 404)
            #expect(try await start(server, session, token: "nonsense").status == 401)
            let missing = try await server.send("POST", "/api/simulators", token: "trader", body: "{}")
            #expect(missing.status == 400 && (missing.json["error"] as? String)?.contains("sessionId") == true)
            _ = try await start(server, session)
            let further = try await server.send("POST", "/api/sessions", token: "trader", body: #"{"new": true}"#)
            let other = try #require(further.json["sessionId"] as? String)
            for (token, id, of) in [
                ("trader", "sim-2", session), ("admin", "sim-1", session), ("trader", "sim-1", other),
            ] {
                let get = try await server.send("GET", "/api/simulators/\(id)?sessionId=\(of)", token: token)
                #expect(get.status == 404 && get.json["success"] as? Bool == false, "\(token) \(id)")
                let body = #"{"sessionId": "\#(of)"}"#
                let stop = try await server.send("DELETE", "/api/simulators/\(id)", token: token, body: body)
                #expect(stop.status == 404, "\(token) \(id)")
            }
            #expect(try server.host.simulator("sim-1").status == .running)
            #expect(try await server.send("GET", "/api/simulators/sim-1", token: "trader").status == 400)
        }
    }

    @Test("while it runs the session's orders go to its book, and those of before stay where they are")
    func orders() async throws {
        try await withSession { server, session in
            let book = book()
            var earlier = OrderView.scripted()
            earlier.id = "ord-3"
            server.host.script.withLock { [earlier] in
                $0.simulators.books[session] = book
                $0.trading.orders = [earlier]
            }
            let order =
                #"{"token": "trader", "sessionId": "\#(session)", "symbol": "BTC_USDT", "side": "BUY", "quantity": 1, "type": "MARKET"}"#
            let sent = try await server.send("POST", "/api/orders/submit", body: order)
            #expect(sent.json["orderId"] as? String == "ord-7")
            #expect(book.placed.count == 1 && server.host.placed.isEmpty)
            for (id, status) in [("ord-7", 200), ("ord-3", 200), ("ord-9", 404)] {
                let query = "orderId=\(id)&sessionId=\(session)&token=trader"
                #expect(try await server.send("GET", "/api/orders/status?\(query)").status == status, "\(id)")
                let body = #"{"orderId": "\#(id)", "sessionId": "\#(session)", "token": "trader"}"#
                #expect(try await server.send("POST", "/api/orders/cancel", body: body).status == status, "\(id)")
            }
            #expect(book.calls.contains(.cancel("ord-7")) && !book.calls.contains(.cancel("ord-3")))
            #expect(server.host.calls.contains(.cancel("ord-3")) && !server.host.calls.contains(.cancel("ord-7")))
            func own(_ query: String) async throws -> [String] {
                let list = try await server.send("GET", "/api/orders/user\(query)", token: "trader")
                return (list.json["orders"] as? [[String: Any]] ?? []).compactMap { $0["orderId"] as? String }
            }
            #expect(try await own("?sessionId=\(session)") == ["ord-7"])
            #expect(try await own("") == ["ord-3"])
        }
    }

    @Test("an order waits for no book that is not there: it is refused, and a cancel of an earlier one is not")
    func noBook() async throws {
        try await withSession { server, session in
            server.host.script.withLock {
                $0.simulators.refusal = .conflict("the session's simulator has ended")
                $0.trading.orders = [.scripted()]
            }
            let order =
                #"{"token": "trader", "sessionId": "\#(session)", "symbol": "BTC_USDT", "side": "BUY", "quantity": 1, "type": "MARKET"}"#
            let sent = try await server.send("POST", "/api/orders/submit", body: order)
            #expect(sent.status == 409 && server.host.placed.isEmpty)
            let cancel = #"{"orderId": "ord-7", "sessionId": "\#(session)", "token": "trader"}"#
            #expect(try await server.send("POST", "/api/orders/cancel", body: cancel).status == 200)
        }
    }

    @Test("the end of a session ends its simulator")
    func endsWithItsSession() async throws {
        try await withSession { server, session in
            let ended = try await server.send("DELETE", "/api/sessions/\(session)?token=trader")
            let simulators = server.host.script.withLock { $0.simulators.ended }
            #expect(ended.status == 200 && simulators == [session])
        }
    }

    // MARK: Sockets

    @Test("a socket of the session starts and stops it")
    func actions() async throws {
        try await withSession { server, session in
            let client = try await SocketClient(server.port, "/ws?token=trader&sessionId=\(session)")
            for (action, status) in [("start", "RUNNING"), ("stop", "STOPPED")] {
                client.send(#"{"type": "simulator_action", "token": "trader", "action": "\#(action)"}"#)
                let update = try await client.next("simulator_update")
                #expect(update["action"] as? String == action && update["status"] as? String == status)
                #expect(update["simulatorId"] as? String == "sim-1")
            }
            client.send(#"{"type": "simulator_action", "token": "forged", "action": "start"}"#)
            #expect(try await client.next("error")["error"] is String)
            let other = try await SocketClient(server.port, "/ws?token=trader")
            other.send(#"{"type": "simulator_action", "token": "trader", "action": "start"}"#)
            let refusal = try await other.next("error")["error"] as? [String: Any]
            #expect((refusal?["message"] as? String)?.contains("sessionId") == true)
        }
    }

    @Test("its stream tells of its market and its orders, and of none of the host's; it ends with the simulator")
    func stream() async throws {
        try await withSession { server, session in
            let book = book()
            _ = try await start(server, session)
            server.host.script.withLock { $0.simulators.books[session] = book }
            let client = try await SocketClient(server.port, "/ws/simulators/sim-1?token=trader")
            #expect(client.status == 101)
            #expect(try await client.next("connected")["sessionId"] as? String == session)
            client.send(#"{"type": "subscribe", "channel": "ticks", "instruments": ["BTC"]}"#)
            server.host.show(.tick("BTC_USDT"), SocketTests.tick(1))
            book.show(.tick("BTC_USDT"), SocketTests.tick(2))
            let tick = try await client.next("tick")
            #expect("\(tick)".contains("tick"))
            server.host.tell(.order(3), from: 1)
            book.tell(.order(4), from: 1)
            let update = try await client.next("order_update")
            #expect("\(update)".contains("ord-4") && !"\(update)".contains("ord-3"), "\(update)")
            let second = try await SocketClient(server.port, "/ws/simulators/sim-1?token=trader")
            _ = try await second.next("connected")
            client.send(#"{"type": "simulator_action", "token": "trader", "action": "stop"}"#)
            #expect(try await client.next("simulator_update")["status"] as? String == "STOPPED")
            #expect(await client.closeCode() == 1008)
            #expect(await second.closeCode() == 1008)
        }
    }

    @Test("a stream opens for its session's user alone, and under no other name")
    func refusesStreams() async throws {
        try await withSession { server, session in
            _ = try await start(server, session)
            server.host.script.withLock { $0.simulators.books[session] = ScriptedHost() }
            for (target, status) in [
                ("/ws/simulators/sim-1", 401), ("/ws/simulators/sim-1?token=admin", 404),
                ("/ws/simulators/sim-2?token=trader", 404), ("/ws/simulators?token=trader", 404),
                ("/ws/simulators/sim-1/x?token=trader", 404),
            ] {
                #expect(try await SocketClient(server.port, target).status == status, "\(target)")
            }
        }
    }
}
