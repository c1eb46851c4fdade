import API
import Engine
import Journal
import Signals
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// The bridge of a host, turn by turn.
    @Suite("Bridge")
    struct BridgeTests {
        private let folder = HostFolder()

        private func life(
            _ bridge: String = "{enabled: true}", horizon: String = "1h", more: String = "", seconds: Int = 5
        ) throws -> HostLife {
            folder.writeHost("signals: {every: off, horizon: \(horizon)}\nbridge: \(bridge)\n\(more)")
            let life = try folder.live()
            life.run(seconds: seconds)
            return life
        }

        private func add(
            _ life: HostLife, _ probability: Double = 0.8, as source: SignalRecord.Source = .model,
            of id: String = "BTC"
        ) throws -> SignalRecord {
            let index = try #require(life.core.instrument(id))
            let from = try life.core.signalSource(index, .rules, "1s")
            let draft = try SignalDraft(from, opinion: Opinion(probability: probability))
            var record = draft.record(as: source, isCounted: true)
            // The market does not get there while a test runs.
            let away = Price(raw: record.entry.raw / 10 / 10_000_000 * 10_000_000)
            record.stop = Price(raw: record.entry.raw + (record.isUp ? -away.raw : away.raw))
            record.target = Price(raw: record.entry.raw + (record.isUp ? away.raw : -away.raw))
            return life.core.addSignal(record)
        }

        private func state(_ life: HostLife, _ record: SignalRecord) -> SignalBridging? {
            life.core.signals[record.id]?.bridging
        }

        /// Orders of operators, by what the journal has.
        private func orders(_ life: HostLife) throws -> [Order] {
            life.commit()
            return try life.journal.orders(OrderFilter(page: HistoryPage(limit: 1000))).map(\.order)
                .filter { $0.intent.origin == .operator }
        }

        private func execute(_ record: SignalRecord, _ life: HostLife) throws(HostRefusal) -> UInt64 {
            let side: Side = record.direction == .sell ? .sell : .buy
            let request = TradeRequest(
                account: "paper", instrument: "BTC", side: side, quantity: Quantity("0.01")!,
                signal: SignalRecord.name(record.id))
            return try life.core.execute(request, by: HostLife.person)
        }

        private func halt(_ life: HostLife) throws -> String {
            let request = StopRequest(scope: .system, mode: .stop, reason: "r", triggeredBy: "t")
            return try life.core.throwStop(request, by: HostLife.person).id
        }

        private func release(_ stop: String, _ life: HostLife) throws {
            _ = try life.core.releaseStop(stop, reason: "over", authorizedBy: "boss", by: HostLife.person)
        }

        private func letters(_ life: HostLife) throws -> [SignalRecord] {
            life.commit()
            var filter = SignalFilter()
            filter.bridge = .dead
            return try life.journal.signals(filter).signals
        }

        // MARK: What becomes an order

        @Test("a signal above the threshold becomes one order to its side, with its stop, its target and its number")
        func sends() throws {
            let life = try life()
            let record = try add(life, 0.2)
            life.run(seconds: 2)
            let order = try #require(try orders(life).first)
            #expect(try orders(life).count == 1)
            let intent = order.intent
            #expect(intent.side == .sell && intent.kind == .market && order.state == .filled)
            #expect(intent.conditions.stopLoss == record.stop && intent.conditions.takeProfit == record.target)
            #expect(intent.tag == OrderIntent.tag(ofSignal: record.id, confidence: Rate("0.8")!))
            #expect(intent.signalConfidence == Rate("0.8"))
            // 5 % of a million × 0.8 at the bid.
            let value = order.filledValue.approximate
            #expect(value > 39_000 && value < 41_000, "\(value)")
            let stored = try #require(try life.journal.signal(id: record.id))
            #expect(stored.status == .executed && stored.bridging.state == .sent && stored.bridging.attempts == 1)
            let trade = try #require(life.core.trades[stored.trade])
            #expect(trade.orderID == order.id && trade.user == "bridge")
            let status = life.core.bridgeStatus
            #expect(status.sent == 1 && status.processed == 1 && status.queueDepth == 0 && status.pendingTrades == 0)
            #expect(status.successRate == 1 && status.lastProcessedAt == stored.bridging.endedAt)
            #expect(status.averageProcessingSeconds > 0 && status.averageProcessingSeconds < 10)
        }

        @Test("what is below the threshold, holds, or was made by a client makes no order")
        func passes() throws {
            let life = try life()
            let (weak, hold) = (try add(life, 0.6), try add(life, 0.5))
            let (asked, test) = (try add(life, 0.9, as: .request), try add(life, 0.9, as: .test))
            life.run(seconds: 3)
            #expect(try orders(life).isEmpty)
            #expect([weak, hold].map { state(life, $0)?.state } == [.passed, .passed])
            #expect([asked, test].map { state(life, $0)?.state } == [.outside, .outside])
            #expect(life.core.bridgeStatus.processed == 2 && life.core.bridgeStatus.successRate == 0)
            // The threshold itself is not below it.
            let exact = try add(life, 0.65)
            life.settle()
            #expect(state(life, exact)?.state == .sent)
        }

        @Test("without a word in host.yaml it is off, and signals from before it is switched on are never traded by it")
        func offAtFirst() throws {
            let life = try life("{}")
            let before = try add(life)
            life.run(seconds: 2)
            var change = BridgeChange()
            change.isEnabled = true
            #expect(try life.core.configureBridge(change, by: HostLife.person).isEnabled)
            life.run(seconds: 2)
            #expect(try orders(life).isEmpty && state(life, before)?.state == .outside)
            let after = try add(life)
            life.settle()
            #expect(state(life, after)?.state == .sent)
        }

        @Test("a strategy's signal is traded in its own account, a model's in the one that is named")
        func accounts() throws {
            folder.addCross("other", "enabled: false\naccount: second")
            let life = try life("{enabled: true, account: third}", more: "accounts: {first: {}, second: {}, third: {}}")
            let index = try #require(life.core.instrument("BTC"))
            let slot = try life.slot("other")
            let source = try life.core.signalSource(index, .rules, nil)
            let said = StrategySignal(
                strategy: slot, instrument: index, strength: 0.9, price: .zero, time: life.core.marketTime)
            let record = try SignalDraft(source, of: said).record(of: (id: "other", account: 1))
            _ = life.core.addSignal(record)
            _ = try add(life)
            life.run(seconds: 1)
            #expect(try orders(life).map(\.account).sorted() == [1, 2])
        }

        // MARK: At most once

        @Test("a signal that somebody executed is not sent, and one that was sent cannot be executed again")
        func once() throws {
            let life = try life()
            let stop = try halt(life)
            let byHand = try add(life)
            life.settle()
            #expect(state(life, byHand)?.state == .waiting)
            try release(stop, life)
            let trade = try execute(byHand, life)
            life.run(seconds: 70)
            #expect(state(life, byHand)?.state == .passed && life.core.signals[byHand.id]?.trade == trade)
            let sent = try add(life)
            life.settle()
            #expect(throws: HostRefusal.conflict("\(SignalRecord.name(sent.id)) is executed already")) {
                try execute(sent, life)
            }
            #expect(try orders(life).count == 2)
        }

        @Test("killed at any moment, a signal has its order or gets it in the next life, and never two")
        func kill() throws {
            let life = try life()
            let first = try add(life)
            // Not yet through a turn: neither is on the disk.
            let empty = try folder.afterKill()
            life.commit()
            let stop = try halt(life)
            let second = try add(life)
            life.commit()
            let killed = try folder.afterKill()
            let none = try empty.live()
            #expect(none.core.signals.lastNumber == 0 && none.core.bridgeStatus.processed == 0)
            let next = try killed.live()
            next.run(seconds: 2)
            #expect(state(next, first)?.state == .sent && state(next, second)?.state == .waiting)
            #expect(try orders(next).count == 1)
            try release(stop, next)
            next.run(seconds: 70)
            #expect(state(next, second)?.state == .sent)
            let tags = try orders(next).map(\.intent.tag)
            #expect(Set(tags).count == 2 && tags.count == 2)
            let status = next.core.bridgeStatus
            #expect(status.sent == 2 && status.queueDepth == 0)
        }

        // MARK: What cannot be sent

        @Test("while trading is stopped a signal is tried again, ever more seldom, and sent once it may be")
        func retry() throws {
            let life = try life()
            let stop = try halt(life)
            let record = try add(life)
            var tried: [Int] = []
            for second in 0..<20 {
                let before = state(life, record)?.attempts ?? 0
                life.run(seconds: 1)
                if state(life, record)?.attempts == before + 1 { tried.append(second) }
            }
            let gaps = zip(tried, tried.dropFirst()).map { $1 - $0 }
            #expect(gaps == [1, 2, 4, 8])
            #expect(state(life, record)?.reason == "trading is halted")
            #expect(life.core.denials.newestFirst.first { _ in true } == nil, "a stop is no denial of the signal")
            try release(stop, life)
            life.run(seconds: 17)
            #expect(state(life, record)?.state == .sent && state(life, record)?.reason == "")
        }

        @Test("after its last attempt it is a dead letter with the reason")
        func givesUp() throws {
            let life = try life("{enabled: true, attempts: 3}")
            _ = try halt(life)
            let record = try add(life)
            life.run(seconds: 5)
            let bridging = try #require(try letters(life).first).bridging
            #expect(bridging.reason == "trading is halted; tried 3 times" && bridging.attempts == 3)
            #expect(state(life, record) == bridging)
        }

        @Test("when its horizon has passed it is a dead letter, whatever attempts are left, over a restart too")
        func horizon() throws {
            let first = try life("{enabled: true, attempts: 100}", horizon: "20s")
            _ = try halt(first)
            let record = try add(first)
            first.run(seconds: 2)
            try first.end()
            let next = try folder.live()
            next.run(seconds: 30)
            let letter = try #require(try letters(next).first)
            #expect(letter.id == record.id && letter.status == .cancelled)
            #expect(letter.bridging.reason == "its horizon has passed; at last: trading is halted")
            #expect(next.core.bridgeStatus.failed == 1 && next.core.bridgeStatus.queueDepth == 0)
        }

        @Test("what the gate denies is given up at once, with the rule, and the denial is on record")
        func denied() throws {
            let life = try life(more: "limits: {max_order_notional: 1000}")
            let record = try add(life)
            life.run(seconds: 3)
            let bridging = try #require(state(life, record))
            #expect(bridging.state == .dead && bridging.attempts == 1 && bridging.rule == "risk.order-size")
            #expect(bridging.reason == "the order's notional is above the limit")
            #expect(try orders(life).isEmpty)
            let denial = try #require(life.core.denials.newestFirst.first { _ in true })
            #expect(denial.findings.map(\.rule) == [.orderSize])
            // A person may still try: the signal is as pending as before.
            #expect(life.core.signals[record.id]?.status == .pending)
            _ = try execute(record, life)
            #expect(state(life, record)?.state == .dead && life.core.signals[record.id]?.status == .executed)
        }

        @Test("a position that is full takes no more of its side, and is made smaller by the other")
        func full() throws {
            let life = try life()
            for _ in 0..<4 { _ = try add(life, 0.9) }
            life.run(seconds: 2)
            let found = try letters(life)
            #expect(found.count == 2 && found.allSatisfy { $0.bridging.reason.contains("no room for a lot") })
            let held = life.core.marketValue(try life.slot("manual"), try #require(life.core.instrument("BTC")))
            #expect(held.approximate > 48_000 && held.approximate < 51_000)
            let opposite = try add(life, 0.2)
            life.run(seconds: 1)
            #expect(state(life, opposite)?.state == .sent)
        }

        @Test("the bridge's trades lose no more together than its risk limit, at their stops")
        func riskLimit() throws {
            let life = try life("{enabled: true, risk_limit: 0.0001}")
            for id in ["BTC", "ETH", "BTC", "ETH"] {
                _ = try add(life, 0.9, of: id)
                life.run(seconds: 2)
            }
            var loss = 0.0
            for trade in life.core.trades.trades {
                let view = life.core.view(trade)
                let (price, stop) = (try #require(view.price), try #require(view.stopLoss))
                loss += (price.approximate - stop.approximate) * view.held.approximate
            }
            // 0.0001 of a million; the first trade takes it up to a lot.
            #expect(loss > 50 && loss <= 101, "\(loss) of 100")
            let found = try letters(life)
            #expect(!found.isEmpty && found.allSatisfy { $0.bridging.reason.contains("are at risk") })
        }

        // MARK: More than it can do

        @Test("what is beyond the queue waits in the journal, over a restart too, and is sent when there is room")
        func backPressure() throws {
            let first = try life("{enabled: true, queue: 2, attempts: 100}")
            let stop = try halt(first)
            let records = try (0..<6).map { _ in try add(first, 0.7) }
            first.run(seconds: 3)
            #expect(first.core.bridge.queue.count == 2 && first.core.bridgeStatus.queueDepth == 6)
            #expect(records.map { state(first, $0)?.attempts ?? 0 }.filter { $0 == 0 }.count == 4)
            try first.end()
            let next = try folder.live()
            next.run(seconds: 1)
            #expect(next.core.bridge.queue.count == 2 && next.core.bridgeStatus.queueDepth == 6)
            try release(stop, next)
            next.run(seconds: 70)
            #expect(next.core.bridgeStatus.queueDepth == 0)
            #expect(records.allSatisfy { [.sent, .dead].contains(state(next, $0)?.state) })
            #expect(state(next, records[0])?.state == .sent)
        }

        @Test("a turn sends so many at most, and the next turn goes on")
        func perTurn() throws {
            let life = try life(more: "limits: {max_orders_per_second: 1000}")
            for place in 0..<(Bridge.perTurn + 3) { _ = try add(life, place % 2 == 0 ? 0.7 : 0.3) }
            life.settle()
            #expect(life.core.bridgeStatus.queueDepth == 3)
            life.settle()
            #expect(life.core.bridgeStatus.queueDepth == 0)
        }

        // MARK: Settings

        @Test("changes hold at once and in the next life, until host.yaml says something new")
        func configured() throws {
            let first = try life()
            var change = BridgeChange()
            (change.isEnabled, change.signalThreshold) = (false, Rate("0.9"))
            (change.maxPositionSize, change.riskLimit) = (Rate("0.04"), Rate("0.1"))
            let set = try first.core.configureBridge(change, by: HostLife.person)
            #expect(!set.isEnabled && set.signalThreshold == Rate("0.9") && set.riskLimit == Rate("0.1"))
            #expect(first.core.engineSettings.signalThreshold == Rate("0.9"))
            #expect(first.core.engineSettings.maxPositionSize == Rate("0.04"))
            try first.breakOff()
            let second = try folder.live()
            #expect(!second.core.bridge.isOn && second.core.bridge.riskLimit == Rate("0.1"))
            let rows = try second.journal.audit().map(\.record).filter { $0.action == "settings.change" }
            #expect(rows.contains { $0.target == "bridge" && $0.user == "ann" })
            try second.end()
            let third = try life("{enabled: true, risk_limit: 0.2}", seconds: 1)
            #expect(third.core.bridge.isOn && third.core.bridge.riskLimit == Rate("0.2"))
        }

        @Test("a position size above the ceiling is refused, and nothing of the change is done")
        func ceiling() throws {
            let life = try life()
            var change = BridgeChange()
            (change.isEnabled, change.maxPositionSize) = (false, Rate("0.06"))
            let fault = RequestFault(path: "max_position_size", message: "Value exceeds maximum allowed (0.05)")
            #expect(throws: HostRefusal.invalid([fault])) {
                try life.core.configureBridge(change, by: HostLife.person)
            }
            #expect(life.core.bridge.isOn)
        }

        @Test("signals that wait while the bridge goes off are dead letters, with the reason")
        func switchedOff() throws {
            let life = try life()
            let stop = try halt(life)
            let record = try add(life)
            life.settle()
            var change = BridgeChange()
            change.isEnabled = false
            _ = try life.core.configureBridge(change, by: HostLife.person)
            life.settle()
            #expect(try letters(life).map(\.bridging.reason) == ["the bridge is off"])
            try release(stop, life)
            change.isEnabled = true
            _ = try life.core.configureBridge(change, by: HostLife.person)
            life.run(seconds: 70)
            #expect(try orders(life).isEmpty && state(life, record)?.state == .dead)
        }
    }
}
