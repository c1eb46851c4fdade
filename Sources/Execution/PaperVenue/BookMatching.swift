import Trading

// Matching where the feed has depth: takers walk the levels of the book, resting orders wait in a queue. README.md,
// "Fills", has the rules by number.

extension PaperVenue {
    /// Where a limit order trades in this event: against the book when it arrives marketable, else as it rests.
    func matchBook(_ entry: WorkingOrder) -> (price: Price, liquidity: Fill.Liquidity)? {
        let order = entry.order
        guard entry.hasArrived else { return bestLevel(within: order).map { ($0.price, .taker) } }
        guard let event, event.kind == .trade else {
            return bestLevel(within: order) == nil ? nil : (order.intent.price, .maker)
        }
        return fromTrade(entry, event).raw > 0 ? (order.intent.price, .maker) : nil
    }

    mutating func fillFromBook(_ entry: WorkingOrder, _ slot: Int32, _ liquidity: Fill.Liquidity) -> VenueReport? {
        let order = entry.order
        if liquidity == .taker { return walk(slot, order) }
        guard let event, event.kind == .trade else { return takeLevel(slot, order, .maker) }
        let quantity = fromTrade(entry, event)
        self.event?.take(quantity, order.intent.side)
        return VenueReport(
            slot: slot, kind: .filled, reason: .fill, price: order.intent.price, quantity: quantity, liquidity: .maker)
    }

    /// What a trade leaves for a resting order: all of it beyond the limit, at the limit what is more than the queue.
    private func fromTrade(_ entry: WorkingOrder, _ event: VenueEvent) -> Quantity {
        let limit = entry.order.intent.price
        let side = entry.order.intent.side
        let left = event.available(side)
        if event.isBeyond(limit, side) || (terms.touchFills && event.high == limit) {
            return min(left, entry.order.remaining)
        }
        guard event.isTrade(at: limit, side), entry.queueAhead != WorkingOrder.unmeasured, left > entry.queueAhead
        else { return .zero }
        return min(left - entry.queueAhead, entry.order.remaining)
    }

    // MARK: - Takers

    /// The first level that an order reaches and that own orders have not used up.
    func bestLevel(within order: Order) -> (index: Int, price: Price, available: Quantity)? {
        guard let book, let event else { return nil }
        let isBuy = order.intent.side == .buy
        let count = isBuy ? book.pointee.asks.count : book.pointee.bids.count
        for index in 0..<count {
            let level = isBuy ? book.pointee.asks[index] : book.pointee.bids[index]
            guard reaches(order, level.price) else { return nil }
            let available = event.inLots(level.quantity) - level.taken
            if available.raw > 0 { return (index, level.price, available) }
        }
        return nil
    }

    /// Within a limit order's limit or a market order's protection price.
    private func reaches(_ order: Order, _ price: Price) -> Bool {
        let worst = order.intent.kind.hasLimitPrice ? order.intent.price : order.protection
        if worst == .zero { return true }
        return order.intent.side == .buy ? price <= worst : price >= worst
    }

    /// A market order, a marketable limit or a triggered stop takes level by level, one report each.
    mutating func walk(_ slot: Int32, _ order: Order) -> VenueReport? {
        if order.intent.timeInForce == .fillOrKill, !isFillable(order) { return restOfWalk(slot, order) }
        return takeLevel(slot, order, .taker)
    }

    /// All levels that the order reaches together are enough.
    private func isFillable(_ order: Order) -> Bool {
        guard let book, let event else { return false }
        var needed = order.remaining.raw
        for level in book.pointee.opposite(of: order.intent.side) where reaches(order, level.price) {
            needed -= min(needed, max(0, event.inLots(level.quantity).raw - level.taken.raw))
        }
        return needed == 0
    }

    private mutating func takeLevel(
        _ slot: Int32, _ order: Order, _ liquidity: Fill.Liquidity
    ) -> VenueReport? {
        guard let level = bestLevel(within: order) else { return restOfWalk(slot, order) }
        let side = order.intent.side
        let quantity = min(order.remaining, level.available)
        book?.pointee.take(quantity, ofLevel: level.index, by: side)
        if isImmediate(order) { immediate = (slot, order.id) }
        if quantity < order.remaining { walking = (slot, order.id, liquidity) }
        return VenueReport(
            slot: slot, kind: .filled, reason: .fill, price: fillPrice(order, level.price, liquidity),
            quantity: quantity, liquidity: liquidity)
    }

    private func fillPrice(_ order: Order, _ price: Price, _ liquidity: Fill.Liquidity) -> Price {
        if order.intent.kind.hasLimitPrice { return liquidity == .maker ? order.intent.price : price }
        let slipped = event?.slipped(price, order.intent.side, terms.slippage) ?? price
        guard order.protection != .zero else { return slipped }
        return order.intent.side == .buy ? min(slipped, order.protection) : max(slipped, order.protection)
    }

    /// The order that took the last level takes the next one, if it still works.
    mutating func walkOn(_ orders: borrowing OrderManager) -> VenueReport? {
        guard let (slot, id, liquidity) = walking else { return nil }
        walking = nil
        let order = orders.order(slot)
        guard order.id == id, !order.state.isTerminal else { return nil }
        return takeLevel(slot, order, liquidity)
    }

    /// No level is left for it: a market order that only its protection price holds back ends, an order that may not rest
    /// too, and any other waits.
    private mutating func restOfWalk(_ slot: Int32, _ order: Order) -> VenueReport? {
        let isHeldBack = !order.intent.kind.hasLimitPrice && isBookBeyond(order)
        guard isHeldBack || isImmediate(order) else { return nil }
        immediate = nil
        return ended(slot, .cancelled, isHeldBack ? .protectionPrice : .notFillable)
    }

    /// There is something left to take, but worse than the protection price.
    private func isBookBeyond(_ order: Order) -> Bool {
        guard let book, let last = book.pointee.opposite(of: order.intent.side).last else { return false }
        return bestLevel(within: order) == nil && !reaches(order, last.price)
    }

    // MARK: - Queues

    /// After all trades of the event: who has arrived joins the queue at its price, and the queues ahead of the others get
    /// shorter.
    mutating func measureQueues(_ orders: inout OrderManager) -> VenueReport? {
        guard let book, let event else { return nil }
        var slot = orders.first(instrument)
        while slot != OrderManager.none {
            let entry = orders[slot]
            if entry.hasArrived, entry.order.intent.kind.hasLimitPrice, entry.queueAhead.raw != 0 {
                orders[slot].queueAhead = queueAhead(of: entry, book.pointee, event)
            }
            slot = orders.next(slot)
        }
        return nil
    }

    private func queueAhead(of entry: WorkingOrder, _ book: borrowing OrderBook, _ event: VenueEvent) -> Quantity {
        let limit = entry.order.intent.price
        let side = entry.order.intent.side
        if event.kind == .trade, entry.queueAhead != WorkingOrder.unmeasured {
            if event.isBeyond(limit, side) { return .zero }
            guard event.isTrade(at: limit, side), entry.queueAhead != WorkingOrder.outOfSight else {
                return entry.queueAhead
            }
            // What own orders got of the trade did not serve the queue.
            return max(.zero, entry.queueAhead - event.available(side))
        }
        guard let shown = book.shown(at: limit, side).map(event.inLots) else {
            return entry.queueAhead == WorkingOrder.unmeasured ? WorkingOrder.outOfSight : entry.queueAhead
        }
        return entry.queueAhead == WorkingOrder.unmeasured ? shown : min(entry.queueAhead, shown)
    }
}
