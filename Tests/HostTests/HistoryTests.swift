import API
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// Orders, trades and denials as clients ask for them: from memory, and from the journal where memory has let them go.
    @Suite("Histories of a host")
    struct HistoryTests {
        private let folder = HostFolder()

        private func denied(_ life: HostLife, _ request: OrderRequest) {
            #expect(throws: HostRefusal.self) { try life.place(request) }
        }

        @Test("orders come newest first, by page, strategy, instrument, alias, status and time")
        func filters() throws {
            folder.addCross("alpha", "enabled: false")
            let life = try folder.live()
            life.run(seconds: 3)
            var ids: [String] = []
            for price in 0..<6 {
                let strategy = price % 2 == 0 ? "manual" : "alpha"
                ids.append(
                    try #require(try life.place(HostLife.restingBuy(60_000 - Int64(price), strategy: strategy))).id)
                life.run(seconds: 1)
            }
            _ = try life.core.cancel(ids[0], by: HostLife.person)
            life.settle()
            func found(_ filter: HistoryFilter) throws -> [String] { try life.core.orders(filter).items.map(\.id) }
            #expect(try found(HistoryFilter()) == ids.reversed())
            #expect(try found(HistoryFilter(limit: 2, offset: 3)) == [ids[2], ids[1]])
            #expect(try found(HistoryFilter(offset: 6)).isEmpty)
            #expect(try found(HistoryFilter(strategy: "alpha")) == [ids[5], ids[3], ids[1]])
            #expect(try found(HistoryFilter(instrument: "BTC")) == ids.reversed())
            #expect(try found(HistoryFilter(instrument: "ETH_USDT")).isEmpty)
            #expect(try found(HistoryFilter(state: .cancelled)) == [ids[0]])
            #expect(try found(HistoryFilter(state: .submitted, limit: 2)) == [ids[5], ids[4]])
            let third = try #require(life.core.orders[3]).submittedAt
            #expect(try found(HistoryFilter(from: third)) == [ids[5], ids[4], ids[3], ids[2]])
            #expect(try found(HistoryFilter(to: third)) == [ids[2], ids[1], ids[0]])
            #expect(throws: HostRefusal.self) { try found(HistoryFilter(strategy: "nobody")) }
            #expect(throws: HostRefusal.self) { try found(HistoryFilter(instrument: "nothing")) }
        }

        @Test("what memory does not have is asked of the journal by the same filter, aliases and rules included")
        func older() async throws {
            folder.addCross("alpha", "enabled: false")
            let first = try folder.live()
            first.run(seconds: 3)
            let bitcoin = try #require(try first.place(HostLife.restingBuy()))
            var ether = HostLife.restingBuy(3_000)
            ether.instrument = "ETH"
            let other = try #require(try first.place(ether))
            denied(first, HostLife.restingBuy(quantity: "10000"))
            try first.breakOff()

            let running = try RunningLife(folder) { core in
                // As if as many had come since as memory holds.
                core.orders = OrderHistory(newestFirst: [], most: 0)
                core.denials = History(capacity: 5, newestFirst: [], most: 0)
            }
            defer { running.stop() }
            #expect(try await running.host.orders(HistoryFilter()).map(\.id) == [other.id, bitcoin.id])
            #expect(try await running.host.orders(HistoryFilter(instrument: "BTC")).map(\.id) == [bitcoin.id])
            #expect(try await running.host.orders(HistoryFilter(limit: 1, offset: 1)).map(\.id) == [bitcoin.id])
            #expect(try await running.host.orders(HistoryFilter(state: .submitted)).count == 2)
            #expect(try await running.host.denials(HistoryFilter()).count == 1)
            #expect(try await running.host.denials(HistoryFilter(instrument: "ETH")).isEmpty)
            #expect(try await running.host.denials(HistoryFilter(rule: "risk.nonsense")).isEmpty)
            let rule = try #require(try await running.host.denials(HistoryFilter()).first?.findings.first?.rule.name)
            #expect(try await running.host.denials(HistoryFilter(rule: rule)).count == 1)
        }

        @Test("a repeated request finds its order in the journal when memory has let it go")
        func repeatedRequest() async throws {
            folder.addCross("alpha", "enabled: false")
            let key = IdempotencyKey(user: "ann", key: "k", fingerprint: "one")
            let first = try folder.live()
            first.run(seconds: 3)
            let order = try #require(try first.place(HostLife.restingBuy(), key: key))
            _ = try first.core.cancel(order.id, by: HostLife.person)
            try first.breakOff()
            let running = try RunningLife(folder) { $0.orders = OrderHistory(newestFirst: [], most: 0) }
            defer { running.stop() }
            let again = try await running.host.place(HostLife.restingBuy(), key: key, by: HostLife.person)
            #expect(again.id == order.id && again.order.state == .cancelled)
            let refusal = await #expect(throws: HostRefusal.self) {
                try await running.host.cancel(order.id, key: nil, by: HostLife.person)
            }
            #expect(refusal == .conflict("\(order.id) has ended and cannot be cancelled"))
        }

        @Test("fills and denials of a life are there in the next one, with their ids")
        func nextLife() throws {
            folder.addCross("alpha")
            let first = try folder.live()
            first.run(seconds: 40)
            denied(first, HostLife.restingBuy(quantity: "10000"))
            first.commit()
            let trades = try first.core.trades(HistoryFilter()).items
            let denials = try first.core.denials(HistoryFilter()).items
            try #require(trades.count > 1 && denials.count == 1)
            try first.breakOff()
            let next = try folder.live(begins: false)
            #expect(try next.core.trades(HistoryFilter()).items == trades)
            #expect(try next.core.denials(HistoryFilter()).items == denials)
            #expect(try next.core.trades(HistoryFilter(strategy: "manual")).items.isEmpty)
            #expect(denials[0].findings.count > 0 && denials[0].strategy == "manual")
        }
    }
}
