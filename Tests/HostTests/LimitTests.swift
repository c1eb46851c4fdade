import API
import Controls
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Limits that are changed while the host runs")
    struct LimitTests {
        private let folder = HostFolder()

        private func life() throws -> HostLife {
            folder.addCross("alpha", "enabled: false\nlimits: {max_open_orders: 5}")
            let life = try folder.live()
            life.run(seconds: 3)
            return life
        }

        private func change(
            _ scope: LimitScope, _ target: String?, _ values: [String: LimitChange.Value], mayLoosen: Bool = false
        ) -> LimitChange {
            var change = LimitChange()
            change.scope = scope
            change.target = target
            change.values = values
            change.reason = "a test"
            change.mayLoosen = mayLoosen
            return change
        }

        @Test("hold in every scope, and in the next life; who changed them and why is in the journal")
        func everyScope() throws {
            let first = try life()
            let places: [(LimitScope, String?)] = [
                (.system, nil), (.account, "paper"), (.strategy, "alpha"), (.instrument, "BTC_USDT"),
            ]
            for (scope, target) in places {
                let change = change(scope, target, ["max_open_orders": .number("3"), "max_slippage": .number("0.01")])
                _ = try first.core.setLimits(change, by: HostLife.person)
            }
            try first.breakOff()
            let next = try folder.live()
            next.run(seconds: 3)
            for (scope, target) in places {
                let view = try next.core.limits(scope: scope, target: target)
                #expect(view.values.map(\.key) == ["max_open_orders", "max_slippage"], "\(scope)")
                #expect(next.core.engine.limits(scope: scope).maxOpenOrders == 3)
            }
            let rows = try next.journal.audit().map(\.record).filter { $0.action == "limits.change" }
            #expect(rows.count == 4 && rows.allSatisfy { $0.user == "ann" && $0.detailJSON.contains("a test") })
        }

        @Test("a trader tightens, an admin loosens; of the file's limits too")
        func authority() throws {
            let life = try life()
            func set(_ values: [String: LimitChange.Value], mayLoosen: Bool = false) throws {
                let change = change(.strategy, "alpha", values, mayLoosen: mayLoosen)
                _ = try life.core.setLimits(change, by: HostLife.person)
            }
            try set(["max_open_orders": .number("4"), "cooldown_seconds": .number("60")])
            let wider: [[String: LimitChange.Value]] = [
                ["max_open_orders": .number("5")], ["max_open_orders": .none], ["cooldown_seconds": .number("59")],
            ]
            for values in wider {
                #expect(throws: HostRefusal.self) { try set(values) }
                #expect(life.core.engine.limits(scope: .strategy, index: 0).maxOpenOrders == 4)
            }
            try set(["cooldown_seconds": .number("61")])
            try set(["max_open_orders": .none], mayLoosen: true)
            #expect(life.core.engine.limits(scope: .strategy, index: 0).maxOpenOrders == nil)
        }

        @Test("what is no limit of a scope, and a scope that is not there, are refused together")
        func wrong() throws {
            let life = try life()
            let values: [String: LimitChange.Value] = [
                "max_fun": .number("1"), "max_drawdown": .number("0.1"), "max_open_orders": .number("1"),
            ]
            let refusal = #expect(throws: HostRefusal.self) {
                try life.core.setLimits(change(.instrument, "BTC_USDT", values), by: HostLife.person)
            }
            guard case .invalid(let faults) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(faults.map(\.path) == ["max_drawdown", "max_fun"])
            #expect(life.core.engine.limits(scope: .instrument, index: 0).maxOpenOrders == nil)
            #expect(throws: HostRefusal.unknown(kind: "strategy", id: "nobody")) {
                try life.core.setLimits(change(.strategy, "nobody", values), by: HostLife.person)
            }
        }

        @Test("a file that has changed since wins over what was put over it")
        func fileWins() throws {
            let first = try life()
            let tight = change(.strategy, "alpha", ["max_open_orders": .number("1")])
            _ = try first.core.setLimits(tight, by: HostLife.person)
            try first.breakOff()
            folder.addCross("alpha", "enabled: false\nlimits: {max_open_orders: 7}")
            let next = try folder.live()
            #expect(next.core.engine.limits(scope: .strategy, index: 0).maxOpenOrders == 7)
            #expect(next.notices.contains { $0.contains("limits of strategy alpha") && $0.contains("the file wins") })
        }

        @Test("every key comes back as it was put in")
        func keys() {
            for (index, key) in LimitKey.all.enumerated() {
                var limits = LimitSet()
                #expect(key.put("\(index + 1)", into: &limits))
                #expect(key.text(limits) == "\(index + 1)", "\(key.name)")
                #expect(limits.values.first { $0.key == key.name }?.value == .number("\(index + 1)"))
                #expect(limits.loosened(from: LimitSet()).isEmpty)
                #expect(LimitSet().loosened(from: limits) == [key.name])
            }
            #expect(Set(LimitKey.all.map(\.name)).count == LimitKey.all.count)
        }

        @Test("a strategy's share of the budget comes from its account")
        func budget() throws {
            folder.writeHost("accounts: {paper: {limits: {budget: {global_cap: 1000, allocations: {alpha: 10}}}}}")
            let life = try life()
            #expect(life.core.engine.limits(scope: .strategy, index: 0).budgetAllocation == Money("10"))
            var order = HostLife.marketBuy("0.01", strategy: "alpha")
            order.side = .buy
            let refusal = #expect(throws: HostRefusal.self) { try life.place(order) }
            guard case .denied(let findings) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(findings.map(\.rule) == [.budget])
        }

        @Test("a runaway strategy sends nothing until a person enables it again, restarts included")
        func runaway() throws {
            folder.writeHost("accounts: {paper: {limits: {repeat_limit: 2, repeat_window_ms: 86400000}}}")
            folder.addCross("alpha")
            let first = try folder.live()
            for _ in 0..<200 where !first.core.engine.runaway(strategy: 0).isLatched { first.run(seconds: 1) }
            try #require(first.core.engine.runaway(strategy: 0).isLatched)
            #expect(first.core.alerts.active(at: first.core.engine.now).contains { $0.code == "RUNAWAY_STRATEGY" })
            try first.breakOff()
            let next = try folder.live()
            next.run(seconds: 3)
            #expect(next.core.engine.runaway(strategy: 0).isLatched)
            _ = try next.core.switchStrategy("alpha", on: true, by: HostLife.person)
            #expect(!next.core.engine.runaway(strategy: 0).isLatched)
        }
    }
}
