import API
import Foundation
import Synchronization
import Testing
import Trading

@Suite("Streams show the accounts that somebody reaches")
struct AccountStreamTests {
    /// "paper" is the trader's, "zzz" nobody's but the admins'.
    private static func host() -> ScriptedHost {
        let host = SocketTests.host()
        host.script.withLock {
            $0.accounts = [
                AccountGrant(id: "paper", users: ["trader": .trade], manualStrategy: "manual"),
                AccountGrant(id: "zzz", users: [:], manualStrategy: "manual.zzz"),
            ]
        }
        return host
    }

    private static func news(_ account: String, _ number: UInt64) -> [News] {
        let order = News.order(number, filled: .one, account: account)
        let fill = Fill(
            id: number, orderID: number, strategy: 0, account: 0, instrument: 0, side: .buy, liquidity: .taker,
            price: .one, quantity: .one, value: Money(raw: 1), commission: .zero, time: Timestamp(nanoseconds: 0))
        let trade = TradeView(
            fill: fill, id: "trd-\(number)", orderID: "ord-\(number)", strategy: "s", instrument: "BTC_USDT")
        var alert = AlertView(
            id: "alr-\(number)", severity: .low, code: "X", message: account, time: Timestamp(nanoseconds: 0))
        alert.accounts = [account]
        var session = SessionNews(
            isStarted: true, id: "\(account)-\(number)", type: "paper", symbols: [], time: Timestamp(nanoseconds: 0))
        session.accounts = [account]
        return [order, .fill(trade, account: account, trade: nil), .alert(alert), .session(session)]
    }

    private func tell(_ host: ScriptedHost) {
        for (index, account) in ["zzz", "paper"].enumerated() {
            for (place, news) in Self.news(account, UInt64(index + 1)).enumerated() {
                host.tell(news, from: place < 2 ? UInt64(10 * (index + 1) + place) : 0)
            }
        }
    }

    /// All that comes until one says that it is of the own account, and is of the kind that is told last.
    private func texts(_ client: SocketClient, until last: String) async throws -> [String] {
        var texts: [String] = []
        while let frame = await client.next() {
            guard frame.opcode == 1 else { continue }
            texts.append(frame.text)
            if frame.text.contains(last) { return texts }
        }
        throw SocketClient.Missing(type: last)
    }

    @Test(
        "orders, trades, alerts and sessions of others are not sent",
        arguments: [
            ("/ws", ["ord-2", "paper-2"]), ("/ws/trades", ["ord-2"]), ("/events", ["trd-2", "alr-2"]),
        ])
    func live(_ path: String, _ own: [String]) async throws {
        let host = Self.host()
        try await withServer([], host: host) { server in
            let trader = try await SocketClient(server.port, "\(path)?token=trader")
            let admin = try await SocketClient(server.port, "\(path)?token=admin")
            if path == "/ws" {
                for client in [trader, admin] {
                    _ = try await client.next("connected")
                    client.send(#"{"type": "subscribe", "channel": "trades", "instruments": ["BTC"]}"#)
                    _ = try await client.next("subscribed")
                }
            } else {
                // An answer to anything shows that the socket listens by now.
                for client in [trader, admin] {
                    client.send("nonsense")
                    _ = try await client.next("error")
                }
            }
            tell(host)
            let last = try #require(own.last)
            let shown = try await texts(trader, until: last)
            #expect(!shown.contains { $0.contains("zzz") || $0.contains("-1\"") }, "\(shown)")
            for id in own { #expect(shown.contains { $0.contains(id) }, "\(id)") }
            let all = try await texts(admin, until: last)
            #expect(all.count == 2 * shown.count && all.contains { $0.contains("-1\"") }, "\(all)")
        }
    }

    @Test("who comes back by number gets the missed orders of the own accounts, and no others")
    func resume() async throws {
        let host = Self.host()
        tell(host)
        try await withServer([], host: host) { server in
            for (user, ids) in [("trader", ["ord-2"]), ("admin", ["ord-1", "ord-2"])] {
                let client = try await SocketClient(server.port, "/ws?token=\(user)&last_sequence=5")
                _ = try await client.next("connected")
                var updates: [String] = []
                for _ in ids {
                    let update = try await client.next("order_update")
                    updates.append((update["data"] as? [String: Any])?["order_id"] as? String ?? "")
                }
                #expect(updates == ids)
                let data = try await client.next("connected")["data"] as? [String: Any]
                #expect(data?["resumed"] as? Int == ids.count)
            }
        }
    }
}
