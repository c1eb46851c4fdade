public import Controls
public import Trading

/// An order that works, and what the venue keeps beside it.
public struct WorkingOrder: Sendable, BitwiseCopyable {
    public internal(set) var order: Order
    /// Neighbours in the instrument's queue, in priority order; −1 = none.
    var next: Int32 = -1
    var previous: Int32 = -1
    /// The event in which it was accepted or re-priced: it trades in later ones only.
    var acceptedIn: UInt64
    /// It trades in no event before this time (latency).
    var tradableFrom: Timestamp
    /// A DAY or GTD order ends with the first event from here on.
    var expiresAt = Timestamp(nanoseconds: .max)
    /// It has met a first event as a limit order, so from now on it rests.
    var hasArrived = false
    /// The last event in which the venue looked at it.
    var lookedAtIn: UInt64 = 0
    /// That it rests was written down.
    var isArrivalRecorded = false
    /// Where it rests in an order book: what stands ahead of it at its price.
    var queueAhead = WorkingOrder.unmeasured
    /// Where the trigger of a trailing stop is was written down.
    var isTrailRecorded = true

    /// It has not joined a queue yet.
    static let unmeasured = Quantity(raw: -1)
    /// Its price lies beyond the levels that the feed shows.
    static let outOfSight = Quantity(raw: .max)

    /// `dayOffset`: when the account's day starts, in nanoseconds after midnight UTC.
    mutating func setExpiry(dayOffset: Int64) {
        switch order.intent.timeInForce {
        case .day: expiresAt = order.submittedAt.dayEnd(offset: dayOffset)
        case .goodTillDate: expiresAt = order.intent.conditions.expireTime
        case .goodTillCancelled, .immediateOrCancel, .fillOrKill: break
        }
    }

    /// A trailing stop that waits follows a better price; it never goes back.
    mutating func follow(_ best: Price, tick: Price) {
        guard best.raw > 0 else { return }
        let intent = order.intent
        let trigger = intent.conditions.trail.trigger(behind: best, intent.side, tick: tick)
        guard intent.side == .buy ? trigger < intent.stopPrice : trigger > intent.stopPrice else { return }
        order.intent.stopPrice = trigger
        isTrailRecorded = false
    }
}

/// All working orders: a slab of fixed size, one queue an instrument in priority order, and totals for the gate.
/// An order enters by approval only and leaves in a terminal state.
public struct OrderManager: ~Copyable {
    public static let none: Int32 = -1

    var slab: FixedBuffer<WorkingOrder>
    private var free: FixedBuffer<Int32>
    var freeCount: Int
    private var heads: FixedBuffer<Int32>
    private var tails: FixedBuffer<Int32>
    var strategyTotals: FixedBuffer<WorkingTotals>
    var accountTotals: FixedBuffer<WorkingTotals>
    /// Working orders but for protective ones: of strategies, of accounts, and of accounts by instrument.
    private var strategyOpen: FixedBuffer<Int32>
    private var accountOpen: FixedBuffer<Int32>
    private var instrumentOpen: FixedBuffer<Int32>
    /// Of working totals, by instrument.
    private var changes: ChangeCount
    let instrumentCount: Int
    var lastID: UInt64 = 0
    var lastPriority: UInt64 = 0
    /// Orders may come back from a journal: only before the first approval, and never after `closeRecovery`.
    var isRecoverable = true

    public init(capacity: Int, accountCount: Int, strategyCount: Int, instrumentCount: Int) {
        let blank = Order(
            id: 0, intent: OrderIntent(strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: .zero),
            account: 0, at: Timestamp(nanoseconds: 0))
        slab = FixedBuffer(
            count: capacity,
            repeating: WorkingOrder(order: blank, acceptedIn: 0, tradableFrom: Timestamp(nanoseconds: 0)))
        free = FixedBuffer(count: capacity, repeating: 0)
        for index in 0..<capacity { free[index] = Int32(capacity - 1 - index) }
        freeCount = capacity
        heads = FixedBuffer(count: instrumentCount, repeating: OrderManager.none)
        tails = FixedBuffer(count: instrumentCount, repeating: OrderManager.none)
        strategyTotals = FixedBuffer(count: strategyCount * instrumentCount, repeating: WorkingTotals())
        accountTotals = FixedBuffer(count: accountCount * instrumentCount, repeating: WorkingTotals())
        strategyOpen = FixedBuffer(count: strategyCount, repeating: 0)
        accountOpen = FixedBuffer(count: accountCount, repeating: 0)
        instrumentOpen = FixedBuffer(count: accountCount * instrumentCount, repeating: 0)
        changes = ChangeCount(count: instrumentCount)
        self.instrumentCount = instrumentCount
    }

    /// Room for the totals of one more strategy. Allocates: call it between events.
    public mutating func addStrategy() {
        strategyTotals = FixedBuffer(strategyTotals, adding: instrumentCount, of: WorkingTotals())
        strategyOpen = FixedBuffer(strategyOpen, adding: 1, of: 0)
    }

    public var workingCount: Int { slab.count - freeCount }
    /// Ids handed out so far.
    public var idCount: UInt64 { lastID }
    public var isFull: Bool { freeCount == 0 }
    public func hasWorking(_ instrument: Int) -> Bool { heads[instrument] != OrderManager.none }

    /// The working order in `slot`, as handed out by `accept`, `first` and `next`.
    public func order(_ slot: Int32) -> Order { slab[Int(slot)].order }
    /// First in priority of an instrument, then `next` of it; `none` ends.
    public func first(_ instrument: Int) -> Int32 { heads[instrument] }
    public func next(_ slot: Int32) -> Int32 { slab[Int(slot)].next }
    public func totals(strategy: Int, instrument: Int) -> WorkingTotals {
        strategyTotals[strategy * instrumentCount + instrument]
    }
    public func totals(account: Int, instrument: Int) -> WorkingTotals {
        accountTotals[account * instrumentCount + instrument]
    }

    /// The same in place, valid as long as no strategy comes.
    public func totalsPlace(strategy: Int, instrument: Int) -> UnsafePointer<WorkingTotals> {
        strategyTotals.address(of: strategy * instrumentCount + instrument)
    }
    public func totalsPlace(account: Int, instrument: Int) -> UnsafePointer<WorkingTotals> {
        accountTotals.address(of: account * instrumentCount + instrument)
    }

    /// Changes of totals so far, and whether one was in an instrument since.
    public var changeCount: UInt64 { changes.latest }
    public func hasChanged(_ instrument: Int, since seen: UInt64) -> Bool {
        changes.hasChanged(instrument, since: seen)
    }

    /// How many orders work, protective ones left out.
    public func openCount(strategy: Int) -> Int32 { strategyOpen[strategy] }
    public func openCount(account: Int) -> Int32 { accountOpen[account] }
    public func openCount(account: Int, instrument: Int) -> Int32 {
        instrumentOpen[account * instrumentCount + instrument]
    }

    private mutating func countOpen(_ order: Order, _ change: Int32) {
        guard !order.intent.isHostSent else { return }
        strategyOpen[Int(order.intent.strategy)] += change
        accountOpen[Int(order.account)] += change
        instrumentOpen[Int(order.account) * instrumentCount + Int(order.intent.instrument)] += change
    }

    /// The next order has this id. Only before the first one.
    public mutating func number(from first: UInt64) {
        precondition(lastID == 0 && first > 0, "numbers from \(first) on after order \(lastID)")
        lastID = first - 1
    }

    /// Deterministic ids: 1, 2, 3 … over all orders that the gate saw, denied ones included.
    public mutating func nextID() -> UInt64 {
        isRecoverable = false
        lastID += 1
        return lastID
    }

    /// Takes an approved new order into work. The manager must not be full. `dayOffset`: when the account's day starts,
    /// in nanoseconds after midnight UTC.
    public mutating func accept(
        _ approved: ApprovedOrder, in event: UInt64, tradableFrom: Timestamp, dayOffset: Int64 = 0
    ) -> Int32 {
        precondition(freeCount > 0 && approved.purpose == .submit, "\(workingCount) working orders")
        var order = Order(
            id: nextID(), intent: approved.intent, account: approved.account, protection: approved.protection,
            at: approved.time)
        OrderStateMachine.move(&order, to: .submitted, at: approved.time)
        let slot = occupy(WorkingOrder(order: order, acceptedIn: event, tradableFrom: tradableFrom))
        slab[Int(slot)].setExpiry(dayOffset: dayOffset)
        lastPriority += 1
        slab[Int(slot)].order.priority = lastPriority
        return slot
    }

    /// Puts an order at the end of its queue and counts it.
    mutating func occupy(_ entry: WorkingOrder) -> Int32 {
        freeCount -= 1
        let slot = free[freeCount]
        slab[Int(slot)] = entry
        enqueue(slot)
        count(slot, entry.order.remaining)
        countOpen(entry.order, 1)
        return slot
    }

    /// Books a fill; a filled order leaves. Returns the order as it is now.
    public mutating func fill(_ slot: Int32, quantity: Quantity, value: Money, at time: Timestamp) -> Order {
        var order = slab[Int(slot)].order
        precondition(
            quantity.raw > 0 && quantity <= order.remaining,
            "fill of \(quantity) for order \(order.id) with \(order.remaining) left")
        count(slot, -quantity)
        order.filled = order.filled + quantity
        order.filledValue += value
        OrderStateMachine.move(&order, to: order.remaining == .zero ? .filled : .partiallyFilled, at: time)
        slab[Int(slot)].order = order
        if order.state == .filled { remove(slot) }
        return order
    }

    /// Ends an order that still had something left.
    public mutating func end(_ slot: Int32, as state: OrderState, at time: Timestamp) -> Order {
        count(slot, -slab[Int(slot)].order.remaining)
        OrderStateMachine.move(&slab[Int(slot)].order, to: state, at: time)
        let order = slab[Int(slot)].order
        remove(slot)
        return order
    }

    /// Changes quantity (to fills so far plus the approved rest) and prices. More quantity or another price loses
    /// priority; another price also arrives anew.
    public mutating func modify(
        _ slot: Int32, _ approved: ApprovedOrder, in event: UInt64, tradableFrom: Timestamp
    ) -> Order {
        let old = slab[Int(slot)].order
        precondition(approved.purpose == .modify && approved.orderID == old.id, "approval for \(approved.orderID)")
        count(slot, -old.remaining)
        var order = old
        order.intent.quantity = old.filled + approved.intent.quantity
        order.intent.price = approved.intent.price
        order.intent.stopPrice = approved.intent.stopPrice
        order.protection = approved.protection
        order.updatedAt = approved.time
        let isRepriced = order.intent.price != old.intent.price || order.intent.stopPrice != old.intent.stopPrice
        slab[Int(slot)].order = order
        count(slot, order.remaining)
        if isRepriced || order.intent.quantity > old.intent.quantity {
            unlink(slot)
            enqueue(slot)
            lastPriority += 1
            slab[Int(slot)].order.priority = lastPriority
            slab[Int(slot)].queueAhead = WorkingOrder.unmeasured
        }
        if isRepriced {
            slab[Int(slot)].hasArrived = false
            slab[Int(slot)].isArrivalRecorded = false
            slab[Int(slot)].acceptedIn = event
            slab[Int(slot)].tradableFrom = tradableFrom
        }
        return slab[Int(slot)].order
    }

    /// A stop's trigger passed the gate: it is a market or limit order from now on.
    public mutating func trigger(_ slot: Int32, _ approved: ApprovedOrder) -> Order {
        precondition(
            approved.purpose == .trigger && approved.orderID == slab[Int(slot)].order.id
                && slab[Int(slot)].order.isDormant,
            "trigger of order \(approved.orderID)")
        slab[Int(slot)].order.isTriggered = true
        slab[Int(slot)].order.protection = approved.protection
        slab[Int(slot)].order.updatedAt = approved.time
        return slab[Int(slot)].order
    }

    /// Takes `quantity` off a working order's rest, which must stay above zero.
    public mutating func shrink(_ slot: Int32, by quantity: Quantity, at time: Timestamp) -> Order {
        precondition(quantity.raw > 0 && quantity < slab[Int(slot)].order.remaining, "shrink by \(quantity)")
        count(slot, -quantity)
        slab[Int(slot)].order.intent.quantity = slab[Int(slot)].order.intent.quantity - quantity
        slab[Int(slot)].order.updatedAt = time
        return slab[Int(slot)].order
    }

    /// For the venue: its notes beside an order.
    subscript(_ slot: Int32) -> WorkingOrder {
        get { slab[Int(slot)] }
        _modify { yield &slab[Int(slot)] }
    }

    func last(_ instrument: Int) -> Int32 { tails[instrument] }
    func previous(_ slot: Int32) -> Int32 { slab[Int(slot)].previous }

    // MARK: - Queues and totals

    mutating func enqueue(_ slot: Int32) {
        let instrument = Int(slab[Int(slot)].order.intent.instrument)
        slab[Int(slot)].previous = tails[instrument]
        slab[Int(slot)].next = OrderManager.none
        if tails[instrument] == OrderManager.none {
            heads[instrument] = slot
        } else {
            slab[Int(tails[instrument])].next = slot
        }
        tails[instrument] = slot
    }

    mutating func unlink(_ slot: Int32) {
        let entry = slab[Int(slot)]
        let instrument = Int(entry.order.intent.instrument)
        if entry.previous == OrderManager.none {
            heads[instrument] = entry.next
        } else {
            slab[Int(entry.previous)].next = entry.next
        }
        if entry.next == OrderManager.none {
            tails[instrument] = entry.previous
        } else {
            slab[Int(entry.next)].previous = entry.previous
        }
    }

    mutating func remove(_ slot: Int32) {
        unlink(slot)
        countOpen(slab[Int(slot)].order, -1)
        free[freeCount] = slot
        freeCount += 1
    }

    mutating func count(_ slot: Int32, _ quantity: Quantity) {
        let order = slab[Int(slot)].order
        let instrument = Int(order.intent.instrument)
        let own = Int(order.intent.strategy) * instrumentCount + instrument
        let net = Int(order.account) * instrumentCount + instrument
        let side = order.intent.side
        changes.note(instrument)
        let before = strategyTotals[own]
        strategyTotals[own].add(quantity, order.intent)
        let after = strategyTotals[own]
        accountTotals[net].add(
            after.worst(side) - before.worst(side), side, reduceOnly: after.reduceOnly(side) - before.reduceOnly(side))
    }
}
