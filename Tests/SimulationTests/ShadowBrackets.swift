import Engine
import Execution
import Trading

// Brackets a second time: what legs a fill has to bring, and what must never be there beside each other.

/// An entry that was just filled.
struct ShadowBracket {
    /// As it is after the fill.
    let entry: Order
    let filled: Int128
    /// What is to be closed more; known once other orders have made room.
    var more: Int128?
    /// What stop and target had left before.
    var stopBefore: Int128?
    var targetBefore: Int128?
    /// A leg was denied, or there was no room for it.
    var isRefused = false

    var entryIntent: OrderIntent { entry.intent }
}

extension Shadow {
    private func leg(_ entry: UInt64, _ instrument: Int, isStop: Bool) -> Order? {
        orders.working(instrument).first {
            $0.intent.conditions.entry == entry && $0.intent.kind.hasStopPrice == isStop
        }
    }

    /// A modify of a leg that no strategy could have asked for: it changes the quantity.
    func isGrown(_ order: Order) -> Bool {
        guard order.intent.isLeg, let old = orders.order(order.id, order.intent.instrument) else { return false }
        return order.intent.quantity != old.intent.quantity
    }

    func isGrowth(_ denial: Denial) -> Bool {
        guard denial.intent.isLeg else { return false }
        guard denial.orderID != 0 else { return true }
        return orders.order(denial.orderID, denial.intent.instrument)?.remaining != denial.intent.quantity
    }

    // MARK: - Fact by fact

    /// Before a fact is taken: one of a leg has to be what its entry's fill asks for, any other closes that account.
    mutating func takeLeg(_ fact: TradingEvent) throws(Violation) {
        guard var bracket else { return }
        switch fact {
        // A leg that gives way to an order of the same owner does not come back.
        case .orderChanged(let order, .selfTrade) where order.intent.conditions.entry == bracket.entry.id:
            if bracket.more == nil { prepare(&bracket) }
            bracket.isRefused = true
            unevenBrackets.insert(bracket.entry.id)
            return self.bracket = bracket
        // Others make room for the fill, or for a leg; what is noted beside a leg is about it.
        case .roundTripClosed, .orderChanged(_, .reduceOnly), .orderChanged(_, .bracket), .orderChanged(_, .selfTrade),
            .orderWarned, .equityPeaked, .runawayLatched:
            return
        default: break
        }
        guard let intent = fact.legIntent, intent.conditions.entry == bracket.entry.id else { return try checkLegs() }
        if bracket.more == nil { prepare(&bracket) }
        switch fact {
        case .orderAccepted(let order): try check(order, bracket)
        case .orderDenied, .orderChanged(_, .venue): bracket.isRefused = true
        default: break
        }
        if bracket.isRefused { unevenBrackets.insert(bracket.entry.id) }
        self.bracket = bracket
    }

    private func prepare(_ bracket: inout ShadowBracket) {
        let intent = bracket.entryIntent
        let instrument = Int(intent.instrument)
        let held = books.cell(Int(intent.strategy), instrument).quantity
        let taken = orders.working(instrument).reduce(Int128(0)) { sum, order in
            let counts =
                order.intent.strategy == intent.strategy && order.intent.side != intent.side && order.intent.reduceOnly
                && !order.intent.isProtective && !order.intent.conditions.isSecondLeg
            return counts ? sum + Int128(order.remaining.raw) : sum
        }
        bracket.more = min(bracket.filled, max(0, intent.side == .buy ? held : -held) - taken)
        bracket.stopBefore = leg(bracket.entry.id, instrument, isStop: true).map { Int128($0.remaining.raw) }
        bracket.targetBefore = leg(bracket.entry.id, instrument, isStop: false).map { Int128($0.remaining.raw) }
    }

    /// A new leg, to the last field.
    private func check(_ order: Order, _ bracket: ShadowBracket) throws(Violation) {
        let entry = bracket.entryIntent
        let isStop = order.intent.kind == .stopLoss
        let price = isStop ? entry.conditions.stopLoss : entry.conditions.takeProfit
        let hasStop = leg(bracket.entry.id, Int(entry.instrument), isStop: true) != nil
        var expected = OrderIntent(
            strategy: entry.strategy, instrument: entry.instrument,
            tag: entry.origin == .strategy ? entry.tag + (isStop ? 1 : 2) : 0, side: entry.side.opposite,
            kind: isStop ? .stopLoss : .limit, quantity: Quantity(raw: Int64(bracket.more ?? 0)),
            price: isStop ? .zero : price, stopPrice: isStop ? price : .zero, reduceOnly: true, origin: .bracket)
        expected.conditions.entry = bracket.entry.id
        expected.conditions.isSecondLeg = !isStop && hasStop
        guard order.intent == expected, price != .zero, isStop ? bracket.stopBefore == nil : bracket.targetBefore == nil
        else { throw Violation("leg \(order) of \(bracket.entry), not \(expected)") }
    }

    /// The last fill's bracket is what it has to be.
    mutating func checkLegs() throws(Violation) {
        guard var bracket else { return }
        self.bracket = nil
        if bracket.more == nil { prepare(&bracket) }
        guard let more = bracket.more, more > 0, !bracket.isRefused else { return }
        let intent = bracket.entryIntent
        let instrument = Int(intent.instrument)
        let stop = leg(bracket.entry.id, instrument, isStop: true)
        let target = leg(bracket.entry.id, instrument, isStop: false)
        func check(_ leg: Order?, _ quantity: Int128) throws(Violation) {
            guard let leg, Int128(leg.remaining.raw) == quantity else {
                throw Violation("leg \(String(describing: leg)) of \(bracket.entry), where \(quantity) is to be closed")
            }
        }
        if intent.conditions.stopLoss != .zero { try check(stop, (bracket.stopBefore ?? 0) + more) }
        guard intent.conditions.takeProfit != .zero else { return }
        // A target that was cancelled beside its stop does not come back.
        if bracket.targetBefore == nil, bracket.stopBefore != nil { return }
        guard !unevenBrackets.contains(bracket.entry.id) else { return }
        try check(target, (bracket.targetBefore ?? 0) + more)
    }

    /// A fill of an entry or a leg.
    mutating func takeLegFill(_ fill: Fill, _ order: Order) throws(Violation) {
        if order.intent.conditions.hasBracket {
            bracket = ShadowBracket(entry: order, filled: Int128(fill.quantity.raw))
        }
        guard order.intent.isLeg else { return }
        let held = books.cell(Int(fill.strategy), Int(fill.instrument)).quantity
        guard Int128(fill.quantity.raw) <= (fill.side == .sell ? held : -held) else {
            throw Violation("leg \(order) closed more than \(held)")
        }
        if order.remaining == .zero { filledLegs.insert(order.intent.conditions.entry) }
        tradedLegs.insert(order.intent.conditions.entry)
    }

    // MARK: - After each event

    /// Of each bracket: nothing works beside a leg that is done, no entry beside one that has traded, and stop and target are
    /// even.
    mutating func checkBrackets() throws(Violation) {
        for instrument in setup.instruments.indices {
            for order in orders.working(instrument) {
                let entry = order.intent.conditions.entry
                if filledLegs.contains(entry) {
                    throw Violation("\(order) works after its bracket's other leg was filled")
                }
                if tradedLegs.contains(order.id) { throw Violation("entry \(order) works after a leg has traded") }
                guard order.intent.conditions.isSecondLeg else { continue }
                guard let stop = leg(entry, instrument, isStop: true), order.remaining <= stop.remaining,
                    order.remaining == stop.remaining || unevenBrackets.contains(entry)
                else { throw Violation("\(order) without a stop of its size") }
            }
        }
    }
}

extension TradingEvent {
    /// Of a leg that was sent, grown or refused.
    fileprivate var legIntent: OrderIntent? {
        switch self {
        case .orderAccepted(let order), .orderChanged(let order, .modified), .orderChanged(let order, .venue):
            order.intent.isLeg ? order.intent : nil
        case .orderDenied(let denial): denial.intent.isLeg ? denial.intent : nil
        default: nil
        }
    }
}
