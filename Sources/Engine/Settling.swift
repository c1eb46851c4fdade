import CStrategyABI
import Controls
import Execution
import Portfolio
import Trading

// The side ways of the order path: what is written down and told when an order is refused, cancelled or filled.

extension Engine {
    mutating func deny(_ view: UnsafePointer<OrderContext>, _ failedRules: UInt64) {
        let (intent, orderID, account) = (view.pointee.intent, view.pointee.orderID, view.pointee.account)
        let first = facts.findings.count
        for index in 0..<gate.findingCount { facts.append(gate.finding(index)) }
        let denial = Denial(
            intent: intent, orderID: orderID, account: account, failedRules: failedRules,
            firstFinding: first, findingCount: gate.findingCount, time: now)
        if failedRules & RuleID.drawdown.mask != 0 { recordPeaks() }
        facts.append(.orderDenied(denial))
        countDenial(intent, at: now)
        reviewRunaway(Int(intent.strategy))
        let strategy = Int(intent.strategy)
        slots[strategy].counters.denials += 1
        // What a stop denies is no sign of a new fault.
        if breakers.watchesCounts, failedRules & RuleID.tradingState.mask == 0 {
            countReject(strategy: strategy, instrument: intent.instrument)
        }
        guard intent.origin == .strategy else { return }
        answer(
            strategy,
            .denial(
                intent.instrument, tag: intent.tag, failedRules: failedRules, first: gate.finding(0),
                at: now))
    }

    /// What the gate remarked on an order that it lets pass. Nothing while a recovery completes the last event: which prices
    /// it knows depends on where it began, and what comes of a journal must not.
    mutating func warn(_ view: UnsafePointer<OrderContext>) {
        guard recovery.phase != .open else { return }
        let first = facts.findings.count
        for index in 0..<gate.warningCount { facts.append(gate.warning(index)) }
        facts.append(
            .orderWarned(
                OrderWarning(
                    intent: view.pointee.intent, orderID: view.pointee.orderID, account: view.pointee.account,
                    firstFinding: first,
                    findingCount: gate.warningCount, time: now)))
    }

    /// No room for another working order: the venue refuses it.
    mutating func reject(_ approved: ApprovedOrder) {
        var order = Order(id: orders.nextID(), intent: approved.intent, account: approved.account, at: now)
        order.state = .rejected
        slots[Int(order.intent.strategy)].counters.orders += 1
        facts.append(.orderChanged(order, .venue))
        countPassage(order.intent)
        countDenial(order.intent, at: now)
        reviewRunaway(Int(order.intent.strategy))
        tell(order, .venue)
        if breakers.watchesCounts {
            countReject(strategy: Int(order.intent.strategy), instrument: order.intent.instrument)
        }
    }

    /// A reducing order passes before the same owner's resting orders that it would meet.
    mutating func cancelOwnResting(against approved: ApprovedOrder) {
        guard let reach = approved.ownRestingReach else { return }
        let intent = approved.intent
        while true {
            let slot = orders.restingOrder(
                intent.side.opposite, reachedBy: reach, instrument: Int(intent.instrument),
                owner: owners[Int(approved.account)], owners: owners)
            guard slot != OrderManager.none else { return }
            end(slot, as: .cancelled, .selfTrade)
        }
    }

    /// Reduce-only orders never exceed the position; the youngest give way first. A fill of the protective pair takes more:
    /// what the strategy's other orders on its side were to close is closed, and they may not open the opposite with it.
    mutating func makeRoom(after fill: Fill, of order: Order, _ position: Quantity) {
        let strategy = fill.strategy
        let instrument = Int(fill.instrument)
        let side = fill.side
        let working = orders.totals(strategy: Int(strategy), instrument: instrument).working(side)
        shrinkReduceOnly(strategy: strategy, instrument: instrument, position)
        guard order.intent.isProtective else { return }
        let held = position.magnitude
        let most = max(held, working - fill.quantity)
        while let excess = orders.shrink(side, to: most, strategy: strategy, instrument: instrument, at: now) {
            tellShrunk(excess.slot, isEmpty: excess.isEmpty)
        }
    }

    /// Reduce-only orders keep what an order that closes now leaves of the position.
    mutating func makeWay(for intent: OrderIntent) {
        let held = ledger.position(strategy: Int(intent.strategy), instrument: Int(intent.instrument)).quantity
        let left = Quantity(raw: held.raw + intent.side.sign * intent.quantity.raw)
        shrinkReduceOnly(strategy: intent.strategy, instrument: Int(intent.instrument), left)
    }

    mutating func shrinkReduceOnly(strategy: Int32, instrument: Int, _ position: Quantity) {
        while let excess = orders.shrinkReduceOnly(
            strategy: strategy, instrument: instrument, position: position, at: now)
        {
            tellShrunk(excess.slot, isEmpty: excess.isEmpty)
        }
    }

    /// An order was shrunk with its position, or has to go with it.
    mutating func tellShrunk(_ slot: Int32, isEmpty: Bool = false) {
        if isEmpty { return end(slot, as: .cancelled, .reduceOnly) }
        facts.append(.orderChanged(orders.order(slot), .reduceOnly))
        tell(orders.order(slot), .reduceOnly)
        if orders.order(slot).intent.isLeg { fitTarget(to: orders.order(slot)) }
    }

    // MARK: - Telling the strategy

    mutating func tell(_ order: Order, _ reason: OrderReason) {
        answer(Int(order.intent.strategy), order.update(reason, at: now))
    }

    /// A fill is an ORDER event with its commission as MORE, then the position that it made.
    mutating func tell(_ fill: Fill, of order: Order, position: Position) {
        let strategy = Int(fill.strategy)
        let terms = instruments[Int(fill.instrument)]
        var update = order.update(.fill, fill: fill, at: now)
        update.flags |= UInt16(STRATEGY_FLAG_MORE)
        answer(strategy, update)
        answer(strategy, .commission(of: fill, currency: currencyCodes[Int(terms.currency)]))
        answer(
            strategy,
            .position(position, instrument: fill.instrument, multiplier: terms.multiplier, at: now))
    }
}
