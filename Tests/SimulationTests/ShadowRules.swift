import Controls
import Engine
import Trading

// The gate's rules but for the funds, each as a question that it answers with yes or no.

extension ShadowGate {
    func isLatched(_ q: Question, _ around: Surroundings) -> Bool {
        let reducesOwn = around.own.isReduced(q)
        return around.scopes.contains { _, index in
            switch states[index] {
            case .active: return false
            case .reducing: return !reducesOwn
            case .halted:
                let isExit = q.intent.reduceOnly && q.intent.origin != .strategy
                return !(reducesOwn && (isExit || q.purpose == .trigger))
            }
        }
    }

    func fitsInstrument(_ q: Question, _ around: Surroundings, _ books: ShadowBooks) -> Bool {
        let terms = setup.instruments[Int(q.intent.instrument)].terms
        let quantity = q.intent.quantity.raw
        let isTagTaken = around.isTagTaken && q.purpose == .submit && q.intent.origin == .strategy
        let kinds = setup.strategies[Int(q.intent.strategy)].orderKinds
        guard q.intent.origin != .strategy || kinds.contains(q.intent.kind) else { return false }
        let filled = q.purpose == .modify ? q.order?.filled.raw ?? 0 : 0
        let closesAll = around.own.isReduced(q) && Int128(quantity) == abs(around.own.position)
        guard !isTagTaken, terms.tradable, quantity > 0, quantity % terms.lot.raw == 0,
            quantity + filled <= terms.maxQuantity.raw,
            quantity + filled >= terms.minQuantity.raw || q.purpose == .trigger || closesAll
                || q.intent.origin == .bracket
        else { return false }
        let value = books.value(Int128(q.price), Int128(quantity), Int(q.intent.instrument))
        guard q.price == 0 || value >= terms.minNotional.raw || around.own.isReduced(q) else { return false }
        let prices = [
            (q.intent.price.raw, q.intent.kind.hasLimitPrice), (q.intent.stopPrice.raw, q.intent.kind.hasStopPrice),
        ]
        guard prices.allSatisfy({ $1 ? $0 > 0 && $0 % terms.tick.raw == 0 : $0 == 0 }) else { return false }
        let isImmediate = [.immediateOrCancel, .fillOrKill].contains(q.intent.timeInForce)
        return !(isImmediate && q.intent.kind.hasStopPrice) && fitConditions(q, isImmediate: isImmediate)
    }

    /// Each condition where it belongs, and nowhere else.
    private func fitConditions(_ q: Question, isImmediate: Bool) -> Bool {
        let asked = q.intent.conditions
        let distance = asked.trail.raw
        let isTrailing = distance > 0 && (!asked.trail.isFraction || distance < 1_000_000_000)
        guard q.intent.kind == .trailingStop ? isTrailing : asked.trail == .none else { return false }
        let end = asked.expireTime.nanoseconds
        guard q.intent.timeInForce == .goodTillDate ? end > q.time || q.purpose == .trigger : end == 0 else {
            return false
        }
        guard !asked.hasBracket || fitsBracket(q) else { return false }
        return !asked.postOnly || (q.intent.kind == .limit && !isImmediate)
    }

    /// Stop and target on their sides of the entry, on ticks, of kinds that the strategy may send.
    private func fitsBracket(_ q: Question) -> Bool {
        let tick = setup.instruments[Int(q.intent.instrument)].terms.tick.raw
        let stop = q.intent.conditions.stopLoss.raw
        let target = q.intent.conditions.takeProfit.raw
        let kinds = setup.strategies[Int(q.intent.strategy)].orderKinds
        let mayAll = q.intent.origin != .strategy
        guard !q.intent.reduceOnly, stop % tick == 0, target % tick == 0, stop >= 0, target >= 0,
            stop == 0 || mayAll || kinds.contains(.stopLoss), target == 0 || mayAll || kinds.contains(.limit)
        else { return false }
        guard q.purpose != .trigger, q.price > 0 else { return true }
        let (below, above) = q.intent.side == .buy ? (stop, target) : (target, stop)
        return (below == 0 || below < q.price) && (above == 0 || above > q.price)
    }

    func isTooLarge(_ q: Question, _ around: Surroundings, _ books: ShadowBooks) -> Bool {
        let quantity = Int128(q.intent.quantity.raw)
        return around.scopes.contains { scope, index in
            guard !isExempt(around.book(scope), q) else { return false }
            if let most = limits[index].maxOrderQuantity, quantity > Int128(most.raw) { return true }
            guard let most = limits[index].maxOrderNotional else { return false }
            return notional(q, around, quantity, at: q.price, books).map { $0 > most.raw } ?? true
        }
    }

    func growsTooFar(_ q: Question, _ around: Surroundings, _ books: ShadowBooks) -> Bool {
        let quantity = Int128(q.intent.quantity.raw)
        return around.scopes.contains { scope, index in
            let book = around.book(scope)
            let reach = book.reach(q.intent.side, quantity)
            guard !isExempt(book, q), reach > 0 else { return false }
            if let most = limits[index].maxPositionQuantity, reach > Int128(most.raw) { return true }
            var most = limits[index].maxPositionNotional?.raw
            if let fraction = limits[index].maxPositionEquityFraction {
                let equity = max(books.equity(account: q.account) ?? 0, 0)
                let share = ShadowBooks.rounded(equity * Int128(fraction.raw), 1_000_000_000)
                most = min(most ?? share, share)
            }
            guard let most else { return false }
            return worst(q, around, book, q.intent.side, quantity, books).map { $0 > most } ?? true
        }
    }

    /// The reference and the bound around it; the bound protects a market order.
    func collar(_ q: Question, _ around: Surroundings) -> (isBeyond: Bool, protection: Int64) {
        let covering = around.scopes.map { limits[$0.index] }
        guard !q.isDormant, let collar = covering.compactMap(\.priceCollar?.raw).min() else { return (false, 0) }
        let maxAge = covering.compactMap(\.marketDataMaxAgeNanoseconds).min() ?? .max
        func isFresh(_ time: Int64?, _ most: Int64) -> Bool { time.map { q.time - $0 <= most } ?? false }
        func distance(_ price: Int64) -> Int64 { Int64(Int128(price) * Int128(collar) / 1_000_000_000) }
        var reference: Int64 = 0
        if isFresh(q.view.lastTime, max(maxAge, q.view.barLength)) { reference = q.view.last }
        if isFresh(q.view.quoteTime, maxAge), q.view.bid > 0, q.view.ask >= q.view.bid {
            let mid = Int64((Int128(q.view.bid) + Int128(q.view.ask)) / 2)
            if q.view.ask - mid <= distance(mid) { reference = mid }
        }
        guard reference > 0 else { return (true, 0) }
        let tick = setup.instruments[Int(q.intent.instrument)].terms.tick.raw
        let isBuy = q.intent.side == .buy
        let bound =
            isBuy
            ? max((reference + distance(reference)) / tick, 1) * tick
            : (max(reference - distance(reference), tick) + tick - 1) / tick * tick
        guard q.intent.kind.hasLimitPrice else { return (false, bound) }
        return (isBuy ? q.intent.price.raw > bound : q.intent.price.raw < bound, 0)
    }

    func isTooOften(_ q: Question, _ around: Surroundings) -> Bool {
        q.purpose != .trigger && !q.intent.isProtective && q.intent.origin != .bracket && !isSameMessage(q)
            && around.scopes.contains { scope, index in
                !around.book(scope).isReduced(q)
                    && (isSpent(limits[index].maxOrdersPerSecond, spentPerSecond[index], 1_000_000_000, q.time)
                        || isSpent(limits[index].maxOrdersPerMinute, spentPerMinute[index], 60_000_000_000, q.time))
            }
    }

    private func isSpent(_ limit: Int32?, _ spentUntil: Int64, _ period: Int64, _ time: Int64) -> Bool {
        guard let limit else { return false }
        guard limit > 0 else { return true }
        return max(0, spentUntil - time) > period / Int64(limit) * Int64(limit - 1)
    }

    /// All reduce-only orders of the strategy together fit the position.
    func onlyReduces(_ q: Question, _ around: Surroundings) -> Bool {
        Int128(q.intent.quantity.raw) + around.reduceOnlyWorking <= max(0, -q.sign * around.own.position)
    }

    func isOpen(_ instrument: Int, _ time: Int64) -> Bool {
        guard let sessions = setup.instruments[instrument].calendar.sessions else { return true }
        return sessions.contains { $0.open.nanoseconds <= time && time < $0.close.nanoseconds }
    }

    /// It would trade with a resting order of its own owner that does not have to go first.
    func crossesOwn(
        _ q: Question, _ around: Surroundings, _ protection: Int64, _ stop: Int64?, _ reducesOwn: Bool
    ) -> Bool {
        guard setup.accounts[q.account].checksSelfTrade, !q.isDormant else { return false }
        let isMarket = !q.intent.kind.hasLimitPrice
        let bounds = [protection, stop ?? 0].filter { $0 != 0 }
        let bound = (q.intent.side == .buy ? bounds.min() : bounds.max()) ?? 0
        let reach = isMarket && bound != 0 ? bound : q.price
        func meets(_ resting: Int64) -> Bool {
            guard resting > 0 else { return false }
            if isMarket && reach == 0 { return true }
            return q.intent.side == .buy ? reach >= resting : reach <= resting
        }
        if q.intent.isProtective, q.purpose != .trigger {
            return meets(around.ownOpposite) || meets(around.protectiveOpposite)
        }
        return !reducesOwn && meets(around.ownOpposite)
    }

    /// A market order that opens stops a tick short of an own resting order that it would not meet now; nil = it does not.
    func stopBeforeOwn(_ q: Question, _ around: Surroundings, _ reducesOwn: Bool) -> Int64? {
        guard setup.accounts[q.account].checksSelfTrade, around.ownOpposite > 0, !q.isDormant, !reducesOwn,
            !q.intent.kind.hasLimitPrice, q.price > 0
        else { return nil }
        let tick = setup.instruments[Int(q.intent.instrument)].terms.tick.raw
        let stop = q.intent.side == .buy ? around.ownOpposite - tick : around.ownOpposite + tick
        return (q.intent.side == .buy ? stop >= q.price : stop <= q.price) ? stop : nil
    }
}
