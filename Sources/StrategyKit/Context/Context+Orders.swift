import CStrategyABI

extension Context {
    /// Buys. Returns the order's tag, or nil when the order could not even be sent (a log line says why). Whether it
    /// passes the gate comes as `onOrder` or `onDenial` before the next market event.
    ///
    /// `expires` belongs to `.goodTillDate`: the order ends with the first event at or after it. `postOnly` is for a limit
    /// that may only rest: one that would trade on arrival is cancelled (`OrderReason.postOnly`).
    ///
    /// `stopLoss` and `takeProfit` make a bracket: what the order fills gets a stop and a target at these prices, reduce-only
    /// orders of the same quantity (`tag.stopLoss`, `tag.takeProfit`). They grow with each fill, a fill of one takes as much
    /// from the other, and what is left of the entry is cancelled once one of them trades.
    ///
    /// ```swift
    /// context.buy(1, .limit(100), stopLoss: 95, takeProfit: 110)
    /// ```
    @discardableResult
    public mutating func buy(
        _ quantity: Quantity, _ kind: OrderKind = .market, timeInForce: TimeInForce = .goodTillCancelled,
        expires: Timestamp? = nil, postOnly: Bool = false, reduceOnly: Bool = false, stopLoss: Price? = nil,
        takeProfit: Price? = nil
    ) -> OrderTag? {
        submit(
            .buy, quantity, kind, timeInForce: timeInForce, expires: expires, postOnly: postOnly,
            reduceOnly: reduceOnly, stopLoss: stopLoss, takeProfit: takeProfit)
    }

    /// Sells; see `buy`.
    @discardableResult
    public mutating func sell(
        _ quantity: Quantity, _ kind: OrderKind = .market, timeInForce: TimeInForce = .goodTillCancelled,
        expires: Timestamp? = nil, postOnly: Bool = false, reduceOnly: Bool = false, stopLoss: Price? = nil,
        takeProfit: Price? = nil
    ) -> OrderTag? {
        submit(
            .sell, quantity, kind, timeInForce: timeInForce, expires: expires, postOnly: postOnly,
            reduceOnly: reduceOnly, stopLoss: stopLoss, takeProfit: takeProfit)
    }

    /// Sends an order, in another of the strategy's instruments if wanted.
    @discardableResult
    public mutating func submit(
        _ side: Side, _ quantity: Quantity, _ kind: OrderKind = .market,
        timeInForce: TimeInForce = .goodTillCancelled, expires: Timestamp? = nil, postOnly: Bool = false,
        reduceOnly: Bool = false, stopLoss: Price? = nil, takeProfit: Price? = nil,
        in instrument: InstrumentIndex? = nil
    ) -> OrderTag? {
        let instrument = instrument ?? current
        guard book.pointee.slot(of: instrument) >= 0 else {
            return refuse("order not sent: the strategy is not bound to instrument \(instrument)")
        }
        guard quantity > .zero else { return refuse("order not sent: quantity \(quantity) must be above 0") }
        if let problem = kind.problem { return refuse("order not sent: \(problem)") }
        guard (timeInForce == .goodTillDate) == (expires != nil) else {
            return refuse("order not sent: a good-till-date order, and no other, needs a time at which it expires")
        }
        guard (stopLoss ?? 1) > .zero, (takeProfit ?? 1) > .zero else {
            return refuse("order not sent: the prices of its bracket must be above 0")
        }
        let hasBracket = stopLoss != nil || takeProfit != nil
        guard let place = reserve(hasBracket ? 2 : 1) else { return nil }
        let tag = OrderTag(book.pointee.nextTag)
        book.pointee.nextTag &+= hasBracket ? 3 : 1
        var record = strategy_submit_v1_t()
        record.type = UInt16(STRATEGY_INTENT_SUBMIT)
        record.flags = hasBracket ? UInt16(STRATEGY_FLAG_MORE) : 0
        record.instrument = instrument
        record.tag = tag.raw
        record.quantity = quantity.raw
        record.price = kind.limitPrice.raw
        record.stop_price = kind.stopPrice.raw
        record.side = side.rawValue
        record.kind = UInt8(kind.code)
        record.time_in_force = timeInForce.rawValue
        record.expire_time = expires?.nanoseconds ?? 0
        record.trail = kind.trail?.raw ?? 0
        record.options =
            (reduceOnly ? UInt8(STRATEGY_OPTION_REDUCE_ONLY) : 0) | (postOnly ? UInt8(STRATEGY_OPTION_POST_ONLY) : 0)
            | (kind.trail?.isFraction == true ? UInt8(STRATEGY_OPTION_TRAIL_FRACTION) : 0)
        write(record, at: place)
        let order = WorkingOrder(
            tag: tag, instrument: instrument, side: side, quantity: quantity, limitPrice: kind.limitPrice,
            stopPrice: kind.stopPrice)
        book.pointee.add(order)
        if hasBracket { write(Bracket(entry: order, stopLoss: stopLoss, takeProfit: takeProfit), at: place + 1) }
        return tag
    }

    private mutating func write(_ bracket: Bracket, at place: Int) {
        var record = strategy_bracket_more_v1_t()
        record.type = UInt16(STRATEGY_INTENT_MORE)
        record.instrument = bracket.entry.instrument
        record.stop_loss = bracket.stopLoss?.raw ?? 0
        record.take_profit = bracket.takeProfit?.raw ?? 0
        write(record, at: place)
        book.pointee.brackets.append(bracket)
    }

    /// Sends one market order of what is missing between the position and `target` (below zero: short). Does nothing
    /// while an order in this instrument works, so it may be called on every event.
    @discardableResult
    @inlinable @inline(__always)
    public mutating func moveTo(_ target: Quantity) -> OrderTag? {
        guard target != position.quantity, workingOrderCount == 0 else { return nil }
        return submitMissing(target - position.quantity)
    }

    @usableFromInline @inline(never)
    mutating func submitMissing(_ missing: Quantity) -> OrderTag? {
        submit(missing > .zero ? .buy : .sell, missing.magnitude)
    }

    /// Closes the position with a reduce-only market order; nothing when flat or while an order works.
    @discardableResult
    public mutating func closePosition() -> OrderTag? {
        let held = position.quantity
        guard held != .zero, workingOrderCount == 0 else { return nil }
        return submit(held > .zero ? .sell : .buy, held.magnitude, reduceOnly: true)
    }

    /// Changes a working order; what is not given stays. `quantity` is the total, fills so far included. More quantity
    /// or another price loses priority. False when the order is not known or the values are not above zero.
    @discardableResult
    public mutating func modify(
        _ tag: OrderTag, quantity: Quantity? = nil, limitPrice: Price? = nil, stopPrice: Price? = nil
    ) -> Bool {
        guard let order = book.pointee.order(tag) else { return false }
        let base =
            order.wanted ?? .init(quantity: order.quantity, limitPrice: order.limitPrice, stopPrice: order.stopPrice)
        let wanted = WorkingOrder.Wanted(
            quantity: quantity ?? base.quantity, limitPrice: limitPrice ?? base.limitPrice,
            stopPrice: stopPrice ?? base.stopPrice)
        guard wanted.quantity > .zero, (wanted.limitPrice > .zero) == (order.limitPrice > .zero),
            (wanted.stopPrice > .zero) == (order.stopPrice > .zero)
        else {
            _ = refuse("order \(tag.raw) not modified: the prices of its kind and its quantity must be above 0")
            return false
        }
        guard let place = reserve(1) else { return false }
        var record = strategy_modify_v1_t()
        record.type = UInt16(STRATEGY_INTENT_MODIFY)
        record.instrument = order.instrument
        record.tag = tag.raw
        record.quantity = wanted.quantity.raw
        record.price = wanted.limitPrice.raw
        record.stop_price = wanted.stopPrice.raw
        write(record, at: place)
        book.pointee.change(tag) { $0.wanted = wanted }
        return true
    }

    /// Asks to cancel an order; false when it is not known to work.
    @discardableResult
    public mutating func cancel(_ tag: OrderTag) -> Bool {
        guard let order = book.pointee.order(tag) else { return false }
        return cancel(tag: tag.raw, instrument: order.instrument)
    }

    /// Asks to cancel all working orders in the callback's instrument.
    public mutating func cancelAll() {
        guard workingOrderCount > 0 else { return }
        _ = cancel(tag: 0, instrument: current)
    }

    private mutating func cancel(tag: UInt64, instrument: InstrumentIndex) -> Bool {
        guard let place = reserve(1) else { return false }
        var record = strategy_cancel_v1_t()
        record.type = UInt16(STRATEGY_INTENT_CANCEL)
        record.instrument = instrument
        record.tag = tag
        write(record, at: place)
        return true
    }

    @inline(never)
    private mutating func refuse(_ text: String) -> OrderTag? {
        log(.warning, text)
        return nil
    }
}
