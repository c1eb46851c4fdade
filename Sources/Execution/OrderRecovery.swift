public import Trading

// How working orders come back after a stop. It is the one way into the order manager without an approval, and it is open
// only until the first order id is handed out or the recovery is closed: what was approved before the stop comes back,
// nothing new can come in by it.

extension OrderManager {
    /// A form number; last id and last priority (u64 each); instruments (u32); for each its queue: how many orders (u32),
    /// then in priority order each order with what the venue keeps beside it. Events of the stopped run are left out:
    /// every event after the restart is later than all of them.
    public func encode(into writer: inout ByteWriter) {
        writer.put(UInt8(1))
        writer.put(lastID)
        writer.put(lastPriority)
        writer.put(count: instrumentCount)
        for instrument in 0..<instrumentCount {
            writer.put(count: queueLength(instrument))
            var slot = first(instrument)
            while slot != OrderManager.none {
                self[slot].encode(into: &writer)
                slot = next(slot)
            }
        }
    }

    private func queueLength(_ instrument: Int) -> Int {
        var length = 0
        var slot = first(instrument)
        while slot != OrderManager.none {
            length += 1
            slot = next(slot)
        }
        return length
    }

    /// Takes the working orders of a checkpoint into a fresh manager. After a fault the manager is of no use.
    public mutating func decode(from reader: inout ByteReader) throws(CodingFault) {
        guard try reader.number(UInt8.self) == 1 else { throw reader.fault("unknown form of the working orders") }
        guard isRecoverable, workingCount == 0, lastID == 0 else { throw reader.fault("orders work already") }
        lastID = try reader.counter("last order id")
        lastPriority = try reader.counter("last priority")
        let instruments = try reader.count(of: 4)
        guard instruments <= instrumentCount else {
            throw reader.fault("\(instruments) instruments are more than there are now")
        }
        var ids: [UInt64] = []
        for instrument in 0..<instruments {
            var priority: UInt64 = 0
            for _ in 0..<(try reader.count(of: 1)) {
                let entry = try WorkingOrder(from: &reader)
                let order = entry.order
                guard Int(order.intent.instrument) == instrument, order.id <= lastID, order.priority > priority,
                    order.priority <= lastPriority
                else { throw reader.fault("order \(order.id) does not belong into the queue of \(instrument)") }
                do { try recover(entry) } catch { throw reader.fault(error.description) }
                priority = order.priority
                ids.append(order.id)
            }
        }
        ids.sort()
        guard zip(ids, ids.dropFirst()).allSatisfy(<) else { throw reader.fault("an order works twice") }
    }

    /// What stands ahead of each working order in its queue, which no fact says: in the order of `encode`.
    public func encodeEstimates(into writer: inout ByteWriter) {
        for instrument in 0..<instrumentCount {
            var slot = first(instrument)
            while slot != OrderManager.none {
                writer.put(self[slot].queueAhead)
                slot = next(slot)
            }
        }
    }

    /// Right after `decode`, for the same orders.
    public mutating func decodeEstimates(from reader: inout ByteReader) throws(CodingFault) {
        for instrument in 0..<instrumentCount {
            var slot = first(instrument)
            while slot != OrderManager.none {
                let ahead = try reader.fixed(Quantity.self)
                guard ahead >= WorkingOrder.unmeasured else { throw reader.fault("\(ahead) ahead in a queue") }
                self[slot].queueAhead = ahead
                slot = next(slot)
            }
        }
    }

    /// From now on orders enter by approval only.
    public mutating func closeRecovery() { isRecoverable = false }

    /// Whether the venue met this limit order first since the last call: it rests, and a journal may say so.
    public mutating func takeArrival(_ slot: Int32) -> Bool {
        guard self[slot].hasArrived, !self[slot].isArrivalRecorded else { return false }
        self[slot].isArrivalRecorded = true
        return true
    }

    /// Where a trailing stop has followed to since the last call; nil = it has not moved.
    public mutating func takeTrail(_ slot: Int32) -> Price? {
        guard !self[slot].isTrailRecorded else { return nil }
        self[slot].isTrailRecorded = true
        // What triggered wrote its trigger down itself.
        return order(slot).isDormant ? order(slot).intent.stopPrice : nil
    }

    /// Puts an order into its queue that was approved before the stop.
    mutating func recover(_ entry: WorkingOrder) throws(RecoveryFault) {
        let order = entry.order
        guard isRecoverable else { throw RecoveryFault("order \(order.id): the recovery is over") }
        guard freeCount > 0 else {
            throw RecoveryFault("order \(order.id): there is no room for more than \(workingCount)")
        }
        guard order.isWorkable else { throw RecoveryFault("order \(order.id) cannot work: \(order)") }
        guard hasRoom(for: order, adding: order.remaining) else {
            throw RecoveryFault(
                "order \(order.id): unknown strategy, account or instrument, or more than can be counted")
        }
        let intent = order.intent
        if intent.isProtective {
            guard intent.reduceOnly, [.stopLoss, .limit].contains(intent.kind),
                protectiveLeg(intent.kind, strategy: intent.strategy, instrument: Int(intent.instrument))
                    == OrderManager.none
            else { throw RecoveryFault("order \(order.id) is no leg of a protective pair, or one too many: \(order)") }
        }
        if intent.isLeg || intent.conditions.entry != 0 || intent.conditions.isSecondLeg {
            guard intent.isLeg, intent.reduceOnly, intent.conditions.entry != 0, intent.conditions.entry < order.id,
                intent.kind == .limit || (intent.kind == .stopLoss && !intent.conditions.isSecondLeg),
                leg(
                    of: intent.conditions.entry, instrument: Int(intent.instrument), isStop: intent.kind.hasStopPrice)
                    == OrderManager.none
            else { throw RecoveryFault("order \(order.id) is no leg of a bracket, or one too many: \(order)") }
        }
        _ = occupy(entry)
    }

    /// Indices are known, and the totals can take `quantity` more.
    func hasRoom(for order: Order, adding quantity: Quantity) -> Bool {
        let instrument = Int(order.intent.instrument)
        guard instrument < instrumentCount, order.intent.strategy >= 0, order.account >= 0 else { return false }
        let own = Int(order.intent.strategy) * instrumentCount + instrument
        let net = Int(order.account) * instrumentCount + instrument
        guard own < strategyTotals.count, net < accountTotals.count else { return false }
        // An account's sum is of its strategies' larger ones, so that it grows by no more than the order.
        let side = order.intent.side
        let sums = [
            order.intent.isProtective
                ? strategyTotals[own].protective(side, order.intent.kind) : strategyTotals[own].working(side),
            accountTotals[net].working(side),
        ]
        return sums.allSatisfy { !$0.raw.addingReportingOverflow(quantity.raw).overflow }
    }
}

extension WorkingOrder {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(order)
        writer.put(tradableFrom)
        writer.put(expiresAt)
        writer.put(hasArrived)
    }

    fileprivate init(from reader: inout ByteReader) throws(CodingFault) {
        order = try reader.order()
        acceptedIn = 0
        tradableFrom = try reader.timestamp()
        expiresAt = try reader.timestamp()
        hasArrived = try reader.bool()
        isArrivalRecorded = hasArrived
    }
}

extension Order {
    /// It can stand in a queue: approved, not at its end, with something left.
    var isWorkable: Bool {
        let isPartial = filled.raw > 0
        return state == (isPartial ? .partiallyFilled : .submitted) && filled.raw >= 0 && id > 0
            && intent.quantity > filled && filledValue.isSummable && submittedAt.isPlausible && updatedAt.isPlausible
            && (!isTriggered || intent.kind.hasStopPrice)
            && (intent.kind != .trailingStop || intent.conditions.trail.isValid)
    }
}
