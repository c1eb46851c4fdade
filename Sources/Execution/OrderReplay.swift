public import Trading

// Facts about orders, applied again. Each must follow from what is known; one that does not is a fault with the numbers.

extension OrderManager {
    /// An order that the gate approved and the venue took, with the latency and the day of that time.
    public mutating func replayAccepted(
        _ order: Order, latencyNanoseconds: Int64, dayOffset: Int64
    ) throws(RecoveryFault) {
        guard order.id == lastID + 1, order.priority == lastPriority + 1 else {
            throw RecoveryFault(
                "order \(order.id) with priority \(order.priority) after \(lastID) with \(lastPriority)")
        }
        guard order.filled == .zero, !order.isTriggered, order.submittedAt == order.updatedAt else {
            throw RecoveryFault("order \(order.id) is accepted as \(order)")
        }
        var entry = WorkingOrder(
            order: order, acceptedIn: 0, tradableFrom: order.updatedAt.delayed(by: latencyNanoseconds))
        entry.setExpiry(dayOffset: dayOffset)
        try recover(entry)
        lastID = order.id
        lastPriority = order.priority
    }

    /// An order that got an id and no place.
    public mutating func replayRejected(_ order: Order) throws(RecoveryFault) {
        guard isRecoverable, order.id == lastID + 1, order.state == .rejected else {
            throw RecoveryFault("order \(order.id) rejected as \(order.state.name) after \(lastID)")
        }
        lastID = order.id
    }

    /// A fill of a working order; returns the order after it.
    public mutating func replayFill(_ fill: Fill) throws(RecoveryFault) -> Order {
        let slot = try working(fill.orderID, fill.instrument)
        let order = order(slot)
        guard order.intent.strategy == fill.strategy, order.account == fill.account, order.intent.side == fill.side,
            !order.isDormant, fill.quantity.raw > 0, fill.quantity <= order.remaining, fill.value.isSummable,
            order.filledValue.isSummable
        else { throw RecoveryFault("fill \(fill.id) of \(fill.quantity) does not fit \(order)") }
        if order.intent.kind.hasLimitPrice { self[slot].hasArrived = true }
        return self.fill(slot, quantity: fill.quantity, value: fill.value, at: fill.time)
    }

    /// An order in a new shape, or at its end without a fill.
    public mutating func replayChange(_ order: Order, latencyNanoseconds: Int64) throws(RecoveryFault) {
        let slot = try working(order.id, order.intent.instrument)
        followReplayed(slot, to: order.intent.stopPrice)
        let old = self.order(slot)
        guard old.isSame(as: order) else { throw RecoveryFault("\(order) is not what became of \(old)") }
        if order.state.isTerminal {
            try replayEnd(slot, order)
        } else {
            try replayShape(slot, order, latencyNanoseconds)
        }
    }

    private mutating func replayEnd(_ slot: Int32, _ order: Order) throws(RecoveryFault) {
        var ended = self.order(slot)
        ended.state = order.state
        ended.updatedAt = order.updatedAt
        guard ended == order, order.state != .filled, OrderStateMachine.allows(self.order(slot).state, order.state)
        else {
            throw RecoveryFault("\(order) is no end of \(self.order(slot))")
        }
        _ = end(slot, as: order.state, at: order.updatedAt)
    }

    /// Modified, triggered, shrunk. What loses its priority goes to the back of the queue, as it did then.
    private mutating func replayShape(
        _ slot: Int32, _ order: Order, _ latencyNanoseconds: Int64
    ) throws(RecoveryFault) {
        let old = self.order(slot)
        let isRepriced = order.intent.price != old.intent.price || order.intent.stopPrice != old.intent.stopPrice
        let isRequeued = isRepriced || order.intent.quantity > old.intent.quantity
        let expected = isRequeued ? lastPriority + 1 : old.priority
        guard order.isWorkable, order.state == old.state, order.priority == expected,
            order.isTriggered || !old.isTriggered
        else { throw RecoveryFault("\(order) is no new shape of \(old)") }
        count(slot, -old.remaining)
        guard hasRoom(for: order, adding: order.remaining) else {
            throw RecoveryFault("order \(order.id): \(order.remaining) more is beyond counting")
        }
        self[slot].order = order
        count(slot, order.remaining)
        if isRequeued {
            unlink(slot)
            enqueue(slot)
            lastPriority = order.priority
            self[slot].queueAhead = WorkingOrder.unmeasured
        }
        if isRepriced {
            self[slot].hasArrived = false
            self[slot].isArrivalRecorded = false
            self[slot].tradableFrom = order.updatedAt.delayed(by: latencyNanoseconds)
        }
        if order.isTriggered && !old.isTriggered && order.intent.kind.hasLimitPrice { self[slot].hasArrived = true }
    }

    /// A limit order has met its first event.
    public mutating func replayRested(id: UInt64, instrument: UInt32) throws(RecoveryFault) {
        let slot = try working(id, instrument)
        guard order(slot).intent.kind.hasLimitPrice, !order(slot).isDormant else {
            throw RecoveryFault("order \(id) cannot rest: \(order(slot))")
        }
        self[slot].hasArrived = true
        self[slot].isArrivalRecorded = true
    }

    /// The trigger of a trailing stop has moved.
    public mutating func replayTrailed(
        id: UInt64, instrument: UInt32, stopPrice: Price
    ) throws(RecoveryFault) {
        let slot = try working(id, instrument)
        // Another fact of the order may have said so before.
        let isKnown = order(slot).isDormant && order(slot).intent.stopPrice == stopPrice
        guard isKnown || followReplayed(slot, to: stopPrice) else {
            throw RecoveryFault("\(stopPrice) is no trigger that \(order(slot)) could have followed to")
        }
    }

    /// What a waiting trailing stop followed to between two facts; false when it could not.
    @discardableResult
    private mutating func followReplayed(_ slot: Int32, to stopPrice: Price) -> Bool {
        let order = self.order(slot)
        guard order.intent.kind == .trailingStop, order.isDormant, stopPrice.raw > 0,
            order.intent.side == .buy ? stopPrice < order.intent.stopPrice : stopPrice > order.intent.stopPrice
        else { return false }
        self[slot].order.intent.stopPrice = stopPrice
        return true
    }

    private func working(_ id: UInt64, _ instrument: UInt32) throws(RecoveryFault) -> Int32 {
        guard isRecoverable else { throw RecoveryFault("order \(id): the recovery is over") }
        if Int(instrument) < instrumentCount {
            var slot = first(Int(instrument))
            while slot != OrderManager.none {
                if order(slot).id == id { return slot }
                slot = next(slot)
            }
        }
        throw RecoveryFault("order \(id) does not work in instrument \(instrument)")
    }

    // MARK: - Invariants

    /// Queues in the order of priority, ids that were handed out, and totals that are the sums of what works.
    public func check() throws(RecoveryFault) {
        // By strategy × instrument: an account's totals are sums of what its strategies can trade at worst.
        var sums = [WorkingTotals](repeating: WorkingTotals(), count: strategyTotals.count)
        var accounts = [Int32](repeating: -1, count: strategyTotals.count)
        for instrument in 0..<instrumentCount {
            var slot = first(instrument)
            while slot != OrderManager.none {
                let order = order(slot)
                let place = Int(order.intent.strategy) * instrumentCount + instrument
                sums[place].add(order.remaining, order.intent)
                accounts[place] = order.account
                slot = next(slot)
            }
        }
        var netSums = [WorkingTotals](repeating: WorkingTotals(), count: accountTotals.count)
        for place in sums.indices {
            try check(
                sums[place], strategyTotals[place], "strategy \(place / instrumentCount)", place % instrumentCount)
            guard accounts[place] >= 0 else { continue }
            let net = Int(accounts[place]) * instrumentCount + place % instrumentCount
            for side in Side.allCases {
                netSums[net].add(sums[place].worst(side), side, reduceOnly: sums[place].reduceOnly(side))
            }
        }
        for place in netSums.indices {
            try check(
                netSums[place], accountTotals[place], "account \(place / instrumentCount)", place % instrumentCount)
        }
        for instrument in 0..<instrumentCount {
            var priority: UInt64 = 0
            var slot = first(instrument)
            while slot != OrderManager.none {
                let order = order(slot)
                guard order.priority > priority, order.priority <= lastPriority, order.id <= lastID, order.isWorkable
                else { throw RecoveryFault("order \(order.id) cannot work behind priority \(priority): \(order)") }
                priority = order.priority
                slot = next(slot)
            }
        }
    }

    private func check(
        _ sum: WorkingTotals, _ totals: WorkingTotals, _ name: String, _ instrument: Int
    ) throws(RecoveryFault) {
        guard sum == totals else {
            throw RecoveryFault("\(name), instrument \(instrument): working totals \(totals) are not the sum \(sum)")
        }
    }
}

extension Order {
    /// All that no change of an order touches.
    fileprivate func isSame(as other: Order) -> Bool {
        var intent = other.intent
        intent.quantity = self.intent.quantity
        intent.price = self.intent.price
        intent.stopPrice = self.intent.stopPrice
        return intent == self.intent && id == other.id && account == other.account && filled == other.filled
            && filledValue == other.filledValue && submittedAt == other.submittedAt
    }
}

extension Timestamp {
    /// Later by a latency; held at the end of the range.
    fileprivate func delayed(by nanoseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return Timestamp(nanoseconds: overflow ? .max : sum)
    }
}
