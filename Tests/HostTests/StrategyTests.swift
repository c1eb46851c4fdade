import API
import Configuration
import Engine
import Journal
import PluginHost
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Strategies of a running host")
    struct StrategyTests {
        private let folder = HostFolder()

        private func change(_ edit: (inout StrategyChange) -> Void) -> StrategyChange {
            var change = StrategyChange()
            edit(&change)
            return change
        }

        /// As `RunningHost.configure` does it, in one turn.
        private func configure(_ life: HostLife, _ id: String, _ change: StrategyChange) throws -> StrategyView {
            let plan = try life.core.plan(change, of: id)
            try life.replace(plan)
            return life.core.strategyView(plan.slot)
        }

        private func faults(_ body: () throws -> Void) -> [String] {
            do {
                try body()
            } catch HostRefusal.invalid(let faults) {
                return faults.map(\.path).sorted()
            } catch {
                Issue.record("\(error)")
            }
            return []
        }

        @Test("a change cannot bind a strategy to more than its file's capabilities let it trade")
        func capabilities() throws {
            folder.addCross("alpha", "capabilities: {instruments: [BTC_USDT], order_kinds: [MARKET]}")
            let life = try folder.live()
            let wide = change { $0.instruments = ["BTC", "ETH"] }
            #expect(faults { _ = try life.replacement(life.core.plan(wide, of: "alpha")) } == ["config.instruments"])
            let same = change { $0.instruments = ["BTC"] }
            #expect(try configure(life, "alpha", same).instruments == ["BTC_USDT"])
        }

        @Test("all that is wrong with a change is said at once, and nothing is changed")
        func allFaults() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            let before = life.core.strategies[0].configuration
            let wrong = change {
                $0.instruments = ["BTC", "NOPE", "NEITHER"]
                $0.stopLossPercent = Rate("101")
                $0.schedule = ScheduleInput(startTime: "24:00", endTime: "7", daysOfWeek: [8], timeZone: "Mars/Olympus")
            }
            let paths = faults { _ = try life.replacement(life.core.plan(wrong, of: "alpha")) }
            #expect(
                paths == [
                    "config.instruments.1", "config.instruments.2", "config.risk_parameters.stop_loss_percent",
                    "config.schedule.days_of_week", "config.schedule.end_time", "config.schedule.start_time",
                    "config.schedule.time_zone",
                ])
            let parameters = change {
                $0.parameters = ["fast": .number("0"), "quantity": .text("x"), "nope": .number("1")]
            }
            let refused = faults { _ = try life.replacement(life.core.plan(parameters, of: "alpha")) }
            #expect(
                Set(refused).isSuperset(of: [
                    "config.parameters.fast", "config.parameters.nope", "config.parameters.quantity",
                ]), "\(refused)")
            let unbound = faults {
                _ = try life.replacement(life.core.plan(change { $0.instruments = [] }, of: "alpha"))
            }
            #expect(unbound == ["config.instruments"])
            #expect(life.core.strategies[0].configuration == before)
        }

        @Test("a change takes effect between two events, and the strategy goes on with its memory and its book")
        func takesEffect() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            life.run(seconds: 20)
            let held = life.core.engine.position(strategy: 0, instrument: 0)
            let orders = life.core.engine.counters(strategy: 0).orders
            try #require(held.quantity.magnitude == Quantity("0.01"))
            let view = try configure(life, "alpha", change { $0.parameters = ["quantity": .number("0.03")] })
            #expect(
                view.state == .running
                    && view.parameters.contains { $0.name == "quantity" && $0.value == .number("0.03") })
            #expect(life.core.engine.position(strategy: 0, instrument: 0) == held)
            // A strategy without its memory would wait for four bars.
            life.run(seconds: 3)
            #expect(life.core.engine.counters(strategy: 0).orders > orders)
            #expect(life.core.engine.position(strategy: 0, instrument: 0).quantity.magnitude == Quantity("0.03"))
        }

        @Test("limits of a change bind the next order")
        func limitsBind() throws {
            folder.addCross("alpha", "enabled: false")
            let life = try folder.live()
            life.run(seconds: 3)
            _ = try configure(life, "alpha", change { $0.maxPositionSize = Quantity("0.005") })
            let refusal = #expect(throws: HostRefusal.self) {
                try life.place(HostLife.restingBuy(strategy: "alpha"))
            }
            guard case .denied(let findings) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(findings.map(\.reason) == [.positionQuantity] && findings[0].scope == .strategy)
            _ = try configure(life, "alpha", change { $0.maxPositionSize = .zero })
            _ = try life.place(HostLife.restingBuy(strategy: "alpha"))
        }

        @Test("survives a restart, and gives way to a file that has changed since")
        func restart() throws {
            folder.addCross("alpha")
            let first = try folder.live()
            let wanted = change {
                $0.parameters = ["fast": .number("3")]
                $0.instruments = ["ETH"]
                $0.stopLossPercent = Rate("2.5")
            }
            let before = try configure(first, "alpha", wanted)
            _ = try first.core.switchStrategy("alpha", on: false, by: HostLife.person)
            try first.breakOff()

            let second = try folder.live()
            let view = second.core.strategyView(0)
            #expect(view.instruments == ["ETH_USDT"] && view.stopLossPercent == Rate("2.5") && !view.isEnabled)
            #expect(view.parameters.map(\.value) == before.parameters.map(\.value))
            #expect(second.notices.isEmpty)
            try second.breakOff()

            folder.addCross("alpha", "name: Mine")
            let third = try folder.live()
            #expect(third.core.strategyView(0).instruments == ["BTC_USDT"] && third.core.strategyView(0).isEnabled)
            #expect(third.notices.contains { $0.contains("has changed since") && $0.contains("the file wins") })
        }

        @Test("a change that another one has overtaken is a conflict")
        func overtaken() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            let plan = try life.core.plan(change { $0.name = "a" }, of: "alpha")
            _ = try configure(life, "alpha", change { $0.name = "b" })
            #expect(throws: HostRefusal.self) {
                try life.replace(plan)
            }
            #expect(life.core.strategyView(0).name == "b")
        }

        @Test("ids cannot be changed, live trading is not there, and nobody has no configuration")
        func refusals() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            #expect(faults { _ = try life.core.plan(change { $0.id = "beta" }, of: "alpha") } == ["config.id"])
            for id in ["nobody", "manual"] {
                #expect(throws: HostRefusal.unknown(kind: "strategy", id: id)) {
                    try life.core.plan(change { _ in }, of: id)
                }
            }
            #expect(throws: HostRefusal.unavailable("live trading is not configured; use PAPER")) {
                try life.replacement(life.core.plan(change { $0.isLive = true }, of: "alpha"))
            }
        }

        @Test("a strategy that was out of service has a new instance and a clean record after a change")
        func revived() throws {
            folder.addCross("alpha", "enabled: false")
            let life = try folder.live()
            life.core.fault(0, .endedHost(.signal(11)))
            #expect(life.core.strategyView(0).state == .quarantined)
            #expect(throws: HostRefusal.self) {
                try life.core.switchStrategy("alpha", on: true, by: HostLife.person)
            }
            let old = life.core.strategies[0].instance?.pointer
            let view = try configure(life, "alpha", change { $0.parameters = ["fast": .number("3")] })
            #expect(view.state == .stopped && view.problem == nil)
            #expect(life.core.strategies[0].instance?.pointer != old)
            #expect(try life.core.switchStrategy("alpha", on: true, by: HostLife.person).state == .running)
        }

        @Test("enabling and disabling are in the journal with who did it, and hold in the next life")
        func switching() throws {
            folder.addCross("alpha", "enabled: false")
            folder.addCross("beta")
            let first = try folder.live()
            #expect(try first.core.switchStrategy("alpha", on: true, by: HostLife.person).state == .running)
            let bob = Requester(user: "bob", channel: "socket")
            #expect(try first.core.switchStrategy("beta", on: false, by: bob).state == .stopped)
            first.run(seconds: 20)
            #expect(first.core.engine.counters(strategy: 0).orders > 0)
            #expect(first.core.engine.counters(strategy: 1).orders == 0)
            first.commit()
            let rows = try first.journal.audit().map(\.record)
            #expect(rows.map(\.action) == ["strategy.disable", "strategy.enable"])
            #expect(rows.map(\.user) == ["bob", "ann"] && rows.map(\.channel) == ["socket", "rest"])
            let settings = try first.journal.recovery().settings
            #expect(settings.map(\.strategy) == ["alpha", "beta"] && settings.map(\.isEnabled) == [true, false])
            #expect(settings.map(\.changedBy) == ["ann", "bob"])
            try first.breakOff()
            let next = try folder.live()
            #expect(next.core.engine.isEnabled(strategy: 0) && !next.core.engine.isEnabled(strategy: 1))
        }

        @Test("disabling acts by the policy of the strategy", arguments: ["cancel", "keep", "flatten"])
        func policies(_ policy: String) throws {
            folder.addCross("alpha", "on_stop: \(policy)")
            let life = try folder.live()
            life.run(seconds: 20)
            try #require(life.core.holdsAnything(slot: 0))
            _ = try life.place(HostLife.restingBuy(strategy: "alpha"))
            _ = try life.core.switchStrategy("alpha", on: false, by: HostLife.person)
            life.run(seconds: 3)
            #expect(life.core.holdsAnything(slot: 0) == (policy != "flatten"))
            #expect(life.core.engine.workingOrderCount == (policy == "keep" ? 1 : 0))
        }

        @Test("a strategy that cannot run is shown with its reasons, and cannot be enabled")
        func refused() throws {
            folder.addCross("alpha")
            folder.write("plugin: Nobody\ninstruments: [BTC_USDT]\n", to: "strategies/broken/strategy.yaml")
            let life = try folder.live()
            let view = try #require(life.core.neverWired.first)
            #expect(view.id == "broken" && view.state == .faulted && view.problem?.contains("Nobody") == true)
            #expect(throws: HostRefusal.self) { try life.core.switchStrategy("broken", on: true, by: HostLife.person) }
            let health = life.core.health(.healthy).parts.first { $0.name == "strategies" }
            #expect(health?.grade == .degraded && health?.text == "faulted: broken")
        }

        @Test("a host that ends starts nothing any more")
        func ending() throws {
            folder.addCross("alpha", "enabled: false")
            let life = try folder.live()
            life.core.close()
            #expect(throws: HostRefusal.unavailable("the host is stopping")) {
                try life.core.switchStrategy("alpha", on: true, by: HostLife.person)
            }
            #expect(life.core.strategies[0].configuration?.enabled == false, "the next host finds it as it was")
        }
    }
}
