import API
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Orders by who sent them")
    struct SentOrderTests {
        private let folder = HostFolder()
        private let ann = Requester(user: "ann", channel: "rest", id: "1")
        /// An API key that is called like the user.
        private let key = Requester(user: "ann", channel: "rest", id: "key-1")

        @Test("a user sees and finds the orders that it sent, newest first, over a restart")
        func ownOrders() async throws {
            let first = try RunningLife(folder)
            try await first.waitForPrices()
            var ids: [String] = []
            for price in [59_000, 58_000, 57_000] {
                ids.append(try await first.host.place(HostLife.restingBuy(Int64(price)), key: nil, by: ann).id)
            }
            let other = try await first.host.place(HostLife.restingBuy(), key: nil, by: key).id
            #expect(try await first.host.orders(sentBy: "1", limit: 10, offset: 0).map(\.id) == ids.reversed())
            #expect(try await first.host.orders(sentBy: "1", limit: 1, offset: 1).map(\.id) == [ids[1]])
            #expect(try await first.host.orders(sentBy: "key-1", limit: 10, offset: 0).map(\.id) == [other])
            #expect(try await first.host.orders(sentBy: "2", limit: 10, offset: 0).isEmpty)
            _ = try await first.host.cancel(ids[2], key: nil, by: ann)
            #expect(try await first.host.order(ids[2], sentBy: "1").order.state == .cancelled)
            await #expect(throws: HostRefusal.unknown(kind: "order", id: other)) {
                try await first.host.order(other, sentBy: "1")
            }
            await #expect(throws: HostRefusal.unknown(kind: "order", id: "ord-99")) {
                try await first.host.order("ord-99", sentBy: "1")
            }
            first.stop()

            let next = try RunningLife(folder)
            defer { next.stop() }
            #expect(try await next.host.orders(sentBy: "1", limit: 10, offset: 0).map(\.id) == ids.reversed())
            #expect(try await next.host.order(ids[2], sentBy: "1").order.state == .cancelled)
        }

        @Test("a repeated request has one sender and one order")
        func repeated() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            let key = IdempotencyKey(user: "ann", key: "k", fingerprint: "f")
            for _ in 0..<3 { _ = try await life.host.place(HostLife.restingBuy(), key: key, by: ann) }
            #expect(try await life.host.orders(sentBy: "1", limit: 10, offset: 0).count == 1)
        }
    }
}
