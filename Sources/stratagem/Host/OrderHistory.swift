import Trading

/// The latest orders in their latest state, newest last; the journal has the older ones.
struct OrderHistory {
    private var orders: [UInt64: Order] = [:]
    /// Ids in the order of their arrival, as a ring.
    private var ids: [UInt64] = []
    private var start = 0
    let capacity: Int
    /// Orders that only the journal has: let go, or of an earlier life of the host.
    private(set) var dropped: UInt64 = 0

    init(capacity: Int = 20_000) {
        self.capacity = capacity
        ids.reserveCapacity(capacity)
        orders.reserveCapacity(capacity)
    }

    /// With the newest orders of the journal, newest first; `most` = so many were asked for, so there may be more.
    init(newestFirst stored: [Order], most: Int) {
        self.init()
        for order in stored.reversed() { accept(order) }
        if stored.count >= most { dropped = 1 }
    }

    /// A change of an order that is not here stays with the journal: its place would not be among the newest.
    mutating func change(_ order: Order) {
        guard orders[order.id] != nil else { return }
        orders[order.id] = order
    }

    mutating func accept(_ order: Order) {
        guard orders.updateValue(order, forKey: order.id) == nil else { return }
        if ids.count < capacity {
            ids.append(order.id)
        } else {
            // A working order may be among the dropped: the engine still has it, and so has the journal.
            orders[ids[start]] = nil
            ids[start] = order.id
            start = (start + 1) % capacity
            dropped += 1
        }
    }

    subscript(_ id: UInt64) -> Order? { orders[id] }

    /// Newest first.
    var newestFirst: some Sequence<Order> {
        let count = ids.count
        return (0..<count).lazy.map { orders[ids[(start + count - 1 - $0) % count]]! }
    }
}

/// The latest of something, newest last, in fixed room.
struct History<Element> {
    private var elements: [Element] = []
    private var start = 0
    let capacity: Int
    /// Those that only the journal has: let go, or of an earlier life of the host.
    private(set) var dropped: UInt64 = 0

    init(capacity: Int) { self.capacity = capacity }

    /// With the newest of the journal, newest first; `most` = so many were asked for, so there may be more.
    init(capacity: Int, newestFirst stored: [Element], most: Int) {
        self.init(capacity: capacity)
        for element in stored.reversed() { append(element) }
        if stored.count >= most { dropped = 1 }
    }

    mutating func append(_ element: Element) {
        if elements.count < capacity {
            elements.append(element)
        } else {
            elements[start] = element
            start = (start + 1) % capacity
            dropped += 1
        }
    }

    /// Newest first.
    var newestFirst: some Sequence<Element> {
        let count = elements.count
        return (0..<count).lazy.map { elements[(start + count - 1 - $0) % count] }
    }
}
