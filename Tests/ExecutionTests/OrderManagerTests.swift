import Execution
import Testing
import Trading

@Suite("Order manager")
struct OrderManagerTests {
    @Test("accepts in the order of approval, with ids from 1, a queue an instrument")
    func accepts() throws {
        var board = OrderBoard()
        let first = try board.accept(.buy, "2", limit: "99")
        _ = try board.accept(instrument: 1)
        _ = try board.accept(.sell)
        #expect(board.queue(0) == [1, 3])
        #expect(board.queue(1) == [2])
        #expect(board.orders.workingCount == 3)
        let order = board.orders.order(first)
        #expect(order.state == .submitted)
        #expect(order.remaining == quantity("2"))
        #expect(order.submittedAt == noon)
    }

    @Test("ids go on over orders that the gate denied")
    func idsCountDenials() throws {
        var board = OrderBoard()
        #expect(board.orders.nextID() == 1)
        let slot = try board.accept()
        #expect(board.orders.order(slot).id == 2)
    }

    @Test("a partial fill stays, the last one leaves, and value adds up")
    func fills() throws {
        var board = OrderBoard()
        let slot = try board.accept(.buy, "3")
        var order = board.fill(slot, quantity("1"), at: price("99"))
        #expect(order.state == .partiallyFilled)
        #expect(order.remaining == quantity("2"))
        order = board.fill(slot, quantity("2"), at: price("100"))
        #expect(order.state == .filled)
        #expect(order.filledValue == money("299"))
        #expect(board.orders.workingCount == 0)
        #expect(board.orders.hasWorking(0) == false)
    }

    @Test("an ended order leaves in its state", arguments: [OrderState.cancelled, .expired, .rejected])
    func ends(_ state: OrderState) throws {
        var board = OrderBoard()
        let slot = try board.accept()
        #expect(board.orders.end(slot, as: state, at: noon + 5).state == state)
        #expect(board.queue(0).isEmpty)
        #expect(board.orders.totals(strategy: 0, instrument: 0) == WorkingTotals())
    }

    @Test("slots are used again, and full is full")
    func slots() throws {
        var board = OrderBoard(capacity: 3)
        var used: Set<Int32> = []
        for round in 0..<5 {
            let slots = try (0..<3).map { _ in try board.accept() }
            #expect(board.orders.isFull == true)
            used.formUnion(slots)
            for slot in round % 2 == 0 ? slots : slots.reversed() {
                _ = board.orders.end(slot, as: .cancelled, at: noon)
            }
            #expect(board.orders.isFull == false)
        }
        #expect(used.count == 3)
    }

    struct Modify: Sendable {
        let total: String
        let limit: String
        let queue: [UInt64]
    }

    @Test(
        "more quantity or another price loses priority, less keeps it",
        arguments: [
            Modify(total: "2", limit: "100", queue: [1, 2, 3]), Modify(total: "1.5", limit: "100", queue: [1, 2, 3]),
            Modify(total: "2.5", limit: "100", queue: [1, 3, 2]), Modify(total: "2", limit: "99", queue: [1, 3, 2]),
            Modify(total: "1", limit: "101", queue: [1, 3, 2]),
        ])
    func modify(_ row: Modify) throws {
        var board = OrderBoard()
        _ = try board.accept()
        let slot = try board.accept(.buy, "2")
        _ = try board.accept()
        _ = board.fill(slot, quantity("0.5"))
        let order = try board.modify(slot, total: quantity(row.total), limit: price(row.limit))
        #expect(order.intent.quantity == quantity(row.total))
        #expect(order.remaining == quantity(row.total) - quantity("0.5"))
        #expect(order.intent.price == price(row.limit))
        #expect(order.id == 2)
        #expect(board.queue(0) == row.queue)
        let priorities = row.queue.map { id in
            board.orders.order(board.orders.slot(id: id, instrumentCount: 2)).priority
        }
        #expect(priorities == priorities.sorted())
    }

    @Test("a triggered stop is a live order with the same place in the queue")
    func trigger() throws {
        var board = OrderBoard()
        let stop = try board.accept(.sell, "1", limit: nil, stop: "95")
        let stopLimit = try board.accept(.sell, "1", limit: "94", stop: "95")
        #expect(board.orders.order(stop).isDormant)
        #expect(try board.trigger(stop).isMarket)
        let limit = try board.trigger(stopLimit)
        #expect(!limit.isDormant && !limit.isMarket)
        #expect(board.queue(0) == [1, 2])
    }

    // MARK: - Against a model

    /// What the manager should know, as a plain list in queue order.
    private struct Model {
        struct Entry {
            let id: UInt64
            let intent: OrderIntent
            let account: Int32
            var remaining: Quantity
        }
        var queues: [[Entry]] = [[], []]

        func totals(_ instrument: Int, where matches: (Entry) -> Bool) -> WorkingTotals {
            var totals = WorkingTotals()
            for entry in queues[instrument] where matches(entry) {
                let isBuy = entry.intent.side == .buy
                if isBuy {
                    totals.buys = totals.buys + entry.remaining
                } else {
                    totals.sells = totals.sells + entry.remaining
                }
                guard entry.intent.reduceOnly else { continue }
                if isBuy {
                    totals.reduceOnlyBuys = totals.reduceOnlyBuys + entry.remaining
                } else {
                    totals.reduceOnlySells = totals.reduceOnlySells + entry.remaining
                }
            }
            return totals
        }
    }

    @Test(
        "queues and totals equal the sum over the working orders after each of many operations",
        arguments: 1...6 as ClosedRange<UInt64>)
    func randomOperations(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var board = OrderBoard(capacity: 8)
        var model = Model()
        var wasFull = false
        for _ in 0..<400 {
            let instrument = Int.random(in: 0..<2, using: &random)
            if model.queues[instrument].isEmpty || Int.random(in: 0..<3, using: &random) == 0 {
                wasFull = wasFull || board.orders.isFull
                if !board.orders.isFull { try accept(instrument, &board, &model, &random) }
            } else {
                try change(instrument, &board, &model, &random)
            }
            expectEqual(board, model)
        }
        #expect(wasFull)
    }

    private func accept(
        _ instrument: Int, _ board: inout OrderBoard, _ model: inout Model, _ random: inout SeededRandom
    ) throws {
        let intent = OrderIntent(
            strategy: Int32.random(in: 0..<3, using: &random), instrument: UInt32(instrument), tag: 1,
            side: Bool.random(using: &random) ? .buy : .sell, kind: .limit, quantity: units(1...9, &random),
            price: price("100"), reduceOnly: Bool.random(using: &random))
        let account = Int32.random(in: 0..<2, using: &random)
        let slot = try board.accept(intent, account: account)
        model.queues[instrument].append(
            Model.Entry(id: board.orders.order(slot).id, intent: intent, account: account, remaining: intent.quantity))
    }

    private func change(
        _ instrument: Int, _ board: inout OrderBoard, _ model: inout Model, _ random: inout SeededRandom
    ) throws {
        let place = Int.random(in: 0..<model.queues[instrument].count, using: &random)
        var entry = model.queues[instrument][place]
        let slot = board.orders.slot(id: entry.id, instrumentCount: 2)
        let filled = board.orders.order(slot).filled
        var goesBack = false
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let part = min(units(1...4, &random), entry.remaining)
            _ = board.fill(slot, part)
            entry.remaining = entry.remaining - part
        case 1:
            _ = board.orders.end(slot, as: .cancelled, at: noon)
            entry.remaining = .zero
        case 2:
            let rest = units(1...9, &random)
            goesBack = rest > entry.remaining
            _ = try board.modify(slot, total: filled + rest)
            entry.remaining = rest
        default:
            // 0.01 apart, so that it is another price than the one before.
            let limit = Price(raw: board.orders.order(slot).intent.price.raw + 10_000_000)
            goesBack = true
            _ = try board.modify(slot, total: filled + entry.remaining, limit: limit)
        }
        model.queues[instrument].remove(at: place)
        guard entry.remaining.raw > 0 else { return }
        model.queues[instrument].insert(entry, at: goesBack ? model.queues[instrument].count : place)
    }

    private func expectEqual(_ board: borrowing OrderBoard, _ model: Model) {
        #expect(board.orders.workingCount == model.queues[0].count + model.queues[1].count)
        for instrument in 0..<2 {
            #expect(board.queue(instrument) == model.queues[instrument].map(\.id))
            #expect(board.orders.hasWorking(instrument) == !model.queues[instrument].isEmpty)
            for strategy in 0..<3 {
                let expected = model.totals(instrument) { $0.intent.strategy == Int32(strategy) }
                #expect(board.orders.totals(strategy: strategy, instrument: instrument) == expected)
            }
            for account in 0..<2 {
                let expected = model.totals(instrument) { $0.account == Int32(account) }
                #expect(board.orders.totals(account: account, instrument: instrument) == expected)
            }
        }
    }

    private func units(_ range: ClosedRange<Int64>, _ random: inout SeededRandom) -> Quantity {
        Quantity(raw: Int64.random(in: range, using: &random) * Quantity.one.raw)
    }
}
