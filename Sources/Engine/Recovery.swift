import CStrategyABI
import Controls
import Execution
import Portfolio
public import Trading

// A stopped core comes back: `restore` a checkpoint or start with none, `replay` every later fact of the journal in its
// order, then `finishRecovery`. No strategy and no venue is called on the way, and nothing else may be asked of the
// engine before the end. A fact that does not follow from those before it is a fault: nothing is guessed.

/// How far a recovery is.
struct RecoveryProgress {
    enum Phase { case fresh, open, closed }
    var phase = Phase.fresh
    /// Facts that were applied.
    var replayed: UInt64 = 0
    /// A fill was applied: the journal has to say this of its order next, and then this of its round trip.
    var expectedOrder: Order?
    var expectedTrip: RoundTrip?
    /// Of a day's loss or its end: the latch that it has to change next.
    var expectedLatch: TradingEvent?
    /// An entry or a leg of a bracket was filled: what has to follow from that.
    var bracket: RecoveryBracket?
    /// Of the last fact's event.
    var room: RecoveryRoom?
    /// Marks were set that the statistics have not seen: those of one instant count together.
    var hasFreshMarks = false
}

/// What a recovery came to.
public struct RecoverySummary: Sendable, Equatable {
    /// Facts that were applied behind the checkpoint, and all there are.
    public var replayedFacts: UInt64
    public var facts: UInt64
    /// Facts written anew because the stop had cut off an event's last ones; they stand in the fact log.
    public var completedFacts: Int
    public var workingOrders: Int
    public var orders: UInt64
    public var fills: UInt64
    public var openPositions: Int
    /// Scopes that are not active.
    public var latches: Int
    public var lastTime: Timestamp
}

extension Engine {
    /// Writes down what the market changed silently since the last call: each instrument's mark, and limit orders that
    /// rest since. A host that keeps a journal asks for it once a second or so; a backtest never does.
    public mutating func recordMarks() {
        for instrument in 0..<instruments.count {
            let mark = ledger.mark(instrument)
            if mark != recordedMarks[instrument] {
                recordedMarks[instrument] = mark
                facts.append(.priceMarked(instrument: UInt32(instrument), price: mark, time: now))
            }
            var slot = orders.first(instrument)
            while slot != OrderManager.none {
                if orders.takeArrival(slot) {
                    facts.append(.orderRested(id: orders.order(slot).id, instrument: UInt32(instrument), time: now))
                }
                if let trigger = orders.takeTrail(slot) {
                    facts.append(
                        .orderTrailed(
                            id: orders.order(slot).id, instrument: UInt32(instrument), stopPrice: trigger, time: now))
                }
                slot = orders.next(slot)
            }
        }
        recordPeaks()
    }

    /// Applies the next fact of the journal. `findings` is the list that denials point into.
    public mutating func replay(_ event: TradingEvent, findings: [Finding] = []) throws(RecoveryFault) {
        if recovery.phase == .fresh, isUntouched { recovery.phase = .open }
        guard recovery.phase == .open else {
            throw RecoveryFault("facts are replayed before the engine runs, not later")
        }
        do {
            guard event.time.isPlausible else {
                throw RecoveryFault("\(event.time.nanoseconds) is no time of a market")
            }
            if !event.isMark(at: now) { trackFreshMarks() }
            try apply(event, findings)
            if compliance.remembers { remember(event) }
        } catch {
            throw RecoveryFault("fact \(facts.count + 1) (\(event.name)): \(error)")
        }
        now = max(now, event.time)
        facts.countReplayed()
        recovery.replayed += 1
    }

    private mutating func apply(_ event: TradingEvent, _ findings: [Finding]) throws(RecoveryFault) {
        if let expected = recovery.expectedOrder {
            guard case .orderChanged(expected, .fill) = event else { throw RecoveryFault("\(expected) should follow") }
            recovery.expectedOrder = nil
            return
        }
        if let expected = recovery.expectedTrip {
            guard case .roundTripClosed(expected) = event else { throw RecoveryFault("\(expected) should follow") }
            recovery.expectedTrip = nil
            return
        }
        if let expected = recovery.expectedLatch {
            guard case .tradingStateChanged(let scope, let index, let state, _) = event, event.isLatch(expected) else {
                throw RecoveryFault("\(expected) should follow")
            }
            recovery.expectedLatch = nil
            return gate.setTradingState(state, scope: scope, index: Int(index))
        }
        if !event.makesRoom { recovery.room = nil }
        if recovery.bracket?.take(event) == false { recovery.bracket = nil }
        switch event {
        case .orderAccepted(let order): try replayAccepted(order)
        case .orderChanged(let order, let reason): try replayChanged(order, reason)
        case .orderFilled(let fill): try replayFilled(fill)
        case .roundTripClosed(let trip): throw RecoveryFault("no fill ended \(trip)")
        case .orderDenied(let denial): try replayDenied(denial, findings)
        case .orderWarned(let warning): try replayWarned(warning, findings)
        case .intentRefused(let strategy, let type, let fault, let count, _):
            try replayRefused(strategy, type, fault, count)
        case .tradingStateChanged(let scope, let index, let state, _): try replayLatch(state, scope, index)
        case .financed(let payment): try replayFinanced(payment)
        case .dayStarted(let start): try replayDay(start)
        case .dailyLossExceeded(let breach): try replayBreach(breach)
        case .programBreached(let breach): try checkAccount(breach.account)
        case .programReleased(let account, _): try checkAccount(account)
        case .accountReset(let account, let balance, _): try replayReset(account, balance)
        case .priceMarked(let instrument, let price, _):
            guard Int(instrument) < instruments.count else {
                throw RecoveryFault("instrument \(instrument) is unknown")
            }
            ledger.mark(Int(instrument), price)
            followRates(Int(instrument))
            recordedMarks[Int(instrument)] = price
            recovery.hasFreshMarks = true
        case .orderRested(let id, let instrument, _): try orders.replayRested(id: id, instrument: instrument)
        case .equityPeaked(let peak): try replayPeak(peak)
        case .runawayLatched(let latch): try replayRunaway(latch)
        case .orderTrailed(let id, let instrument, let stopPrice, _):
            try orders.replayTrailed(id: id, instrument: instrument, stopPrice: stopPrice)
        }
    }

    // MARK: - Fact by fact

    private mutating func replayAccepted(_ order: Order) throws(RecoveryFault) {
        try countApproval(order, .submit)
        try orders.replayAccepted(
            order, latencyNanoseconds: venue.terms.latencyNanoseconds,
            dayOffset: accounts[Int(order.account)].dayOffset)
        slots[Int(order.intent.strategy)].counters.orders += 1
    }

    private mutating func replayChanged(_ order: Order, _ reason: OrderReason) throws(RecoveryFault) {
        if order.state == .rejected && reason == .venue {
            try orders.replayRejected(order)
            try countApproval(order, .submit)
            slots[Int(order.intent.strategy)].counters.orders += 1
            countDenial(order.intent, at: order.updatedAt)
            return
        }
        try orders.replayChange(order, latencyNanoseconds: venue.terms.latencyNanoseconds)
        if reason == .modified { try countApproval(order, .modify) }
    }

    /// An approved order took its token of every order rate that covers it.
    private mutating func countApproval(_ order: Order, _ purpose: OrderContext.Purpose) throws(RecoveryFault) {
        let strategy = Int(order.intent.strategy)
        guard slots.indices.contains(strategy), slots[strategy].account == order.account,
            gate.countReplayed(
                order.intent, purpose, id: order.id, account: order.account, at: order.updatedAt)
        else { throw RecoveryFault("strategy, account and instrument do not belong together: \(order)") }
        countPassage(order.intent)
    }

    private mutating func replayFilled(_ fill: Fill) throws(RecoveryFault) {
        guard fill.id == lastFillID + 1 else { throw RecoveryFault("fill \(fill.id) after \(lastFillID)") }
        let order = try orders.replayFill(fill)
        let outcome = try ledger.replay(fill)
        lastFillID = fill.id
        slots[Int(fill.strategy)].counters.fills += 1
        recovery.expectedOrder = order
        countExecution(order.intent, at: fill.time)
        recovery.bracket = RecoveryBracket(after: fill, of: order)
        if order.intent.isProtective {
            let working = orders.totals(strategy: Int(fill.strategy), instrument: Int(fill.instrument)).working(
                fill.side)
            recovery.room = RecoveryRoom(
                strategy: fill.strategy, instrument: Int(fill.instrument), side: fill.side,
                most: max(outcome.position.quantity.magnitude, working - fill.quantity))
        }
        guard let trip = outcome.roundTrip else { return }
        let terms = instruments[Int(fill.instrument)]
        trackers[Int(fill.strategy)].roundTrip(trip, rate: rate(of: terms, account: Int(fill.account)) ?? .one)
        countTrip(trip, account: Int(fill.account))
        if order.isProtectiveStop { countStop(fill) }
        recovery.expectedTrip = trip
    }

    private mutating func replayDenied(_ denial: Denial, _ findings: [Finding]) throws(RecoveryFault) {
        let (end, overflow) = denial.firstFinding.addingReportingOverflow(denial.findingCount)
        guard !overflow, denial.firstFinding >= 0, denial.findingCount > 0, end <= findings.count else {
            throw RecoveryFault("findings \(denial.firstFinding)…\(end) of \(findings.count)")
        }
        let failed = findings[denial.findings].reduce(0) { $0 | $1.rule.mask }
        guard failed == denial.failedRules else {
            throw RecoveryFault("rules \(denial.failedRules) failed, and the findings are of \(failed)")
        }
        try slot(denial.intent.strategy) { $0.counters.denials += 1 }
        countDenial(denial.intent, at: denial.time)
    }

    func checkAccount(_ account: Int32) throws(RecoveryFault) {
        guard (0..<accounts.count).contains(Int(account)) else { throw RecoveryFault("there is no account \(account)") }
    }

    /// It changes nothing: the order's acceptance or change follows.
    private func replayWarned(_ warning: OrderWarning, _ findings: [Finding]) throws(RecoveryFault) {
        let (end, overflow) = warning.firstFinding.addingReportingOverflow(warning.findingCount)
        guard !overflow, warning.firstFinding >= 0, warning.findingCount > 0, end <= findings.count,
            findings[warning.findings].allSatisfy(\.isWarning)
        else { throw RecoveryFault("findings \(warning.firstFinding)…\(end) of \(findings.count) are no warnings") }
        guard slots.indices.contains(Int(warning.intent.strategy)) else {
            throw RecoveryFault("strategy \(warning.intent.strategy) is unknown")
        }
    }

    private mutating func replayRefused(
        _ strategy: Int32, _ type: UInt16, _ fault: IntentFault, _ count: Int32
    ) throws(RecoveryFault) {
        guard count > 0 else { throw RecoveryFault("\(count) refused intents") }
        let isOrder = type == UInt16(STRATEGY_INTENT_SUBMIT) || type == UInt16(STRATEGY_INTENT_MODIFY)
        try slot(strategy) { slot in
            slot.counters.refusedIntents += UInt64(count)
            if isOrder && count == 1 { slot.counters.denials += 1 }
            if type == 0 && fault.endsService { slot.fault = fault }
        }
    }

    private mutating func slot(_ index: Int32, _ change: (inout StrategySlot) -> Void) throws(RecoveryFault) {
        guard slots.indices.contains(Int(index)) else { throw RecoveryFault("strategy \(index) is unknown") }
        change(&slots[Int(index)])
    }

    /// The statistics see the marks of one instant together: one after the other would make equities that never were.
    private mutating func trackFreshMarks() {
        guard recovery.hasFreshMarks else { return }
        recovery.hasFreshMarks = false
        for strategy in slots.indices { trackMark(strategy) }
    }

    // MARK: - The end

    /// Completes what the stop cut off in the middle of an event, and holds the invariants: an account's net quantity is
    /// the sum of its strategies' positions, its cash is what the fills made of the opening balance, working totals are
    /// the sums of the working orders, each order is its strategy's account's, and reduce-only orders fit the positions.
    /// From then on the engine runs, and nothing can be replayed any more.
    public mutating func finishRecovery() throws(RecoveryFault) -> RecoverySummary {
        guard recovery.phase != .closed else { throw RecoveryFault("the recovery is over") }
        trackFreshMarks()
        let before = facts.count
        completeLastEvent()
        try checkBooks()
        reviewDailyLimits()
        for strategy in slots.indices { reviewRunaway(strategy) }
        // A checkpoint alone says how far each pair is; facts do not.
        if recovery.replayed > 0 || facts.count > before { reviewProtections() }
        orders.closeRecovery()
        resumeFinancing()
        recovery.phase = .closed
        var positions = 0
        for strategy in slots.indices {
            for instrument in 0..<instruments.count
            where ledger.position(strategy: strategy, instrument: instrument).quantity != .zero { positions += 1 }
        }
        return RecoverySummary(
            replayedFacts: recovery.replayed, facts: facts.count, completedFacts: Int(facts.count - before),
            workingOrders: orders.workingCount, orders: orders.idCount, fills: lastFillID, openPositions: positions,
            latches: gate.latchCount, lastTime: now)
    }

    /// Facts that follow from the last ones and did not reach the journal.
    private mutating func completeLastEvent() {
        if let order = recovery.expectedOrder { facts.append(.orderChanged(order, .fill)) }
        if let trip = recovery.expectedTrip { record(.roundTripClosed(trip)) }
        recovery.expectedOrder = nil
        recovery.expectedTrip = nil
        if case .tradingStateChanged(let scope, let index, let state, _)? = recovery.expectedLatch {
            latch(state, scope, Int(index))
        }
        recovery.expectedLatch = nil
        // Before anything else makes room: a leg's fill is first its other leg's.
        if let bracket = recovery.bracket, bracket.order.intent.isLeg { settleLeg(bracket.order) }
        for instrument in 0..<instruments.count where orders.hasWorking(instrument) {
            for strategy in slots.indices {
                let held = ledger.position(strategy: strategy, instrument: instrument).quantity
                shrinkReduceOnly(strategy: Int32(strategy), instrument: instrument, held)
                if let room = recovery.room, room.strategy == Int32(strategy), room.instrument == instrument {
                    completeRoom(room)
                }
                fitLegs(strategy: strategy, instrument: instrument)
            }
            var slot = orders.first(instrument)
            while slot != OrderManager.none {
                let next = orders.next(slot)
                let order = orders.order(slot)
                // An immediate order ends in the event of its fill.
                let isImmediate = [.immediateOrCancel, .fillOrKill].contains(order.intent.timeInForce)
                if isImmediate && order.filled != .zero { end(slot, as: .cancelled, .notFillable) }
                slot = next
            }
        }
        if let bracket = recovery.bracket { completeLegs(bracket) }
        recovery.bracket = nil
    }

    func checkBooks() throws(RecoveryFault) {
        try ledger.check()
        try orders.check()
        for instrument in 0..<instruments.count {
            var slot = orders.first(instrument)
            while slot != OrderManager.none {
                let order = orders.order(slot)
                let strategy = Int(order.intent.strategy)
                guard slots.indices.contains(strategy), slots[strategy].account == order.account else {
                    throw RecoveryFault("order \(order.id) of strategy \(strategy) is of account \(order.account)")
                }
                slot = orders.next(slot)
            }
        }
    }
}

extension IntentFault {
    /// It takes a strategy out of service.
    fileprivate var endsService: Bool {
        [.badConsumedCount, .countBeyondCapacity, .intentLoop, .workerEnded, .manyRefused].contains(self)
    }
}

extension TradingEvent {
    /// Another mark of the same instant.
    fileprivate func isMark(at now: Timestamp) -> Bool {
        if case .priceMarked(_, _, let time) = self { time == now } else { false }
    }

    /// An order shrinks or ends with its position, or with its bracket's other leg.
    var makesRoom: Bool {
        if case .orderChanged(_, let reason) = self { reason == .reduceOnly || reason == .bracket } else { false }
    }

    /// The same change of a latch.
    fileprivate func isLatch(_ other: TradingEvent) -> Bool {
        guard case .tradingStateChanged(let scope, let index, let state, let time) = self else { return false }
        if case .tradingStateChanged(scope, index, state, time) = other { return true }
        return false
    }

    /// What a person calls it.
    fileprivate var name: String {
        switch self {
        case .orderAccepted: "order accepted"
        case .orderDenied: "order denied"
        case .orderChanged: "order changed"
        case .orderFilled: "order filled"
        case .roundTripClosed: "round trip closed"
        case .tradingStateChanged: "trading state changed"
        case .intentRefused: "intent refused"
        case .priceMarked: "price marked"
        case .orderRested: "order rested"
        case .orderTrailed: "order trailed"
        case .financed(let payment): "\(payment.kind.name) paid"
        case .dayStarted: "day started"
        case .dailyLossExceeded: "daily loss exceeded"
        case .equityPeaked: "equity peaked"
        case .runawayLatched: "runaway latched"
        case .orderWarned: "order warned"
        case .programBreached: "compliance program breached"
        case .programReleased: "compliance program released"
        case .accountReset: "account reset"
        }
    }
}
