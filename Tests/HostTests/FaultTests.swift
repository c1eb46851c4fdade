import API
import Configuration
import Engine
import Foundation
import Journal
import PluginHost
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// From a fault to the restart or the quarantine. Two other strategies trade beside the one that fails.
    @Suite("Faults of strategies")
    struct FaultTests {
        private let folder = HostFolder()

        private func life(_ more: String = "on_stop: keep", host: String = "") throws -> HostLife {
            folder.addCross("alpha", instrument: "BTC_USDT", more)
            folder.addCross("beta", instrument: "ETH_USDT")
            folder.writeHost("journal: {checkpoint_seconds: 30}\n" + host)
            return try folder.live()
        }

        private func slot(_ life: HostLife, _ id: String = "alpha") throws -> Int { try life.slot(id) }

        /// From its next event on it consumes nothing, which no strategy may.
        private func breakContract(_ life: HostLife, _ slot: Int) {
            let call = StrategyCall(
                instance: life.core.strategies[slot].instance!.pointer, process: { _, _, _, _ in 0 }, events: .max)
            life.core.engine.attach(call, strategy: slot)
        }

        private func states(_ life: HostLife, _ slot: Int) throws -> [String] {
            life.commit()
            return try life.journal.lifecycle(strategy: slot).reversed().map(\.to)
        }

        @Test("a broken contract ends in a new instance that trades on, and every move is in the journal")
        func restart() throws {
            let life = try life()
            let slot = try slot(life)
            life.run(seconds: 20)
            let old = life.core.strategies[slot].instance?.pointer
            let orders = life.core.engine.counters(strategy: slot).orders
            let other = life.core.engine.counters(strategy: try self.slot(life, "beta")).events
            breakContract(life, slot)
            life.run(seconds: 20)
            #expect(life.core.strategies[slot].instance?.pointer != old)
            #expect(life.core.strategyView(slot).state == .running && life.core.strategyView(slot).problem == nil)
            #expect(life.core.engine.counters(strategy: slot).orders > orders)
            #expect(life.core.engine.counters(strategy: try self.slot(life, "beta")).events > other)
            #expect(try states(life, slot) == ["running", "faulted", "running"])
            let moves = try life.journal.lifecycle(strategy: slot)
            #expect(moves[1].code == "broken-contract" && moves[1].isFault && moves[1].text.contains("started again"))
            #expect(moves[0].faultCount == 1 && moves[0].restartCount == 1)
            #expect(moves[0].text == "started again with the memory that it saved last")
            #expect(life.core.alerts.active(at: life.core.engine.now).map(\.code).contains("STRATEGY_FAULTED"))
        }

        @Test("it gets the memory of the last checkpoint, twice; a third time it begins without")
        func memory() throws {
            let life = try life()
            let slot = try slot(life)
            life.run(seconds: 20)
            life.core.requestCheckpoint()
            life.settle()
            #expect(life.core.strategies[slot].savedState != nil)
            var texts: [String] = []
            for _ in 0..<3 {
                life.core.fault(slot, .crashed(signal: 11))
                life.settle()
                life.settle()
                texts.append(life.core.strategies[slot].lifecycle.text)
            }
            let remembering = "started again with the memory that it saved last"
            #expect(texts == [remembering, remembering, "started again without memory"])
        }

        @Test("too many faults in the window quarantine it, over restarts of the host, until it is loaded anew")
        func quarantine() throws {
            let first = try life(host: "faults: {restarts_max: 2}\n")
            let slot = try slot(first)
            for _ in 0..<3 {
                first.core.fault(slot, .brokenContract(.intentLoop))
                first.settle()
                first.settle()
            }
            let view = first.core.strategyView(slot)
            #expect(view.state == .quarantined && !view.isEnabled)
            #expect(view.problem?.hasSuffix("the 3rd fault within 60 s; mend it and reload it") == true)
            #expect(throws: HostRefusal.self) { try first.core.switchStrategy("alpha", on: true, by: HostLife.person) }
            try first.end()

            let second = try folder.live()
            second.run(seconds: 5)
            #expect(second.core.strategyView(slot).state == .quarantined)
            #expect(second.core.strategyView(slot).problem == view.problem)
            #expect(second.core.strategies[slot].instance == nil, "none of its code has run")
            #expect(second.core.engine.isEnabled(strategy: try self.slot(second, "beta")))
            #expect(second.core.health(.healthy).parts.contains { $0.text == "faulted: alpha" })
            let plan = try second.core.plan(StrategyChange(), of: "alpha")
            try second.replace(plan)
            let back = second.core.strategyView(slot)
            #expect(back.state == .running && back.isEnabled && back.problem == nil)
            second.run(seconds: 20)
            #expect(second.core.engine.counters(strategy: slot).events > 0)
        }

        @Test("its policy acts on orders and position whatever the fault is", arguments: ["cancel", "keep", "flatten"])
        func policies(_ policy: String) throws {
            let life = try life("on_stop: keep\non_fault: \(policy)", host: "faults: {restarts_max: 0}\n")
            let slot = try slot(life)
            life.run(seconds: 20)
            try #require(life.core.holdsAnything(slot: slot))
            _ = try life.place(HostLife.restingBuy(strategy: "alpha"))
            life.core.fault(slot, .hung(milliseconds: 250))
            life.run(seconds: 3)
            #expect(life.core.holdsAnything(slot: slot) == (policy != "flatten"))
            #expect(life.core.engine.workingOrderCount == (policy == "keep" ? 1 : 0))
            #expect(life.core.strategyView(slot).state == .quarantined)
        }

        @Test("one that is switched off or configured while it waits is not overtaken by its old restart")
        func overtaken() throws {
            let life = try life()
            let slot = try slot(life)
            let box = Held()
            life.core.beside = { work in box.works.append(work) }
            life.core.fault(slot, .crashed(signal: 11))
            life.settle()
            #expect(life.core.strategyView(slot).state == .faulted && box.works.count == 1)
            #expect(throws: HostRefusal.self) { try life.core.switchStrategy("alpha", on: true, by: HostLife.person) }
            let plan = try life.core.plan(StrategyChange(), of: "alpha")
            try life.replace(plan)
            let replacement = life.core.strategies[slot].instance
            box.works[0]()(life.core)
            #expect(life.core.strategies[slot].instance === replacement)
            #expect(life.core.strategyView(slot).state == .running)

            life.core.fault(slot, .crashed(signal: 11))
            life.settle()
            _ = try life.core.switchStrategy("alpha", on: false, by: HostLife.person)
            box.works[1]()(life.core)
            #expect(life.core.strategyView(slot).state == .stopped && !life.core.engine.isEnabled(strategy: slot))
        }

        private final class Held: @unchecked Sendable {
            var works: [@Sendable () -> Mailbox.Command] = []
        }

        @Test("a fault before the end of the host is over with the next one, which starts it anew")
        func nextHost() throws {
            let first = try life()
            let slot = try slot(first)
            first.core.beside = { _ in }
            breakContract(first, slot)
            first.run(seconds: 3)
            #expect(first.core.strategyView(slot).state == .faulted)
            try first.breakOff()
            let second = try folder.live()
            #expect(second.core.strategyView(slot).state == .running)
            #expect(second.core.strategies[slot].lifecycle.faultCount == 1)
            second.run(seconds: 10)
            #expect(second.core.engine.counters(strategy: slot).events > 0)
        }

        @Test("the end and the start of a host are moves as well")
        func pauses() throws {
            let first = try life()
            let slot = try slot(first)
            first.core.close()
            #expect(first.core.strategyView(slot).state == .paused)
            try first.breakOff()
            let second = try folder.live()
            #expect(try states(second, slot) == ["running", "paused", "running"])
        }

        @Test("who ended the host before is quarantined before any of its code runs")
        func crashedHost() throws {
            let first = try life()
            let slot = try slot(first)
            try first.end()
            let journal = try Journal.open(path: folder.data + "/journal.sqlite")
            let names = try journal.names(.strategy)
            let report = CrashReport(
                engineCall: 3 << CallMark.slotBits | UInt64(slot + 1),
                crash: CrashReport.Crash(isExit: false, value: 11, strategy: nil), end: .signal(11))
            let now = Timestamp(nanoseconds: WallClock.now)
            let crashed = try CrashedHost(report, strategies: names, journal, at: now) { _ in nil }
            #expect(crashed.notice?.hasPrefix("alpha is quarantined: it crashed the host with signal 11") == true)
            // One that was being made for the first time gets its place by it.
            let other = CrashReport(
                crash: CrashReport.Crash(isExit: true, value: 0, strategy: "gamma"), end: .exited(70))
            _ = try CrashedHost(other, strategies: names, journal, at: now) { $0 == "gamma" ? "paper" : nil }
            let nobody = try CrashedHost(
                CrashReport(engineCall: 1, end: .signal(9)), strategies: names, journal, at: now
            ) { _ in nil }
            #expect(nobody.notice == "the host before this one ended by signal 9 (kill), not by a strategy")
            try journal.close()
            folder.addCross("gamma")
            let second = try folder.live()
            for id in ["alpha", "gamma"] {
                let slot = try self.slot(second, id)
                #expect(second.core.strategyView(slot).state == .quarantined)
                #expect(second.core.strategies[slot].instance == nil)
                #expect(second.core.strategies[slot].lifecycle.faultCount == 1)
            }
            #expect(second.core.strategyView(try self.slot(second, "beta")).state == .running)
        }
    }
}
