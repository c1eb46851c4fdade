import API
import Foundation
import Synchronization
import Testing
import Trading

@Suite("The socket /ws over a live port")
struct SocketTests {
    static let instruments = [("BTC_USDT", ["BTC"]), ("NIFTY", [])].map { id, aliases in
        InstrumentView(
            instrument: Instrument(
                id: id, quoteCurrency: "USDT", assetClass: "crypto",
                terms: InstrumentTerms(tick: .one, lot: .one, minQuantity: .one, maxQuantity: .one)),
            aliases: aliases)
    }

    static func host() -> ScriptedHost {
        let host = ScriptedHost()
        host.script.withLock { $0.market.instruments = instruments }
        return host
    }

    static func tick(_ number: UInt64) -> MarketPicture {
        .tick(TickView(time: Timestamp(nanoseconds: 0), price: .one, quantity: .one, id: number))
    }

    // MARK: Handshake

    @Test("a handshake that is not right is answered by HTTP, and the connection ends")
    func refuses() async throws {
        try await withServer([]) { server in
            let cases: [(String, [String], Int)] = [
                ("/ws", [], 401), ("/ws?token=nonsense", [], 401), ("/ws?token=viewer&sessionId=none", [], 404),
                ("/ws?token=viewer", ["Origin: https://evil.example"], 403),
                ("/ws?token=viewer", ["Content-Length: 3"], 400), ("/nothing?token=viewer", [], 404),
                ("/ws?token=viewer&last_sequence=x", [], 400),
            ]
            for (target, headers, status) in cases {
                let client = try await SocketClient(server.port, target, headers: headers)
                #expect(client.status == status, "\(target) \(headers)")
            }
            let plain = try await server.send("GET", "/ws?token=viewer")
            #expect(plain.status == 400 && plain.code == "VALIDATION_FAILED")
            let post = try await server.send("POST", "/ws", token: "viewer", body: "{}")
            #expect(post.status == 405 && post.header("Allow") == "GET")
        }
    }

    @Test(
        "RFC 6455's own example is answered as the RFC says; the token may stand in the header, the page be the host's own"
    )
    func accepts() async throws {
        var settings = APISettings.forTests
        settings.origins = ["https://desk.example"]
        try await withServer([], host: Self.host(), settings: settings) { server in
            for origin in ["http://127.0.0.1:\(server.port)", "https://desk.example"] {
                let client = try await SocketClient(
                    server.port, "/ws", headers: ["Authorization: Bearer viewer", "Origin: \(origin)"])
                #expect(client.status == 101)
                #expect(client.head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
                let connected = try await client.next("connected")
                #expect(connected["podName"] is String && connected["clientId"] is String)
            }
        }
    }

    @Test("a fourth connection of a user is refused, and one that closes makes room")
    func counts() async throws {
        try await withServer([], host: Self.host()) { server in
            var clients: [SocketClient] = []
            for _ in 0..<3 { clients.append(try await SocketClient(server.port, "/ws?token=viewer")) }
            let fourth = try await SocketClient(server.port, "/ws?token=viewer")
            #expect(fourth.status == 429 && fourth.head.contains("Retry-After"))
            #expect(try await SocketClient(server.port, "/ws?token=trader").status == 101)
            clients[0].send(8, [0x03, 0xE8])
            #expect(await clients[0].closeCode() == 1000)
            #expect(await clients[0].isClosed())
            var status = 0
            for _ in 0..<50 where status != 101 {
                status = try await SocketClient(server.port, "/ws?token=viewer").status
            }
            #expect(status == 101)
        }
    }

    // MARK: Orders

    @Test("order events come by themselves, with their numbers, and a client that comes back gets those that it missed")
    func resumes() async throws {
        let host = Self.host()
        try await withServer([], host: host) { server in
            let first = try await SocketClient(server.port, "/ws?token=viewer")
            _ = try await first.next("connected")
            _ = try await subscribed(first)
            host.tell(.order(7), .order(8), from: 40)
            let update = try await first.next("order_update")
            #expect(update["sequence"] as? Int == 40)
            #expect((update["data"] as? [String: Any])?["order_id"] as? String == "ord-7")
            first.send(8, [])
            _ = await first.closeCode()
            host.tell(.order(9), from: 42)

            let second = try await SocketClient(server.port, "/ws?token=viewer&last_sequence=40")
            let opened = try await second.next("connected")
            #expect((opened["data"] as? [String: Any])?["last_sequence"] as? Int == 42)
            #expect(try await second.next("order_update")["sequence"] as? Int == 41)
            #expect(try await second.next("order_update")["sequence"] as? Int == 42)
            let resumed = try await second.next("connected")["data"] as? [String: Any]
            #expect(resumed?["resumed"] as? Int == 2 && resumed?["complete"] as? Bool == true)
            host.tell(.order(10), from: 43)
            #expect(try await second.next("order_update")["sequence"] as? Int == 43)
        }
    }

    @Test("a client that was away for too long is told that something is missing")
    func tellsLoss() async throws {
        let host = Self.host()
        host.tell(.order(1), .order(2), .order(3), from: 10)
        host.script.withLock { $0.stream.forgotten = 2 }
        try await withServer([], host: host) { server in
            let client = try await SocketClient(server.port, "/ws?token=viewer")
            _ = try await client.next("connected")
            client.send(#"{"type": "reconnect", "token": "viewer", "attempt": 3, "last_sequence": 10}"#)
            #expect((try await client.next("reconnecting")["data"] as? [String: Any])?["attempt"] as? Int == 3)
            #expect(try await client.next("order_update")["sequence"] as? Int == 12)
            let resumed = try await client.next("connected")["data"] as? [String: Any]
            #expect(resumed?["complete"] as? Bool == false && resumed?["note"] is String)
        }
    }

    private func subscribed(_ client: SocketClient, _ channel: String = "trades", _ more: String = "") async throws
        -> [String: Any]
    {
        client.send(#"{"type": "subscribe", "channel": "\#(channel)", "instruments": ["BTC"]\#(more)}"#)
        return try await client.next("subscribed")
    }

    // MARK: Market

    @Test("ticks come under the name that the client used, and stop when it leaves")
    func ticks() async throws {
        let host = Self.host()
        host.show(.tick("BTC_USDT"), Self.tick(1))
        try await withServer([], host: host) { server in
            let client = try await SocketClient(server.port, "/ws?token=viewer")
            #expect(try await subscribed(client, "ticks")["subscriptions"] as? Int == 1)
            let tick = try await client.next("tick")["data"] as? [String: Any]
            #expect(tick?["instrument"] as? String == "BTC" && tick?["trade_id"] as? String == "1")
            host.show(.tick("BTC_USDT"), Self.tick(2))
            #expect((try await client.next("tick")["data"] as? [String: Any])?["trade_id"] as? String == "2")
            client.send(#"{"type": "unsubscribe", "channel": "ticks", "instruments": ["BTC_USDT"]}"#)
            #expect(try await client.next("unsubscribed")["subscriptions"] as? Int == 0)
        }
    }

    @Test("a candle that ends is told once more as final, and then the one after it")
    func candles() async throws {
        let host = Self.host()
        func candle(_ second: Int64) -> CandleView {
            CandleView(
                time: Timestamp(nanoseconds: second * 1_000_000_000), open: .one, high: .one, low: .one, close: .one,
                volume: 1)
        }
        let want = MarketWant.candles("BTC_USDT", timeframe: "1s")
        host.show(want, .candles([candle(1), candle(2)], isLastFinal: false))
        try await withServer([], host: host) { server in
            let client = try await SocketClient(server.port, "/ws?token=viewer")
            _ = try await subscribed(client, "candles", #", "parameters": {"timeframe": "1s"}"#)
            func told() async throws -> String {
                let data = try await client.next("candle")["data"] as? [String: Any]
                let isFinal = data?["is_final"] as? Bool == true
                return "\((data?["timestamp"] as? String ?? "").suffix(4)) \(isFinal ? "final" : "grows")"
            }
            #expect(try await told() == ":02Z grows")
            host.show(want, .candles([candle(2), candle(3), candle(4)], isLastFinal: false))
            #expect(try await [told(), told(), told()] == [":02Z final", ":03Z final", ":04Z grows"])
        }
    }

    @Test("a subscription that means nothing says all that is wrong, and too many are refused as a whole")
    func refusesSubscriptions() async throws {
        var settings = APISettings.forTests
        settings.sockets.subscriptions = 2
        try await withServer([], host: Self.host(), settings: settings) { server in
            let client = try await SocketClient(server.port, "/ws?token=viewer")
            func refusal(_ message: String) async throws -> (code: String?, text: String) {
                client.send(message)
                let error = try await client.next("error")["error"] as? [String: Any]
                return (error?["code"] as? String, error?["message"] as? String ?? "")
            }
            let wrong = try await refusal(#"{"type": "subscribe", "channel": "gossip", "instruments": ["X", 3]}"#)
            #expect(wrong.code == "INVALID_SUBSCRIPTION")
            for part in ["channel", "'X'", "a number"] { #expect(wrong.text.contains(part), "\(wrong.text)") }
            let depth = try await refusal(
                #"{"type": "subscribe", "channel": "orderbook", "instruments": ["BTC"], "parameters": {"depth": 0}}"#)
            #expect(depth.text.contains("parameters.depth"))
            _ = try await subscribed(client, "ticks")
            let many = try await refusal(
                #"{"type": "subscribe", "channel": "trades", "instruments": ["BTC", "NIFTY"]}"#)
            #expect(many.code == "RATE_LIMITED")
            #expect(try await subscribed(client, "trades")["subscriptions"] as? Int == 2)
            for nonsense in ["{", "[]", "3", #"{"type": "dance"}"#, "{}"] {
                #expect(try await refusal(nonsense).code == "INVALID_SUBSCRIPTION")
            }
        }
    }
}
