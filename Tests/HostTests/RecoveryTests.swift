import API
import Engine
import Journal
import Portfolio
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("A host's next life")
    struct RecoveryTests {
        /// A life with positions, working orders, a denial and a latch; committed and broken off.
        private func firstLife(_ folder: HostFolder) throws -> Books {
            folder.addCross("alpha")
            folder.addCross("beta", instrument: "ETH_USDT")
            let life = try folder.live()
            life.run(seconds: 60)
            _ = try life.place(HostLife.restingBuy())
            _ = try life.place(HostLife.marketBuy())
            #expect(throws: HostRefusal.self) { try life.place(HostLife.restingBuy(quantity: "10000")) }
            _ = try life.core.throwStop(
                StopRequest(scope: .instrument, target: "ETH_USDT", mode: .reduce, reason: "r", triggeredBy: "t"),
                by: HostLife.person)
            life.run(seconds: 5)
            life.commit()
            let books = Books(life.core)
            try #require(books.counts["alpha"]?[1] ?? 0 > 3 && books.held["manual BTC_USDT"]?.working.count == 1)
            try life.breakOff()
            return books
        }

        @Test("has the same orders, positions, cash, statistics and latches, to the last unit")
        func everything() throws {
            let folder = HostFolder()
            let before = try firstLife(folder)
            let next = try folder.live(begins: false)
            #expect(Books(next.core) == before)
            #expect(next.core.strategies.map(\.id) == ["alpha", "beta", "manual"])
            let recent = try next.core.orders(HistoryFilter(limit: 1000)).items
            #expect(recent.count == 15 && recent.map(\.order.id) == Array((1...15).reversed()))
        }

        @Test("after an orderly end, too, from its last checkpoint alone")
        func orderlyEnd() throws {
            let folder = HostFolder()
            _ = try firstLife(folder)
            let second = try folder.live()
            second.run(seconds: 20)
            let drawdown = second.core.tracker.performance
            second.core.close()
            second.core.engine.recordMarks()
            let books = Books(second.core, marks: true)
            second.core.requestCheckpoint()
            try second.breakOff()
            let start = try folder.start()
            #expect(start.summary.replayedFacts == 0)
            let third = HostLife(start)
            #expect(Books(third.core, marks: true) == books)
            #expect(third.core.tracker.performance == drawdown, "the portfolio's statistics go on")
        }

        @Test("pays for what it holds neither twice nor too little, whenever the one before ended")
        func financing() throws {
            let folder = HostFolder()
            folder.writeHost("instruments: {BTC_USDT: {funding: {rate: 0.001, every: 1h}, borrow_rate: 0.5}}")
            let life = try folder.live()
            life.run(seconds: 3)
            _ = try life.place(HostLife.marketBuy())
            life.run(seconds: 3)
            let instrument = try #require(life.core.universe.index(of: "BTC_USDT"))
            let hour = FundingTerms.shortestInterval
            let first = Timestamp(nanoseconds: (life.core.marketTime.nanoseconds / hour + 1) * hour)
            let mark = life.core.engine.mark(instrument)
            let value = try #require(Money.value(mark, Quantity("0.01")!))
            let payment = value.times(Rate("0.001")!)
            /// What is paid after `time`, in a life that ends there.
            func paid(_ life: HostLife, at time: Timestamp) throws -> Money {
                life.core.engine.advance(to: time)
                let slot = try life.slot("manual")
                let total = life.core.engine.financing(strategy: slot, instrument: instrument)
                #expect(total.borrow == .zero && total.paid == total.funding)
                try life.breakOff()
                return total.paid
            }
            #expect(try paid(life, at: first) == .zero, "the moment is not over")
            #expect(try paid(folder.live(), at: first + 1) == payment)
            #expect(try paid(folder.live(), at: first + 2) == payment)
            let after = try paid(folder.live(), at: first + 2 * hour + 1)
            // The market goes on where it was, so that the mark has moved since.
            #expect((after - payment).magnitude > payment && (after - payment).magnitude < payment.times(Rate("2.2")!))
            let next = try folder.live(begins: false)
            let cash = next.core.engine.cash(account: 0, currency: next.core.universe.currency("USDT"))
            let fills = try next.core.engine.position(strategy: next.slot("manual"), instrument: instrument)
            #expect(cash == next.core.engine.openingBalance(account: 0) - fills.cost - fills.commission - after)
        }

        @Test("what a killed host had committed is there, and nothing twice")
        func killed() throws {
            let folder = HostFolder()
            folder.addCross("alpha")
            let life = try folder.live()
            life.run(seconds: 30)
            let order = try #require(try life.place(HostLife.restingBuy()))
            life.commit()
            let books = Books(life.core)
            let killed = try folder.afterKill()
            // What follows is not in the copy.
            life.run(seconds: 10)
            let next = try killed.live(begins: false)
            #expect(Books(next.core) == books)
            #expect(next.core.engine.workingOrder(id: order.order.id)?.intent == order.order.intent)
            next.core.begin()
            next.run(seconds: 1)
            let another = try #require(try next.place(HostLife.restingBuy(59_000)))
            #expect(another.order.id > order.order.id, "ids are not given twice")
            next.commit()
            let ids = try next.journal.orders(OrderFilter(page: HistoryPage(limit: 10_000))).map(\.order.id)
            #expect(Set(ids).count == ids.count)
        }

        @Test("a checkpoint has everything of its turn, what comes after it was asked for as well")
        func checkpointOfATurn() throws {
            let folder = HostFolder()
            folder.addCross("alpha", "enabled: false")
            let first = try folder.live()
            first.run(seconds: 3)
            first.core.requestCheckpoint()
            // The command behind the one that ends a host, in the same turn.
            let order = try #require(try first.place(HostLife.restingBuy()))
            try first.breakOff()
            let next = try folder.live(begins: false)
            #expect(next.core.engine.workingOrder(id: order.order.id) == order.order)
        }

        @Test("strategies that were added, removed and sorted anew leave every index as it was")
        func names() throws {
            let folder = HostFolder()
            let before = try firstLife(folder)
            folder.remove("strategies/beta")
            folder.addCross("aaa")
            folder.addCross("zzz", instrument: "SOL_USDT")
            let next = try folder.live(["SOL_USDT", "ETH_USDT", "BTC_USDT"], begins: false)
            #expect(next.core.strategies.map(\.id) == ["alpha", "beta", "manual", "aaa", "zzz"])
            #expect(next.core.universe.instruments.map(\.id) == ["BTC_USDT", "ETH_USDT", "SOL_USDT"])
            #expect(Books(next.core).restricted(to: before) == before)
            next.core.begin()
            next.run(seconds: 20)
            // The market's events reach the instruments that they are of.
            let marks = (0..<3).map { next.core.engine.mark($0).approximate }
            #expect((30_000...130_000).contains(marks[0]) && (1_500...6_000).contains(marks[1]))
            #expect((70...300).contains(marks[2]))
            #expect(next.core.engine.counters(strategy: 3).orders > 0 && next.core.engine.isEnabled(strategy: 4))
            let strategies = try next.journal.names(.strategy)
            #expect(strategies == ["alpha paper", "beta paper", "manual paper", "aaa paper", "zzz paper"])
        }

        @Test("a strategy whose folder is gone keeps its book, and a person can close it")
        func goneStrategy() throws {
            let folder = HostFolder()
            folder.addCross("gone")
            let first = try folder.live()
            first.run(seconds: 30)
            let order = try #require(try first.place(HostLife.restingBuy(strategy: "gone")))
            let held = first.core.engine.position(strategy: 0, instrument: 0)
            try #require(held.quantity != .zero)
            try first.breakOff()
            folder.remove("strategies/gone")
            folder.addCross("other", instrument: "ETH_USDT")

            let next = try folder.live()
            next.run(seconds: 2)
            let view = next.core.strategyView(0)
            #expect(view.id == "gone" && view.state == .faulted && view.problem?.contains("folder is gone") == true)
            #expect(next.core.isListed(0))
            #expect(next.core.engine.position(strategy: 0, instrument: 0).id == held.id)
            #expect(throws: HostRefusal.self) { try next.core.switchStrategy("gone", on: true, by: HostLife.person) }
            _ = try next.core.cancel(order.id, by: HostLife.person)
            _ = try next.core.close("pos-\(held.id)", quantity: nil, by: HostLife.person)
            next.run(seconds: 5)
            #expect(next.core.engine.position(strategy: 0, instrument: 0).quantity == .zero)
            #expect(!next.core.isListed(0), "nothing is left of it but its history")
            let health = next.core.health(.healthy).parts.first { $0.name == "strategies" }
            #expect(health?.grade == .healthy, "\(health?.text ?? "")")
            #expect(try next.core.orders(HistoryFilter(strategy: "gone")).items.contains { $0.id == order.id })
        }

        @Test("an instrument that the market no longer has keeps its position, and nothing new can be sent")
        func goneInstrument() throws {
            let folder = HostFolder()
            let before = try firstLife(folder)
            folder.remove("strategies/alpha")
            let next = try folder.live(["ETH_USDT"])
            let kept = Books(next.core)
            #expect(kept.held["alpha BTC_USDT"] == before.held["alpha BTC_USDT"])
            #expect(kept.cash == before.cash)
            next.run(seconds: 5)
            let refusal = #expect(throws: HostRefusal.self) { try next.place(HostLife.restingBuy()) }
            guard case .denied(let findings) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(findings.contains { $0.reason == .notTradable })
        }

        @Test("an account with another currency is refused with account and remedy, and the journal stays as it was")
        func otherCurrency() throws {
            let folder = HostFolder()
            _ = try firstLife(folder)
            folder.addCross("new")
            folder.writeHost(
                "accounts:\n  paper: {currency: EUR, conversion: {USDT: {rate: 0.9, as_of: 2024-01-01}}}\n")
            let error = #expect(throws: CommandError.self) { try folder.start() }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains("account 0 had currency") && text.contains("host.yaml"), "\(text)")
            folder.writeHost("")
            let next = try folder.live(begins: false)
            #expect(next.core.universe.currencies == ["USDT"], "a start that failed leaves no names behind")
        }

        @Test("what an account was opened with is history, whatever host.yaml says later")
        func openingBalance() throws {
            let folder = HostFolder()
            folder.addCross("alpha", "enabled: false")
            let first = try folder.live()
            first.run(seconds: 1)
            let cash = first.core.engine.cash(account: 0, currency: 0)
            try first.breakOff()
            folder.writeHost("accounts:\n  paper: {opening_balance: 5}\n")
            let next = try folder.live(begins: false)
            #expect(next.core.engine.cash(account: 0, currency: 0) == cash)
        }

        @Test("a strategy cannot be moved to another account: its book stays where it is")
        func otherAccount() throws {
            let folder = HostFolder()
            _ = try firstLife(folder)
            folder.writeHost("accounts:\n  paper: {}\n  second: {}\n")
            folder.addCross("alpha", "account: second")
            let next = try folder.live(begins: false)
            #expect(next.core.strategyView(0).problem?.contains("its book is on account 'paper'") == true)
            #expect(next.core.accounts.map(\.id) == ["paper", "second"])
        }

        @Test("a strategy's memory comes back with it")
        func memory() throws {
            let folder = HostFolder()
            folder.addCross("alpha")
            folder.write(
                "plugin: SMACross\ninstruments: [BTC_USDT]\ntimeframe: 1s\n"
                    + "parameters: {fast: 20, slow: 40, quantity: 0.01}\n", to: "strategies/slow/strategy.yaml")
            let first = try folder.live()
            first.run(seconds: 38)
            #expect(first.core.engine.counters(strategy: 1).orders == 0)
            first.core.requestCheckpoint()
            try first.breakOff()
            // Without its memory it would wait for forty more bars.
            let next = try folder.live()
            next.run(seconds: 10)
            #expect(next.core.engine.counters(strategy: 1).orders > 0)
            #expect(next.notices.isEmpty, "\(next.notices)")
        }

        @Test("a folder called like the book of manual orders is refused")
        func reservedName() throws {
            let folder = HostFolder()
            folder.addCross("manual")
            folder.addCross("alpha")
            let life = try folder.live()
            #expect(life.core.strategies.map(\.id) == ["alpha", "manual"])
            #expect(life.core.strategies[1].configuration == nil && life.core.refused.map(\.id) == ["manual"])
        }
    }
}
