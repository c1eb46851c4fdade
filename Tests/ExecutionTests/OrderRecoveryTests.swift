import Execution
import Testing
import Trading

@Suite("Working orders that come back")
struct OrderRecoveryTests {
    private static func bytes(_ orders: borrowing OrderManager) -> [UInt8] {
        var writer = ByteWriter()
        orders.encode(into: &writer)
        return writer.bytes
    }

    private static func fresh(capacity: Int = 16) -> OrderManager {
        OrderManager(
            capacity: capacity, accountCount: OrderBoard.accounts, strategyCount: OrderBoard.strategies,
            instrumentCount: OrderBoard.instruments)
    }

    private static func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch { return "\(error)" }
    }

    /// Two queues with a partly filled, a re-queued, a triggered and a reduce-only order.
    private static func board() throws -> OrderBoard {
        var board = OrderBoard()
        let first = try board.accept(.buy, "3", limit: "99")
        _ = try board.accept(.sell, "2", limit: "103", strategy: 1, account: 1, reduceOnly: true)
        let stop = try board.accept(.sell, "1", limit: "90", stop: "95", instrument: 1, strategy: 2)
        _ = try board.accept(.buy, "1", limit: nil, stop: "120", instrument: 1, tag: 9)
        let gone = try board.accept(.buy, "1")
        _ = board.fill(first, quantity("1"), at: price("99"))
        _ = try board.modify(first, total: quantity("4"))
        _ = try board.trigger(stop)
        _ = board.fill(gone, quantity("1"))
        return board
    }

    @Test("queues, ids, priorities and totals are as they were, and go on alike")
    func comesBack() throws {
        let board = try Self.board()
        let bytes = Self.bytes(board.orders)
        var orders = Self.fresh()
        var reader = ByteReader(bytes)
        try orders.decode(from: &reader)
        try reader.end()
        try orders.check()
        #expect(Self.bytes(orders) == bytes)
        #expect(orders.workingCount == 4)
        for instrument in 0..<2 {
            for strategy in 0..<3 {
                #expect(
                    orders.totals(strategy: strategy, instrument: instrument)
                        == board.orders.totals(strategy: strategy, instrument: instrument))
            }
            for account in 0..<2 {
                #expect(
                    orders.totals(account: account, instrument: instrument)
                        == board.orders.totals(account: account, instrument: instrument))
            }
        }
        #expect(orders.nextID() == 6)
    }

    @Test("the door is open before the first id only, and shut for good")
    func closed() throws {
        let bytes = Self.bytes(try Self.board().orders)
        var running = Self.fresh()
        _ = running.nextID()
        var closed = Self.fresh()
        closed.closeRecovery()
        var order = try Self.order()
        var reader = ByteReader(bytes)
        #expect(throws: CodingFault.self) { try running.decode(from: &reader) }
        reader = ByteReader(bytes)
        #expect(throws: CodingFault.self) { try closed.decode(from: &reader) }
        #expect(
            Self.message { try closed.replayAccepted(order, latencyNanoseconds: 0, dayOffset: 0) }
                == "order 1: the recovery is over")
        order.id = 2
        #expect(
            Self.message { try running.replayAccepted(order, latencyNanoseconds: 0, dayOffset: 0) }
                == "order 2: the recovery is over")
        #expect(closed.workingCount == 0 && running.workingCount == 0)
    }

    /// As the first order of a manager looks when it was accepted.
    private static func order(_ side: Side = .buy, _ units: String = "2") throws -> Order {
        var board = OrderBoard()
        return board.orders.order(try board.accept(side, units, limit: "99"))
    }

    @Test("accepted, shrunk, re-priced, filled and ended facts make what they made then")
    func replay() throws {
        var board = OrderBoard()
        var orders = Self.fresh()
        for (side, units) in [(Side.buy, "3"), (.sell, "2"), (.buy, "1")] {
            let slot = try board.accept(side, units, limit: "99")
            try orders.replayAccepted(board.orders.order(slot), latencyNanoseconds: 0, dayOffset: 0)
        }
        let first = board.orders.first(0)
        let changed = try board.modify(first, total: quantity("5"), limit: price("98"))
        try orders.replayChange(changed, latencyNanoseconds: 0)
        var fill = Fill(
            id: 1, orderID: changed.id, strategy: 0, account: 0, instrument: 0, side: .buy, liquidity: .maker,
            price: price("98"), quantity: quantity("1"), value: money("98"), commission: .zero, time: noon)
        #expect(try orders.replayFill(fill) == board.fill(first, quantity("1"), at: price("98")))
        let second = board.orders.first(0)
        let ended = board.orders.end(second, as: .cancelled, at: noon)
        try orders.replayChange(ended, latencyNanoseconds: 0)
        #expect(orders.workingCount == 2)
        try orders.check()
        var queue: [Order] = []
        var slot = orders.first(0)
        while slot != OrderManager.none {
            queue.append(orders.order(slot))
            slot = orders.next(slot)
        }
        #expect(queue.map(\.id) == board.queue(0))
        #expect(queue.map(\.priority) == [3, 4])
        // What does not follow is refused.
        #expect(
            Self.message { try orders.replayChange(ended, latencyNanoseconds: 0) }?.contains("does not work") == true)
        fill.quantity = quantity("5")
        #expect(Self.message { _ = try orders.replayFill(fill) }?.contains("does not fit") == true)
        var forged = queue[0]
        forged.filled = quantity("0.5")
        #expect(
            Self.message { try orders.replayChange(forged, latencyNanoseconds: 0) }?.contains("not what became") == true
        )
        forged = queue[1]
        forged.intent.quantity = quantity("50")
        #expect(
            Self.message { try orders.replayChange(forged, latencyNanoseconds: 0) }?.contains("no new shape") == true)
        var rejected = try Self.order()
        rejected.state = .rejected
        rejected.id = 4
        try orders.replayRejected(rejected)
        #expect(orders.idCount == 4)
        #expect(throws: RecoveryFault.self) { try orders.replayRejected(rejected) }
    }

    @Test("more orders than there is room for, and no wrong byte, get in or trap")
    func wrongBytes() throws {
        let good = Self.bytes(try Self.board().orders)
        var small = Self.fresh(capacity: 3)
        var reader = ByteReader(good)
        #expect(Self.message { try small.decode(from: &reader) }?.contains("no room for more than 3") == true)
        var found = 0
        for place in good.indices {
            for value in [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8] where good[place] != value {
                var bad = good
                bad[place] = value
                var orders = Self.fresh()
                let fault = Self.message {
                    var reader = ByteReader(bad)
                    try orders.decode(from: &reader)
                    try orders.check()
                }
                if fault != nil { found += 1 }
            }
        }
        #expect(found > good.count)
    }
}
