import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Order history")
    struct OrderHistoryTests {
        private func order(_ id: UInt64, quantity: Int64 = 1) -> Order {
            Order(
                id: id,
                intent: OrderIntent(
                    strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: Quantity(raw: quantity)),
                account: 0, at: Timestamp(nanoseconds: Int64(id)))
        }

        @Test("shows the newest first, before and after its ring has turned", arguments: [3, 5, 12])
        func newestFirst(_ count: UInt64) {
            var history = OrderHistory(capacity: 5)
            for id in 1...count { history.accept(order(id)) }
            #expect(history.newestFirst.map(\.id) == Array((1...count).reversed().prefix(5)))
            #expect(history.dropped == (count > 5 ? count - 5 : 0))
        }

        @Test("shows an order as it stands, in the place of its arrival")
        func change() {
            var history = OrderHistory(capacity: 3)
            for id in 1...UInt64(3) { history.accept(order(id)) }
            history.change(order(1, quantity: 7))
            #expect(history.newestFirst.map(\.id) == [3, 2, 1] && history[1]?.intent.quantity.raw == 7)
            history.accept(order(2, quantity: 8))
            #expect(history.newestFirst.map(\.intent.quantity.raw) == [1, 8, 7], "the same order is no new one")
        }

        @Test("lets the oldest go, and leaves its changes to the journal")
        func eviction() {
            var history = OrderHistory(capacity: 2)
            for id in 1...UInt64(3) { history.accept(order(id)) }
            #expect(history[1] == nil && history[2] != nil)
            history.change(order(1, quantity: 7))
            #expect(history[1] == nil && history.newestFirst.map(\.id) == [3, 2])
        }

        @Test("begins with what the journal has, and knows whether that was all")
        func stored() {
            let stored = [order(9), order(8), order(7)]
            let all = OrderHistory(newestFirst: stored, most: 4)
            #expect(all.newestFirst.map(\.id) == [9, 8, 7] && all.dropped == 0)
            #expect(OrderHistory(newestFirst: stored, most: 3).dropped > 0, "there may be more")
        }

        @Test("anything else has the same ring")
        func history() {
            var history = History<Int>(capacity: 4, newestFirst: [3, 2, 1], most: 10)
            #expect(Array(history.newestFirst) == [3, 2, 1] && history.dropped == 0)
            for number in 4...9 { history.append(number) }
            #expect(Array(history.newestFirst) == [9, 8, 7, 6] && history.dropped == 5)
            #expect(History<Int>(capacity: 4, newestFirst: [1], most: 1).dropped > 0)
            #expect(Array(History<Int>(capacity: 4).newestFirst).isEmpty)
        }
    }
}
