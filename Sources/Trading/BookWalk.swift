/// What an order would trade against if it met an order book as it stands.
public struct BookWalk: Sendable, BitwiseCopyable, Equatable {
    /// Σ price × quantity, raw; what lies beyond the levels shown counts at the last of them.
    public var cost: Int128 = 0
    public var quantity: Quantity = .zero
    /// The price of the last level that it takes from.
    public var worst: Price = .zero
    /// Of it, what lies beyond the levels shown.
    public var unseen: Quantity = .zero

    public init() {}

    /// Rounded away from the order's advantage by at most one unit of 1e-9; zero = there was nothing to walk.
    public func averagePrice(_ side: Side) -> Price {
        guard quantity.raw > 0 else { return .zero }
        let (quotient, remainder) = cost.quotientAndRemainder(dividingBy: Int128(quantity.raw))
        return Price(raw: Int64(clamping: quotient + (side == .buy && remainder > 0 ? 1 : 0)))
    }
}

extension OrderBook {
    /// Walks the side that an order on `side` meets, level by level, less what own orders took of it already; nil = there
    /// is no such side. Nothing is allocated.
    public func walk(_ side: Side, _ quantity: Quantity) -> BookWalk? {
        let levels = opposite(of: side)
        guard quantity.raw > 0, let last = levels.last else { return nil }
        var walk = BookWalk()
        var rest = quantity.raw
        var index = 0
        while index < levels.count, rest > 0 {
            let level = levels[index]
            let part = min(rest, max(0, level.quantity.raw - level.taken.raw))
            walk.cost += Int128(level.price.raw) * Int128(part)
            if part > 0 { walk.worst = level.price }
            rest -= part
            index += 1
        }
        walk.cost += Int128(last.price.raw) * Int128(rest)
        walk.unseen = Quantity(raw: rest)
        walk.quantity = quantity
        return walk
    }
}
