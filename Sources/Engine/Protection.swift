import Controls
import Execution
import Portfolio
public import Trading

// The host's own stop and target of a position: one pair for each strategy and instrument, ordinary reduce-only orders
// with the origin `protective`. What they have to be follows from position and terms alone, and which of them works stands
// in the working orders, so that nothing else needs to be kept.

/// How far from its average entry price a position is closed; nil = not at all.
public struct ProtectionTerms: Sendable, BitwiseCopyable, Equatable {
    /// Fraction of the average entry price: 0.05 = five percent against the position.
    public var stopLoss: Rate?
    /// The same in its favour.
    public var takeProfit: Rate?

    public static let none = ProtectionTerms()

    public init(stopLoss: Rate? = nil, takeProfit: Rate? = nil) {
        self.stopLoss = stopLoss
        self.takeProfit = takeProfit
    }

    /// Of two sources of terms the smaller distance each.
    public func tighter(_ other: ProtectionTerms) -> ProtectionTerms {
        func smaller(_ a: Rate?, _ b: Rate?) -> Rate? {
            guard let a, let b else { return a ?? b }
            return min(a, b)
        }
        return ProtectionTerms(
            stopLoss: smaller(stopLoss, other.stopLoss), takeProfit: smaller(takeProfit, other.takeProfit))
    }

    /// Each distance lies above 0 and up to 1.
    public var isValid: Bool {
        func isValid(_ rate: Rate?) -> Bool { rate.map { $0 > .zero && $0 <= .one } ?? true }
        return isValid(stopLoss) && isValid(takeProfit)
    }

    var isNone: Bool { stopLoss == nil && takeProfit == nil }

    /// entry × (1 ∓ distance) on the tick away from the entry, so that neither leg acts before its distance is reached, and
    /// at least one tick; nil = no such leg, or a price beyond what can be counted, which no market reaches.
    /// `stopLoss` is the stop, `limit` the target.
    func price(_ leg: OrderKind, entry: Price, isLong: Bool, tick: Price) -> Price? {
        guard let distance = leg.hasStopPrice ? stopLoss : takeProfit, entry.raw > 0 else { return nil }
        let isUp = leg.hasStopPrice != isLong
        let factor = Int128(Rate.one.raw) + (isUp ? 1 : -1) * Int128(distance.raw)
        let unit = Int128(Rate.one.raw) * Int128(tick.raw)
        let ticks = (Int128(entry.raw) * factor + (isUp ? unit - 1 : 0)) / unit
        return Int64(exactly: max(ticks, 1) * Int128(tick.raw)).map(Price.init(raw:))
    }
}

/// What the engine keeps for a strategy in an instrument.
struct Protection: BitwiseCopyable {
    enum Progress: UInt8, BitwiseCopyable {
        /// The pair is what it should be.
        case inForce
        /// A leg ended; the next event brings it back.
        case due
        /// The gate said no, and that is written down: tried again without a trace until it passes.
        case refused
    }
    var terms: ProtectionTerms
    var progress = Progress.inForce
}

extension Engine {
    // MARK: - Commands and reading

    /// Changes how positions of a strategy are protected, in one instrument or in all that it is bound to (nil); a pair that
    /// works follows at once. False, and nothing changes, when the terms are not valid.
    @discardableResult
    public mutating func setProtection(strategy: Int, instrument: Int? = nil, _ terms: ProtectionTerms) -> Bool {
        guard terms.isValid else { return false }
        for index in 0..<instruments.count where instrument.map({ $0 == index }) ?? isBound(strategy, UInt32(index)) {
            protections[strategy * instruments.count + index].terms = terms
            // Before the books are whole no order may follow from them.
            if recovery.phase != .open { protect(strategy, index) }
        }
        deliverAnswers()
        return true
    }

    public func protectionTerms(strategy: Int, instrument: Int) -> ProtectionTerms {
        protections[strategy * instruments.count + instrument].terms
    }

    /// The stop and target that work for a position; nil = none.
    public func protection(strategy: Int, instrument: Int) -> (stop: Price?, target: Price?) {
        let stop = orders.protectiveLeg(.stopLoss, strategy: Int32(strategy), instrument: instrument)
        let target = orders.protectiveLeg(.limit, strategy: Int32(strategy), instrument: instrument)
        return (
            stop == OrderManager.none ? nil : orders.order(stop).intent.stopPrice,
            target == OrderManager.none ? nil : orders.order(target).intent.price
        )
    }

    /// The pair is not what the terms ask for: a leg was refused or has ended, and comes with one of the next events.
    public func isProtectionDue(strategy: Int, instrument: Int) -> Bool {
        protections[strategy * instruments.count + instrument].progress != .inForce
    }

    /// Takes a strategy's protective orders away (true) until they are wanted again (false): for an operator who cancels
    /// everything. The terms stay.
    public mutating func suspendProtection(strategy: Int, _ isSuspended: Bool) {
        slots[strategy].isProtectionSuspended = isSuspended
        for instrument in 0..<instruments.count { protect(strategy, instrument) }
        deliverAnswers()
    }

    public func isProtectionSuspended(strategy: Int) -> Bool { slots[strategy].isProtectionSuspended }

    /// After a recovery: positions and working orders are back, and the next event of each instrument looks whether
    /// they fit, without a fact about what was refused before.
    public mutating func reviewProtections() {
        for cell in 0..<protections.count { setProgress(cell, .refused) }
    }

    // MARK: - On the event path

    /// A leg ended; a fill that follows, or the next event, decides what comes of it.
    mutating func reviewProtection(of leg: Order) {
        setProgress(Int(leg.intent.strategy) * instruments.count + Int(leg.intent.instrument), .due)
    }

    /// Legs that are missing and positions that a stop closes, before anything else comes of an event.
    @inline(never)
    mutating func tendBooks(_ instrument: Int) {
        if !emergency.closings.isEmpty { tendClosings(instrument) }
        retryProtection(instrument)
    }

    private mutating func retryProtection(_ instrument: Int) {
        for strategy in slots.indices {
            let progress = protections[strategy * instruments.count + instrument].progress
            if progress != .inForce { protect(strategy, instrument, isQuiet: progress == .refused) }
        }
    }

    /// Places, re-prices, re-sizes or cancels the pair, as position and terms have it now. `isQuiet` asks the gate first and
    /// leaves no denial behind.
    mutating func protect(_ strategy: Int, _ instrument: Int, isQuiet: Bool = false) {
        let cell = strategy * instruments.count + instrument
        let protection = protections[cell]
        let totals = orders.totals(strategy: strategy, instrument: instrument)
        let hasLegs = totals.protective(.buy) != .zero || totals.protective(.sell) != .zero
        guard !protection.terms.isNone || hasLegs || protection.progress != .inForce else { return }
        // A pair of the other direction goes before its successor comes.
        let stop = wantedLeg(.stopLoss, strategy, instrument)
        let target = wantedLeg(.limit, strategy, instrument)
        drop(.stopLoss, strategy, instrument, for: stop)
        drop(.limit, strategy, instrument, for: target)
        let isStopped = place(stop, isQuiet: isQuiet)
        let isTargeted = place(target, isQuiet: isQuiet)
        setProgress(cell, isStopped && isTargeted ? .inForce : .refused)
    }

    mutating func setProgress(_ cell: Int, _ progress: Protection.Progress) {
        booksDue += (progress == .inForce ? 0 : 1) - (protections[cell].progress == .inForce ? 0 : 1)
        protections[cell].progress = progress
    }

    /// The leg that a position has to have. One order cannot be larger than the instrument's maximum: a larger position
    /// is closed part after part.
    private func wantedLeg(_ kind: OrderKind, _ strategy: Int, _ instrument: Int) -> OrderIntent? {
        let terms = instruments[instrument]
        let position = ledger.position(strategy: strategy, instrument: instrument)
        let isLong = position.quantity.raw > 0
        let entry = position.averagePrice(multiplier: terms.multiplier)
        guard !slots[strategy].isProtectionSuspended, !isUnprotected(strategy, instrument),
            let price = protections[strategy * instruments.count + instrument].terms.price(
                kind, entry: entry, isLong: isLong, tick: terms.tick)
        else { return nil }
        return OrderIntent(
            strategy: Int32(strategy), instrument: UInt32(instrument), tag: 0, side: isLong ? .sell : .buy, kind: kind,
            quantity: min(position.quantity.magnitude, terms.largestOrder), price: kind.hasLimitPrice ? price : .zero,
            stopPrice: kind.hasStopPrice ? price : .zero, reduceOnly: true, origin: .protective)
    }

    /// Ends a leg that nobody wants any more: the position is closed or turned, or the terms are gone.
    private mutating func drop(_ kind: OrderKind, _ strategy: Int, _ instrument: Int, for wanted: OrderIntent?) {
        let slot = orders.protectiveLeg(kind, strategy: Int32(strategy), instrument: instrument)
        guard slot != OrderManager.none, orders.order(slot).intent.side != wanted?.side else { return }
        end(slot, as: .cancelled, .reduceOnly)
    }

    /// Makes the leg that works the wanted one; false = the gate, or a full book, is in the way.
    private mutating func place(_ wanted: OrderIntent?, isQuiet: Bool) -> Bool {
        guard let wanted else { return true }
        let slot = orders.protectiveLeg(
            wanted.kind, strategy: wanted.strategy, instrument: Int(wanted.instrument))
        guard slot != OrderManager.none else {
            if isQuiet, orders.isFull || gate.assess(view(wanted, purpose: .submit)) != 0 { return false }
            guard case .approved = submit(wanted) else { return false }
            // An approved order for which there is no room was rejected.
            return orders.totals(strategy: Int(wanted.strategy), instrument: Int(wanted.instrument))
                .protective(wanted.side, wanted.kind) != .zero
        }
        let excess = orders.order(slot).remaining - wanted.quantity
        if excess.raw > 0 {
            _ = orders.shrink(slot, by: excess, at: now)
            tellShrunk(slot)
        }
        let order = orders.order(slot)
        // What has triggered sells what it was for; the rest gets its own pair when it is done.
        let isSame =
            order.remaining == wanted.quantity && order.intent.price == wanted.price
            && order.intent.stopPrice == wanted.stopPrice
        guard !order.isTriggered, !isSame else { return true }
        if isQuiet, gate.assess(view(wanted, purpose: .modify, order: order)) != 0 { return false }
        let verdict = modify(
            slot, quantity: order.filled + wanted.quantity, price: wanted.price, stopPrice: wanted.stopPrice)
        if case .approved = verdict { return true }
        return false
    }
}

extension InstrumentTerms {
    /// The largest multiple of the lot that one order may have.
    var largestOrder: Quantity { Quantity(raw: max(maxQuantity.raw / lot.raw * lot.raw, lot.raw)) }
}
