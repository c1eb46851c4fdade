import Journal
import Trading

/// Trades of the execution engine that are not over, oldest first, and what fills make of them.
///
/// A book of manual orders nets: so that its trades add up to no more than its position, in one direction, a fill that shrinks
/// the position closes of the trades
///
///   a leg's or a partial close's own trade first
///   what the rest of the position no longer covers, the oldest first
///
/// An entry that meets an opposite position closes in this way before it opens.
struct TradeBook {
    private(set) var trades: [TradeRecord] = []
    /// Over, newest last: they are answered for while the journal does not work.
    private(set) var ended: [TradeRecord] = []
    private(set) var lastNumber: UInt64 = 0
    /// Their newest state is not among the notes yet.
    private var changed: Set<UInt64> = []

    static let openMax = 2_000
    static let endedMax = 1_000

    init(_ records: [TradeRecord] = [], lastNumber: UInt64 = 0) {
        trades = records
        self.lastNumber = lastNumber
        lookAhead()
    }

    subscript(_ id: UInt64) -> TradeRecord? {
        trades.last { $0.id == id } ?? ended.last { $0.id == id }
    }

    var isFull: Bool { trades.count >= TradeBook.openMax }
    /// When the next order is to be sent; nil = none waits.
    private(set) var nextDue: Timestamp?

    func due(at time: Timestamp) -> [TradeRecord] {
        guard let nextDue, nextDue <= time else { return [] }
        return trades.filter { $0.state == .waiting && $0.dueAt <= time }
    }

    mutating func add(_ trade: TradeRecord) {
        lastNumber = max(lastNumber, trade.id)
        trades.append(trade)
        changed.insert(trade.id)
        lookAhead()
    }

    /// The trade as it is now.
    mutating func change(_ id: UInt64, _ body: (inout TradeRecord) -> Void) {
        guard let place = trades.firstIndex(where: { $0.id == id }) else { return }
        body(&trades[place])
        changed.insert(id)
        lookAhead()
    }

    /// Looks for the next that is due.
    private mutating func lookAhead() { nextDue = trades.lazy.filter { $0.state == .waiting }.map(\.dueAt).min() }

    /// What changed since the last call, for the journal; what is over leaves.
    mutating func takeChanges() -> [TradeRecord] {
        guard !changed.isEmpty else { return [] }
        let result = trades.filter { changed.contains($0.id) }
        changed.removeAll()
        ended += trades.filter(\.isOver)
        trades.removeAll(where: \.isOver)
        if ended.count > TradeBook.endedMax { ended.removeFirst(ended.count - TradeBook.endedMax) }
        return result
    }

    // MARK: What happened

    /// An entry has come to its end.
    mutating func endEntry(_ order: Order, note: String) {
        guard let place = trades.firstIndex(where: { $0.orderID == order.id }) else { return }
        trades[place].isEntryDone = true
        if order.filled == .zero { trades[place].note = note }
        review(place, at: order.updatedAt)
    }

    /// `owner`: the trade whose leg or close it was. `before`: what the book held.
    mutating func take(_ fill: Fill, owner: UInt64?, held before: Quantity, multiplier: Int64) {
        let moved = fill.side.sign * fill.quantity.raw
        let after = before.raw + moved
        let share = FillShare(fill: fill, multiplier: multiplier)
        if let place = trades.firstIndex(where: { $0.orderID == fill.orderID }) {
            noteEntry(place, fill)
        } else if let place = trades.firstIndex(where: { $0.id == owner }), trades[place].side != fill.side {
            close(place, min(trades[place].held, fill.quantity), share)
        }
        let isOpposite = (before.raw > 0) != (moved > 0) && before.raw != 0
        let opened = isOpposite ? max(0, abs(moved) - abs(before.raw)) : fill.quantity.raw
        fit(fill, to: after, opening: Quantity(raw: opened), share)
        guard opened > 0, let place = trades.firstIndex(where: { $0.orderID == fill.orderID }) else { return }
        open(place, Quantity(raw: opened), share)
    }

    private mutating func noteEntry(_ place: Int, _ fill: Fill) {
        trades[place].filled = trades[place].filled + fill.quantity
        trades[place].filledValue += fill.value
        if trades[place].filledAt == nil { trades[place].filledAt = fill.time }
        changed.insert(trades[place].id)
    }

    /// Closes of the trades of the fill's book what its position no longer covers.
    private mutating func fit(_ fill: Fill, to after: Int64, opening: Quantity, _ share: FillShare) {
        for side in Side.allCases {
            let covered = Quantity(raw: max(0, side.sign * after))
            // What an entry is about to open is not in the trades yet.
            let room = side == fill.side ? covered - opening : covered
            var excess = held(fill, side) - max(room, .zero)
            for place in trades.indices where excess.raw > 0 && isOf(trades[place], fill, side) {
                let part = min(excess, trades[place].held)
                close(place, part, share)
                excess = excess - part
            }
        }
    }

    private func isOf(_ trade: TradeRecord, _ fill: Fill, _ side: Side) -> Bool {
        trade.strategy == Int(fill.strategy) && trade.instrument == Int(fill.instrument) && trade.side == side
            && trade.held.raw > 0
    }

    private func held(_ fill: Fill, _ side: Side) -> Quantity {
        trades.reduce(Quantity.zero) { isOf($1, fill, side) ? $0 + $1.held : $0 }
    }

    private mutating func open(_ place: Int, _ quantity: Quantity, _ share: FillShare) {
        let (value, commission) = share.part(quantity)
        trades[place].held = trades[place].held + quantity
        trades[place].cost += value
        trades[place].commission += commission
        review(place, at: share.fill.time)
    }

    private mutating func close(_ place: Int, _ quantity: Quantity, _ share: FillShare) {
        guard quantity.raw > 0 else { return }
        let (value, commission) = share.part(quantity)
        let cost = trades[place].cost.portion(quantity, of: trades[place].held)
        trades[place].held = trades[place].held - quantity
        trades[place].cost -= cost
        trades[place].realized += trades[place].side == .buy ? value - cost : cost - value
        trades[place].commission += commission
        review(place, at: share.fill.time)
    }

    private mutating func review(_ place: Int, at time: Timestamp) {
        trades[place].updatedAt = time
        changed.insert(trades[place].id)
        guard trades[place].isEntryDone, trades[place].held == .zero else { return }
        trades[place].state = trades[place].filled > .zero ? .closed : .cancelled
    }
}

/// A fill that several trades may share.
private struct FillShare {
    let fill: Fill
    let multiplier: Int64

    /// Value and commission of a part of it.
    func part(_ quantity: Quantity) -> (value: Money, commission: Money) {
        (
            Money.value(fill.price, quantity, multiplier: multiplier) ?? .zero,
            fill.commission.portion(quantity, of: fill.quantity)
        )
    }
}
