import API
import Dispatch
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// The host on its own thread, asked by many at once.
    @Suite("Running host")
    struct RunningHostTests {
        private let folder = HostFolder()

        @Test("a client reads its own write, and what it was told is on the disk")
        func ownWrite() async throws {
            folder.addCross("alpha")
            let running = try RunningLife(folder)
            defer { running.stop() }
            try await running.waitForPrices()
            for _ in 0..<5 {
                let before = try #require(running.host.revision)
                let order = try await running.host.place(HostLife.restingBuy(), key: nil, by: HostLife.person)
                #expect(try running.journal.order(id: order.order.id)?.order.intent == order.order.intent)
                let revision = try #require(running.host.revision)
                #expect(revision > before, "answers from before the order are not given any more")
                #expect(
                    try await running.host.orders(HistoryFilter(strategy: "manual", limit: 1)).first?.id == order.id)
            }
            let stopped = try await running.host.disable("alpha", by: HostLife.person)
            #expect(stopped.state == .stopped)
            #expect(try running.journal.audit().first?.record.action == "strategy.disable")
            var change = StrategyChange()
            change.parameters = ["quantity": .number("0.02")]
            let changed = try await running.host.configure("alpha", change, by: HostLife.person)
            #expect(changed.parameters.contains { $0.name == "quantity" && $0.value == .number("0.02") })
            #expect(try await running.host.enable("alpha", by: HostLife.person).state == .running)
        }

        @Test("a strategy's parameters come with what the plugin says of them")
        func described() async throws {
            folder.addCross("alpha")
            let running = try RunningLife(folder)
            defer { running.stop() }
            let view = try await running.host.strategy("alpha")
            #expect(view.descriptions.map(\.name) == view.parameters.map(\.name))
            #expect(
                view.descriptions.first
                    == ParameterDescription(
                        name: "fast", description: "Bars in the fast average", unit: "bars", kind: .integer,
                        minimum: .number("1"), maximum: .number("9999"), standard: .number("20")))
            #expect(view.descriptions.last?.minimum == .number("0.00000001"))
        }

        @Test("an end under load loses nothing that was acknowledged, and doubles nothing")
        func endUnderLoad() async throws {
            folder.addCross("alpha")
            let running = try RunningLife(folder)
            try await running.waitForPrices()
            let host = running.host
            let acknowledged = await withTaskGroup(of: [UInt64].self) { group in
                for client in 0..<8 {
                    group.addTask {
                        var ids: [UInt64] = []
                        while let order = try? await host.place(
                            HostLife.restingBuy(50_000 + Int64(client)), key: nil, by: HostLife.person)
                        {
                            ids.append(order.order.id)
                            guard ids.count < 300 else { break }
                        }
                        return ids
                    }
                }
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(150))
                    running.stop()
                    return []
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            let told = Set(acknowledged)
            try #require(!told.isEmpty && told.count == acknowledged.count)
            let next = try folder.live(begins: false)
            let working = Set(next.core.engine.workingOrders(instrument: 0).map(\.id))
            #expect(told.isSubset(of: working), "missing: \(told.subtracting(working).sorted())")
            let stored = try next.journal.orders(OrderFilter(page: HistoryPage(limit: 100_000))).map(\.order.id)
            #expect(Set(stored).count == stored.count && told.isSubset(of: stored))
        }

        @Test("whoever asks a host that has ended is told so")
        func ended() async throws {
            folder.addCross("alpha")
            let running = try RunningLife(folder)
            running.stop()
            await #expect(throws: HostRefusal.unavailable("the host is stopping, or does not keep up")) {
                try await running.host.strategies()
            }
            let health = await running.host.health()
            #expect(!health.isReady && health.grade == .unhealthy)
            #expect(running.host.askNow { _ in 1 } == nil && running.host.stop() == nil)
        }

        @Test("an engine that does not come round is unhealthy at once, and well when it does again")
        func hangs() async throws {
            folder.addCross("alpha")
            let running = try RunningLife(folder)
            defer { running.stop() }
            try await running.waitForPrices()
            let hold = DispatchSemaphore(value: 0)
            defer { hold.signal() }
            let isHeld = running.host.engineThread.mailbox.post { _ in hold.wait() }
            #expect(isHeld)
            let held = try await running.waitForHealth { $0.grade == .unhealthy }
            #expect(held.parts.contains { $0.name == "engine" && $0.text.contains("not come round") })
            #expect(!held.isReady)
            hold.signal()
            let well = try await running.waitForHealth { $0.isReady }
            #expect(well.parts.contains { $0.name == "disk" })
        }

        @Test("answers depth, candles, ticks and statistics by id and alias")
        func market() async throws {
            folder.addCross("alpha")
            let running = try RunningLife(folder)
            defer { running.stop() }
            try await running.waitForPrices()
            let depth = try await running.host.depth("BTC")
            #expect(depth.instrument == "BTC_USDT" && !depth.bids.isEmpty && !depth.asks.isEmpty)
            #expect(depth.bids[0].price < depth.asks[0].price)
            let ticks = try await running.host.ticks("BTC_USDT", from: nil, to: nil, limit: 3)
            #expect(ticks.count <= 3 && ticks.map(\.time) == ticks.map(\.time).sorted())
            await #expect(throws: HostRefusal.unknown(kind: "instrument", id: "XYZ")) {
                try await running.host.depth("XYZ")
            }
            await #expect(throws: HostRefusal.self) {
                try await running.host.candles(
                    "BTC", "7m", from: Timestamp(nanoseconds: 0), to: Timestamp(nanoseconds: .max), limit: 1)
            }
        }
    }
}
