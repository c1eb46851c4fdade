import API
import Configuration
import Controls
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Breakers and the operator's desk")
    struct DeskTests {
        private let folder = HostFolder()

        private func life(_ breakers: String) throws -> HostLife {
            folder.addCross("alpha")
            folder.writeHost("breakers:\n\(breakers)\n")
            let life = try folder.live()
            life.core.applyStops()
            return life
        }

        private func states(_ core: HostCore) -> [String: TradingState] {
            Books(core).latches.filter { $0.value != .active }
        }

        // MARK: Breakers

        @Test(
            "a breaker of host.yaml throws a stop with its cause, which is in the journal and an alert, and an admin releases it"
        )
        func trips() throws {
            let life = try life("  wild: {kind: volatility, threshold: 0, target: BTC, mode: cancel}")
            #expect(life.core.breakerViews.map(\.target) == ["BTC_USDT"])
            life.run(seconds: 5)
            let stop = try #require(life.core.stops.active.first)
            #expect(stop.id == "stop-1" && stop.request.scope == .instrument && stop.request.target == "BTC_USDT")
            #expect(stop.requester == Requester(user: "breaker wild", channel: "breaker"))
            #expect(stop.request.reason.hasPrefix("a range of 0."), "\(stop.request.reason)")
            #expect(states(life.core) == ["instrument BTC_USDT": .halted])
            #expect(life.core.breakerViews[0].state == .tripped && life.core.breakerViews[0].stopID == "stop-1")
            #expect(life.core.alerts.active(at: life.core.engine.now).contains { $0.code == "EMERGENCY_STOP" })
            life.commit()
            #expect(try life.journal.stops().first?.view == stop)
            // A person's stop goes on counting where the breaker was.
            let own = try life.core.throwStop(
                StopRequest(scope: .system, reason: "r", triggeredBy: "t"), by: HostLife.person)
            #expect(own.id == "stop-2")
        }

        @Test("a stop that a breaker threw is its own after a restart; released, the breaker is armed again")
        func restart() throws {
            let first = try life("  wild: {kind: volatility, threshold: 0, target: BTC_USDT}")
            first.run(seconds: 5)
            try first.breakOff()
            let next = try folder.live()
            next.core.applyStops()
            next.run(seconds: 5)
            #expect(next.core.stops.stops.count == 1 && next.core.breakerViews[0].state == .tripped)
            _ = try next.core.releaseStop("stop-1", reason: "over", authorizedBy: "boss", by: HostLife.person)
            #expect(next.core.breakerViews[0].state == .armed && states(next.core).isEmpty)
            next.run(seconds: 3)
            #expect(next.core.stops.active.map(\.id) == ["stop-2"])
        }

        @Test("one that resets by itself writes that down")
        func resets() throws {
            let life = try life("  wild: {kind: volatility, threshold: 0, target: BTC_USDT, reset: 2s}")
            life.run(seconds: 12)
            let ended = life.core.stops.stops.filter { !$0.isActive }
            #expect(ended.count >= 2 && ended.allSatisfy { $0.resolution == "reset by itself (2s)" })
            life.commit()
            #expect(try life.journal.stops().count { $0.resolvedAt != nil } >= 2)
        }

        @Test("breakers without a target are one for each; a target that is not there has none, and that is said")
        func targets() throws {
            folder.addCross("beta")
            let life = try life(
                """
                  loss: {kind: daily_loss, threshold: 1000000}
                  errors: {kind: error_rate, threshold: 3}
                  gone: {kind: stale_data, threshold: 3, target: NOPE}
                """)
            let views = life.core.breakerViews
            #expect(views.filter { $0.name == "loss" }.map(\.target) == ["paper"])
            #expect(views.filter { $0.name == "errors" }.compactMap(\.target).contains("beta"))
            #expect(life.core.idleBreakers == ["breaker gone: there is no instrument NOPE"])
        }

        // MARK: One strategy

        @Test("paused entries let exits pass, are no alarm, last over a restart, and a trader ends them")
        func pause() throws {
            let first = try life("  loss: {kind: daily_loss, threshold: 1000000}")
            first.run(seconds: 5)
            _ = try first.place(HostLife.marketBuy(strategy: "alpha"))
            first.run(seconds: 1)
            _ = try first.core.pauseEntries(of: "alpha", reason: "", by: HostLife.person)
            #expect(states(first.core) == ["strategy alpha": .reducing])
            #expect(throws: HostRefusal.self) { try first.place(HostLife.marketBuy("1", strategy: "alpha")) }
            #expect(throws: HostRefusal.conflict("alpha is paused already")) {
                try first.core.pauseEntries(of: "alpha", reason: "", by: HostLife.person)
            }
            #expect(first.core.alerts.active(at: first.core.engine.now).allSatisfy { $0.code != "EMERGENCY_STOP" })
            try first.breakOff()
            let next = try folder.live()
            next.core.applyStops()
            #expect(states(next.core) == ["strategy alpha": .reducing])
            let resumed = try next.core.resumeEntries(of: "alpha", by: HostLife.person)
            #expect(resumed.resolution == "resumed" && states(next.core).isEmpty)
            #expect(throws: HostRefusal.conflict("alpha is not paused")) {
                try next.core.resumeEntries(of: "alpha", by: HostLife.person)
            }
        }

        @Test("close-and-disable ends flat and releases its stop by itself, over a restart too")
        func closeAndDisable() throws {
            let first = try life("  loss: {kind: daily_loss, threshold: 1000000}")
            first.run(seconds: 5)
            _ = try first.place(HostLife.marketBuy("0.5", strategy: "alpha"))
            first.run(seconds: 2)
            let slot = try first.slot("alpha")
            try #require(first.core.holdsAnything(slot: slot))
            let stop = try first.core.closeAndDisable("alpha", by: HostLife.person)
            #expect(stop.remaining.count == 1 && stop.remaining[0].hasPrefix("BTC_USDT"), "\(stop.remaining)")
            let isEnabled = first.core.engine.isEnabled(strategy: slot)
            #expect(!isEnabled)
            try first.breakOff()
            let next = try folder.live()
            next.core.applyStops()
            next.run(seconds: 3)
            #expect(try !next.core.holdsAnything(slot: next.slot("alpha")))
            #expect(next.core.stops.active.isEmpty && states(next.core).isEmpty)
            #expect(next.core.stops.stops.map(\.resolution) == ["all is closed"])
            #expect(next.core.strategies[try next.slot("alpha")].configuration?.enabled == false)
        }

        @Test("an alert is acknowledged once, and the journal knows by whom")
        func acknowledge() throws {
            let life = try life("  loss: {kind: daily_loss, threshold: 1000000}")
            life.core.alerts.raise(.lossLimit("paper"), of: ["paper"], at: life.core.engine.now)
            let seen = try life.core.acknowledge(alert: "alr-1", by: HostLife.person)
            #expect(seen.acknowledgedBy == "ann")
            let again = try life.core.acknowledge(alert: "alr-1", by: Requester(user: "bob", channel: "rest"))
            #expect(again.acknowledgedBy == "ann")
            #expect(throws: HostRefusal.unknown(kind: "alert", id: "alr-9")) {
                try life.core.acknowledge(alert: "alr-9", by: HostLife.person)
            }
            life.commit()
            #expect(try life.journal.audit().map(\.record).filter { $0.action == "alert.acknowledge" }.count == 1)
        }
    }
}
