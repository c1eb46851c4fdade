import Controls
import Execution
import Portfolio
import Trading

// Brackets: what an entry fills gets a stop, a target or both, reduce-only orders of the same quantity. Which legs work stands
// in the working orders, so that nothing else needs to be kept.
//
//   the stop ends    → so does the target
//   a leg is filled  → the other one has to do as much less, and what is left of the entry is cancelled
//   the target ends  → the stop stays

extension Engine {
    /// An entry was filled: its legs come, or grow by as much as there is to close.
    mutating func growLegs(of entry: Order, by quantity: Quantity) {
        let more = closable(entry, atMost: quantity)
        guard more.raw > 0 else { return }
        growStop(of: entry, by: more)
        growTarget(of: entry, by: more)
    }

    /// Of `quantity` what the position and the reduce-only orders that work leave.
    func closable(_ entry: Order, atMost quantity: Quantity) -> Quantity {
        let intent = entry.intent
        let strategy = Int(intent.strategy)
        let instrument = Int(intent.instrument)
        let held = ledger.position(strategy: strategy, instrument: instrument).quantity
        let taken = orders.totals(strategy: strategy, instrument: instrument).reduceOnly(intent.side.opposite)
        return min(quantity, Quantity(raw: max(0, intent.side.sign * held.raw)) - taken)
    }

    private mutating func growStop(of entry: Order, by more: Quantity) {
        guard entry.intent.conditions.stopLoss != .zero else { return }
        let slot = orders.leg(of: entry.id, instrument: Int(entry.intent.instrument), isStop: true)
        guard slot != OrderManager.none else {
            _ = submit(entry.leg(.stopLoss, more, isSecond: false))
            return
        }
        grow(slot, by: more)
    }

    /// Beside a stop it has the stop's quantity; where the stop was refused it stands alone. One that was cancelled does not
    /// come back.
    private mutating func growTarget(of entry: Order, by more: Quantity) {
        let instrument = Int(entry.intent.instrument)
        guard entry.intent.conditions.takeProfit != .zero else { return }
        let slot = orders.leg(of: entry.id, instrument: instrument, isStop: false)
        let stop = orders.leg(of: entry.id, instrument: instrument, isStop: true)
        guard stop != OrderManager.none else {
            if slot == OrderManager.none {
                _ = submit(entry.leg(.limit, more, isSecond: false))
            } else {
                grow(slot, by: more)
            }
            return
        }
        let wanted = orders.order(stop).remaining
        if slot != OrderManager.none {
            let missing = wanted - orders.order(slot).remaining
            if orders.order(slot).intent.conditions.isSecondLeg, missing.raw > 0 { grow(slot, by: missing) }
        } else if orders.order(stop).intent.quantity == more {
            _ = submit(entry.leg(.limit, wanted, isSecond: true))
        }
    }

    private mutating func grow(_ slot: Int32, by more: Quantity) {
        let order = orders.order(slot)
        guard !order.isTriggered else { return }
        modify(
            slot, quantity: order.intent.quantity + more, price: order.intent.price, stopPrice: order.intent.stopPrice,
            isHost: true)
    }

    /// A leg traded: the other one keeps as much as it has left, and the entry's rest is not wanted any more.
    mutating func settleLeg(_ leg: Order) {
        let instrument = Int(leg.intent.instrument)
        let other = orders.leg(
            of: leg.intent.conditions.entry, instrument: instrument, isStop: !leg.intent.kind.hasStopPrice)
        if other != OrderManager.none { shrinkLeg(other, to: leg.remaining) }
        endEntry(of: leg)
    }

    /// Whatever of a bracket's entry still works is not wanted any more.
    mutating func endEntry(of leg: Order) {
        let entry = orders.slot(id: leg.intent.conditions.entry, instrument: Int(leg.intent.instrument))
        if entry != OrderManager.none { end(entry, as: .cancelled, .bracket) }
    }

    /// A stop was shrunk with its position: so is its target.
    mutating func fitTarget(to stop: Order) {
        guard stop.intent.kind.hasStopPrice else { return }
        let target = orders.leg(
            of: stop.intent.conditions.entry, instrument: Int(stop.intent.instrument), isStop: false)
        if target != OrderManager.none { shrinkLeg(target, to: stop.remaining) }
    }

    mutating func shrinkLeg(_ slot: Int32, to quantity: Quantity) {
        guard quantity.raw > 0 else { return end(slot, as: .cancelled, .bracket) }
        let excess = orders.order(slot).remaining - quantity
        guard excess.raw > 0 else { return }
        let order = orders.shrink(slot, by: excess, at: now)
        facts.append(.orderChanged(order, .bracket))
        tell(order, .bracket)
    }

    /// A target does not work without its stop.
    mutating func endTarget(of stop: Order) {
        let target = orders.leg(
            of: stop.intent.conditions.entry, instrument: Int(stop.intent.instrument), isStop: false)
        if target != OrderManager.none, orders.order(target).intent.conditions.isSecondLeg {
            end(target, as: .cancelled, .bracket)
        }
    }

    /// After a recovery: the legs that the stop had cut off.
    mutating func completeLegs(_ bracket: RecoveryBracket) {
        guard bracket.order.intent.conditions.hasBracket else { return }
        if !bracket.hasStop {
            let more = closable(bracket.order, atMost: bracket.quantity)
            guard more.raw > 0 else { return }
            growStop(of: bracket.order, by: more)
            growTarget(of: bracket.order, by: more)
        } else if !bracket.hasTarget {
            let stop = orders.leg(of: bracket.order.id, instrument: Int(bracket.order.intent.instrument), isStop: true)
            let placed = stop == OrderManager.none ? bracket.quantity : orders.order(stop).intent.quantity
            growTarget(of: bracket.order, by: min(bracket.quantity, placed))
        }
    }
}

/// What has to follow in the journal from a fill of a bracket's entry or leg.
struct RecoveryBracket {
    /// As it is after the fill.
    let order: Order
    let quantity: Quantity
    /// The facts of its legs, orders or refusals, were there.
    private(set) var hasStop: Bool
    private(set) var hasTarget = false

    /// nil = the order has nothing to do with a bracket.
    init?(after fill: Fill, of order: Order) {
        guard order.intent.isLeg || order.intent.conditions.hasBracket else { return nil }
        self.order = order
        quantity = fill.quantity
        hasStop = order.intent.conditions.stopLoss == .zero
    }

    /// False when the event has gone on: what had to follow has followed.
    mutating func take(_ event: TradingEvent) -> Bool {
        if event.makesRoom { return true }
        let intent: OrderIntent
        switch event {
        // A leg passes before its owner's resting orders.
        case .orderChanged(_, .selfTrade): return true
        case .orderAccepted(let order), .orderChanged(let order, _): intent = order.intent
        case .orderDenied(let denial): intent = denial.intent
        default: return false
        }
        guard intent.isLeg, intent.conditions.entry == order.id else { return false }
        if intent.kind.hasStopPrice { hasStop = true } else { hasTarget = true }
        return true
    }
}

extension Order {
    /// A leg of this entry.
    func leg(_ kind: OrderKind, _ quantity: Quantity, isSecond: Bool) -> OrderIntent {
        var leg = OrderIntent(
            strategy: intent.strategy, instrument: intent.instrument,
            tag: intent.origin == .strategy ? intent.tag &+ (kind == .stopLoss ? 1 : 2) : 0, side: intent.side.opposite,
            kind: kind, quantity: quantity, price: kind == .limit ? intent.conditions.takeProfit : .zero,
            stopPrice: kind == .stopLoss ? intent.conditions.stopLoss : .zero, reduceOnly: true, origin: .bracket)
        leg.conditions.entry = id
        leg.conditions.isSecondLeg = isSecond
        return leg
    }
}
