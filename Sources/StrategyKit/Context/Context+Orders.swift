import CStrategyABI

extension Context {
    /// Buys. Returns the order's tag, or nil when the order could not even be sent (a log line says why). Whether it
    /// passes the gate comes as `onOrder` or `onDenial` before the next market event.
    @discardableResult
    public mutating func buy(
        _ quantity: Quantity, _ kind: OrderKind = .market, timeInForce: TimeInForce = .goodTillCancelled,
        reduceOnly: Bool = false
    ) -> OrderTag? {
        submit(.buy, quantity, kind, timeInForce: timeInForce, reduceOnly: reduceOnly)
    }

    /// Sells; see `buy`.
    @discardableResult
    public mutating func sell(
        _ quantity: Quantity, _ kind: OrderKind = .market, timeInForce: TimeInForce = .goodTillCancelled,
        reduceOnly: Bool = false
    ) -> OrderTag? {
        submit(.sell, quantity, kind, timeInForce: timeInForce, reduceOnly: reduceOnly)
    }

    /// Sends an order, in another of the strategy's instruments if wanted.
    @discardableResult
    public mutating func submit(
        _ side: Side, _ quantity: Quantity, _ kind: OrderKind = .market,
        timeInForce: TimeInForce = .goodTillCancelled, reduceOnly: Bool = false, in instrument: InstrumentIndex? = nil
    ) -> OrderTag? {
        let instrument = instrument ?? current
        guard book.pointee.slot(of: instrument) >= 0 else {
            return refuse("order not sent: the strategy is not bound to instrument \(instrument)")
        }
        guard quantity > .zero else { return refuse("order not sent: quantity \(quantity) must be above 0") }
        if let problem = kind.problem { return refuse("order not sent: \(problem)") }
        guard let place = reserve(1) else { return nil }
        let tag = OrderTag(book.pointee.nextTag)
        book.pointee.nextTag &+= 1
        var record = strategy_submit_v1_t()
        record.type = UInt16(STRATEGY_INTENT_SUBMIT)
        record.instrument = instrument
        record.tag = tag.raw
        record.quantity = quantity.raw
        record.price = kind.limitPrice.raw
        record.stop_price = kind.stopPrice.raw
        record.side = side.rawValue
        record.kind = UInt8(kind.code)
        record.time_in_force = timeInForce.rawValue
        record.options = reduceOnly ? UInt8(STRATEGY_OPTION_REDUCE_ONLY) : 0
        write(record, at: place)
        book.pointee.add(
            WorkingOrder(
                tag: tag, instrument: instrument, side: side, quantity: quantity, limitPrice: kind.limitPrice,
                stopPrice: kind.stopPrice))
        return tag
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
