import API
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Idempotency")
    struct IdempotencyTests {
        private let folder = HostFolder()

        private func key(_ name: String, _ body: String = "one", user: String = "ann") -> IdempotencyKey {
            IdempotencyKey(user: user, key: name, fingerprint: body)
        }

        private func life() throws -> HostLife {
            let life = try folder.live()
            life.run(seconds: 3)
            return life
        }

        @Test("the same key with the same body gives the same order, as it stands now")
        func sameOrder() throws {
            let life = try life()
            let first = try #require(try life.place(HostLife.restingBuy(), key: key("k")))
            let second = try #require(try life.place(HostLife.restingBuy(), key: key("k")))
            #expect(first == second && life.core.engine.workingOrderCount == 1)
            _ = try life.core.cancel(first.id, by: HostLife.person)
            life.settle()
            #expect(try life.place(HostLife.restingBuy(), key: key("k"))?.order.state == .cancelled)
            #expect(life.core.engine.workingOrderCount == 0)
        }

        @Test("with another body it is a conflict; another user's key is another one")
        func conflict() throws {
            let life = try life()
            _ = try life.place(HostLife.restingBuy(), key: key("k"))
            let refusal = #expect(throws: HostRefusal.self) {
                try life.place(HostLife.restingBuy(59_000), key: key("k", "two"))
            }
            guard case .conflict(let text) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(text.contains("'k'"))
            _ = try life.place(HostLife.restingBuy(58_000), key: key("k", "two", user: "bob"))
            #expect(life.core.engine.workingOrderCount == 2)
        }

        @Test("a denial is remembered with its findings, a stop is not")
        func denials() throws {
            let life = try life()
            let tooMuch = HostLife.restingBuy(quantity: "10000")
            let first = #expect(throws: HostRefusal.self) { try life.place(tooMuch, key: key("k")) }
            let second = #expect(throws: HostRefusal.self) { try life.place(tooMuch, key: key("k")) }
            guard case .denied(let findings) = first, !findings.isEmpty else {
                Issue.record("\(String(describing: first))")
                return
            }
            #expect(first == second)
            #expect(life.core.engine.counters(strategy: 0).denials == 1, "the gate was asked once")

            let stop = try life.core.throwStop(
                StopRequest(scope: .system, reason: "r", triggeredBy: "t"), by: HostLife.person)
            #expect(throws: HostRefusal.halted("trading is stopped by stop-1: r")) {
                try life.place(HostLife.restingBuy(), key: key("s"))
            }
            _ = try life.core.releaseStop(stop.id, reason: "r", authorizedBy: "a", by: HostLife.person)
            #expect(try life.place(HostLife.restingBuy(), key: key("s")) != nil)
        }

        @Test("changes, cancels and closes with a key are carried out once, over a restart")
        func otherRequests() throws {
            let first = try life()
            let order = try #require(try first.place(HostLife.restingBuy()))
            func modify(_ life: HostLife, _ quantity: String) throws -> OrderView? {
                let placed = try life.core.once(key("m")) { core throws(HostRefusal) in
                    try core.modify(order.id, OrderChange(quantity: Quantity(quantity)), by: HostLife.person)
                }
                guard case .order(let view) = placed else { return nil }
                return view
            }
            #expect(try modify(first, "0.02")?.order.intent.quantity == Quantity("0.02"))
            // The same key: the order as it stands now, and nothing is changed.
            #expect(try modify(first, "0.03")?.order.intent.quantity == Quantity("0.02"))
            let cancel: (HostLife) throws -> Placed = { life in
                try life.core.once(key("c")) { core throws(HostRefusal) in
                    try core.cancel(order.id, by: HostLife.person)
                }
            }
            _ = try cancel(first)
            first.settle()
            _ = try cancel(first)
            try first.breakOff()
            let next = try life()
            _ = try cancel(next)
            #expect(throws: HostRefusal.self) { try next.core.cancel(order.id, by: HostLife.person) }
        }

        @Test("survives a restart, for orders and for denials")
        func restart() throws {
            let first = try life()
            let order = try #require(try first.place(HostLife.restingBuy(), key: key("k")))
            let tooMuch = HostLife.restingBuy(quantity: "10000")
            let denied = #expect(throws: HostRefusal.self) { try first.place(tooMuch, key: key("d")) }
            try first.breakOff()
            let next = try life()
            #expect(try next.place(HostLife.restingBuy(), key: key("k"))?.id == order.id)
            #expect(next.core.engine.workingOrderCount == 1)
            #expect(throws: HostRefusal.conflict("the idempotency key 'k' was used for another request")) {
                try next.place(HostLife.restingBuy(), key: key("k", "two"))
            }
            let again = #expect(throws: HostRefusal.self) { try next.place(tooMuch, key: key("d")) }
            #expect(again == denied)
        }

        @Test("two at once make one order, and both hear of it when it is durable")
        func atOnce() async throws {
            let running = try RunningLife(folder)
            defer { running.stop() }
            try await running.waitForPrices()
            let request = HostLife.restingBuy()
            let key = key("k")
            let views = try await withThrowingTaskGroup(of: OrderView.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await running.host.place(request, key: key, by: HostLife.person) }
                }
                var views: [OrderView] = []
                for try await view in group { views.append(view) }
                return views
            }
            #expect(views.count == 20 && Set(views.map(\.id)).count == 1)
            #expect(try running.journal.order(id: views[0].order.id) != nil)
            #expect(try await running.host.orders(HistoryFilter()).count == 1)
        }

        @Test("a key is free again after seven days")
        func expiry() throws {
            let day: Int64 = 86_400 * Timestamp.nanosecondsPerSecond
            let table = IdempotencyTable([
                IdempotencyRecord(
                    user: "ann", key: "k", fingerprint: "one", orderID: 4, time: Timestamp(nanoseconds: 0))
            ])
            #expect(try table.find(key("k"), at: Timestamp(nanoseconds: 7 * day - 1))?.orderID == 4)
            #expect(try table.find(key("k", "two"), at: Timestamp(nanoseconds: 7 * day)) == nil)
        }

        @Test("findings come back from their stored text as they were")
        func findings() {
            let findings = [
                Finding(.position, .positionQuantity, scope: .strategy, observed: -170_141, limit: Int128.max),
                Finding(.instrument, .tickMultiple, scope: .instrument),
            ]
            #expect(Finding.list(Finding.text(findings)) == findings)
            #expect(Finding.list("").isEmpty && Finding.list("250 1 1 0 0\n1 2").isEmpty, "nothing is made up")
        }
    }
}
