import Engine
import Execution
import Portfolio
import Trading

// The protective pair a second time: what it has to be, what it counts as, and what has to make room for it.

extension ShadowGate {
    /// What an account holds, and what of its working orders can trade: of a strategy's pair and its other orders the larger.
    /// On the side of `q` it is what together with `q` comes to that.
    func netBook(
        _ account: Int, _ instrument: Int, _ books: ShadowBooks, _ orders: ShadowOrders, for q: Question? = nil
    ) -> Book {
        var book = Book(position: books.netQuantity(account: account, instrument))
        for strategy in setup.strategies.indices where setup.strategies[strategy].account == account {
            for side in Side.allCases {
                var others: Int128 = 0
                var pair: Int128 = 0
                for order in orders.working(instrument)
                where order.intent.strategy == Int32(strategy) && order.intent.side == side && order.id != q?.order?.id
                    && !order.intent.conditions.isSecondLeg && q?.isBeside(order) != true
                {
                    let rest = Int128(order.remaining.raw)
                    if order.intent.isProtective { pair = max(pair, rest) } else { others += rest }
                }
                guard let q, q.intent.strategy == Int32(strategy), q.intent.side == side else {
                    book.add(max(others, pair), side)
                    continue
                }
                let quantity = Int128(q.intent.quantity.raw)
                if q.intent.isProtective {
                    book.add(max(others, pair, quantity) - quantity, side)
                } else {
                    book.add(pair > 0 ? max(others + quantity, pair) - quantity : others, side)
                }
            }
        }
        return book
    }

    /// The same of one strategy.
    func ownBook(_ strategy: Int, _ instrument: Int, _ books: ShadowBooks, _ orders: ShadowOrders) -> Book {
        var book = Book(position: books.cell(strategy, instrument).quantity)
        for side in Side.allCases {
            let own = orders.working(instrument).filter {
                $0.intent.strategy == Int32(strategy) && $0.intent.side == side && !$0.intent.conditions.isSecondLeg
            }
            let pair = own.filter(\.intent.isProtective).map { Int128($0.remaining.raw) }.max() ?? 0
            let others = own.filter { !$0.intent.isProtective }.reduce(Int128(0)) { $0 + Int128($1.remaining.raw) }
            book.add(max(others, pair), side)
        }
        return book
    }
}

/// What a strategy's other orders may have left on a side after its pair traded.
struct ShadowRoom {
    let strategy: Int32
    let instrument: Int
    let side: Side
    let most: Int128

    func working(_ orders: ShadowOrders) -> Int128 {
        orders.working(instrument).reduce(0) { sum, order in
            let intent = order.intent
            let counts =
                intent.strategy == strategy && intent.side == side && !intent.isProtective
                && !intent.conditions.isSecondLeg
            return counts ? sum + Int128(order.remaining.raw) : sum
        }
    }
}

extension Shadow {
    /// A fill of the pair closes, and never turns, the position; other orders on its side lose what they were to close.
    func room(after fill: Fill, _ order: Order) throws(Violation) -> ShadowRoom? {
        guard order.intent.isProtective else { return nil }
        let held = books.cell(Int(fill.strategy), Int(fill.instrument)).quantity
        let quantity = Int128(fill.quantity.raw)
        let closable = fill.side == .sell ? held : -held
        guard quantity <= closable else { throw Violation("protective fill \(fill) of a position of \(held)") }
        let before = ShadowRoom(strategy: fill.strategy, instrument: Int(fill.instrument), side: fill.side, most: 0)
            .working(orders)
        return ShadowRoom(
            strategy: fill.strategy, instrument: Int(fill.instrument), side: fill.side,
            most: max(closable - quantity, before - quantity))
    }

    /// Each pair is at most one stop and one target, on the closing side and within the position.
    func checkPairs() throws(Violation) {
        for instrument in setup.instruments.indices {
            let legs = orders.working(instrument).filter(\.intent.isProtective)
            for leg in legs {
                let held = books.cell(Int(leg.intent.strategy), instrument).quantity
                let closable = leg.intent.side == .sell ? held : -held
                let twins = legs.count {
                    $0.intent.strategy == leg.intent.strategy && $0.intent.kind == leg.intent.kind
                }
                guard Int128(leg.remaining.raw) <= closable, twins == 1, leg.intent.reduceOnly,
                    [.stopLoss, .limit].contains(leg.intent.kind)
                else { throw Violation("leg \(leg) of a position of \(held), \(twins) of its kind") }
            }
        }
    }

    /// The price of a leg, or nil when there is none to be.
    func legPrice(_ kind: OrderKind, _ terms: ProtectionTerms, _ strategy: Int, _ instrument: Int) -> Int64? {
        let cell = books.cell(strategy, instrument)
        guard cell.quantity != 0, let distance = kind == .limit ? terms.takeProfit : terms.stopLoss else { return nil }
        let rules = setup.instruments[instrument].terms
        let average = ShadowBooks.rounded(
            cell.cost * (cell.quantity > 0 ? 1 : -1) * 1_000_000_000,
            Int128(cell.quantity.magnitude) * Int128(rules.multiplier))
        guard average > 0 else { return nil }
        let isAbove = (kind == .limit) == (cell.quantity > 0)
        let exact = average * (1_000_000_000 + (isAbove ? 1 : -1) * Int128(distance.raw))
        let unit = Int128(rules.tick.raw) * 1_000_000_000
        var ticks = exact / unit
        if isAbove, exact % unit != 0 { ticks += 1 }
        return Int64(max(ticks, 1)) * rules.tick.raw
    }
}
