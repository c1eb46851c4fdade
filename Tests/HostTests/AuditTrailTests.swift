import API
import Controls
import Engine
import Journal
import Portfolio
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("The audit log of a host")
    struct AuditTrailTests {
        private let folder = HostFolder()

        private func rows(_ life: HostLife) throws -> [AuditEntry] {
            var rows: [AuditEntry] = []
            try life.journal.auditRows(AuditFilter()) { rows += $0 }
            return rows
        }

        private func life(_ host: String = "") throws -> HostLife {
            if !host.isEmpty { folder.writeHost(host) }
            folder.addCross("alpha", "enabled: false")
            let life = try folder.live()
            life.run(seconds: 2)
            return life
        }

        @Test("an order says who sent it, by which way, with which limits and code")
        func senders() throws {
            let life = try life("accounts: {paper: {limits: {max_order_quantity: 0.02}}}")
            let placed = try #require(try life.place(HostLife.restingBuy()))
            #expect(throws: HostRefusal.self) { try life.place(HostLife.restingBuy(quantity: "0.03")) }
            _ = try life.core.modify(
                placed.id, OrderChange(price: Price(raw: 59_000 * Price.one.raw)), by: HostLife.person)
            life.commit()
            let decisions = try rows(life).filter { $0.kind == .decision && $0.action.hasPrefix("order.") }
            #expect(decisions.map(\.action) == ["order.accepted", "order.denied", "order.modified"])
            #expect(decisions.allSatisfy { $0.user == "ann" && $0.channel == "rest" && $0.limits.count == 8 })
            #expect(decisions[0].target == placed.id && decisions[2].target == placed.id)
            #expect(decisions.allSatisfy { $0.account == 0 && $0.strategy >= 0 && $0.hash.count == 32 })
            let names = life.core.hostNames
            let line = AuditLine(decisions[1], names.strategies, names.accounts, names.instruments)
            #expect(line.account == "paper" && line.strategy == "manual" && line.order?.instrument == "BTC_USDT")
            #expect(line.findings.map(\.rule) == [.orderSize])
            #expect(try life.journal.verifyAudit().isWhole)
        }

        @Test("limits have a version: others have another, the same ones the same, over restarts")
        func limitVersions() throws {
            let first = try life()
            first.commit()
            let original = first.core.trail.limits
            var change = LimitChange()
            change.maxDailyLoss = Money("5000")
            _ = try first.core.setLimits(change, by: HostLife.person)
            first.commit()
            let changed = first.core.trail.limits
            #expect(changed != original && original.count == 8)
            let inForce = try rows(first).filter { $0.action == "limits.in-force" }
            #expect(inForce.map(\.target) == [original.hexadecimal, changed.hexadecimal])
            #expect(inForce[1].detail.contains(#""maxDailyLoss":"5000""#) && inForce[1].kind == .host)
            try first.breakOff()
            let next = try folder.live()
            next.run(seconds: 1)
            #expect(next.core.trail.limits == changed)
        }

        @Test("each start writes down whose the numbers of the rows are")
        func names() throws {
            let life = try life()
            life.core.noteStart()
            life.commit()
            let started = try #require(try rows(life).last { $0.action == "host.started" })
            #expect(started.detail.contains(#""strategies":["alpha","manual"]"#), "\(started.detail)")
            #expect(try life.journal.verifyAudit().isWhole)
        }

        @Test("a strategy's orders carry the hash of its code")
        func generations() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            life.core.engine.enable(strategy: try life.slot("alpha"))
            life.run(seconds: 60)
            life.commit()
            let own = try rows(life).filter { $0.action == "order.accepted" && $0.channel == "strategy" }
            let hash = try #require(life.core.strategies[try life.slot("alpha")].generations.last?.sha256)
            #expect(!own.isEmpty && own.allSatisfy { $0.generation.hexadecimal == hash && $0.user.isEmpty })
        }

        @Test("an account's performance by days comes from the journal, and goes on in the next life")
        func performance() async throws {
            let running = try RunningLife(folder.withCross("alpha"))
            try await running.waitForPrices()
            let view = try await running.host.performance(ofAccount: "paper", from: nil, to: nil, .daily)
            #expect(view.periods.count == 1)
            await #expect(throws: HostRefusal.unknown(kind: "account", id: "none")) {
                try await running.host.performance(ofAccount: "none", from: nil, to: nil, .weekly)
            }
            let risk = try await running.host.risk(ofAccount: "paper")
            #expect(risk.account == "paper" && risk.equity > .zero && risk.positions.isEmpty)
            let report = try await running.host.verifyAudit(expected: nil)
            #expect(report.isWhole && report.rows > 0)
            running.stop()
        }

        @Test("the portfolio is net over strategies, and its total is cash and what is invested")
        func portfolio() throws {
            let life = try life()
            _ = try life.place(HostLife.marketBuy("0.03"))
            _ = try life.place(HostLife.marketBuy("0.01", strategy: "alpha"))
            life.run(seconds: 2)
            let view = try life.core.portfolioView(0)
            let position = try #require(view.positions.first)
            #expect(view.positions.count == 1 && position.symbol == "BTC" && position.quantity == Quantity("0.04"))
            #expect(view.equity == life.core.engine.equity(account: 0))
            let risk = try life.core.accountRisk(0)
            #expect(risk.exposure == position.marketValue && risk.marginUse > 0)
            #expect(risk.correlations.first?.with.first?.value == 1)
        }

        @Test("a liquidation says what it closes, cancels what works, and is in force until somebody ends it")
        func liquidation() throws {
            let life = try life()
            _ = try life.place(HostLife.marketBuy("0.03"))
            _ = try life.place(HostLife.marketBuy("0.01", strategy: "alpha"))
            life.run(seconds: 2)
            _ = try life.place(HostLife.restingBuy())
            let view = try life.core.liquidate(reason: "the desk closes", by: HostLife.person)
            #expect(view.positions.map(\.quantity) == [Quantity("0.04")] && view.cancelledOrders == 1)
            life.run(seconds: 5)
            #expect(try life.core.portfolioView(0).positions.isEmpty && life.core.engine.workingOrderCount == 0)
            #expect(throws: HostRefusal.self) { try life.place(HostLife.marketBuy()) }
        }

        @Test("a signal's amount becomes whole lots, on a limit that is not beyond its slippage")
        func signals() throws {
            let life = try life()
            var trade = SignalTrade(
                instrument: "BTC", side: .buy, amount: Money("5000")!, confidence: Rate("0.72")!,
                maxSlippage: Rate("0.005")!)
            let (request, price) = try life.core.orderRequest(for: trade)
            let terms = life.core.universe.instruments[0].terms
            let cost = try #require(Money.value(price, request.quantity, multiplier: 1))
            #expect(cost <= Money("5000")! && request.quantity.raw % terms.lot.raw == 0)
            let limit = try #require(request.price)
            #expect(limit > price && limit.raw <= price.raw + price.raw / 200 && limit.raw % terms.tick.raw == 0)
            #expect(request.timeInForce == .immediateOrCancel)
            let order = try #require(try life.place(request))
            #expect(order.order.intent.signalConfidence == Rate("0.72"))
            trade.amount = Money("0.01")!
            #expect(throws: HostRefusal.self) { try life.core.orderRequest(for: trade) }
            trade.amount = Money(raw: Int128(1) << 90)
            let refusal = #expect(throws: HostRefusal.self) { try life.core.orderRequest(for: trade) }
            guard case .denied(let findings) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(findings.map(\.reason) == [.insufficientFunds])
        }
    }
}

extension HostFolder {
    fileprivate func withCross(_ id: String) -> HostFolder {
        addCross(id, "enabled: false")
        return self
    }
}
