public import Trading

/// A strategy's position in one instrument, and the round trip that it is in the middle of.
@usableFromInline
struct Holding: BitwiseCopyable {
    @usableFromInline var position = Position()
    /// Mark × weight = the position's market value in the account's currency, for statistics only.
    @usableFromInline var weight = 0.0

    // The open round trip: sums over its fills, zero while flat. A trip may trade far more than is ever held at once,
    // so its quantity is wide.
    var entryValue = Money.zero
    var entryQuantity: Int128 = 0
    var exitValue = Money.zero
    var tripCommission = Money.zero
    var largest = Quantity.zero

    init() {}

    /// Folds a fill into the position. `nextID` is the number of the next position that opens.
    mutating func take(_ fill: Fill, multiplier: Int64, nextID: inout UInt64) -> FillOutcome {
        let held = position.quantity
        let isClosing = held != .zero && (held.raw > 0) == (fill.side == .sell)
        guard isClosing else {
            enter(fill, fill.quantity, value: fill.value, commission: fill.commission, nextID: &nextID)
            return FillOutcome(position: position)
        }
        let closing = min(fill.quantity, held.magnitude)
        guard closing < fill.quantity else {
            let realized = leave(fill, closing, value: fill.value, commission: fill.commission)
            let trip = position.quantity == .zero ? finish(fill, multiplier: multiplier) : nil
            return FillOutcome(position: position, realized: realized, roundTrip: trip)
        }
        // A flip: the opening part is rounded, the closing part takes the remainder, so nothing is lost.
        let opening = fill.quantity - closing
        let openingValue = fill.value.portion(opening, of: fill.quantity)
        let openingCommission = fill.commission.portion(opening, of: fill.quantity)
        let realized = leave(
            fill, closing, value: fill.value - openingValue, commission: fill.commission - openingCommission)
        let trip = finish(fill, multiplier: multiplier)
        enter(fill, opening, value: openingValue, commission: openingCommission, nextID: &nextID)
        return FillOutcome(position: position, realized: realized, roundTrip: trip)
    }

    /// Opens the position or adds to it.
    private mutating func enter(
        _ fill: Fill, _ quantity: Quantity, value: Money, commission: Money, nextID: inout UInt64
    ) {
        if position.quantity == .zero {
            position.id = nextID
            position.openedAt = fill.time
            nextID += 1
        }
        position.quantity = fill.side == .buy ? position.quantity + quantity : position.quantity - quantity
        position.cost += fill.side == .buy ? value : -value
        position.commission += commission
        entryValue += value
        entryQuantity += Int128(quantity.raw)
        tripCommission += commission
        largest = max(largest, position.quantity.magnitude)
    }

    /// Takes `quantity` off the position with its share of the cost; returns the profit.
    private mutating func leave(_ fill: Fill, _ quantity: Quantity, value: Money, commission: Money) -> Money {
        let costPart = position.cost.portion(quantity, of: position.quantity.magnitude)
        let realized = (fill.side == .sell ? value : -value) - costPart
        position.quantity = fill.side == .buy ? position.quantity + quantity : position.quantity - quantity
        position.cost -= costPart
        position.realized += realized
        position.commission += commission
        exitValue += value
        tripCommission += commission
        return realized
    }

    /// Ends the round trip of a position that `fill` has just brought to zero.
    private mutating func finish(_ fill: Fill, multiplier: Int64) -> RoundTrip {
        let gain = fill.side == .sell ? exitValue - entryValue : entryValue - exitValue
        let trip = RoundTrip(
            id: position.id, strategy: fill.strategy, instrument: fill.instrument, side: fill.side.opposite,
            quantity: largest, entryTime: position.openedAt,
            entryPrice: Holding.average(entryValue, entryQuantity, multiplier), exitTime: fill.time,
            exitPrice: Holding.average(exitValue, entryQuantity, multiplier), commission: tripCommission,
            pnl: gain - tripCommission)
        position.id = 0
        position.openedAt = Timestamp(nanoseconds: 0)
        entryValue = .zero
        entryQuantity = 0
        exitValue = .zero
        tripCommission = .zero
        largest = .zero
        return trip
    }

    /// value / quantity / multiplier, rounded half-even to 1e-9. It is shown, not counted with, so the one case that does
    /// not fit (a few 1e-8 of a unit at a price near the end of the range) reads as zero.
    private static func average(_ value: Money, _ quantity: Int128, _ multiplier: Int64) -> Price {
        guard let raw = Rounding.halfEven(value.raw, times: 1_000_000_000, over: quantity * Int128(multiplier)),
            let price = Int64(exactly: raw)
        else { return .zero }
        return Price(raw: price)
    }
}
