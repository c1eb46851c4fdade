import API
import Configuration
import Controls
import Engine
import Journal
import Portfolio
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Rebalancings of an account")
    struct RebalanceTests {
        private let folder = HostFolder()
        private static let fixed = "weights: {BTC_USDT: 0.3, ETH_USDT: 0.2}, band: 0.02"

        private func life(_ rebalance: String?, more: String = "") throws -> HostLife {
            let section = rebalance.map { ", rebalance: {\($0)}" } ?? ""
            folder.writeHost("accounts: {paper: {currency: USDT\(section)}}\n\(more)")
            let life = try folder.live()
            life.run(seconds: 3)
            return life
        }

        private func rebalance(
            _ life: HostLife, force: Bool = false, dry: Bool = false
        ) throws(HostRefusal) -> RebalanceView {
            let request = RebalanceRequest(reason: "test", isForced: force, isDry: dry)
            return life.core.hostNames.view(of: try life.core.rebalance(request, by: HostLife.person))
        }

        private func weights(_ life: HostLife) throws -> [String: Double] {
            Dictionary(
                uniqueKeysWithValues: try life.core.rebalancing(0).weights.map { ($0.symbol, $0.weight.approximate) })
        }

        @Test("a new account is brought into its bands once, and then skipped; by force to its targets")
        func course() throws {
            let life = try life(Self.fixed)
            let state = try life.core.rebalancing(0)
            #expect(state.method == "fixed" && state.frequency == "off" && !state.isWithinBands && state.last == nil)
            let started = try rebalance(life)
            #expect(started.id == "rebalance-1" && started.status == .started)
            #expect(started.orders.map(\.symbol) == ["BTC", "ETH"] && started.orders.allSatisfy { $0.side == .buy })
            #expect(started.orders.allSatisfy { $0.decision == .allowed && $0.orderID != nil && $0.value > .zero })
            let refusal = #expect(throws: HostRefusal.self) { try rebalance(life) }
            #expect(refusal == .conflict("rebalance-1 of account paper is under way"))
            life.run(seconds: 3)
            let weights = try weights(life)
            #expect(abs(weights["BTC", default: 0] - 0.28) < 0.001 && abs(weights["ETH", default: 0] - 0.18) < 0.001)
            let done = try #require(try life.core.rebalancing(0).last)
            #expect(done.status == .completed && done.id == "rebalance-1")
            let forced = try rebalance(life, force: true)
            #expect(forced.status == .started && forced.orders.count == 2)
            life.run(seconds: 3)
            #expect(abs(try self.weights(life)["BTC", default: 0] - 0.3) < 0.001)
            let skipped = try rebalance(life)
            #expect(skipped.status == .skipped && skipped.orders.isEmpty)
            #expect(skipped.notes == ["every weight is within its band"])
            #expect(life.core.rebalanceFigures.count == 3 && life.core.rebalanceFigures.positions == 2)
            life.commit()
            let rows = try life.journal.audit().map(\.record).filter { $0.action.hasPrefix("rebalance") }
            #expect(rows.map(\.action).filter { $0 == "rebalance" }.count == 3)
        }

        @Test("a preview says what would be, with the gate's word, and leaves no trace")
        func preview() throws {
            let life = try life(Self.fixed, more: "limits: {max_order_notional: 100000}")
            let preview = try rebalance(life, dry: true)
            #expect(preview.orders.map(\.decision) == [.reduced, .reduced])
            #expect(preview.orders.allSatisfy { $0.orderID == nil && $0.value.approximate < 100_001 })
            #expect(preview.orders[0].rules.first?.hasPrefix("risk.order-size") == true)
            #expect(life.core.engine.workingOrderCount == 0 && life.core.rebalances.lastNumber == 0)
            let sent = try rebalance(life)
            #expect(sent.orders.map(\.quantity) == preview.orders.map(\.quantity))
        }

        @Test("purchases wait until sales have ended")
        func salesFirst() throws {
            let life = try life("weights: {BTC_USDT: 0.1, ETH_USDT: 0.8}, band: 0.01")
            #expect(try life.place(HostLife.marketBuy("11")) != nil)
            life.run(seconds: 2)
            let started = try rebalance(life)
            #expect(started.orders.map(\.side) == [.sell, .buy])
            #expect(started.orders.map(\.decision) == [.allowed, .waiting])
            life.run(seconds: 1)
            let last = try #require(try life.core.rebalancing(0).last)
            #expect(last.orders.map(\.decision) == [.allowed, .allowed])
            life.run(seconds: 3)
            let state = try life.core.rebalancing(0)
            #expect(state.last?.status == .completed)
            let weights = try weights(life)
            #expect(abs(weights["BTC", default: 0] - 0.11) < 0.002 && abs(weights["ETH", default: 0] - 0.79) < 0.002)
        }

        @Test("a stop between sales and purchases denies these, and ends the rebalancing")
        func stopped() throws {
            let life = try life("weights: {BTC_USDT: 0.1, ETH_USDT: 0.8}, band: 0.01")
            #expect(try life.place(HostLife.marketBuy("11")) != nil)
            life.run(seconds: 2)
            _ = try rebalance(life)
            _ = try life.core.throwStop(
                StopRequest(scope: .system, mode: .stop, reason: "enough", triggeredBy: "ann"), by: HostLife.person)
            life.run(seconds: 3)
            let last = try #require(try life.core.rebalancing(0).last)
            #expect(last.status == .completed && last.orders.last?.decision == .denied, "\(last)")
            #expect(last.orders.last?.orderID == nil && last.orders.last?.rules.isEmpty == false)
        }

        @Test("an account that is begun anew gets none of the purchases that waited")
        func reset() throws {
            let life = try life("weights: {BTC_USDT: 0.1, ETH_USDT: 0.8}, band: 0.01")
            #expect(try life.place(HostLife.marketBuy("11")) != nil)
            life.run(seconds: 2)
            _ = try rebalance(life)
            try life.core.resetAccount(0, balance: Money("5000")!, by: HostLife.person)
            life.run(seconds: 3)
            let state = try life.core.rebalancing(0)
            #expect(state.last?.orders.last?.rules == ["the account was begun anew"] && state.equity == Money("5000"))
            #expect(life.core.rebalances.underWay.isEmpty && state.weights.allSatisfy { $0.weight == .zero })
        }

        @Test("the clock begins one when the market's time has come, and no other while weights are within their bands")
        func schedule() throws {
            let life = try life(Self.fixed + ", every: 10s")
            #expect(try life.core.rebalancing(0).frequency == "10s" && life.core.rebalances.lastNumber == 0)
            life.run(seconds: 10)
            let last = try #require(try life.core.rebalancing(0).last)
            #expect(last.reason == "schedule" && last.status == .completed && last.orders.count == 2)
            #expect(try life.core.rebalancing(0).isWithinBands)
        }

        @Test(
            "what a crash interrupts goes on in the next life, and no order is sent twice, whenever it comes",
            arguments: 0...3)
        func restart(seconds: Int) throws {
            let life = try life("weights: {BTC_USDT: 0.1, ETH_USDT: 0.8}, band: 0.01")
            #expect(try life.place(HostLife.marketBuy("11")) != nil)
            life.run(seconds: 2)
            _ = try rebalance(life)
            life.run(seconds: seconds)
            try life.breakOff()
            let next = try folder.live()
            #expect(seconds > 1 || next.core.rebalances.underWay[0]?.record.id == 1)
            next.run(seconds: 5)
            let state = try next.core.rebalancing(0)
            #expect(state.last?.id == "rebalance-1" && state.last?.status == .completed)
            next.commit()
            #expect(try next.journal.orders(OrderFilter()).count == 3, "the first purchase, the sale, the purchase")
            #expect(try rebalance(next).id == "rebalance-2")
        }

        @Test("without targets what is held is what is to be held")
        func unset() throws {
            let life = try life(nil)
            #expect(try life.place(HostLife.marketBuy("2")) != nil)
            life.run(seconds: 2)
            for force in [false, true] {
                let view = try rebalance(life, force: force)
                #expect(view.status == .skipped && view.notes.first?.contains("has no target weights") == true)
            }
            let state = try life.core.rebalancing(0)
            #expect(state.method == "off" && state.weights.map(\.target) == [nil] && state.isWithinBands)
            #expect(state.last == nil && life.core.rebalanceFigures.positions == nil)
        }

        @Test("inverse-volatility weights are those of the stated window; before there are enough minutes it says so")
        func inverseVolatility() throws {
            let life = try life("weights: inverse_volatility, invested: 0.9, window: 15m")
            let refusal = #expect(throws: HostRefusal.self) { try rebalance(life) }
            guard case .unavailable(let text) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(text.contains("BTC_USDT, ETH_USDT"))
            life.run(seconds: 1200)
            let state = try life.core.rebalancing(0)
            let targets = state.weights.compactMap(\.target?.approximate)
            #expect(targets.count == 2 && abs(targets.reduce(0, +) - 0.9) < 1e-8)
            let deviations = life.core.recordedReturns(["BTC_USDT", "ETH_USDT"]).map { row -> Double in
                let last = Array(row.values.suffix(14))
                let mean = last.reduce(0, +) / Double(last.count)
                return (last.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(last.count - 1)).squareRoot()
            }
            let expected = 0.9 * (1 / deviations[0]) / (1 / deviations[0] + 1 / deviations[1])
            #expect(abs(targets[0] - expected) < 1e-6, "\(targets), \(deviations)")
        }

        @Test("an instrument that the host does not have is named")
        func unknownInstrument() throws {
            let life = try life("weights: {NO_SUCH: 0.3}")
            let refusal = #expect(throws: HostRefusal.self) { try rebalance(life) }
            #expect(refusal?.reason.contains("NO_SUCH") == true)
        }
    }
}
