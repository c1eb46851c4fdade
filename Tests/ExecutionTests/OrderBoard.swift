import Controls
import Execution
import Testing
import Trading

/// An order manager behind short commands, for tests of it alone.
struct OrderBoard: ~Copyable {
    static let accounts = 2
    static let strategies = 3
    static let instruments = 2

    private var gate = PermissiveGate()
    var orders: OrderManager
    private var event: UInt64 = 1

    init(capacity: Int = 16) {
        orders = OrderManager(
            capacity: capacity, accountCount: Self.accounts, strategyCount: Self.strategies,
            instrumentCount: Self.instruments)
    }

    /// Returns the slot.
    mutating func accept(
        _ side: Side = .buy, _ units: String = "1", limit: String? = "100", stop: String? = nil, instrument: UInt32 = 0,
        strategy: Int32 = 0, account: Int32 = 0, tag: UInt64 = 1, reduceOnly: Bool = false
    ) throws -> Int32 {
        try accept(
            OrderIntent(
                strategy: strategy, instrument: instrument, tag: tag, side: side,
                kind: OrderBoard.kind(hasLimit: limit != nil, hasStop: stop != nil), quantity: quantity(units),
                price: limit.map { price($0) } ?? .zero, stopPrice: stop.map { price($0) } ?? .zero,
                reduceOnly: reduceOnly), account: account)
    }

    mutating func accept(_ intent: OrderIntent, account: Int32) throws -> Int32 {
        event += 1
        return orders.accept(try gate.approve(intent, account: account), in: event, tradableFrom: noon)
    }

    mutating func fill(_ slot: Int32, _ units: Quantity, at price: Price = price("100")) -> Order {
        orders.fill(slot, quantity: units, value: Money.value(price, units)!, at: noon)
    }

    /// `total` includes what is filled already.
    mutating func modify(_ slot: Int32, total: Quantity, limit: Price? = nil) throws -> Order {
        let order = orders.order(slot)
        var intent = order.intent
        intent.quantity = total - order.filled
        if let limit { intent.price = limit }
        event += 1
        let approved = try gate.approve(intent, .modify, orderID: order.id, account: order.account)
        return orders.modify(slot, approved, in: event, tradableFrom: noon)
    }

    mutating func trigger(_ slot: Int32) throws -> Order {
        let order = orders.order(slot)
        return orders.trigger(slot, try gate.approve(order.intent, .trigger, orderID: order.id, account: order.account))
    }

    /// Ids in the order of the queue.
    func queue(_ instrument: Int) -> [UInt64] {
        var ids: [UInt64] = []
        var slot = orders.first(instrument)
        while slot != OrderManager.none {
            ids.append(orders.order(slot).id)
            slot = orders.next(slot)
        }
        return ids
    }

    private static func kind(hasLimit: Bool, hasStop: Bool) -> OrderKind {
        switch (hasLimit, hasStop) {
        case (true, true): .stopLimit
        case (true, false): .limit
        case (false, true): .stopLoss
        case (false, false): .market
        }
    }
}
