import GRDB
import Testing
import Trading

@testable import Journal

@Suite("Queries")
struct HistoryTests {
    private let folder = TemporaryFolder()

    /// 300 intents; the expected answers are filtered from the facts themselves.
    private func filled() throws -> (Journal, JournalBatch) {
        let journal = try Journal.open(path: folder.journal)
        var facts = SampleFacts()
        let batch = facts.batch(300)
        journal.append(batch)
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        return (journal, batch)
    }

    @Test("orders by strategy, instrument, state and time, newest first, by page")
    func orders() throws {
        let (journal, batch) = try filled()
        var all: [Order] = batch.events.compactMap { event in
            if case .orderChanged(let order, _) = event { return order }
            return nil
        }
        all.reverse()
        let everything = HistoryPage(limit: 1000)
        #expect(try journal.orders(OrderFilter(page: everything)).map(\.order) == all)
        let some = all.filter { $0.intent.strategy == 1 && $0.intent.instrument == 0 }
        #expect(try journal.orders(OrderFilter(strategy: 1, instrument: 0, page: everything)).map(\.order) == some)
        let from = SampleFacts.time(50)
        let to = SampleFacts.time(90)
        let span = all.filter { $0.submittedAt >= from && $0.submittedAt <= to }
        #expect(try journal.orders(OrderFilter(page: HistoryPage(from: from, to: to))).map(\.order) == span)
        #expect(
            try journal.orders(OrderFilter(page: HistoryPage(limit: 10, offset: 20))).map(\.order)
                == Array(all[20..<30]))
        #expect(try journal.orders(OrderFilter(state: .filled, page: everything)).count == all.count)
        #expect(try journal.orders(OrderFilter(state: .submitted)).isEmpty)
        #expect(try journal.orders(OrderFilter(state: .rejected)).isEmpty)
        #expect(try journal.orders(OrderFilter(page: HistoryPage(limit: -1))).isEmpty)
        #expect(try journal.order(id: 5)?.order == all.first { $0.id == 5 })
        #expect(try journal.order(id: 5000) == nil)
        try journal.close()
    }

    @Test("every payment for a held position is a row of its own")
    func financing() throws {
        let journal = try Journal.open(path: folder.journal)
        let payments = [FinancingKind.funding, .borrow].compactMap { kind in
            Financing(
                kind, strategy: 1, account: 2, instrument: 3, rate: Rate(raw: 100_000),
                quantity: Quantity(raw: -200_000_000),
                mark: Price(raw: 365_000_000_000), multiplier: 1, time: SampleFacts.time(7))
        }
        journal.append(JournalBatch(events: payments.map(TradingEvent.financed), wallTime: SampleFacts.time(8)))
        try journal.close()
        let rows = try DatabaseQueue(path: folder.journal).read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM financing ORDER BY kind").map { row in
                row.databaseValues.map(\.description).joined(separator: " ")
            }
        }
        let same = "\(SampleFacts.time(7).nanoseconds) 2 1 3"
        #expect(
            rows == [
                "\(same) 0 100000 -200000000 365000000000 \"-0.073\"",
                "\(same) 1 100000 -200000000 365000000000 \"0.0002\"",
            ])
    }

    @Test("fills by strategy, instrument, order and time")
    func fills() throws {
        let (journal, batch) = try filled()
        var all: [Fill] = batch.events.compactMap { event in
            if case .orderFilled(let fill) = event { return fill }
            return nil
        }
        all.reverse()
        let page = HistoryPage(limit: 1000)
        #expect(try journal.fills(FillFilter(page: page)).map(\.fill) == all)
        #expect(try journal.fills(FillFilter(strategy: 2, page: page)).map(\.fill) == all.filter { $0.strategy == 2 })
        #expect(
            try journal.fills(FillFilter(instrument: 1, page: page)).map(\.fill) == all.filter { $0.instrument == 1 })
        #expect(try journal.fills(FillFilter(orderID: 9)).map(\.fill.orderID) == [9])
        try journal.close()
    }

    @Test("denials with every finding, by strategy, instrument, rule and time")
    func denials() throws {
        let (journal, batch) = try filled()
        let page = HistoryPage(limit: 1000)
        let all = try journal.denials(DenialFilter(page: page))
        let expected: [Denial] = batch.events.reversed().compactMap { event in
            if case .orderDenied(let denial) = event { return denial }
            return nil
        }
        #expect(all.count == 60)
        #expect(all.map(\.intent) == expected.map(\.intent))
        #expect(all.map(\.findings) == expected.map { Array(batch.findings[$0.findings]) })
        #expect(!all.contains { !$0.isDenied })
        #expect(try journal.denials(DenialFilter(rule: .buyingPower, page: page)) == all)
        #expect(try journal.denials(DenialFilter(rule: .position, page: page)).isEmpty)
        let span = HistoryPage(from: SampleFacts.time(10), to: SampleFacts.time(40))
        #expect(try journal.denials(DenialFilter(rule: .orderSize, page: span)).count == 7)
        #expect(
            try journal.denials(DenialFilter(strategy: 1, instrument: 0, page: page))
                == all.filter { $0.intent.strategy == 1 && $0.intent.instrument == 0 })
        #expect(try journal.decision(sequence: all[3].sequence) == all[3])
        let accepted = try journal.decision(sequence: 1)
        #expect(accepted?.isDenied == false && accepted?.orderID == 1 && accepted?.findings == [])
        try journal.close()
    }

    @Test(
        "what the gate warned of stands in the decision's row: of a new order in its acceptance, of a change in its own"
    )
    func warnings() throws {
        let journal = try Journal.open(path: folder.journal)
        var finding = Finding(.orderSize, .orderNotional, scope: .account, observed: 9, limit: 10, used: 0)
        finding.isWarning = true
        let intent = SampleFacts.intent(1)
        var order = Order(id: 1, intent: intent, account: 0, at: SampleFacts.time(1))
        order.state = .submitted
        func warning(_ first: Int, of id: UInt64) -> TradingEvent {
            .orderWarned(
                OrderWarning(
                    intent: intent, orderID: id, account: 0, firstFinding: first, findingCount: 1,
                    time: SampleFacts.time(1)))
        }
        let events: [TradingEvent] = [
            warning(0, of: 0), .orderAccepted(order), warning(1, of: 1), .orderChanged(order, .modified),
            .orderAccepted(Order(id: 2, intent: intent, account: 0, at: SampleFacts.time(2))),
        ]
        journal.append(JournalBatch(events: events, findings: [finding, finding], wallTime: SampleFacts.time(3)))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        let decisions = try [2, 3, 5].map { try journal.decision(sequence: $0) }
        #expect(decisions.map { $0?.findings } == [[finding], [finding], []])
        #expect(decisions.allSatisfy { $0?.isDenied == false && $0?.failedRules == 0 })
        #expect(decisions.map { $0?.orderID } == [1, 1, 2])
        #expect(try journal.decision(sequence: 1) == nil)
        #expect(try journal.denials(DenialFilter()).isEmpty)
        try journal.close()
    }

    @Test("every filter is answered from an index, without sorting")
    func plans() throws {
        let (journal, _) = try filled()
        let page = HistoryPage(from: SampleFacts.time(1), to: SampleFacts.time(9))
        var queries: [HistoryQuery] = []
        for strategy in [nil, 1] {
            for instrument in [nil, 1] {
                for state in [nil, OrderState.submitted, .filled, .cancelled] {
                    queries.append(OrderFilter(strategy: strategy, instrument: instrument, state: state).query)
                }
                queries.append(FillFilter(strategy: strategy, instrument: instrument).query)
                for rule in [nil, RuleID.orderSize] {
                    queries.append(DenialFilter(strategy: strategy, instrument: instrument, rule: rule).query)
                }
            }
            queries.append(RoundTripFilter(strategy: strategy).query)
        }
        for query in queries {
            let (sql, arguments) = query.finished(page)
            let plan = try journal.pool.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: StatementArguments(arguments))
                    .map { $0["detail"] as String }
            }
            #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(sql): \(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sql): \(plan)")
        }
        try journal.close()
    }

    @Test("a working order's row follows its changes")
    func follows() throws {
        let journal = try Journal.open(path: folder.journal)
        let time = SampleFacts.time(1)
        var order = Order(id: 1, intent: SampleFacts.intent(1), account: 0, at: time)
        order.state = .submitted
        journal.append(JournalBatch(events: [.orderAccepted(order)], wallTime: time))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(try journal.orders(OrderFilter(state: .submitted)).map(\.order) == [order])
        order.intent.quantity = Quantity(raw: 5)
        order.intent.price = Price(raw: 6)
        order.priority = 99
        order.updatedAt = time + 5
        journal.append(JournalBatch(events: [.orderChanged(order, .modified)], wallTime: time + 9))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        let row = try journal.orders(OrderFilter(state: .submitted)).first
        #expect(row?.order == order && row?.reason == .modified && row?.wallTime == time)
        order.state = .cancelled
        journal.append(JournalBatch(events: [.orderChanged(order, .cancelRequested)], wallTime: time + 9))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(try journal.orders(OrderFilter(state: .submitted)).isEmpty)
        #expect(try journal.orders(OrderFilter(state: .cancelled)).map(\.order) == [order])
        try journal.close()
    }
}
