import CStrategyABI
import Engine
import Execution
import Portfolio
import Trading

// What the venue may do, must not do and has to do in one event.

extension Shadow {
    mutating func check(_ fill: Fill, _ order: Order, _ note: ShadowOrders.Note) throws(Violation) {
        func broken(_ text: String) -> Violation { Violation("fill \(fill) of \(order): \(text)") }
        guard event != nil, event?.record.instrument == fill.instrument, event?.record.time == fill.time.nanoseconds
        else {
            throw broken("no event that could have made it")
        }
        guard fill.strategy == order.intent.strategy, fill.account == order.account,
            fill.instrument == order.intent.instrument, fill.side == order.intent.side
        else { throw broken("not the order's") }
        guard fill.quantity.raw > 0, fill.quantity <= order.remaining else {
            throw broken("more than the order has left")
        }
        guard fill.quantity.raw % setup.instruments[Int(fill.instrument)].terms.lot.raw == 0 else {
            throw broken("lot")
        }
        guard note.since < sequence else { throw broken("in the event in which it was accepted") }
        guard fill.time.nanoseconds >= note.tradableFrom else { throw broken("before the order could be at the venue") }
        guard !order.isDormant else { throw broken("a stop that waits") }
        if order.intent.conditions.postOnly, fill.liquidity == .taker { throw broken("post-only, and it took") }
        let value = books.value(Int128(fill.price.raw), Int128(fill.quantity.raw), Int(fill.instrument))
        guard value == fill.value.raw else { throw broken("value is \(Money(raw: value))") }
        let rate = fill.liquidity == .maker ? setup.venue.makerRate : setup.venue.takerRate
        let commission =
            ShadowBooks.rounded(value * Int128(rate.raw), 1_000_000_000)
            + ShadowBooks.rounded(setup.venue.commissionPerUnit.raw * Int128(fill.quantity.raw), 100_000_000)
        guard commission == fill.commission.raw else { throw broken("commission is \(Money(raw: commission))") }
        try checkPrice(fill, order, note)
        try checkTurn(order, turn(order, note))
        if order.intent.timeInForce == .fillOrKill, fill.quantity < order.remaining { throw broken("part of a FOK") }
        if event?.take(fill.quantity.raw, fill.side) == false { throw broken("more than the market showed") }
    }

    private func checkPrice(_ fill: Fill, _ order: Order, _ note: ShadowOrders.Note) throws(Violation) {
        guard let event else { return }
        let side = fill.side
        let limit = order.intent.price.raw
        let base =
            note.triggeredIn == sequence ? event.stopPrice(order.intent.stopPrice.raw, side) : event.arrival(side)
        var allowed: Int64?
        switch (order.isMarket, fill.liquidity) {
        case (true, .taker):
            allowed = event.slipped(base, side)
            let protection = order.protection.raw
            if protection != 0, let price = allowed {
                allowed = side == .buy ? min(price, protection) : max(price, protection)
            }
        case (false, .taker):
            let isArriving = !note.hasArrived || note.triggeredIn == sequence
            if isArriving, side == .buy ? base <= limit : base >= limit { allowed = base }
        case (false, .maker):
            // Of the event in which it arrives only a bar has a range that is still to come.
            if note.hasArrived || event.record.kind == .bar { allowed = event.resting(limit, side) }
        case (true, .maker): allowed = nil
        }
        guard allowed == fill.price.raw else {
            throw Violation(
                "fill \(fill) of \(order): price has to be \(allowed.map { Price(raw: $0).description } ?? "none")")
        }
    }

    func checkTrigger(_ order: Order) throws(Violation) {
        guard let event, let note = orders.note(order.id), isTradable(note),
            event.reachesStop(order.intent.stopPrice.raw, order.intent.side)
        else { throw Violation("no reason to trigger \(order)") }
        try checkTurn(order, .stop)
    }

    // MARK: - Trailing, expiry, post-only

    /// Where the trigger of a trailing stop goes in an event; nil = it stays.
    private func trigger(_ order: Order, _ event: ShadowEvent) -> Int64? {
        let intent = order.intent
        let best = event.best(intent.side)
        guard intent.kind == .trailingStop, order.isDormant, best > 0 else { return nil }
        let distance = Int128(intent.conditions.trail.raw)
        let exact =
            intent.conditions.trail.isFraction
            ? Int128(best) * (1_000_000_000 + (intent.side == .buy ? distance : -distance))
            : (Int128(best) + (intent.side == .buy ? distance : -distance)) * 1_000_000_000
        let tick = setup.instruments[Int(intent.instrument)].terms.tick.raw
        let unit = Int128(tick) * 1_000_000_000
        var ticks = exact / unit
        if intent.side == .buy, exact % unit > 0 { ticks += 1 }
        let price = Int64(max(ticks, 1)) * tick
        return (intent.side == .buy ? price < intent.stopPrice.raw : price > intent.stopPrice.raw) ? price : nil
    }

    /// What the venue may do to an order by itself: follow the market, end it when its time is over, or when it would take.
    mutating func checkVenueChange(_ order: Order, _ reason: OrderReason) throws(Violation) {
        guard let old = orders.order(order.id, order.intent.instrument), let note = orders.note(order.id) else {
            return
        }
        if let event, order.intent.stopPrice != old.intent.stopPrice, reason != .modified {
            guard isTradable(note), trigger(old, event) == order.intent.stopPrice.raw,
                !event.reachesStop(old.intent.stopPrice.raw, old.intent.side)
            else { throw Violation("the trigger of \(old) is no trail to \(order.intent.stopPrice)") }
            orders.trail(old, to: order.intent.stopPrice.raw, in: sequence)
        }
        if reason == .expireTime, old.intent.conditions.expireTime.nanoseconds > event?.record.time ?? .min {
            throw Violation("\(old) ended before its time")
        }
        guard reason == .postOnly else { return }
        guard let event, old.intent.conditions.postOnly, isTradable(note), !note.hasArrived,
            event.isMarketable(old.intent.price.raw, old.intent.side)
        else { throw Violation("\(old) would not have taken anything") }
    }

    // MARK: - Whose turn it is

    /// In one event the venue looks at market orders, then at stops, then at limits.
    enum Turn: Int { case market, stop, limit }

    func turn(_ order: Order, _ note: ShadowOrders.Note) -> Turn {
        if order.isDormant || note.triggeredIn == sequence { return .stop }
        return order.isMarket ? .market : .limit
    }

    private func isTradable(_ note: ShadowOrders.Note) -> Bool {
        note.since < sequence && (event?.record.time ?? .min) >= note.tradableFrom
    }

    /// Before `order` has its turn, nothing may be left that comes earlier and had something to take.
    func checkTurn(_ order: Order, _ turn: Turn) throws(Violation) {
        guard let event else { return }
        for other in orders.working(Int(order.intent.instrument)) where other.id != order.id {
            guard let note = orders.note(other.id), isTradable(note) else { continue }
            let otherTurn = self.turn(other, note)
            guard otherTurn.rawValue < turn.rawValue || (otherTurn == turn && precedes(other, order)) else { continue }
            let isPassedOver =
                other.isDormant
                ? event.reachesStop(other.intent.stopPrice.raw, other.intent.side)
                : otherTurn != .stop && event.hasLeft(other.intent.side) && mustTrade(other)
            if isPassedOver { throw Violation("\(order) had its turn before \(other)") }
        }
    }

    /// Market orders and stops by priority; limits buys first, then by price, then by priority.
    private func precedes(_ a: Order, _ b: Order) -> Bool {
        guard a.intent.kind.hasLimitPrice, b.intent.kind.hasLimitPrice, !a.isDormant, !b.isDormant else {
            return a.priority < b.priority
        }
        if a.intent.side != b.intent.side { return a.intent.side == .buy }
        if a.intent.price == b.intent.price { return a.priority < b.priority }
        return (a.intent.price > b.intent.price) == (a.intent.side == .buy)
    }

    /// A live order that this event gives something to, whether it has just arrived or rests.
    private func mustTrade(_ order: Order) -> Bool {
        guard let event else { return false }
        let side = order.intent.side
        let limit = order.intent.price.raw
        if order.isMarket { return event.arrival(side) > 0 }
        if event.record.kind == .quote { return event.isMarketable(limit, side) }
        // To be passed counts always; to be touched when arriving, or with touch fills.
        let isPassed = event.isMarketable(side == .buy ? limit - 1 : limit + 1, side)
        return isPassed || (event.record.kind == .bar && event.resting(limit, side) != nil)
    }

    /// After the venue's turn nothing may wait that had to trade, trigger or end.
    mutating func checkNothingLeft(_ record: EventRecord) throws(Violation) {
        guard let event else { return }
        for order in orders.working(Int(record.instrument)) {
            guard let note = orders.note(order.id) else { throw Violation("order \(order.id) without a note") }
            func left(_ text: String) -> Violation { Violation("\(text) was left by \(record): \(order)") }
            if order.intent.timeInForce == .goodTillDate,
                order.intent.conditions.expireTime.nanoseconds <= record.time
            {
                throw left("an order whose time was over")
            }
            if order.intent.timeInForce == .day, day(order.submittedAt.nanoseconds, order) < day(record.time, order) {
                throw left("an order of another day")
            }
            guard isTradable(note) else { continue }
            if [.immediateOrCancel, .fillOrKill].contains(order.intent.timeInForce) {
                throw left("an immediate order")
            }
            let side = order.intent.side
            if order.isDormant {
                let hasFollowed = note.trailedIn == sequence
                if !hasFollowed, event.reachesStop(order.intent.stopPrice.raw, side) {
                    throw left("a stop that was reached")
                }
                if let trigger = trigger(order, event) { orders.trail(order, to: trigger, in: sequence) }
                continue
            }
            orders.rest(order.id)
            guard event.hasLeft(side) else { continue }
            guard note.triggeredIn == sequence, order.intent.kind.hasLimitPrice else {
                if mustTrade(order) { throw left("an order within the market") }
                continue
            }
            let price = event.stopPrice(order.intent.stopPrice.raw, side)
            let limit = order.intent.price.raw
            if side == .buy ? price <= limit : price >= limit {
                throw left("a stop-limit that triggered within its limit")
            }
        }
    }

    /// The account's day that an instant lies in.
    private func day(_ time: Int64, _ order: Order) -> Int64 {
        let offset = setup.accounts[Int(order.account)].terms.dayOffset
        let (days, rest) = (time - offset).quotientAndRemainder(dividingBy: Timestamp.nanosecondsPerDay)
        return rest < 0 ? days - 1 : days
    }
}
