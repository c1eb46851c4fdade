import Trading

/// What many rules ask of one order, worked out once a judgement and only when some limit asks.
struct Worths {
    /// Values of a book's worst cases in the account's currency; nil = it cannot be valued.
    struct Sides {
        /// On the order's own side, with the order.
        let own: Money?
        /// On the larger side, without the order and with it.
        let larger: (before: Money, after: Money)?
    }

    // nil = nobody has asked yet.
    private var netSides: Sides?
    private var ownSides: Sides?
    private var notional: Money??

    /// Of the account's book in the instrument.
    @inline(__always)
    mutating func net(_ order: OrderContext) -> Sides {
        if let netSides { return netSides }
        let fresh = Worths.sides(order, order.net)
        netSides = fresh
        return fresh
    }

    /// Of the strategy's.
    @inline(__always)
    mutating func own(_ order: OrderContext) -> Sides {
        if let ownSides { return ownSides }
        let fresh = Worths.sides(order, order.own)
        ownSides = fresh
        return fresh
    }

    /// Of the order itself.
    @inline(__always)
    mutating func notional(_ order: OrderContext) -> Money? {
        if let notional { return notional }
        let fresh = order.notional(of: order.intent.quantity)
        notional = .some(fresh)
        return fresh
    }

    /// The order counts at its own price, the rest at the market's, so that a limit far from the market does not make what is
    /// held look small.
    @inline(never)
    static func sides(_ order: OrderContext, _ book: OrderContext.Book) -> Sides {
        let side = order.intent.side
        let own = order.valuationPrice
        let market = order.marketPrice.raw > 0 ? order.marketPrice : own
        // Without a price of its own nothing of it can be valued.
        guard own.raw > 0 else { return Sides(own: nil, larger: nil) }
        func value(_ quantity: Quantity, at price: Price) -> Money? {
            quantity.raw < .max ? order.notional(of: quantity, at: price) : nil
        }
        let held = book.worstCase(side, adding: .zero)
        let reach = book.worstCase(side, adding: order.intent.quantity)
        let before = value(held, at: market)
        let after: Money? =
            if own == market {
                value(reach, at: own)
            } else if let before, reach.raw < .max, let added = value(reach - held, at: own) {
                before + added
            } else {
                nil
            }
        guard let after, let before, let opposite = value(book.worstCase(side.opposite, adding: .zero), at: market)
        else { return Sides(own: after, larger: nil) }
        return Sides(own: after, larger: (max(before, opposite), max(after, opposite)))
    }
}
