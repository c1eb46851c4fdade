import API
import Controls
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Emergency stops")
    struct StopTests {
        private let folder = HostFolder()

        private func life() throws -> HostLife {
            folder.addCross("alpha")
            folder.addCross("beta", instrument: "ETH_USDT")
            let life = try folder.live()
            life.run(seconds: 5)
            return life
        }

        private func stop(
            _ life: HostLife, _ scope: StopRequest.Scope, _ target: String? = nil, _ mode: StopRequest.Mode = .stop,
            isDrill: Bool = false
        ) throws -> StopView {
            try life.core.throwStop(
                StopRequest(
                    scope: scope, target: target, mode: mode, reason: "a reason", triggeredBy: "t", isDrill: isDrill),
                by: HostLife.person)
        }

        private func release(_ life: HostLife, _ id: String) throws {
            _ = try life.core.releaseStop(id, reason: "over", authorizedBy: "boss", by: HostLife.person)
        }

        private func states(_ core: HostCore) -> [String: TradingState] {
            Books(core).latches.filter { $0.value != .active }
        }

        @Test(
            "latches its scope and no other",
            arguments: [
                (StopRequest.Scope.system, nil, "system"), (.account, "paper", "account paper"),
                (.agent, "beta", "strategy beta"), (.instrument, "ETH_USDT", "instrument ETH_USDT"),
                (.instrument, "ETH", "instrument ETH_USDT"),
            ] as [(StopRequest.Scope, String?, String)])
        func scopes(_ scope: StopRequest.Scope, _ target: String?, _ latch: String) throws {
            let life = try life()
            let view = try stop(life, scope, target)
            #expect(states(life.core) == [latch: .halted])
            try release(life, view.id)
            #expect(states(life.core).isEmpty)
        }

        @Test("what it names must be there")
        func unknownTargets() throws {
            let life = try life()
            for scope in [StopRequest.Scope.account, .agent, .instrument] {
                #expect(throws: HostRefusal.self) { try stop(life, scope, "nobody") }
                #expect(throws: HostRefusal.self) { try stop(life, scope) }
            }
            #expect(states(life.core).isEmpty && life.core.stops.stops.isEmpty)
        }

        @Test("several may cover an order: the strictest holds, and each is released by itself, once")
        func several() throws {
            let life = try life()
            let reduce = try stop(life, .agent, "alpha", .reduce)
            let halt = try stop(life, .agent, "alpha")
            let again = try stop(life, .agent, "alpha")
            #expect(states(life.core) == ["strategy alpha": .halted])
            try release(life, halt.id)
            #expect(states(life.core) == ["strategy alpha": .halted])
            try release(life, again.id)
            #expect(states(life.core) == ["strategy alpha": .reducing])
            #expect(throws: HostRefusal.conflict("\(again.id) was resolved already")) { try release(life, again.id) }
            try release(life, reduce.id)
            #expect(states(life.core).isEmpty)
            #expect(throws: HostRefusal.unknown(kind: "stop", id: "stop-9")) { try release(life, "stop-9") }
            #expect(life.core.stops.stops.map(\.resolution) == ["over", "over", "over"])
            #expect(life.core.stops.stops.map(\.resolvedBy) == ["boss", "boss", "boss"])
        }

        @Test("stop leaves orders at work, cancel ends those of its scope")
        func cancelMode() throws {
            let life = try life()
            _ = try life.place(HostLife.restingBuy())
            _ = try life.place(HostLife.restingBuy(strategy: "alpha"))
            _ = try stop(life, .agent, "alpha")
            #expect(life.core.engine.workingOrders(instrument: 0).count { $0.intent.strategy == 0 } == 1)
            let view = try stop(life, .agent, "alpha", .cancel)
            #expect(view.affected.contains("1 working orders"), "\(view.affected)")
            #expect(life.core.engine.workingOrders(instrument: 0).allSatisfy { $0.intent.strategy != 0 })
            #expect(life.core.engine.workingOrderCount == 1)
        }

        @Test("flatten closes what is held and stays in force")
        func flattenMode() throws {
            let life = try life()
            _ = try life.place(HostLife.marketBuy())
            life.run(seconds: 2)
            try #require(life.core.holdsAnything(account: 0))
            let view = try stop(life, .system, nil, .flatten)
            #expect(view.affected.contains { $0.hasPrefix("position BTC_USDT") })
            life.run(seconds: 5)
            #expect(!life.core.holdsAnything(account: 0) && life.core.engine.workingOrderCount == 0)
            #expect(life.core.withRemaining(view).remaining.isEmpty && states(life.core) == ["system": .halted])
        }

        @Test("a drill says what it would act on, stops nothing, and keeps its number for itself")
        func drill() throws {
            let first = try life()
            let drill = try stop(first, .system, nil, .flatten, isDrill: true)
            #expect(drill.affected.contains("strategy alpha") && !drill.isActive)
            #expect(states(first.core).isEmpty && first.core.engine.stopsInForce.isEmpty)
            #expect(first.core.alerts.active(at: first.core.engine.now).allSatisfy { $0.code != "EMERGENCY_STOP" })
            try first.breakOff()
            let next = try folder.live()
            #expect(next.core.stops.stops.map(\.request.isDrill) == [true] && states(next.core).isEmpty)
            #expect(try stop(next, .system).id != drill.id)
        }

        @Test("is in force after a restart, and what was released is released")
        func restart() throws {
            let first = try life()
            let lifted = try stop(first, .account, "paper")
            try release(first, lifted.id)
            let kept = try stop(first, .instrument, "ETH", .reduce)
            let system = try stop(first, .system)
            try first.breakOff()
            let next = try folder.live()
            #expect(states(next.core) == ["instrument ETH_USDT": .reducing, "system": .halted])
            #expect(next.core.stops.stops.map(\.id) == [lifted.id, kept.id, system.id], "history, too")
            #expect(
                next.core.stops.stops[0].resolution == "over" && next.core.stops.stops[1].requester == HostLife.person)
            next.run(seconds: 5)
            #expect(next.core.engine.workingOrderCount == 0)
            #expect(throws: HostRefusal.halted("trading is stopped by \(system.id): a reason")) {
                try next.place(HostLife.restingBuy())
            }
            try release(next, system.id)
            #expect(states(next.core) == ["instrument ETH_USDT": .reducing])
            #expect(try stop(next, .system).id == "stop-4")
        }

        @Test("flatten goes on after a restart until everything is closed")
        func restartWhileFlattening() throws {
            let first = try life()
            _ = try first.place(HostLife.marketBuy())
            first.run(seconds: 2)
            // Thrown, and broken off before any market order could fill.
            _ = try stop(first, .agent, "manual", .flatten)
            try first.breakOff()
            let next = try folder.live()
            next.run(seconds: 5)
            #expect(
                !next.core.holdsAnything(slot: try next.slot("manual")) && next.core.engine.residuals(of: 1).isEmpty)
        }

        @Test("the journal and the audit say who threw and who released")
        func audit() throws {
            let life = try life()
            let view = try stop(life, .system)
            try release(life, view.id)
            life.commit()
            let rows = try life.journal.audit().map(\.record)
            #expect(rows.map(\.action) == ["emergency-release", "emergency-stop"])
            #expect(rows.allSatisfy { $0.user == "ann" && $0.channel == "rest" && $0.target == view.id })
            #expect(rows[0].detailJSON == #"{"authorized_by":"boss","reason":"over"}"#)
            let stored = try #require(try life.journal.stops().first)
            #expect(stored.view == life.core.stops.stops[0])
        }

        // MARK: The file

        @Test("the file STOP stops the system; its stop outlives it, and cannot be released while it is there")
        func stopFile() throws {
            let life = try life()
            try StopFile.write(in: folder.data, reason: "smoke in the room")
            life.settle()
            let view = try #require(life.core.stops.active.first)
            #expect(view.requester.channel == "file" && view.request.reason == "smoke in the room")
            #expect(states(life.core) == ["system": .halted])
            life.settle()
            #expect(life.core.stops.stops.count == 1, "one file is one stop")
            #expect(throws: HostRefusal.self) { try release(life, view.id) }
            folder.remove("data/STOP")
            life.settle()
            #expect(states(life.core) == ["system": .halted])
            try release(life, view.id)
            #expect(states(life.core).isEmpty)
        }

        @Test("the file STOP holds before the first strategy starts, and is one stop over restarts")
        func stopFileAtStart() throws {
            folder.addCross("alpha")
            folder.write("", to: "data/STOP")
            let first = try folder.live()
            first.run(seconds: 10)
            #expect(first.core.engine.counters(strategy: 0).orders == 0 && states(first.core) == ["system": .halted])
            #expect(first.core.stops.stops.map(\.request.reason) == ["the file STOP is in the data folder"])
            try first.breakOff()
            let next = try folder.live()
            next.run(seconds: 2)
            #expect(next.core.stops.stops.map(\.id) == ["stop-1"])
        }

        // MARK: The day's loss

        @Test("a reducing stop outlives the day on which the loss limit had latched its account already")
        func stopOverDailyLoss() throws {
            folder.addCross("alpha")
            folder.writeHost("accounts:\n  paper: {limits: {max_daily_loss: 0.00000001}}\n")
            let life = try folder.live()
            try life.runIntoDailyLoss()
            let view = try stop(life, .account, "paper", .reduce)
            life.core.engine.advance(to: life.core.engine.now.dayEnd(offset: 0))
            #expect(states(life.core)["account paper"] == .reducing, "at no moment is it active")
            life.settle()
            #expect(states(life.core)["account paper"] == .reducing)
            try release(life, view.id)
            #expect(states(life.core)["account paper"] == nil)
        }

        @Test("a released stop leaves the day's loss limit in force until the day is over")
        func dailyLossOverStop() throws {
            folder.addCross("alpha")
            folder.writeHost("accounts:\n  paper: {limits: {max_daily_loss: 0.00000001}}\n")
            let life = try folder.live()
            try life.runIntoDailyLoss()
            let view = try stop(life, .account, "paper")
            #expect(states(life.core)["account paper"] == .halted)
            try release(life, view.id)
            #expect(states(life.core)["account paper"] == .reducing)
            life.core.engine.advance(to: life.core.engine.now.dayEnd(offset: 0))
            life.settle()
            #expect(states(life.core)["account paper"] == nil)
        }
    }
}
