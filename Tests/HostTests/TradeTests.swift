import API
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Trades of the execution engine")
    struct TradeTests {
        private let folder = HostFolder()

        private func life(_ host: String = "") throws -> HostLife {
            folder.writeHost(host)
            let life = try folder.live()
            life.run(seconds: 3)
            return life
        }

        private static let below = Price("50000")!
        private static let above = Price("90000")!

        private static func long(
            _ quantity: String = "0.03", _ variance: TradeRequest.Variance = .init()
        ) -> TradeRequest {
            TradeRequest(
                account: "paper", instrument: "BTC", side: .buy, quantity: Quantity(quantity)!, stopLoss: below,
                takeProfit: above, variance: variance)
        }

        @discardableResult
        private func execute(_ request: TradeRequest, _ life: HostLife) throws -> UInt64 {
            try life.core.execute(request, by: HostLife.person)
        }

        private func view(_ number: UInt64, _ life: HostLife) throws -> ExecutedTradeView {
            life.core.view(try #require(try life.core.trades[number] ?? life.journal.trade(id: number)))
        }

        private func change(_ id: UInt64, _ change: TradeChange, _ life: HostLife) throws {
            _ = try life.core.modifyTrade(TradeRecord.name(id), change, by: HostLife.person)
        }

        @Test(
            "an entry opens a trade with its legs, which are moved and shrink with a partial close; a restart changes nothing"
        )
        func course() throws {
            let life = try life()
            let trade = try execute(Self.long(), life)
            var seen = try view(trade, life)
            #expect(seen.status == .open && seen.filled == .zero && seen.orderID == "ord-1")
            #expect(seen.stopLoss == Self.below && seen.takeProfit == Self.above)
            life.run(seconds: 2)
            seen = try view(trade, life)
            #expect(seen.isEntryDone && seen.held == Quantity("0.03") && seen.realized == .zero)
            let position = try #require(try life.core.positions(strategy: nil).first)
            #expect(seen.price == position.averagePrice && seen.unrealized == position.unrealized)
            #expect(seen.commission == position.position.commission)
            let moved = TradeChange(
                stopLoss: Price("51000"), takeProfit: Price("89000"), close: Quantity("0.01"), reason: "enough")
            try change(trade, moved, life)
            life.run(seconds: 2)
            seen = try view(trade, life)
            #expect(seen.held == Quantity("0.02") && seen.filled == Quantity("0.03"))
            #expect(seen.stopLoss == Price("51000") && seen.takeProfit == Price("89000"))
            #expect(seen.realized == life.core.engine.position(strategy: life.manual, instrument: 0).realized)
            #expect(
                life.core.engine.workingOrders(instrument: 0).map(\.remaining) == [Quantity("0.02"), Quantity("0.02")])
            try life.breakOff()

            let next = try folder.live()
            var after = try view(trade, next)
            after.unrealized = seen.unrealized
            #expect(after == seen)
            try change(trade, TradeChange(close: Quantity("0.02")), next)
            next.run(seconds: 2)
            next.commit()
            seen = try view(trade, next)
            #expect(seen.status == .closed && seen.held == .zero && seen.stopLoss == nil)
            #expect(next.core.engine.workingOrderCount == 0, "its legs are gone with it")
            #expect(try next.journal.trade(id: trade)?.state == .closed)
            #expect(seen.realized == next.core.engine.position(strategy: next.manual, instrument: 0).realized)
            #expect(throws: HostRefusal.conflict("trade-1 is over")) {
                try change(trade, TradeChange(stopLoss: Self.below), next)
            }
            #expect(try execute(Self.long(), next) == 2)
        }

        @Test("a delayed trade is sent when the market's time has come, in the life that there is then")
        func delay() throws {
            let first = try life()
            let start = first.core.engine.now
            let trade = try execute(Self.long("0.03", .init(delayMilliseconds: 4_250)), first)
            #expect(try view(trade, first).orderID == nil && first.core.engine.workingOrderCount == 0)
            first.run(seconds: 1)
            try first.breakOff()
            let next = try folder.live()
            #expect(try view(trade, next).status == .open)
            while next.core.marketTime < start + 4_249_000_000 { next.core.advance(until: start + 4_249_000_000) }
            next.settle()
            #expect(try view(trade, next).orderID == nil)
            next.run(seconds: 1)
            let seen = try view(trade, next)
            let order = try #require(next.core.orders[1])
            #expect(seen.orderID == "ord-1" && order.submittedAt == start + 4_250_000_000)
            #expect(order.submittedAt == seen.dueAt)
            next.run(seconds: 2)
            #expect(try view(trade, next).held == Quantity("0.03"))
        }

        @Test("a stop takes what waits along, and what the gate denies when its delay is over says why")
        func delayEnds() throws {
            let life = try life()
            let stopped = try execute(Self.long("0.03", .init(delayMilliseconds: 60_000)), life)
            let drill = StopRequest(scope: .system, mode: .stop, reason: "r", triggeredBy: "ann", isDrill: true)
            #expect(try life.core.throwStop(drill, by: HostLife.person).affected == ["trade-1, which waits"])
            #expect(try view(stopped, life).status == .open)
            let request = StopRequest(
                scope: .instrument, target: "BTC_USDT", mode: .reduce, reason: "r", triggeredBy: "a")
            let stop = try life.core.throwStop(request, by: HostLife.person)
            #expect(try view(stopped, life).status == .cancelled)
            #expect(try view(stopped, life).note == "\(stop.id) was thrown")
            _ = try life.core.releaseStop(stop.id, reason: "r", authorizedBy: "a", by: HostLife.person)

            let denied = try execute(Self.long("0.03", .init(delayMilliseconds: 1_000)), life)
            var limits = LimitChange()
            limits.maxPositionSize = Rate("0.0001")
            _ = try life.core.setLimits(limits, by: HostLife.person)
            life.run(seconds: 2)
            let seen = try view(denied, life)
            #expect(seen.status == .cancelled && seen.note.contains("risk.position"), "\(seen.note)")
            #expect(life.core.engine.counters(strategy: life.manual).denials == 1)
        }

        @Test("what is drawn is sent, and what a limit has against it goes as it was asked for")
        func variance() throws {
            let life = try life("limits: {max_order_quantity: 0.03}\n")
            let variance = TradeRequest.Variance(size: Rate("0.5")!, levels: Rate("0.01")!)
            var kept = 0
            for _ in 0..<12 {
                let view = try view(try execute(Self.long("0.03", variance), life), life)
                let drawn = try #require(view.variance)
                #expect("trade-\(drawn.seed)" == view.id && drawn.askedQuantity == Quantity("0.03"))
                #expect(drawn.isApplied == (drawn.drawnQuantity <= Quantity("0.03")!))
                #expect(view.quantity == (drawn.isApplied ? drawn.drawnQuantity : drawn.askedQuantity))
                #expect(view.stopLoss == (drawn.isApplied ? drawn.drawnStopLoss : Self.below))
                life.settle()
                let order = try #require(life.core.orders[HostNames.number(view.orderID ?? "", "ord") ?? 0])
                #expect(order.intent.quantity == view.quantity && view.quantity <= Quantity("0.03")!)
                kept += drawn.isApplied ? 1 : 0
            }
            #expect(kept > 0 && kept < 12)
        }

        @Test("what is denied becomes no trade, whatever its delay; a repeated request has the same answer")
        func denied() throws {
            let life = try life()
            for delay in [0, 5_000] {
                let refusal = #expect(throws: HostRefusal.self) {
                    try execute(Self.long("5000", .init(delayMilliseconds: Int64(delay))), life)
                }
                guard case .denied = refusal else {
                    Issue.record("\(String(describing: refusal))")
                    return
                }
            }
            #expect(life.core.trades.trades.isEmpty && life.core.trades.lastNumber == 0)
            let key = IdempotencyKey(user: "ann", key: "k", fingerprint: "one")
            let numbers = try (0..<2).map { _ in
                try life.core.onceTrade(key) { core throws(HostRefusal) in
                    try core.execute(Self.long(), by: HostLife.person)
                }
            }
            life.settle()
            #expect(numbers == [1, 1] && life.core.orders.newestFirst.map(\.id) == [1])
            try life.breakOff()
            let next = try folder.live()
            #expect(try next.core.onceTrade(key) { _ throws(HostRefusal) in 9 } == 1)
        }

        @Test("what cannot be carried out as a whole changes nothing")
        func allOrNothing() throws {
            // The market closes 40 s after the start.
            let life = try life("calendars: {short: {open: \"22:00\", close: \"22:14\", instruments: [BTC_USDT]}}\n")
            let trade = try execute(Self.long(), life)
            #expect(throws: HostRefusal.self, "it has not traded") {
                try change(trade, TradeChange(stopLoss: Price("51000")), life)
            }
            life.run(seconds: 2)
            let before = try view(trade, life)
            #expect(before.held == Quantity("0.03"))
            let message = "must be at most what the trade holds (0.03)"
            #expect(throws: HostRefusal.invalid("partial_close.size", message)) {
                try change(trade, TradeChange(stopLoss: Price("51000"), close: Quantity("0.04")), life)
            }
            #expect(throws: HostRefusal.unknown(kind: "trade", id: "trade-7")) {
                try change(7, TradeChange(stopLoss: Price("51000")), life)
            }
            life.run(seconds: 40)
            let refusal = #expect(throws: HostRefusal.self) {
                let all = TradeChange(
                    stopLoss: Price("51000"), takeProfit: Price("89000"), close: Quantity("0.01"))
                try change(trade, all, life)
            }
            guard case .denied(let findings) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(findings.map(\.rule) == [.tradingHours])
            life.run(seconds: 2)
            let after = try view(trade, life)
            #expect(after.held == before.held && after.stopLoss == before.stopLoss)
            #expect(after.takeProfit == before.takeProfit)
        }

        @Test("a stop that was moved comes back when the target cannot be")
        func takesBack() throws {
            let life = try life("accounts: {paper: {opening_balance: 1000000000}}\n")
            // More than the book has: the entry fills in parts.
            var request = Self.long("2000")
            (request.kind, request.price) = (.limit, life.core.metPrice(0, .buy))
            request.takeProfit = nil
            let trade = try execute(request, life)
            for _ in 0..<200 where try view(trade, life).filled == .zero { life.run(seconds: 1) }
            let seen = try view(trade, life)
            #expect(!seen.isEntryDone && seen.held > .zero && seen.stopLoss == Self.below)
            #expect(throws: HostRefusal.self) {
                try change(trade, TradeChange(stopLoss: Price("51000"), takeProfit: Self.above), life)
            }
            #expect(try view(trade, life).stopLoss == Self.below)
            try change(trade, TradeChange(stopLoss: Price("51000")), life)
            #expect(try view(trade, life).stopLoss == Price("51000"))
        }

        @Test("exits can be moved and taken while trading is stopped")
        func exitsPass() throws {
            let life = try life()
            let trade = try execute(Self.long(), life)
            life.run(seconds: 2)
            let request = StopRequest(scope: .system, mode: .stop, reason: "r", triggeredBy: "a")
            let stop = try life.core.throwStop(request, by: HostLife.person)
            #expect(throws: HostRefusal.halted("trading is stopped by \(stop.id): r")) {
                try execute(Self.long(), life)
            }
            try change(trade, TradeChange(stopLoss: Price("51000"), close: Quantity("0.01")), life)
            life.run(seconds: 2)
            let seen = try view(trade, life)
            #expect(seen.held == Quantity("0.02") && seen.stopLoss == Price("51000"))
        }

        @Test("a trade gets the levels that it was not given, one by one")
        func addsLevels() throws {
            let life = try life()
            var request = Self.long()
            (request.stopLoss, request.takeProfit) = (nil, nil)
            let trade = try execute(request, life)
            life.run(seconds: 2)
            #expect(life.core.engine.workingOrderCount == 0)
            try change(trade, TradeChange(takeProfit: Self.above), life)
            #expect(try view(trade, life).takeProfit == Self.above && life.core.engine.workingOrderCount == 1)
            try change(trade, TradeChange(stopLoss: Self.below), life)
            let seen = try view(trade, life)
            #expect(seen.stopLoss == Self.below && seen.takeProfit == Self.above)
            let legs = life.core.engine.workingOrders(instrument: 0)
            #expect(legs.map(\.remaining) == [Quantity("0.03"), Quantity("0.03")])
            #expect(legs.allSatisfy { $0.intent.isLeg && $0.intent.reduceOnly })
            try life.breakOff()
            let next = try folder.live()
            #expect(next.core.engine.workingOrders(instrument: 0).map(\.id).sorted() == legs.map(\.id).sorted())
            // One cancels the other.
            next.core.engine.cancelOrder(id: try #require(legs.first { $0.intent.kind == .stopLoss }).id)
            #expect(next.core.engine.workingOrderCount == 0)
        }

        @Test("a partial close takes from its own trade's legs, whichever is younger")
        func ownLegs() throws {
            let life = try life()
            let older = try execute(Self.long("0.03"), life)
            life.run(seconds: 2)
            let younger = try execute(Self.long("0.02"), life)
            life.run(seconds: 2)
            try change(older, TradeChange(close: Quantity("0.02")), life)
            life.run(seconds: 2)
            #expect(try view(older, life).held == Quantity("0.01"))
            #expect(try view(younger, life).held == Quantity("0.02"))
            for (trade, held) in [(older, "0.01"), (younger, "0.02")] {
                let entry = try #require(life.core.trades[trade]).orderID
                for isStop in [true, false] {
                    let leg = life.core.engine.leg(of: entry, instrument: 0, isStop: isStop)
                    #expect(leg?.remaining == Quantity(held))
                }
            }
        }

        @Test("each account has a book of its own for trades")
        func accounts() throws {
            let life = try life("accounts: {paper: {}, second: {opening_balance: 5000}}\n")
            var request = Self.long()
            request.account = "second"
            let trade = try execute(request, life)
            life.run(seconds: 2)
            let seen = try view(trade, life)
            #expect(seen.account == "second" && seen.held == Quantity("0.03"))
            let position = try #require(try life.core.positions(strategy: nil).first)
            #expect(position.account == "second" && position.strategy == "manual.second")
            request.account = "third"
            #expect(throws: HostRefusal.unknown(kind: "account", id: "third")) { try execute(request, life) }
            request.account = "paper"
            request.signal = "s"
            #expect(throws: HostRefusal.unknown(kind: "signal", id: "s")) { try execute(request, life) }
        }
    }
}

extension HostLife {
    /// The slot of orders of no strategy.
    var manual: Int { core.strategies.firstIndex(where: \.isManual) ?? 0 }
}
