public import Trading

// Questions about working orders. The queues are short and the questions come once an order, so they walk the queue.

extension OrderManager {
    /// The order that `strategy` itself submitted in `instrument` under `tag`; `none` when nothing works under it. What an
    /// operator sent under its book is none of its orders.
    public func slot(strategy: Int32, instrument: Int, tag: UInt64) -> Int32 {
        var slot = first(instrument)
        while slot != OrderManager.none {
            let intent = order(slot).intent
            if intent.tag == tag && intent.strategy == strategy && intent.origin == .strategy { break }
            slot = next(slot)
        }
        return slot
    }

    /// The working order with an id, wherever it is.
    public func slot(id: UInt64, instrumentCount: Int) -> Int32 {
        for instrument in 0..<instrumentCount {
            var slot = first(instrument)
            while slot != OrderManager.none {
                if order(slot).id == id { return slot }
                slot = next(slot)
            }
        }
        return OrderManager.none
    }

    /// The best limit price at which an owner rests on `side` of an instrument; zero = nowhere. `owners` has the owner
    /// of each account; `excluded` is an order that is itself being modified or triggered.
    public func bestResting(
        _ side: Side, instrument: Int, owner: Int32, owners: borrowing FixedBuffer<Int32>, excluded: UInt64
    ) -> Price {
        var best = Price.zero
        var slot = first(instrument)
        while slot != OrderManager.none {
            if let price = restingPrice(slot, side, owner: owner, owners: owners), order(slot).id != excluded {
                let isBetter = side == .buy ? price > best : best == .zero || price < best
                if isBetter { best = price }
            }
            slot = next(slot)
        }
        return best
    }

    /// The first resting order of an owner on `side` that an order reaching `limit` would meet (zero = any price).
    public func restingOrder(
        _ side: Side, reachedBy limit: Price, instrument: Int, owner: Int32, owners: borrowing FixedBuffer<Int32>
    ) -> Int32 {
        var slot = first(instrument)
        while slot != OrderManager.none {
            if let price = restingPrice(slot, side, owner: owner, owners: owners),
                limit == .zero || (side == .buy ? price >= limit : price <= limit)
            {
                break
            }
            slot = next(slot)
        }
        return slot
    }

    private func restingPrice(
        _ slot: Int32, _ side: Side, owner: Int32, owners: borrowing FixedBuffer<Int32>
    ) -> Price? {
        let order = order(slot)
        guard order.intent.side == side, order.intent.kind.hasLimitPrice, !order.isDormant,
            owners[Int(order.account)] == owner
        else { return nil }
        return order.intent.price
    }

    /// Σ value of the working buys of an account in one instrument, each at its limit, stop or `market`.
    public func reservedValue(account: Int32, instrument: Int, market: Price, multiplier: Int64, excluded: UInt64)
        -> Money?
    {
        var sum = Money.zero
        var slot = first(instrument)
        while slot != OrderManager.none {
            let order = order(slot)
            if order.account == account, order.intent.side == .buy, order.id != excluded {
                let intent = order.intent
                let price = intent.kind.hasLimitPrice ? intent.price : order.isDormant ? intent.stopPrice : market
                guard let value = Money.value(price, order.remaining, multiplier: multiplier) else { return nil }
                sum += value
            }
            slot = next(slot)
        }
        return sum
    }

    /// A reduce-only order of `strategy` that is now too much for its position, the youngest first; nil = all fit.
    /// Shrinks it, or says that it has to go (`isEmpty`).
    public mutating func shrinkReduceOnly(strategy: Int32, instrument: Int, position: Quantity, at time: Timestamp)
        -> (slot: Int32, isEmpty: Bool)?
    {
        let totals = totals(strategy: Int(strategy), instrument: instrument)
        return shrinkReduceOnly(.buy, totals, strategy, instrument, position, time)
            ?? shrinkReduceOnly(.sell, totals, strategy, instrument, position, time)
    }

    private mutating func shrinkReduceOnly(
        _ side: Side, _ totals: WorkingTotals, _ strategy: Int32, _ instrument: Int, _ position: Quantity,
        _ time: Timestamp
    ) -> (slot: Int32, isEmpty: Bool)? {
        let excess = totals.reduceOnly(side).raw - max(0, -side.sign * position.raw)
        guard excess > 0 else { return nil }
        var slot = last(instrument)
        while slot != OrderManager.none {
            let order = order(slot)
            if order.intent.reduceOnly, order.intent.strategy == strategy, order.intent.side == side {
                guard order.remaining.raw > excess else { return (slot, true) }
                _ = shrink(slot, by: Quantity(raw: excess), at: time)
                return (slot, false)
            }
            slot = previous(slot)
        }
        preconditionFailure("reduce-only total \(totals.reduceOnly(side)) without an order")
    }
}
