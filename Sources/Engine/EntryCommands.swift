public import Controls
import Execution
public import Trading

// What an operator does with one entry and its legs, between two events.

extension Engine {
    /// The working stop or target of an entry.
    public func leg(of entry: UInt64, instrument: Int, isStop: Bool) -> Order? {
        let slot = orders.leg(of: entry, instrument: instrument, isStop: isStop)
        return slot == OrderManager.none ? nil : orders.order(slot)
    }

    /// Closes what an entry opened, or a part of it: of the position's reduce-only orders its own legs make room first.
    public mutating func closeEntry(_ intent: OrderIntent, entry: UInt64) -> Verdict {
        precondition(intent.closesNow, "an operator's reduce-only market order closes")
        if gate.assess(view(intent, purpose: .submit)) == 0 {
            shrinkLegs(of: entry, instrument: Int(intent.instrument), by: intent.quantity)
        }
        return submitOrder(intent)
    }

    private mutating func shrinkLegs(of entry: UInt64, instrument: Int, by quantity: Quantity) {
        let stop = orders.leg(of: entry, instrument: instrument, isStop: true)
        if stop != OrderManager.none { shrinkLeg(stop, to: orders.order(stop).remaining - quantity) }
        let target = orders.leg(of: entry, instrument: instrument, isStop: false)
        guard target != OrderManager.none else { return }
        let most = leg(of: entry, instrument: instrument, isStop: true)?.remaining
        shrinkLeg(target, to: most ?? (orders.order(target).remaining - quantity))
    }

    /// Gives an entry that has ended a stop or a target that it does not have, for as much of `quantity` as nothing else is to
    /// close. A target that stands alone steps aside for a stop and comes back beside it.
    public mutating func addLeg(to entry: Order, isStop: Bool, at price: Price, quantity: Quantity) -> Verdict {
        let instrument = Int(entry.intent.instrument)
        let other = leg(of: entry.id, instrument: instrument, isStop: !isStop)
        if isStop, let target = other {
            let slot = orders.leg(of: entry.id, instrument: instrument, isStop: false)
            end(slot, as: .cancelled, .bracket)
            let verdict = submitLeg(of: entry, isStop: true, at: price, target.remaining, isSecond: false)
            let stands = leg(of: entry.id, instrument: instrument, isStop: true) != nil
            _ = submitLeg(of: entry, isStop: false, at: target.intent.price, target.remaining, isSecond: stands)
            deliverAnswers()
            return verdict
        }
        let most = other?.remaining ?? closable(entry, atMost: quantity)
        let verdict = submitLeg(of: entry, isStop: isStop, at: price, most, isSecond: other != nil)
        deliverAnswers()
        return verdict
    }

    private mutating func submitLeg(
        of entry: Order, isStop: Bool, at price: Price, _ quantity: Quantity, isSecond: Bool
    ) -> Verdict {
        var entry = entry
        entry.intent.conditions.stopLoss = isStop ? price : .zero
        entry.intent.conditions.takeProfit = isStop ? .zero : price
        return submit(entry.leg(isStop ? .stopLoss : .limit, quantity, isSecond: isSecond))
    }
}
