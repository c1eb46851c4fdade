import Execution
import Trading

/// A small generator (splitmix64), so that a seed says everything about a run.
struct Chance {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
    mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
    mutating func percent(_ chance: UInt64) -> Bool { below(100) < chance }
}

/// A venue that does what it should behind a network that does not: messages of both ways get lost, doubled, late and out of
/// order until it heals.
struct FaultyVenue {
    struct Book {
        var quantity: Quantity
        var state = OrderState.submitted
        var fills: [VenueFill] = []
        var filled: Quantity { fills.reduce(.zero) { $0 + $1.quantity } }
    }

    private(set) var orders: [UInt64: Book] = [:]
    private var chance: Chance
    private var lastFillID: UInt64 = 0
    private var toVenue: [(due: Int64, VenueCommand)] = []
    private var toHost: [(due: Int64, VenueMessage)] = []
    var isHealed = false
    /// Longest way of a message.
    let delayMax: Int64
    private(set) var places = 0

    init(seed: UInt64, delayMax: Int64) {
        chance = Chance(seed: seed)
        self.delayMax = delayMax
    }

    private mutating func ways() -> [Int64] {
        if isHealed { return [1] }
        if chance.percent(20) { return [] }
        return (0..<(chance.percent(20) ? 2 : 1)).map { _ in 1 + Int64(chance.below(UInt64(delayMax))) }
    }

    mutating func send(_ command: VenueCommand, at now: Int64) {
        for way in ways() { toVenue.append((now + way, command)) }
    }
    private mutating func tell(_ message: VenueMessage, at now: Int64) {
        for way in ways() { toHost.append((now + way, message)) }
    }

    /// One step of time; what the host hears in it.
    mutating func step(_ now: Int64) -> [VenueMessage] {
        let arrived = toVenue.filter { $0.due <= now }
        toVenue.removeAll { $0.due <= now }
        for (_, command) in arrived { take(command, now) }
        for id in orders.keys.sorted() where chance.percent(15) { trade(id, now) }
        let heard = toHost.filter { $0.due <= now }
        toHost.removeAll { $0.due <= now }
        return heard.map(\.1)
    }

    private mutating func take(_ command: VenueCommand, _ now: Int64) {
        switch command {
        case .place(let id, let intent):
            // The same id again is the same order.
            guard orders[id] == nil else { return }
            places += 1
            orders[id] = Book(quantity: intent.quantity)
            if id % 11 == 0 {
                orders[id]?.state = .rejected
                tell(.rejected(id: id), at: now)
            } else {
                tell(.accepted(id: id), at: now)
            }
        case .cancel(let id):
            guard let book = orders[id] else { return tell(.unknown(id: id), at: now) }
            guard !book.state.isTerminal else { return }
            orders[id]?.state = .cancelled
            tell(.cancelled(id: id, filled: book.filled), at: now)
        case .probe(let id):
            guard let book = orders[id] else { return tell(.unknown(id: id), at: now) }
            tell(.status(id: id, book.state, fills: book.fills), at: now)
        }
    }

    private mutating func trade(_ id: UInt64, _ now: Int64) {
        guard var book = orders[id], !book.state.isTerminal else { return }
        lastFillID += 1
        let fill = VenueFill(
            id: lastFillID, quantity: min(Quantity(raw: Int64(1 + chance.below(4))), book.quantity - book.filled),
            price: .one)
        book.fills.append(fill)
        book.state = book.filled == book.quantity ? .filled : .partiallyFilled
        orders[id] = book
        tell(.filled(id: id, fill), at: now)
    }
}
