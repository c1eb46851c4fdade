import CStrategyABI
import Controls
import Engine
import Execution
import Portfolio
import Trading

/// Follows the facts of a run and says where one cannot be: the invariants of the order path, recounted.
struct Shadow {
    let setup: EngineSetup
    var books: ShadowBooks
    var market: ShadowMarket
    var gate: ShadowGate
    var orders: ShadowOrders
    var financing: ShadowFinancing
    /// The event that the venue matches against, while it does.
    var event: ShadowEvent?
    private(set) var sequence: UInt64 = 0
    private var lastFillID: UInt64 = 0
    /// By strategy.
    private(set) var fillCounts: [UInt64]
    /// What has to become of the last fill's bracket.
    var bracket: ShadowBracket?
    /// Entries of brackets with a leg that was refused: their legs need not be even.
    var unevenBrackets: Set<UInt64> = []
    /// Entries of brackets of which a leg was filled, wholly or in part.
    var filledLegs: Set<UInt64> = []
    var tradedLegs: Set<UInt64> = []
    /// What has to make room for the last fill.
    private var room: ShadowRoom?
    /// Rules that warned of the order that is next.
    private var warned: UInt64 = 0
    /// The fact that was judged before own orders were cancelled for it.
    private var judgedAhead: Int?

    init(_ setup: EngineSetup) {
        self.setup = setup
        books = ShadowBooks(setup)
        market = ShadowMarket(setup)
        gate = ShadowGate(setup)
        orders = ShadowOrders(setup)
        financing = ShadowFinancing(setup)
        fillCounts = Array(repeating: 0, count: setup.strategies.count)
    }

    /// Facts of commands and timers: between two events.
    mutating func take(_ facts: ArraySlice<TradingEvent>, _ findings: [Finding]) throws(Violation) {
        var index = facts.startIndex
        while index < facts.endIndex { try take(facts, &index, findings) }
        try checkAfter()
    }

    /// The facts of one event: first what the venue made of it, then what the strategies answered.
    mutating func take(_ record: EventRecord, _ facts: ArraySlice<TradingEvent>, _ findings: [Finding])
        throws(Violation)
    {
        guard Int(record.instrument) < setup.instruments.count else {
            guard facts.isEmpty else { throw Violation("facts of an event that is none") }
            return
        }
        sequence += 1
        let isMatched = market.counts(record)
        event = isMatched ? ShadowEvent(record, setup) : nil
        var index = facts.startIndex
        while index < facts.endIndex, isVenue(facts, index) { try take(facts, &index, findings) }
        if isMatched { try checkNothingLeft(record) }
        event = nil
        let mark = market.observe(record)
        if let mark {
            books.mark(Int(record.instrument), mark)
            let limits = gate
            gate.running.mark(books, limits)
        }
        while index < facts.endIndex { try take(facts, &index, findings) }
        try gate.days.check(at: record.timestamp, books, gate, isMarked: mark != nil)
        try checkAfter()
    }

    private mutating func checkAfter() throws(Violation) {
        guard warned == 0 else { throw Violation("a warning of \(names(warned)) without an order") }
        try checkLegs()
        try checkBrackets()
        try checkRoom()
        try checkReduceOnly()
        try checkPairs()
    }

    /// Of the last protective fill: others have made room by the time that something else happens.
    private mutating func checkRoom() throws(Violation) {
        guard let room else { return }
        self.room = nil
        guard room.working(orders) <= room.most else {
            throw Violation("orders of \(room.working(orders)) beside a protective fill that leaves \(room.most)")
        }
    }

    /// Whether a fact comes from the venue's turn, and not from a strategy's.
    private func isVenue(_ facts: ArraySlice<TradingEvent>, _ index: Int) -> Bool {
        switch facts[index] {
        case .orderFilled, .roundTripClosed: return true
        case .priceMarked, .equityPeaked: return isVenue(facts, after: index)
        case .runawayLatched: return true
        case .orderAccepted(let order) where order.intent.isHostSent: return true
        case .orderChanged(let order, .modified) where order.intent.isProtective || isGrown(order): return true
        case .orderChanged(let order, .venue) where order.intent.isHostSent: return true
        case .orderDenied(let denial) where denial.intent.isProtective || isGrowth(denial): return true
        case .orderChanged(_, let reason):
            return [
                .fill, .triggered, .notFillable, .dayEnd, .protectionPrice, .triggerDenied, .selfTrade, .reduceOnly,
                .expireTime, .postOnly, .bracket,
            ]
            .contains(reason) && !(reason == .selfTrade && !isVenue(facts, after: index))
        case .orderDenied(let denial): return isTriggerDenial(denial, facts, index)
        case .orderWarned: return isVenue(facts, after: index)
        default: return false
        }
    }

    /// Own orders are cancelled for a trigger (the venue's turn), a new order or a modify.
    private func isVenue(_ facts: ArraySlice<TradingEvent>, after index: Int) -> Bool {
        index + 1 < facts.endIndex && isVenue(facts, index + 1)
    }

    private func isTriggerDenial(_ denial: Denial, _ facts: ArraySlice<TradingEvent>, _ index: Int) -> Bool {
        var next = index + 1
        if next < facts.endIndex, case .runawayLatched = facts[next] { next += 1 }
        guard next < facts.endIndex, case .orderChanged(let order, .triggerDenied) = facts[next] else { return false }
        return order.id == denial.orderID
    }

    // MARK: - One fact

    private mutating func take(_ facts: ArraySlice<TradingEvent>, _ index: inout Int, _ findings: [Finding])
        throws(Violation)
    {
        defer { index += 1 }
        try takeLeg(facts[index])
        try takeRoom(facts[index])
        try gate.running.checkNothingDue(facts[index])
        switch facts[index] {
        case .orderAccepted(let order):
            try judge(facts[index], index)
            try orders.accept(order, in: sequence)
        case .orderDenied(let denial):
            try check(denial, isTrigger: isTriggerDenial(denial, facts, index), findings)
            let limits = gate
            gate.running.deny(denial.intent, at: denial.time, limits)
        case .orderWarned(let warning): try take(warning, findings)
        case .orderChanged(let order, .venue):
            try judge(facts[index], index)
            try orders.takeID(order.id)
            guard order.state == .rejected, orders.workingCount == setup.workingOrdersMax else {
                throw Violation("rejected with \(orders.workingCount) working orders: \(order)")
            }
            let limits = gate
            gate.running.deny(order.intent, at: order.updatedAt, limits)
        case .orderChanged(let order, let reason):
            if reason == .selfTrade { try judgeAhead(facts, index, order) }
            try checkVenueChange(order, reason)
            if reason == .triggered { try checkTrigger(order) }
            if [.triggered, .modified].contains(reason) { try judge(facts[index], index) }
            try orders.change(order, reason, in: sequence)
        case .orderFilled(let fill):
            guard index + 1 < facts.endIndex, case .orderChanged(let order, .fill) = facts[index + 1] else {
                throw Violation("fill \(fill.id) without a change of its order")
            }
            try take(fill, order)
            let limits = gate
            gate.running.execute(order.intent, at: fill.time, limits)
            try orders.change(order, .fill, in: sequence)
            index += 1
            try takeRoundTrip(fill, facts, &index)
            if pendingTrip != nil, order.intent.isProtective, order.intent.kind == .stopLoss {
                gate.running.stop(fill)
            }
        case .roundTripClosed(let trip): throw Violation("round trip without a fill that ends it: \(trip)")
        case .tradingStateChanged(let scope, let place, let state, _): gate.set(state, scope, Int(place))
        case .priceMarked(let instrument, let price, _): try books.check(Int(instrument), isMarkedAt: price)
        case .intentRefused, .orderRested, .orderTrailed: break
        case .accountReset: throw Violation("an account that begins anew, and nobody asked for it")
        case .programBreached, .programReleased: throw Violation("a program's lock, and nobody has such a program")
        case .financed(let payment):
            try financing.take(payment)
            books.take(payment)
        case .dayStarted(let start):
            try gate.days.take(start, books)
            gate.running.take(start)
        case .dailyLossExceeded(let breach): try gate.days.take(breach, books, gate)
        case .equityPeaked(let peak): try gate.running.take(peak)
        case .runawayLatched(let latch): try gate.running.take(latch)
        }
    }

    /// Only right after a protective fill may an order shrink that is not reduce-only, and only as far as it has to.
    private mutating func takeRoom(_ fact: TradingEvent) throws(Violation) {
        // With a bracket's stop goes its target.
        if case .orderChanged(_, .bracket) = fact { return }
        guard case .orderChanged(let order, .reduceOnly) = fact else { return try checkRoom() }
        guard !order.intent.reduceOnly else { return }
        guard let room, room.strategy == order.intent.strategy, room.instrument == Int(order.intent.instrument),
            room.side == order.intent.side, let old = orders.order(order.id, order.intent.instrument)
        else { throw Violation("order \(order.id) was shrunk without a reason") }
        let left = order.state.isTerminal ? Int128(0) : Int128(order.remaining.raw)
        let excess = room.working(orders) - room.most
        guard Int128(old.remaining.raw) - left == min(Int128(old.remaining.raw), excess) else {
            throw Violation("order \(order.id) was shrunk to \(left) for an excess of \(excess)")
        }
    }

    private mutating func take(_ fill: Fill, _ changed: Order) throws(Violation) {
        guard fill.id == lastFillID + 1 else { throw Violation("fill id \(fill.id) after \(lastFillID)") }
        lastFillID = fill.id
        fillCounts[Int(fill.strategy)] += 1
        guard let old = orders.order(fill.orderID, fill.instrument), let note = orders.note(fill.orderID) else {
            throw Violation("fill \(fill.id) of order \(fill.orderID), which does not work")
        }
        guard changed.id == old.id, changed.filled == old.filled + fill.quantity,
            changed.filledValue.raw == old.filledValue.raw + fill.value.raw
        else { throw Violation("order \(old.id) does not add up with fill \(fill.id)") }
        try check(fill, old, note)
        room = try room(after: fill, old)
        try takeLegFill(fill, changed)
        let expected = books.take(fill)
        pendingTrip = expected
    }

    /// The round trip that the last fill has to end.
    private var pendingTrip: RoundTrip?

    private mutating func takeRoundTrip(
        _ fill: Fill, _ facts: ArraySlice<TradingEvent>, _ index: inout Int
    ) throws(Violation) {
        var told: RoundTrip?
        if index + 1 < facts.endIndex, case .roundTripClosed(let trip) = facts[index + 1] {
            told = trip
            index += 1
        }
        var expected = pendingTrip
        expected?.id = told?.id ?? 0
        guard told == expected else {
            throw Violation("round trip \(String(describing: told)), not \(String(describing: expected))")
        }
        if let told { gate.running.take(told, account: Int(fill.account)) }
    }

    // MARK: - The gate

    private func question(
        _ intent: OrderIntent, _ purpose: OrderContext.Purpose, _ old: Order?, _ account: Int32, _ time: Timestamp
    ) -> ShadowGate.Question {
        ShadowGate.Question(
            intent: intent, purpose: purpose, order: old, account: Int(account), time: time.nanoseconds,
            view: market.views[Int(intent.instrument)],
            rateView: setup.rateInstrument(intent, Int(account)).map { market.views[$0] })
    }

    /// Own orders are cancelled for one that only reduces and would meet them. The gate judged that one before.
    private mutating func judgeAhead(_ facts: ArraySlice<TradingEvent>, _ index: Int, _ cancelled: Order)
        throws(Violation)
    {
        var next = index
        while next < facts.endIndex, case .orderChanged(_, .selfTrade) = facts[next] { next += 1 }
        guard next < facts.endIndex, let reason = facts[next].passed else {
            throw Violation("order \(cancelled.id) was cancelled for nothing")
        }
        let order = reason.order
        let owners = [order, cancelled].map { setup.accounts[Int($0.account)].owner }
        guard order.intent.side != cancelled.intent.side, order.intent.instrument == cancelled.intent.instrument,
            owners[0] == owners[1], cancelled.intent.kind.hasLimitPrice, !cancelled.isDormant
        else { throw Violation("order \(cancelled.id) was not in the way of \(order)") }
        guard judgedAhead != next else { return }
        try judge(facts[next], next)
        judgedAhead = next
    }

    /// An order that came past the gate broke no rule.
    private mutating func judge(_ fact: TradingEvent, _ index: Int) throws(Violation) {
        guard judgedAhead != index else {
            judgedAhead = nil
            return
        }
        guard let (order, purpose) = fact.passed else { throw Violation("\(fact) is no approval") }
        let time = purpose == .submit ? order.submittedAt : order.updatedAt
        try judge(order, purpose, purpose == .submit ? nil : orders.order(order.id, order.intent.instrument), at: time)
    }

    /// As `order` says that it is from now on.
    private mutating func judge(
        _ order: Order, _ purpose: OrderContext.Purpose, _ old: Order?, at time: Timestamp
    ) throws(Violation) {
        var intent = order.intent
        if purpose != .submit {
            guard let old else { throw Violation("\(purpose) of order \(order.id), which does not work") }
            intent.quantity = order.intent.quantity - old.filled
        }
        guard setup.strategies[Int(intent.strategy)].account == Int(order.account) else {
            throw Violation("order \(order.id) of another account")
        }
        if intent.origin == .strategy,
            intent.tag == 0 || !setup.strategies[Int(intent.strategy)].instruments.contains(Int(intent.instrument))
        {
            throw Violation("order \(order.id) has no tag, or an instrument that its strategy is not bound to")
        }
        let question = question(intent, purpose, old, order.account, time)
        let verdict = gate.judge(question, books, orders)
        guard verdict.failed == 0 else {
            throw Violation("\(purpose) of order \(order.id) passed in spite of \(names(verdict.failed)): \(intent)")
        }
        let always = RuleID.priceCollar.mask | RuleID.stalePrice.mask
        // Slippage warns from the program's threshold up, too.
        guard warned & always == verdict.warned & always, verdict.warned & ~warned == 0 else {
            throw Violation("\(purpose) of order \(order.id) warned of \(names(warned)), not \(names(verdict.warned))")
        }
        warned = 0
        if order.state != .rejected, order.protection.raw != verdict.protection {
            throw Violation(
                "order \(order.id) is protected at \(order.protection), not \(Price(raw: verdict.protection))")
        }
        gate.count(question)
        let limits = gate
        gate.running.pass(question, limits)
        if purpose != .trigger { gate.running.pass(intent, limits) }
    }

    private mutating func take(_ warning: OrderWarning, _ findings: [Finding]) throws(Violation) {
        let own = findings[warning.findings]
        warned = own.reduce(0) { $0 | $1.rule.mask }
        guard !own.isEmpty, own.allSatisfy(\.isWarning) else { throw Violation("a warning of nothing: \(warning)") }
    }

    /// A denial names just the rules that fail.
    private func check(_ denial: Denial, isTrigger: Bool, _ findings: [Finding]) throws(Violation) {
        let own = findings[denial.firstFinding..<(denial.firstFinding + denial.findingCount)]
        guard denial.failedRules != 0, own.reduce(0, { $0 | $1.rule.mask }) == denial.failedRules else {
            throw Violation("a denial without its findings: \(denial)")
        }
        guard Int(denial.intent.instrument) < setup.instruments.count else {
            guard denial.failedRules & RuleID.instrument.mask != 0 else { throw Violation("\(denial)") }
            return
        }
        let old = denial.orderID == 0 ? nil : orders.order(denial.orderID, denial.intent.instrument)
        if denial.orderID != 0, old == nil {
            throw Violation("denial for order \(denial.orderID), which does not work")
        }
        // Beyond 2^50 the sums of this shadow would not fit; the instrument's maximum has to refuse it anyway.
        if denial.intent.quantity.raw > 1 << 50 {
            guard denial.failedRules & RuleID.instrument.mask != 0 else { throw Violation("\(denial)") }
            return
        }
        let purpose: OrderContext.Purpose = old == nil ? .submit : isTrigger ? .trigger : .modify
        let verdict = gate.judge(question(denial.intent, purpose, old, denial.account, denial.time), books, orders)
        guard verdict.failed == denial.failedRules else {
            throw Violation(
                "\(purpose) denied for \(names(denial.failedRules)), not for \(names(verdict.failed)): \(denial)")
        }
    }

    private func names(_ rules: UInt64) -> String {
        "[" + RuleID.allCases.filter { rules & $0.mask != 0 }.map(\.name).joined(separator: " ") + "]"
    }

    /// Reduce-only orders of a strategy together never exceed the position that they reduce.
    private func checkReduceOnly() throws(Violation) {
        for instrument in setup.instruments.indices {
            let reduceOnly = orders.working(instrument).filter {
                $0.intent.reduceOnly && !$0.intent.isProtective && !$0.intent.conditions.isSecondLeg
            }
            guard !reduceOnly.isEmpty else { continue }
            for strategy in setup.strategies.indices {
                for side in Side.allCases {
                    let sum = reduceOnly.reduce(Int128(0)) {
                        $1.intent.strategy == Int32(strategy) && $1.intent.side == side
                            ? $0 + Int128($1.remaining.raw) : $0
                    }
                    let held = books.cell(strategy, instrument).quantity
                    let available = max(0, side == .buy ? -held : held)
                    guard sum <= available else {
                        throw Violation(
                            "reduce-only \(side.name) of \(sum) for a position of \(held), strategy \(strategy)")
                    }
                }
            }
        }
    }
}

extension TradingEvent {
    /// The order that the gate has just let pass, and as what.
    fileprivate var passed: (order: Order, purpose: OrderContext.Purpose)? {
        switch self {
        case .orderAccepted(let order), .orderChanged(let order, .venue): (order, .submit)
        case .orderChanged(let order, .modified): (order, .modify)
        case .orderChanged(let order, .triggered): (order, .trigger)
        default: nil
        }
    }
}
