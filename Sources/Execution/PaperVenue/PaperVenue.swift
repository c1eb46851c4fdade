public import CStrategyABI
public import Trading

/// What the venue says about one order in one event.
public struct VenueReport: Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, BitwiseCopyable { case filled, triggered, cancelled, expired }
    public let slot: Int32
    public let kind: Kind
    public let reason: OrderReason
    /// Of the fill, or the price that triggered.
    public let price: Price
    public let quantity: Quantity
    public let liquidity: Fill.Liquidity
}

/// Matches working orders against market data, for paper and backtest alike; the rules are in README.md, "Fills".
///
/// `begin` takes an event, `next` gives one report at a time and looks at the orders anew each time: the caller settles
/// a report (books the fill, ends the order, lets the gate judge a trigger) before it asks for the next.
public struct PaperVenue: ~Copyable {
    /// Orders are looked at in this order within one event.
    private enum Phase: UInt8, BitwiseCopyable { case expiry, market, stop, limit, queue, done }

    public let terms: VenueTerms
    var event: VenueEvent?
    /// Where the feed has depth: the engine's, which outlives the event (BookMatching.swift).
    var book: UnsafeMutablePointer<OrderBook>?
    var instrument = 0
    private var phase = Phase.done
    /// An order whose stop was just reported: it trades next if the gate lets it.
    private var triggered: (slot: Int32, id: UInt64, price: Price)?
    /// An order that may not rest (IOC, FOK) and was just filled: its rest is cancelled next.
    var immediate: (slot: Int32, id: UInt64)?
    /// An order that has just taken a level of the book: it goes on to the next.
    var walking: (slot: Int32, id: UInt64, liquidity: Fill.Liquidity)?

    public init(terms: VenueTerms) { self.terms = terms }

    /// Starts to match one event of `instrument`. Returns false for a type that nothing matches against. `book` is given
    /// where the feed has depth, already renewed by the event, and must stay where it is until the event is done.
    public mutating func begin(
        _ record: EventRecord, _ instrumentTerms: InstrumentTerms, sequence: UInt64,
        book: UnsafeMutablePointer<OrderBook>? = nil
    ) -> Bool {
        if let book, book.pointee.time == nil || record.kind == .quote || record.kind == .bar { return false }
        switch record.kind {
        case .bar:
            event = VenueEvent(
                record.asBar, instrumentTerms, sequence: sequence, volumeShare: terms.volumeShare)
        case .quote: event = VenueEvent(record.asQuote, instrumentTerms, sequence: sequence)
        case .trade: event = VenueEvent(record.asTrade, instrumentTerms, sequence: sequence)
        case .depth:
            guard let book else { return false }
            event = VenueEvent(book.pointee, at: record.timestamp, instrumentTerms, sequence: sequence)
        default: return false
        }
        self.book = book
        instrument = Int(record.instrument)
        phase = .expiry
        triggered = nil
        immediate = nil
        walking = nil
        return true
    }

    /// The next report of the event, nil when all orders have been looked at.
    public mutating func next(_ orders: inout OrderManager) -> VenueReport? {
        guard let event else { return nil }
        if let report = walkOn(orders) { return report }
        if let report = restOfImmediate(orders) { return report }
        if let report = tradeTriggered(&orders) { return report }
        while phase != .done, orders.hasWorking(instrument) {
            let report: VenueReport? =
                switch phase {
                case .expiry: nextExpired(orders, event)
                case .market: nextMarket(&orders, event)
                case .stop: nextStop(&orders, event)
                case .limit: nextLimit(&orders, event)
                case .queue: measureQueues(&orders)
                case .done: nil
                }
            if let report { return report }
            phase = Phase(rawValue: phase.rawValue + 1) ?? .done
        }
        return nil
    }

    // MARK: - Phases

    private func nextExpired(_ orders: borrowing OrderManager, _ event: VenueEvent) -> VenueReport? {
        var slot = orders.first(instrument)
        while slot != OrderManager.none {
            if orders[slot].expiresAt <= event.time { return ended(slot, .expired, orders.endOfTime(slot)) }
            slot = orders.next(slot)
        }
        return nil
    }

    private mutating func nextMarket(_ orders: inout OrderManager, _ event: VenueEvent) -> VenueReport? {
        var slot = orders.first(instrument)
        while slot != OrderManager.none {
            let order = orders.order(slot)
            if order.isMarket, isTradable(orders[slot], event) {
                orders[slot].lookedAtIn = event.sequence
                let price = event.arrivalPrice(order.intent.side)
                if book != nil {
                    if let report = walk(slot, order) { return report }
                } else if price.raw > 0 {
                    if let report = trade(slot, order, at: price) { return report }
                } else if isImmediate(order) {
                    return ended(slot, .cancelled, .notFillable)
                }
            }
            slot = orders.next(slot)
        }
        return nil
    }

    private mutating func nextStop(_ orders: inout OrderManager, _ event: VenueEvent) -> VenueReport? {
        var slot = orders.first(instrument)
        while slot != OrderManager.none {
            let order = orders.order(slot)
            if order.isDormant, isTradable(orders[slot], event) {
                orders[slot].lookedAtIn = event.sequence
                if let price = event.triggerPrice(order.intent.stopPrice, order.intent.side) {
                    triggered = (slot, order.id, price)
                    return VenueReport(
                        slot: slot, kind: .triggered, reason: .triggered, price: price, quantity: .zero,
                        liquidity: .taker)
                }
                if order.intent.kind == .trailingStop {
                    orders[slot].follow(event.bestPrice(order.intent.side), tick: event.terms.tick)
                }
            }
            slot = orders.next(slot)
        }
        return nil
    }

    /// Limit orders trade best first: buys before sells, then price, then priority.
    private mutating func nextLimit(_ orders: inout OrderManager, _ event: VenueEvent) -> VenueReport? {
        if let report = nextUnfillable(&orders, event) { return report }
        while let best = bestLimit(orders, event) {
            orders[best.slot].lookedAtIn = event.sequence
            orders[best.slot].hasArrived = true
            if best.liquidity == .taker, orders.order(best.slot).intent.conditions.postOnly {
                return ended(best.slot, .cancelled, .postOnly)
            }
            let report =
                book == nil
                ? fill(best.slot, orders.order(best.slot), at: best.price, best.liquidity)
                : fillFromBook(orders[best.slot], best.slot, best.liquidity)
            if let report { return report }
        }
        return nil
    }

    private func bestLimit(_ orders: borrowing OrderManager, _ event: VenueEvent) -> (
        slot: Int32, price: Price, liquidity: Fill.Liquidity
    )? {
        var best: (slot: Int32, price: Price, liquidity: Fill.Liquidity)?
        var slot = orders.first(instrument)
        while slot != OrderManager.none {
            if isLimit(orders[slot], event),
                best.map({ precedes(orders.order(slot), orders.order($0.slot)) }) ?? true,
                let match = match(orders[slot], event)
            {
                best = (slot, match.price, match.liquidity)
            }
            slot = orders.next(slot)
        }
        return best
    }

    /// Limits that do not trade in this event have arrived and rest, or end when they may not rest.
    private func nextUnfillable(_ orders: inout OrderManager, _ event: VenueEvent) -> VenueReport? {
        var slot = orders.first(instrument)
        while slot != OrderManager.none {
            let order = orders.order(slot)
            if isLimit(orders[slot], event), match(orders[slot], event) == nil {
                orders[slot].lookedAtIn = event.sequence
                orders[slot].hasArrived = true
                if isImmediate(order) { return ended(slot, .cancelled, .notFillable) }
            }
            slot = orders.next(slot)
        }
        return nil
    }

    func isLimit(_ entry: WorkingOrder, _ event: VenueEvent) -> Bool {
        entry.order.intent.kind.hasLimitPrice && !entry.order.isDormant && isTradable(entry, event)
    }

    /// What comes of a stop that was reported: nothing when the gate refused it, else a trade at the trigger price.
    private mutating func tradeTriggered(_ orders: inout OrderManager) -> VenueReport? {
        guard let (slot, id, price) = triggered else { return nil }
        triggered = nil
        let order = orders.order(slot)
        guard order.id == id, !order.state.isTerminal, order.isTriggered else { return nil }
        guard order.intent.kind.hasLimitPrice else {
            return book == nil ? trade(slot, order, at: price) : walk(slot, order)
        }
        orders[slot].hasArrived = true
        if book != nil { return bestLevel(within: order) == nil ? nil : walk(slot, order) }
        let side = order.intent.side
        let isMarketable = side == .buy ? price <= order.intent.price : price >= order.intent.price
        return isMarketable ? fill(slot, order, at: price, .taker) : nil
    }

    private mutating func restOfImmediate(_ orders: borrowing OrderManager) -> VenueReport? {
        guard let (slot, id) = immediate else { return nil }
        immediate = nil
        let order = orders.order(slot)
        guard order.id == id, !order.state.isTerminal else { return nil }
        return ended(slot, .cancelled, .notFillable)
    }

    // MARK: - One order

    private func isTradable(_ entry: WorkingOrder, _ event: VenueEvent) -> Bool {
        entry.acceptedIn < event.sequence && entry.lookedAtIn != event.sequence && event.time >= entry.tradableFrom
    }

    func isImmediate(_ order: Order) -> Bool {
        order.intent.timeInForce == .immediateOrCancel || order.intent.timeInForce == .fillOrKill
    }

    /// Where a limit order trades in this event: at the market when it arrives marketable, else as it rests.
    private func match(_ entry: WorkingOrder, _ event: VenueEvent) -> (price: Price, liquidity: Fill.Liquidity)? {
        if book != nil { return matchBook(entry) }
        let order = entry.order
        let side = order.intent.side
        let limit = order.intent.price
        if !entry.hasArrived {
            let price = event.arrivalPrice(side)
            if price.raw > 0, side == .buy ? price <= limit : price >= limit { return (price, .taker) }
            if isImmediate(order) { return nil }
            // It rests from here on; of this event only a bar still has a range to come.
            guard event.kind == .bar else { return nil }
        }
        return event.restingPrice(limit, side, touchFills: terms.touchFills).map { ($0, .maker) }
    }

    private func precedes(_ a: Order, _ b: Order) -> Bool {
        if a.intent.side != b.intent.side { return a.intent.side == .buy }
        if a.intent.price != b.intent.price {
            return a.intent.side == .buy ? a.intent.price > b.intent.price : a.intent.price < b.intent.price
        }
        return a.priority < b.priority
    }

    /// A market order at `price`, made worse by slippage and held by its protection price.
    private mutating func trade(_ slot: Int32, _ order: Order, at price: Price) -> VenueReport? {
        guard let event else { return nil }
        let side = order.intent.side
        var slipped = event.slipped(price, side, terms.slippage)
        if order.protection != .zero {
            let isBeyond = side == .buy ? price > order.protection : price < order.protection
            if isBeyond { return ended(slot, .cancelled, .protectionPrice) }
            slipped = side == .buy ? min(slipped, order.protection) : max(slipped, order.protection)
        }
        return fill(slot, order, at: slipped, .taker)
    }

    /// Takes what is shown, or nothing: then an immediate order ends and any other waits.
    private mutating func fill(
        _ slot: Int32, _ order: Order, at price: Price, _ liquidity: Fill.Liquidity
    ) -> VenueReport? {
        guard let available = event?.available(order.intent.side) else { return nil }
        let quantity = min(order.remaining, available)
        let isKilled = order.intent.timeInForce == .fillOrKill && quantity < order.remaining
        guard quantity.raw > 0, !isKilled else {
            return isImmediate(order) ? ended(slot, .cancelled, .notFillable) : nil
        }
        event?.take(quantity, order.intent.side)
        if isImmediate(order) { immediate = (slot, order.id) }
        return VenueReport(
            slot: slot, kind: .filled, reason: .fill, price: price, quantity: quantity, liquidity: liquidity)
    }

    func ended(_ slot: Int32, _ kind: VenueReport.Kind, _ reason: OrderReason) -> VenueReport {
        VenueReport(slot: slot, kind: kind, reason: reason, price: .zero, quantity: .zero, liquidity: .taker)
    }
}
