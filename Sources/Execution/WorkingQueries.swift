public import Trading

// Questions about working orders. The queues are short and the questions come once an order, so they walk the queue.

extension OrderManager {
    /// The order that `strategy` itself submitted in `instrument` under `tag`; `none` when nothing works under it. What an
    /// operator sent under its book is none of its orders.
    public func slot(strategy: Int32, instrument: Int, tag: UInt64) -> Int32 {
        var slot = first(instrument)
        while slot != OrderManager.none {
            let intent = order(slot).intent
            if intent.tag == tag && intent.strategy == strategy && intent.isOfStrategy { break }
            slot = next(slot)
        }
        return slot
    }

    /// A bracket's working stop or target, by the id of its entry.
    public func leg(of entry: UInt64, instrument: Int, isStop: Bool) -> Int32 {
        var slot = first(instrument)
        while slot != OrderManager.none {
            let intent = order(slot).intent
            if intent.conditions.entry == entry, intent.kind.hasStopPrice == isStop { break }
            slot = next(slot)
        }
        return slot
    }

    /// The working order with an id in an instrument.
    public func slot(id: UInt64, instrument: Int) -> Int32 {
        var slot = first(instrument)
        while slot != OrderManager.none, order(slot).id != id { slot = next(slot) }
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

    /// Why an order ends whose time is over.
    func endOfTime(_ slot: Int32) -> OrderReason {
        order(slot).intent.timeInForce == .goodTillDate ? .expireTime : .dayEnd
    }

    /// What a new, modified or triggered order meets of an owner's own.
    public struct Resting: Sendable {
        /// The best limit prices with protective orders and with all others; zero = nowhere.
        public var protective = Price.zero
        public var other = Price.zero
        /// An order of the strategy works, or is kept for a bracket's leg, under one of the tags.
        public var isTagTaken = false
    }

    /// What an owner rests with on `side` of an instrument, in one walk with the question whether `intent` comes under a tag
    /// that is taken (`asksTag`). `excluded` is an order that is itself being modified or triggered; `owners` has the owner of
    /// each account.
    public func resting(
        _ side: Side, against intent: OrderIntent, asksTag: Bool, owner: Int32, owners: borrowing FixedBuffer<Int32>,
        excluded: UInt64
    ) -> Resting {
        func better(_ price: Price, _ best: Price) -> Price {
            side == .buy ? max(price, best) : best == .zero ? price : min(price, best)
        }
        var resting = Resting()
        var slot = first(Int(intent.instrument))
        while slot != OrderManager.none {
            let entry = slab.address(of: Int(slot))
            if entry.rests(on: side), owners[Int(entry.pointee.order.account)] == owner,
                entry.pointee.order.id != excluded
            {
                let price = entry.pointee.order.intent.price
                if entry.pointee.order.intent.isProtective {
                    resting.protective = better(price, resting.protective)
                } else {
                    resting.other = better(price, resting.other)
                }
            }
            if asksTag, entry.pointee.order.intent.strategy == intent.strategy, entry.hasTag(in: intent) {
                resting.isTagTaken = true
            }
            slot = entry.pointee.next
        }
        return resting
    }

    /// The working leg of a strategy's protective pair: its stop or its target; `none` when there is none.
    public func protectiveLeg(_ kind: OrderKind, strategy: Int32, instrument: Int) -> Int32 {
        var slot = first(instrument)
        while slot != OrderManager.none {
            let intent = order(slot).intent
            if intent.isProtective, intent.strategy == strategy, intent.kind == kind { break }
            slot = next(slot)
        }
        return slot
    }

    /// The first resting order of an owner on `side` that an order reaching `limit` would meet (zero = any price).
    public func restingOrder(
        _ side: Side, reachedBy limit: Price, instrument: Int, owner: Int32, owners: borrowing FixedBuffer<Int32>
    ) -> Int32 {
        var slot = first(instrument)
        while slot != OrderManager.none {
            let entry = slab.address(of: Int(slot))
            let price = entry.pointee.order.intent.price
            if entry.rests(on: side), owners[Int(entry.pointee.order.account)] == owner,
                limit == .zero || (side == .buy ? price >= limit : price <= limit)
            {
                break
            }
            slot = entry.pointee.next
        }
        return slot
    }

    /// Σ value of the working buys of an account in one instrument, each at its limit, stop or `market`. Protective ones
    /// and legs reserve nothing: the short that they close has brought its cash.
    public func reservedValue(account: Int32, instrument: Int, market: Price, multiplier: Int64, excluded: UInt64)
        -> Money?
    {
        var sum = Money.zero
        var slot = first(instrument)
        while slot != OrderManager.none {
            let order = order(slot)
            if order.account == account, order.intent.side == .buy, order.id != excluded, !order.intent.isProtective,
                !order.intent.isLeg
            {
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
        return takeOffYoungest(excess, side, strategy, instrument, reduceOnly: true, time)
    }

    /// As `shrinkReduceOnly`, for all orders of `strategy` on `side` but its protective pair: they keep `most`.
    public mutating func shrink(
        _ side: Side, to most: Quantity, strategy: Int32, instrument: Int, at time: Timestamp
    ) -> (slot: Int32, isEmpty: Bool)? {
        let excess = totals(strategy: Int(strategy), instrument: instrument).working(side) - most
        return takeOffYoungest(excess.raw, side, strategy, instrument, reduceOnly: false, time)
    }

    private mutating func takeOffYoungest(
        _ excess: Int64, _ side: Side, _ strategy: Int32, _ instrument: Int, reduceOnly: Bool, _ time: Timestamp
    ) -> (slot: Int32, isEmpty: Bool)? {
        guard excess > 0 else { return nil }
        var slot = last(instrument)
        while slot != OrderManager.none {
            let order = order(slot)
            let intent = order.intent
            let counts = !intent.isProtective && !intent.conditions.isSecondLeg
            if intent.strategy == strategy, intent.side == side, counts, intent.reduceOnly || !reduceOnly {
                guard order.remaining.raw > excess else { return (slot, true) }
                _ = shrink(slot, by: Quantity(raw: excess), at: time)
                return (slot, false)
            }
            slot = previous(slot)
        }
        preconditionFailure("a working total on side \(side.name) of \(excess) without an order")
    }
}

// Looked at in place: an entry is large, and a walk looks at many.
extension UnsafePointer<WorkingOrder> {
    /// It is a limit order that the market can meet now.
    @inline(__always)
    fileprivate func rests(on side: Side) -> Bool {
        let kind = pointee.order.intent.kind
        return pointee.order.intent.side == side && kind.hasLimitPrice
            && (!kind.hasStopPrice || pointee.order.isTriggered)
    }

    /// It has, or keeps for its legs, one of the tags of `intent`.
    @inline(__always)
    fileprivate func hasTag(in intent: OrderIntent) -> Bool {
        let origin = pointee.order.intent.origin
        let tag = pointee.order.intent.tag
        guard origin == .strategy || (origin == .bracket && tag != 0) else { return false }
        let conditions = (pointee.order.intent.conditions.stopLoss, pointee.order.intent.conditions.takeProfit)
        let count: UInt64 = conditions.0 != .zero || conditions.1 != .zero ? 3 : 1
        return tag &- intent.tag < intent.tagCount || intent.tag &- tag < count
    }
}
