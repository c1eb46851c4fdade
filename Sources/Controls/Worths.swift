import Trading

/// What many rules ask of one order, worked out once a judgement and only when some limit asks.
struct Worths {
    /// Values of a book's worst cases in the account's currency.
    struct Sides {
        /// Somebody has asked, and it can be valued.
        fileprivate(set) var isAsked = false
        fileprivate(set) var isKnown = false
        /// On the order's own side, with the order.
        fileprivate(set) var own = Money.zero
        /// On the larger side, without the order and with it.
        fileprivate(set) var before = Money.zero
        fileprivate(set) var after = Money.zero
        /// Signed: once everything on the order's side has filled, the order included.
        fileprivate(set) var reached = Money.zero
    }

    /// Of the account's book in the instrument, and of the strategy's, once `values` has said that they are known.
    private(set) var net = Sides()
    private(set) var own = Sides()
    // nil = nobody has asked yet.
    private var value: Money??
    private var notional: Money??

    /// Whether the book that a limit of `scope` looks at can be valued.
    @inline(__always)
    mutating func values(_ order: OrderView, _ scope: LimitScope) -> Bool {
        scope == .strategy ? valuesOwn(order) : valuesNet(order)
    }

    @inline(__always)
    mutating func valuesNet(_ order: OrderView) -> Bool {
        if !net.isAsked { Worths.value(order, order.net, notional(order), &net) }
        return net.isKnown
    }

    @inline(__always)
    mutating func valuesOwn(_ order: OrderView) -> Bool {
        if !own.isAsked { Worths.value(order, order.own, notional(order), &own) }
        return own.isKnown
    }

    /// A gross value without the order and with it, in the account's currency.
    struct Change {
        /// nil where something cannot be valued.
        var values: (before: Money, after: Money)?
        /// The rest of it is known.
        let hasOthers: Bool

        @inline(__always)
        fileprivate init(_ sides: borrowing Sides, isKnown: Bool, _ others: Money?) {
            hasOthers = others != nil
            if isKnown, let others { values = (others + sides.before, others + sides.after) }
        }
    }

    /// What the account's exposure becomes, with that in the other instruments.
    @inline(__always)
    mutating func changeNet(_ order: OrderView, _ others: Money?) -> Change {
        let isKnown = valuesNet(order)
        return Change(net, isKnown: isKnown, others)
    }

    /// The strategy's.
    @inline(__always)
    mutating func changeOwn(_ order: OrderView, _ others: Money?) -> Change {
        let isKnown = valuesOwn(order)
        return Change(own, isKnown: isKnown, others)
    }

    /// Another book's.
    mutating func change(_ order: OrderView, _ book: OrderContext.Book, _ others: Money?) -> Change {
        var sides = Sides()
        Worths.value(order, book, notional(order), &sides)
        return Change(sides, isKnown: sides.isKnown, others)
    }

    /// Of the order itself, in the instrument's currency; nil = beyond counting.
    @inline(__always)
    mutating func value(_ order: OrderView) -> Money? {
        if let value { return value }
        let fresh = Money.value(order.valuationPrice, order.intent.quantity, multiplier: order.terms.multiplier)
        value = .some(fresh)
        return fresh
    }

    /// The same in the account's; nil = price or rate is unknown, or it is beyond counting.
    @inline(__always)
    mutating func notional(_ order: OrderView) -> Money? {
        if let notional { return notional }
        var fresh: Money?
        if order.valuationPrice.raw > 0, let rate = order.funds.rate { fresh = value(order)?.converted(at: rate) }
        notional = .some(fresh)
        return fresh
    }

    /// The order counts at its own price, the rest at the market's, so that a limit far from the market does not make what is
    /// held look small. Rounding is the same on both sides of zero, so that one value of a quantity serves both.
    @inline(never)
    static func value(_ order: OrderView, _ book: OrderContext.Book, _ notional: Money?, _ sides: inout Sides) {
        sides.isAsked = true
        let (side, price) = (order.intent.side, order.valuationPrice)
        let market = order.marketPrice.raw > 0 ? order.marketPrice : price
        // Without a price of its own nothing of it can be valued.
        guard let notional, price.raw > 0, let rate = order.funds.rate else { return }
        let multiplier = order.terms.multiplier
        @inline(__always) func value(_ quantity: Int64, at price: Price) -> Money? {
            Money.value(price, Quantity(raw: quantity), multiplier: multiplier)?.converted(at: rate)
        }
        // Seen from the order's side: what is held with all that works there, and less all that works opposite.
        let position = side == .buy ? book.position.raw : 0 &- book.position.raw
        let (reach, isBeyond) = position.addingReportingOverflow(book.working(side).raw)
        let (rest, isBelow) = position.subtractingReportingOverflow(book.working(side.opposite).raw)
        guard !isBeyond, !isBelow, let held = value(reach, at: market), let opposite = value(rest, at: market) else {
            return
        }
        let before = max(held, .zero)
        var own = before + notional
        if reach < 0 {
            // The order first closes what is held on the other side.
            let (beyond, overflows) = reach.addingReportingOverflow(order.intent.quantity.raw)
            guard !overflows, let value = value(max(beyond, 0), at: price) else { return }
            own = value
        }
        let larger = -opposite
        sides.isKnown = true
        sides.own = own
        sides.before = max(before, larger)
        sides.after = max(own, larger)
        sides.reached = side == .buy ? held + notional : -held - notional
    }
}

extension Findings {
    /// A rule on exposure: it fails where the order raises it and it is above `limit` then.
    @inline(__always)
    mutating func judgeRise(
        _ order: OrderView, _ rule: RuleID, _ reason: FindingReason, _ change: Worths.Change, limit: Money,
        _ scope: LimitScope
    ) {
        guard let (before, after) = change.values else {
            let missing = change.hasOthers ? order.missingNotional : .noConversionRate
            return add(Finding(rule, missing, scope: scope, limit: limit.raw))
        }
        guard after > before else { return }
        judge(
            isBeyond: after > limit,
            Finding(rule, reason, scope: scope, observed: after.raw, limit: limit.raw, used: before.raw))
    }

    /// Against a share of equity. One beyond counting is no limit.
    @inline(__always)
    mutating func judgeRise(
        _ order: OrderView, _ rule: RuleID, _ reason: FindingReason, _ change: Worths.Change, share: Rate,
        _ scope: LimitScope
    ) {
        guard let equity = order.funds.equity, let (before, after) = change.values else {
            let isRateMissing = order.funds.equity == nil || !change.hasOthers
            let missing = isRateMissing ? .noConversionRate : order.missingNotional
            let limit = order.funds.equity.map { max($0, .zero).share(share) } ?? .zero
            return add(Finding(rule, missing, scope: scope, limit: limit.raw))
        }
        guard after > before else { return }
        let base = max(equity, .zero)
        judge(
            isBeyond: after.isAbove(share, of: base) ?? false,
            Finding(
                rule, reason, scope: scope, observed: after.raw, limit: base.share(share).raw, used: before.raw))
    }
}
