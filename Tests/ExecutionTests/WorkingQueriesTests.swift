import Execution
import Testing
import Trading

@Suite("Questions about working orders")
struct WorkingQueriesTests {
    @Test("finds an order by strategy, instrument and tag, or by id")
    func finds() throws {
        var board = OrderBoard()
        _ = try board.accept(strategy: 1, tag: 7)
        let wanted = try board.accept(strategy: 2, tag: 7)
        let elsewhere = try board.accept(instrument: 1, strategy: 2, tag: 8)
        #expect(board.orders.slot(strategy: 2, instrument: 0, tag: 7) == wanted)
        #expect(board.orders.slot(strategy: 2, instrument: 0, tag: 8) == OrderManager.none)
        #expect(board.orders.slot(strategy: 0, instrument: 0, tag: 7) == OrderManager.none)
        #expect(board.orders.slot(id: 3, instrumentCount: 2) == elsewhere)
        #expect(board.orders.slot(id: 3, instrumentCount: 1) == OrderManager.none)
        _ = board.orders.end(wanted, as: .cancelled, at: noon)
        #expect(board.orders.slot(id: 2, instrumentCount: 2) == OrderManager.none)
    }

    // MARK: - Resting orders of an owner

    /// Accounts 0 and 1 belong to one owner or to two.
    private func owners(_ second: Int32) -> FixedBuffer<Int32> {
        var owners = FixedBuffer<Int32>(count: 2, repeating: 5)
        owners[1] = second
        return owners
    }

    /// What an order of strategy 0 under `tag` meets.
    private func resting(
        _ board: borrowing OrderBoard, _ side: Side, _ owner: Int32, _ owners: borrowing FixedBuffer<Int32>,
        excluded: UInt64 = 0, tag: UInt64? = nil
    ) -> OrderManager.Resting {
        let intent = OrderIntent(
            strategy: 0, instrument: 0, tag: tag ?? 0, side: side.opposite, kind: .market, quantity: .one)
        return board.orders.resting(
            side, against: intent, asksTag: tag != nil, owner: owner, owners: owners, excluded: excluded)
    }

    @Test("the best resting price is the owner's, over all accounts and strategies, without dormant stops")
    func bestResting() throws {
        var board = OrderBoard()
        _ = try board.accept(.buy, limit: "98", strategy: 1)
        _ = try board.accept(.buy, limit: "99", strategy: 2, account: 1)
        _ = try board.accept(.buy, limit: "97")
        _ = try board.accept(.sell, limit: "103")
        _ = try board.accept(.sell, limit: "102", strategy: 1)
        _ = try board.accept(.sell, limit: "90", stop: "91")
        _ = try board.accept(.buy, limit: nil)
        let one = owners(5)
        let two = owners(6)
        func best(_ side: Side, _ owner: Int32, _ owners: borrowing FixedBuffer<Int32>, excluded: UInt64 = 0) -> Price {
            resting(board, side, owner, owners, excluded: excluded).other
        }
        #expect(best(.buy, 5, one) == price("99"))
        #expect(best(.buy, 5, two) == price("98"))
        #expect(best(.buy, 6, two) == price("99"))
        #expect(best(.buy, 7, one) == .zero)
        #expect(best(.sell, 5, one) == price("102"))
        #expect(best(.sell, 5, one, excluded: 5) == price("103"))
        #expect(best(.sell, 6, two) == .zero)
    }

    @Test("a tag is taken in its own strategy, and only when it is asked for")
    func takenTag() throws {
        var board = OrderBoard()
        _ = try board.accept(.buy, limit: "98", strategy: 1, tag: 7)
        _ = try board.accept(.sell, limit: "103", tag: 9)
        let one = owners(5)
        #expect(resting(board, .buy, 5, one, tag: 9).isTagTaken)
        #expect(!resting(board, .buy, 5, one, tag: 7).isTagTaken)
        #expect(!resting(board, .buy, 5, one).isTagTaken)
    }

    @Test("a triggered stop-limit rests")
    func triggeredRests() throws {
        var board = OrderBoard()
        let slot = try board.accept(.sell, limit: "90", stop: "91")
        _ = try board.trigger(slot)
        let one = owners(5)
        #expect(resting(board, .sell, 5, one).other == price("90"))
    }

    @Test("the first resting order that a price reaches; zero reaches all")
    func restingOrder() throws {
        var board = OrderBoard()
        let far = try board.accept(.buy, limit: "95")
        let near = try board.accept(.buy, limit: "99")
        let sell = try board.accept(.sell, limit: "101")
        let one = owners(5)
        func reached(_ side: Side, _ limit: String, owner: Int32 = 5) -> Int32 {
            board.orders.restingOrder(side, reachedBy: price(limit), instrument: 0, owner: owner, owners: one)
        }
        #expect(reached(.buy, "99") == near)
        #expect(reached(.buy, "99.01") == OrderManager.none)
        #expect(reached(.buy, "90") == far)
        #expect(reached(.buy, "0") == far)
        #expect(reached(.sell, "101") == sell)
        #expect(reached(.sell, "100.99") == OrderManager.none)
        #expect(reached(.sell, "0", owner: 6) == OrderManager.none)
    }

    @Test("reserved cash counts working buys at their limit, stop or the market, without the excluded one")
    func reservedValue() throws {
        var board = OrderBoard()
        _ = try board.accept(.buy, "2", limit: "99")
        _ = try board.accept(.buy, "1", limit: nil, stop: "105")
        _ = try board.accept(.buy, "1", limit: nil)
        _ = try board.accept(.sell, "9", limit: "101")
        _ = try board.accept(.buy, "9", limit: "90", account: 1)
        _ = try board.accept(.buy, "9", limit: "90", instrument: 1)
        func reserved(_ multiplier: Int64 = 1, excluded: UInt64 = 0) -> Money? {
            board.orders.reservedValue(
                account: 0, instrument: 0, market: price("100"), multiplier: multiplier, excluded: excluded)
        }
        #expect(reserved() == money("403"))
        #expect(reserved(10) == money("4030"))
        #expect(reserved(excluded: 1) == money("205"))
        _ = board.fill(board.orders.slot(id: 1, instrumentCount: 2), quantity("0.5"))
        #expect(reserved() == money("353.5"))
    }

    // MARK: - Reduce-only

    struct Shrinking: Sendable {
        let position: String
        /// What becomes of the reduce-only sells of 4, 3 and 2, oldest first; 0 = has to go.
        let sells: [String]
    }

    @Test(
        "reduce-only orders together never exceed the position; the youngest shrinks first",
        arguments: [
            Shrinking(position: "10", sells: ["4", "3", "2"]), Shrinking(position: "9", sells: ["4", "3", "2"]),
            Shrinking(position: "8.5", sells: ["4", "3", "1.5"]), Shrinking(position: "7", sells: ["4", "3", "0"]),
            Shrinking(position: "5", sells: ["4", "1", "0"]), Shrinking(position: "0.01", sells: ["0.01", "0", "0"]),
            Shrinking(position: "0", sells: ["0", "0", "0"]), Shrinking(position: "-3", sells: ["0", "0", "0"]),
        ])
    func shrinks(_ row: Shrinking) throws {
        var board = OrderBoard()
        let slots = try ["4", "3", "2"].map { try board.accept(.sell, $0, reduceOnly: true) }
        // Bystanders: a plain order, another strategy's, another instrument's.
        _ = try board.accept(.sell, "50")
        _ = try board.accept(.sell, "50", strategy: 1, reduceOnly: true)
        _ = try board.accept(.sell, "50", instrument: 1, reduceOnly: true)
        var gone: Set<Int32> = []
        while let (slot, isEmpty) = board.orders.shrinkReduceOnly(
            strategy: 0, instrument: 0, position: quantity(row.position), at: noon)
        {
            guard isEmpty else { continue }
            _ = board.orders.end(slot, as: .cancelled, at: noon)
            gone.insert(slot)
        }
        let rests = slots.map { gone.contains($0) ? "0" : board.orders.order($0).remaining.description }
        #expect(rests == row.sells)
        let left = row.sells.reduce(Quantity.zero) { $0 + quantity($1) }
        #expect(board.orders.totals(strategy: 0, instrument: 0).reduceOnlySells == left)
        #expect(board.orders.totals(strategy: 0, instrument: 0).sells == left + quantity("50"))
        #expect(board.orders.totals(strategy: 1, instrument: 0).reduceOnlySells == quantity("50"))
    }

    @Test("buys shrink to the short, and a shrunk order keeps its place and what it has filled")
    func shrinksBuys() throws {
        var board = OrderBoard()
        let slot = try board.accept(.buy, "5", reduceOnly: true)
        _ = try board.accept(.buy, "1")
        _ = board.fill(slot, quantity("2"))
        let shrunk = board.orders.shrinkReduceOnly(strategy: 0, instrument: 0, position: quantity("-1"), at: noon + 9)
        #expect(shrunk?.slot == slot && shrunk?.isEmpty == false)
        let order = board.orders.order(slot)
        #expect(order.remaining == quantity("1"))
        #expect(order.filled == quantity("2"))
        #expect(order.updatedAt == noon + 9)
        #expect(board.queue(0) == [1, 2])
        #expect(board.orders.shrinkReduceOnly(strategy: 0, instrument: 0, position: quantity("-1"), at: noon) == nil)
    }
}
