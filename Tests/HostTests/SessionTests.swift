import API
import Controls
import Engine
import Journal
import MarketData
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Trading sessions")
    struct SessionTests {
        private let folder = HostFolder()

        private func paper(_ strategies: [String], symbols: [String] = ["ETH"]) -> TradingSessionRequest {
            var request = TradingSessionRequest(kind: .paper, symbols: symbols, strategies: strategies)
            request.budget = Money("1000")
            request.maxPositionSize = Money("100")
            request.stopLoss = Rate("0.05")
            request.takeProfit = Rate("0.1")
            return request
        }

        /// What a strategy is bound to, whether it runs, and what limits it.
        private struct Terms: Equatable {
            var instruments: [String]
            var isEnabled: Bool
            var maxPosition: Money?
            var budget: Money?
            var stopLoss: Rate?
        }

        private func terms(_ life: RunningLife, _ id: String) async throws -> Terms {
            try await life.host.ask { core throws(HostRefusal) in
                let slot = try core.slot(id)
                let limits = core.engine.limits(scope: .strategy, index: slot)
                let bound = core.strategies[slot].instruments
                return Terms(
                    instruments: bound.map { core.universe.instruments[$0].id },
                    isEnabled: core.engine.isEnabled(strategy: slot), maxPosition: limits.maxPositionNotional,
                    budget: limits.budgetAllocation,
                    stopLoss: core.engine.protectionTerms(strategy: slot, instrument: bound[0]).stopLoss)
            }
        }

        @Test("its strategies trade its symbols within its limits, after a restart too, and are then what they were")
        func paperSession() async throws {
            folder.addCross("alpha", "enabled: false\nlimits: {max_position_notional: 60}")
            folder.addCross("beta", "risk_parameters: {stop_loss_percent: 2}")
            let first = try RunningLife(folder)
            try await first.waitForPrices()
            let before = (try await terms(first, "alpha"), try await terms(first, "beta"))
            let session = try await first.host.startSession(paper(["alpha", "beta"]), by: HostLife.person)
            #expect(session.symbols == ["ETH_USDT"] && session.state == .running)
            let alpha = Terms(
                instruments: ["ETH_USDT"], isEnabled: true, maxPosition: Money("60"), budget: Money("500"),
                stopLoss: Rate("0.05"))
            let beta = Terms(
                instruments: ["ETH_USDT"], isEnabled: true, maxPosition: Money("100"), budget: Money("500"),
                stopLoss: Rate("0.02"))
            #expect(try await terms(first, "alpha") == alpha)
            #expect(try await terms(first, "beta") == beta)
            first.stop()

            let next = try RunningLife(folder)
            try await next.waitForPrices()
            #expect(try await next.host.session(session.id).state == .running)
            #expect(try await terms(next, "alpha") == alpha)
            #expect(try await terms(next, "beta") == beta)
            let stopped = try await next.host.stopSession(session.id, by: HostLife.person)
            #expect(stopped.state == .stopped && stopped.endedAt != nil)
            #expect(try await terms(next, "alpha") == before.0)
            #expect(try await terms(next, "beta") == before.1)
            await #expect(throws: HostRefusal.self) {
                try await next.host.stopSession(session.id, by: HostLife.person)
            }
            await #expect(throws: HostRefusal.unknown(kind: "session", id: "exec_none")) {
                try await next.host.stopSession("exec_none", by: HostLife.person)
            }
            let actions = try next.journal.audit().map(\.record).filter { $0.action.hasPrefix("session.") }
            #expect(actions.map(\.action) == ["session.stop", "session.start"])
            #expect(actions.allSatisfy { $0.user == "ann" && $0.target == session.id })
            next.stop()
        }

        @Test("the same start again is the same session; another one takes its place; a refused one does not")
        func replacing() async throws {
            folder.addCross("alpha", "enabled: false")
            let life = try RunningLife(folder)
            try await life.waitForPrices()
            var request = paper(["alpha"])
            request.isIdempotent = true
            let first = try await life.host.startSession(request, by: HostLife.person)
            #expect(try await life.host.startSession(request, by: HostLife.person).id == first.id)
            var live = request
            live.kind = .live
            var unknown = request
            unknown.strategies = ["nobody"]
            var greedy = request
            greedy.allocations = ["alpha": try #require(Money("1001"))]
            var nowhere = request
            nowhere.symbols = ["GOLD"]
            for refused in [live, unknown, greedy, nowhere] {
                await #expect(throws: HostRefusal.self) {
                    try await life.host.startSession(refused, by: HostLife.person)
                }
            }
            #expect(try await life.host.session(first.id).state == .running)
            request.allocations = ["alpha": try #require(Money("300"))]
            let second = try await life.host.startSession(request, by: HostLife.person)
            #expect(second.id != first.id)
            #expect(try await life.host.session(first.id).state == .stopped)
            #expect(try await terms(life, "alpha").budget == Money("300"))
            request.isIdempotent = false
            #expect(try await life.host.startSession(request, by: HostLife.person).id != second.id)
            life.stop()
        }

        @Test("limits that are changed meanwhile hold beside the session's, and stay when it has ended")
        func changedLimits() async throws {
            folder.addCross("alpha", "enabled: false\nlimits: {max_position_notional: 60}")
            let life = try RunningLife(folder)
            try await life.waitForPrices()
            let session = try await life.host.startSession(paper(["alpha"]), by: HostLife.person)
            func set(_ digits: String, mayLoosen: Bool) async throws -> Money? {
                var change = LimitChange()
                change.scope = .strategy
                change.target = "alpha"
                change.values = ["max_position_notional": .number(digits)]
                change.mayLoosen = mayLoosen
                _ = try await life.host.setLimits(change, by: HostLife.person)
                return try await terms(life, "alpha").maxPosition
            }
            #expect(try await set("50", mayLoosen: false) == Money("50"))
            // The session's 100 is in force; what comes after it would be looser all the same.
            await #expect(throws: HostRefusal.self) { try await set("300", mayLoosen: false) }
            #expect(try await set("300", mayLoosen: true) == Money("100"))
            _ = try await life.host.stopSession(session.id, by: HostLife.person)
            #expect(try await terms(life, "alpha").maxPosition == Money("300"))
            life.stop()
        }

        @Test("what was collected, over a restart too, is listed and can be backtested")
        func collecting() async throws {
            folder.addCross("alpha", "enabled: false")
            let first = try RunningLife(folder, speed: 100)
            try await first.waitForPrices()
            let request = TradingSessionRequest(kind: .collect, symbols: ["ETH"], strategies: [])
            let session = try await first.host.startSession(request, by: HostLife.person)
            func records(_ life: RunningLife, above count: Int) async throws -> Int {
                let deadline = MonotonicClock.now + 60_000_000_000
                while true {
                    let now = try await life.host.session(session.id).records
                    if now > count { return now }
                    try #require(MonotonicClock.now < deadline)
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            let collected = try await records(first, above: 10_000)
            first.stop()
            let next = try RunningLife(folder, speed: 100) {
                $0.backtestProgram = HostFolder.pluginFolder + "/stratagem"
            }
            try await next.waitForPrices()
            _ = try await records(next, above: collected + 10_000)
            let ended = try await next.host.stopSession(session.id, by: HostLife.person)
            #expect(ended.state == .completed && ended.problem == nil)
            let (rows, count) = try await next.host.dataSessions(limit: 10)
            #expect(count == 1 && rows.map(\.session) == [ended])
            #expect(rows[0].dataTypes == ["tick_prices", "orderbook", "candles"])

            let file = try Recording.session(DataCollection.path(folder.data, session.id))
            #expect(file.recordCount == ended.records)
            #expect(file.hasMarket("ETH_USDT") && !file.hasMarket("BTC_USDT"))
            try await backtest(next, session.id)
            next.stop()
        }

        private func backtest(_ life: RunningLife, _ data: String) async throws {
            var request = TradingSessionRequest(kind: .backtest, symbols: ["ETH"], strategies: ["alpha"])
            request.dataSession = data
            request.symbols = ["BTC"]
            await #expect(throws: HostRefusal.self) { try await life.host.startSession(request, by: HostLife.person) }
            request.symbols = ["ETH"]
            let session = try await life.host.startSession(request, by: HostLife.person)
            let deadline = MonotonicClock.now + 120_000_000_000
            while try await life.host.session(session.id).state == .running {
                try #require(MonotonicClock.now < deadline)
                try await Task.sleep(for: .milliseconds(20))
            }
            let ended = try await life.host.session(session.id)
            #expect(ended.state == .completed && ended.problem == nil, "\(ended)")
            #expect(ended.runs.map(\.instrument) == ["ETH_USDT"])
            #expect((ended.runs.first?.trades ?? 0) > 0)
            // A slow one is cut off in the middle.
            request.acceleration = Rate("0.01")
            let slow = try await life.host.startSession(request, by: HostLife.person)
            let stopped = try await life.host.stopSession(slow.id, by: HostLife.person)
            #expect(stopped.state == .stopped)
        }

        @Test("of a budget each strategy has its allocation, or an even part of the rest")
        func budgets() throws {
            var request = TradingSessionRequest(kind: .paper, symbols: [], strategies: ["a", "b", "c"])
            request.budget = Money("100")
            request.allocations = ["a": try #require(Money("40"))]
            #expect(request.budgets == ["a": Money("40"), "b": Money("30"), "c": Money("30")])
            #expect(request.budgetFaults.isEmpty)
            request.allocations["a"] = Money("100")
            #expect(request.budgetFaults.count == 1)
            request.allocations["x"] = Money("1")
            #expect(request.budgetFaults.count == 2)
            request.budget = nil
            request.allocations["x"] = nil
            #expect(request.budgets == ["a": Money("100")])
            #expect(request.budgetFaults.isEmpty)
        }
    }
}
