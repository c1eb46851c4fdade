import CStrategyABI
import Controls
import Execution
import Portfolio
import Trading

// The order path, top to bottom:
//
//   intent ─▶ gate (risk, compliance) ─▶ order manager ─▶ venue ─▶ fill ─▶ ledger ─▶ performance
//                 └─ denial ─▶ fact, strategy
//
// Whoever sends an order – a strategy, an operator, a stop that triggers – comes through here.

extension Engine {
    /// A new order.
    mutating func submit(_ intent: OrderIntent, isApprovedBySecond: Bool = false) -> Verdict {
        let view = view(intent, purpose: .submit)
        view.pointee.isApprovedBySecond = isApprovedBySecond
        let verdict = gate.judge(view)
        switch verdict {
        case .denied(let failedRules):
            deny(view, failedRules)
        case .approved(let approved):
            if gate.warningCount > 0 { warn(view) }
            if approved.intent.closesNow { makeWay(for: approved.intent) }
            cancelOwnResting(against: approved)
            guard !orders.isFull else { reject(approved); break }
            let slot = orders.accept(
                approved, in: sequence, tradableFrom: now + venue.terms.latencyNanoseconds,
                dayOffset: accounts[Int(approved.account)].dayOffset)
            slots[Int(intent.strategy)].counters.orders += 1
            record(.orderAccepted(orders.order(slot)))
            countPassage(intent)
            tell(orders.order(slot), .accepted)
        }
        return verdict
    }

    /// Lets the venue match the working orders of an instrument against one event, one report at a time: each
    /// settled report can change what the next order may do.
    mutating func match(_ record: EventRecord) {
        let instrument = Int(record.instrument)
        if record.kind == .bar, !markets[instrument].listens(to: record.asBar) { return }
        let book = markets[instrument].feed.contains(.depth) ? books.pointer(at: instrument) : nil
        guard venue.begin(record, instruments[instrument], sequence: sequence, book: book) else { return }
        while let report = venue.next(&orders) {
            switch report.kind {
            case .filled: settle(report)
            case .triggered: trigger(report)
            case .cancelled: end(report.slot, as: .cancelled, report.reason)
            case .expired: end(report.slot, as: .expired, report.reason)
            }
        }
    }

    /// A fill: order, ledger, performance and strategy learn of it.
    private mutating func settle(_ report: VenueReport) {
        let old = orders.order(report.slot)
        let terms = instruments[Int(old.intent.instrument)]
        guard let value = Money.value(report.price, report.quantity, multiplier: terms.multiplier) else {
            return end(report.slot, as: .cancelled, .venue)
        }
        let order = orders.fill(report.slot, quantity: report.quantity, value: value, at: now)
        lastFillID += 1
        let fill = Fill(
            id: lastFillID, orderID: order.id, strategy: order.intent.strategy, account: order.account,
            instrument: order.intent.instrument, side: order.intent.side, liquidity: report.liquidity,
            price: report.price, quantity: report.quantity, value: value,
            commission: venue.terms.commission(
                value: value, quantity: report.quantity, liquidity: report.liquidity),
            time: now)
        if closes(fill) { recordRate(of: terms, account: Int(fill.account)) }
        record(.orderFilled(fill))
        facts.append(.orderChanged(order, .fill))
        let outcome = ledger.apply(fill)
        let strategy = Int(fill.strategy)
        slots[strategy].counters.fills += 1
        if let trip = outcome.roundTrip {
            trackers[strategy].roundTrip(trip, rate: rate(of: terms, account: Int(fill.account)) ?? .one)
            whole?.roundTrip(trip)
            record(.roundTripClosed(trip))
            countTrip(trip, account: Int(fill.account))
            if order.isProtectiveStop { countStop(fill) }
        }
        if gate.wants.contains(.runaway) {
            countExecution(order.intent, at: now)
            reviewRunaway(strategy)
        }
        tell(fill, of: order, position: outcome.position)
        if order.intent.isLeg { settleLeg(order) }
        makeRoom(after: fill, of: order, outcome.position.quantity)
        if order.intent.conditions.hasBracket { growLegs(of: order, by: fill.quantity) }
        protect(strategy, Int(fill.instrument))
        if emergency.flattens { closeAgain(strategy, Int(fill.instrument)) }
    }

    /// A stop's price was reached: the gate judges what it becomes, and a refused one ends.
    private mutating func trigger(_ report: VenueReport) {
        let order = orders.order(report.slot)
        var intent = order.intent
        intent.quantity = order.remaining
        let view = view(intent, purpose: .trigger, order: order)
        switch gate.judge(view) {
        case .denied(let failedRules):
            deny(view, failedRules)
            end(report.slot, as: .cancelled, .triggerDenied)
        case .approved(let approved):
            if gate.warningCount > 0 { warn(view) }
            cancelOwnResting(against: approved)
            let order = orders.trigger(report.slot, approved)
            facts.append(.orderChanged(order, .triggered))
            tell(order, .triggered)
            if order.intent.isLeg { endEntry(of: order) }
        }
    }

    /// A working order in a new shape; a refused one stays as it was. The quantity of a bracket's leg is the host's to change.
    @discardableResult
    mutating func modify(
        _ slot: Int32, quantity: Quantity, price: Price, stopPrice: Price, isHost: Bool = false
    ) -> Verdict {
        let order = orders.order(slot)
        var intent = order.intent
        intent.quantity = (isHost || !intent.isLeg ? quantity : intent.quantity) - order.filled
        intent.price = price
        // The trigger of a trailing stop is the market's to move.
        intent.stopPrice = order.intent.kind == .trailingStop ? order.intent.stopPrice : stopPrice
        let view = view(intent, purpose: .modify, order: order)
        let verdict = gate.judge(view)
        switch verdict {
        case .denied(let failedRules):
            deny(view, failedRules)
            tell(order, .modifyDenied)
        case .approved(let approved):
            if gate.warningCount > 0 { warn(view) }
            cancelOwnResting(against: approved)
            let order = orders.modify(
                slot, approved, in: sequence, tradableFrom: now + venue.terms.latencyNanoseconds)
            record(.orderChanged(order, .modified))
            countPassage(intent)
            tell(order, .modified)
        }
        return verdict
    }

    /// Ends a working order with what is left of it.
    mutating func end(_ slot: Int32, as state: OrderState, _ reason: OrderReason) {
        let order = orders.end(slot, as: state, at: now)
        record(.orderChanged(order, reason))
        tell(order, reason)
        if order.intent.isProtective { reviewProtection(of: order) }
        if order.intent.isLeg, order.intent.kind.hasStopPrice { endTarget(of: order) }
    }
}
