import API
import Controls
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Orders of clients")
    struct OrderTests {
        private let folder = HostFolder()

        private func life(_ more: String = "enabled: false") throws -> HostLife {
            folder.addCross("alpha", more)
            let life = try folder.live()
            life.run(seconds: 3)
            return life
        }

        @Test("all that is wrong with an order is said at once")
        func shape() throws {
            let life = try life()
            var request = HostLife.restingBuy()
            request.quantity = Quantity("-0.000001")!
            request.price = Price(raw: 1)
            request.stopPrice = Price(raw: Price.one.raw)
            let refusal = #expect(throws: HostRefusal.self) { try life.place(request) }
            guard case .invalid(let faults) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(faults.map(\.path) == ["quantity", "quantity", "price", "stop_price"])
            #expect(life.core.engine.counters(strategy: 0).denials == 0, "the gate was not asked")
            request = HostLife.restingBuy()
            request.price = nil
            #expect(throws: HostRefusal.invalid("price", "required for LIMIT")) { try life.place(request) }
        }

        @Test("a batch cancel ends what its filter names and says what that was")
        func cancelsMany() throws {
            let life = try life()
            let buys = try (0..<3).map { number in
                try #require(try life.place(HostLife.restingBuy(Int64(58_000 + number * 100))))
            }
            var sell = HostLife.restingBuy(90_000)
            sell.side = .sell
            let other = try #require(try life.place(sell))
            #expect(throws: HostRefusal.self) {
                try life.core.cancelAll(CancelFilter(strategy: "nobody"), by: HostLife.person)
            }
            let ended = try life.core.cancelAll(CancelFilter(side: .buy), by: HostLife.person)
            #expect(ended.map(\.id) == buys.map(\.id).reversed())
            #expect(ended.allSatisfy { $0.order.state == .cancelled })
            #expect(life.core.engine.workingOrder(id: other.order.id) != nil)
            #expect(try life.core.cancelAll(CancelFilter(), by: HostLife.person).map(\.id) == [other.id])
            #expect(try life.core.cancelAll(CancelFilter(), by: HostLife.person).isEmpty)
        }

        @Test("trailing stop, GTD, post-only and bracket are placed, read back and survive a restart")
        func conditions() throws {
            let life = try life()
            var request = HostLife.restingBuy()
            request.timeInForce = .goodTillDate
            request.conditions = OrderConditions(
                expireTime: Timestamp(nanoseconds: 4_000_000_000_000_000_000), postOnly: true,
                stopLoss: Price(raw: 50_000 * Price.one.raw), takeProfit: Price(raw: 95_000 * Price.one.raw))
            let dated = try #require(try life.place(request))
            #expect(dated.order.intent.conditions == request.conditions)
            request.timeInForce = .goodTillCancelled
            request.kind = .trailingStop
            request.price = nil
            request.conditions = OrderConditions(trail: .fraction(Rate(raw: 50_000_000)))
            let trailing = try #require(try life.place(request))
            #expect(trailing.order.intent.stopPrice > .zero)
            try life.breakOff()
            let next = try folder.live()
            for order in [dated, trailing] {
                let intent = next.core.engine.workingOrder(id: order.order.id)?.intent
                #expect(intent?.conditions == order.order.intent.conditions)
            }
        }

        @Test("a change of a working order passes the gate, and a refused one stays as it was")
        func modify() throws {
            let life = try life()
            let order = try #require(try life.place(HostLife.restingBuy()))
            let price = Price(raw: 61_000 * Price.one.raw)
            let changed = try life.core.modify(
                order.id, OrderChange(quantity: Quantity("0.02"), price: price), by: HostLife.person)
            #expect(changed.id == order.id && changed.order.intent.price == price)
            let refusal = #expect(throws: HostRefusal.self) {
                try life.core.modify(order.id, OrderChange(quantity: Quantity("10001")), by: HostLife.person)
            }
            guard case .denied(let findings) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(findings.contains { $0.reason == .aboveMaximum })
            #expect(life.core.engine.workingOrder(id: 1)?.intent.quantity == Quantity("0.02"))
            #expect(throws: HostRefusal.self) {
                try life.core.modify(order.id, OrderChange(timeInForce: .day), by: HostLife.person)
            }
            for id in ["ord-99", "ord-", "ord-x", "trd-1", "ord-18446744073709551616"] {
                #expect(throws: HostRefusal.unknown(kind: "order", id: id)) {
                    try life.core.modify(id, OrderChange(), by: HostLife.person)
                }
            }
            _ = try life.core.cancel(order.id, by: HostLife.person)
            life.commit()
            let rows = try life.journal.audit().map(\.record)
            #expect(
                rows.map(\.action) == ["order-cancel", "order-modify", "order-place"]
                    && rows.allSatisfy { $0.user == "ann" })
        }

        @Test("a market order that waits for the next price cannot be changed, and trades as it was sent")
        func marketOrder() throws {
            let life = try life()
            let order = try #require(try life.place(HostLife.marketBuy("0.03")))
            for change in [
                OrderChange(quantity: Quantity("0.01")), OrderChange(price: Price("61000")),
            ] {
                let refusal = #expect(throws: HostRefusal.self) {
                    try life.core.modify(order.id, change, by: HostLife.person)
                }
                guard case .invalid(let faults) = refusal else {
                    Issue.record("\(String(describing: refusal))")
                    return
                }
                #expect(faults.count == 1)
            }
            life.run(seconds: 2)
            #expect(try life.core.positions(strategy: nil).first?.position.quantity == Quantity("0.03"))
        }

        @Test("a leg that protects a position cannot be changed by hand, and says so")
        func protectiveLeg() throws {
            let life = try life("enabled: false\nrisk_parameters: {stop_loss_percent: 5, take_profit_percent: 5}")
            _ = try life.place(HostLife.marketBuy(strategy: "alpha"))
            life.run(seconds: 2)
            let leg = try #require(life.core.engine.workingOrders(instrument: 0).first)
            let refusal = #expect(throws: HostRefusal.self) {
                try life.core.modify("ord-\(leg.id)", OrderChange(quantity: Quantity("0.005")), by: HostLife.person)
            }
            guard case .conflict = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(life.core.engine.workingOrder(id: leg.id) == leg)
            let view = try #require(life.core.positionView(0, 0))
            #expect(view.stopPrice != nil && view.targetPrice != nil)
        }

        @Test("closing a position sends what is asked for, and no more than is held")
        func close() throws {
            let life = try life()
            _ = try life.place(HostLife.marketBuy("0.03"))
            life.run(seconds: 2)
            let position = try #require(life.core.positions(strategy: nil).first)
            for quantity in ["0.04", "0", "-0.01", "0.000001"] {
                #expect(throws: HostRefusal.self, "\(quantity)") {
                    try life.core.close(position.id, quantity: Quantity(quantity), by: HostLife.person)
                }
            }
            let order = try life.core.close(position.id, quantity: Quantity("0.01"), by: HostLife.person)
            #expect(order.order.intent.side == .sell && order.order.intent.reduceOnly)
            life.run(seconds: 2)
            #expect(try life.core.positions(strategy: nil).first?.position.quantity == Quantity("0.02"))
            #expect(throws: HostRefusal.unknown(kind: "position", id: "pos-99")) {
                try life.core.close("pos-99", quantity: nil, by: HostLife.person)
            }
        }

        @Test("limits that a person changed bind at once, are in the journal, and hold in the next life")
        func limits() throws {
            let first = try life()
            var change = LimitChange()
            change.maxPositionSize = Rate("0.0001")
            let view = try first.core.setLimits(change, by: HostLife.person)
            #expect(view.maxPositionSize == Rate("0.0001"))
            #expect(throws: HostRefusal.self) { try first.place(HostLife.restingBuy()) }
            try first.breakOff()
            let next = try folder.live()
            next.run(seconds: 3)
            #expect(try next.core.portfolioRisk().limits.maxPositionSize == Rate("0.0001"))
            #expect(throws: HostRefusal.self) { try next.place(HostLife.restingBuy()) }
            let record = try #require(try next.journal.recovery().limits.first)
            #expect(record.changedBy == "ann" && record.id == "paper")
            change = LimitChange()
            change.maxDrawdown = Rate("0.5")
            #expect(try next.core.setLimits(change, by: HostLife.person).maxDrawdown == Rate("0.5"))
            #expect(next.core.engine.limits(scope: .account).maxDrawdown == Rate("0.5"))
        }

        @Test("the portfolio's exposure is that of its net positions")
        func exposure() throws {
            let life = try life()
            _ = try life.place(HostLife.marketBuy("0.03"))
            var short = HostLife.marketBuy("0.01", strategy: "alpha")
            short.side = .sell
            _ = try life.place(short)
            life.run(seconds: 2)
            let mark = life.core.engine.mark(0)
            #expect(life.core.grossExposure(0) == Money.value(mark, Quantity("0.02")!))
            #expect(life.core.holdsAnything(account: 0))
            let exposures = try life.core.positions(strategy: nil).map(\.exposure)
            #expect(
                exposures.sorted() == [Money.value(mark, Quantity("0.01")!)!, Money.value(mark, Quantity("0.03")!)!])
        }
    }
}
