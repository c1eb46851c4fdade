import Controls
import Engine
import Portfolio
import Trading

/// What lies behind accounts and strategies, recounted from the facts: highs, losses in a row, orders that passed, and how
/// fast each strategy goes.
struct ShadowRunning {
    struct Row {
        let opening: Int128
        var peak: Int128
        var recorded: Int128
        var closingPeak: Int128
        /// Times of losing trips since the last winning one.
        var losses: [Int64] = []
        var lastStop: Int64?

        init(opening: Int128) {
            self.opening = opening
            peak = opening
            recorded = opening
            closingPeak = opening
        }
    }

    private let setup: EngineSetup
    private(set) var accounts: [Row]
    private(set) var strategies: [Row]
    /// By strategy: the order and when it passed, newest last.
    private var passed: [[(intent: OrderIntent, time: Int64)]]
    /// By strategy: times of executions and of denials in the present row.
    private var executions: [[Int64]]
    private var denials: [[Int64]]
    private var isLatched: [Bool]
    /// A strategy that has to be latched by the next fact.
    private var due: Int32?

    init(_ setup: EngineSetup) {
        self.setup = setup
        accounts = setup.accounts.map { Row(opening: $0.terms.openingBalance.raw) }
        strategies = setup.strategies.map { Row(opening: setup.accounts[$0.account].terms.openingBalance.raw) }
        passed = setup.strategies.map { _ in [] }
        executions = passed.map { _ in [] }
        denials = executions
        isLatched = passed.map { _ in false }
    }

    func isLatched(_ strategy: Int32) -> Bool { isLatched[Int(strategy)] }

    // MARK: - Highs

    mutating func mark(_ books: ShadowBooks, _ gate: ShadowGate) {
        if gate.anyLimit(ofStrategies: false, \.maxDrawdown) {
            for account in accounts.indices {
                if let equity = books.equity(account: account) {
                    accounts[account].peak = max(accounts[account].peak, equity)
                }
            }
        }
        if gate.anyLimit(ofStrategies: true, \.maxDrawdown) {
            for strategy in strategies.indices {
                if let result = books.result(strategy: strategy) {
                    let equity = strategies[strategy].opening + result.equity
                    strategies[strategy].peak = max(strategies[strategy].peak, equity)
                }
            }
        }
    }

    mutating func take(_ peak: EquityPeak) throws(Violation) {
        let row = peak.scope == .strategy ? strategies[Int(peak.index)] : accounts[Int(peak.index)]
        guard peak.equity.raw == row.peak, row.peak > row.recorded else { throw Violation("\(peak), not \(row)") }
        if peak.scope == .strategy {
            strategies[Int(peak.index)].recorded = row.peak
        } else {
            accounts[Int(peak.index)].recorded = row.peak
        }
    }

    mutating func take(_ start: DayStart) {
        let index = Int(start.index)
        if start.scope == .strategy {
            strategies[index].closingPeak = max(
                strategies[index].closingPeak, strategies[index].opening + start.equity.raw)
        } else {
            accounts[index].closingPeak = max(accounts[index].closingPeak, start.equity.raw)
        }
    }

    /// How far equity lies below its high, and how far it may; nil = equity is not known.
    func fall(_ isOwn: Bool, _ index: Int, _ limits: LimitSet, _ books: ShadowBooks) -> (fallen: Int128, most: Int128)?
    {
        guard let fraction = limits.maxDrawdown else { return nil }
        let row = isOwn ? strategies[index] : accounts[index]
        let equity =
            isOwn ? books.result(strategy: index).map { row.opening + $0.equity } : books.equity(account: index)
        guard let equity else { return nil }
        let high: Int128 =
            switch limits.drawdownBase {
            case .fixed: row.opening
            case .trailingEndOfDay: row.closingPeak
            case .trailingIntraday, .trailingLocked: max(row.peak, equity)
            }
        var floor = high - ShadowBooks.rounded(max(high, 0) * Int128(fraction.raw), 1_000_000_000)
        if limits.drawdownBase == .trailingLocked { floor = min(floor, row.opening) }
        return (high - equity, high - floor)
    }

    // MARK: - Losses in a row

    mutating func take(_ trip: RoundTrip, account: Int) {
        func closed(_ row: inout Row) {
            if trip.pnl.raw > 0 { row.losses = [] }
            if trip.pnl.raw < 0 { row.losses.append(trip.exitTime.nanoseconds) }
        }
        closed(&accounts[account])
        closed(&strategies[Int(trip.strategy)])
    }

    mutating func stop(_ fill: Fill) {
        accounts[Int(fill.account)].lastStop = fill.time.nanoseconds
        strategies[Int(fill.strategy)].lastStop = fill.time.nanoseconds
    }

    /// The scope has to pause at `time`.
    func pauses(_ isOwn: Bool, _ index: Int, _ limits: LimitSet, account: Int, at time: Int64) -> Bool {
        let row = isOwn ? strategies[index] : accounts[index]
        let offset = setup.accounts[account].terms.dayOffset
        let day = Timestamp(nanoseconds: time).day(offset: offset)
        if let stop = row.lastStop, let pause = limits.cooldownNanoseconds, time < stop + pause { return true }
        let today = row.losses.filter { Timestamp(nanoseconds: $0).day(offset: offset) == day }
        guard let most = limits.maxConsecutiveLosses, !today.isEmpty, today.count >= most else { return false }
        guard let pause = limits.cooldownNanoseconds else { return true }
        return time < (today.last ?? 0) + pause
    }

    // MARK: - Duplicates

    mutating func pass(_ q: ShadowGate.Question, _ gate: ShadowGate) {
        let covering = [
            gate.limits(.system, 0), gate.limits(.account, q.account), gate.limits(.strategy, Int(q.intent.strategy)),
            gate.limits(.instrument, Int(q.intent.instrument)),
        ]
        guard !q.intent.isHostSent, q.purpose == .submit,
            covering.contains(where: { $0.duplicateWindowNanoseconds != nil })
        else { return }
        passed[Int(q.intent.strategy)].append((q.intent, q.time))
    }

    func repeats(_ q: ShadowGate.Question, within window: Int64) -> Bool {
        passed[Int(q.intent.strategy)].suffix(16).contains { old in
            var intent = old.intent
            (intent.tag, intent.reduceOnly, intent.origin) = (q.intent.tag, q.intent.reduceOnly, q.intent.origin)
            return intent == q.intent && q.time - old.time < window
        }
    }

    // MARK: - Runaways

    private func limit(_ strategy: Int, _ gate: ShadowGate, _ path: KeyPath<LimitSet, Int32?>) -> (Int32, Int64)? {
        [
            gate.limits(.system, 0), gate.limits(.account, setup.strategies[strategy].account),
            gate.limits(.strategy, strategy),
        ].compactMap { set in
            set[keyPath: path].map { ($0, set.repeatWindowNanoseconds ?? 60_000_000_000) }
        }.min { $0.0 < $1.0 }
    }

    private mutating func count(
        _ times: inout [Int64], _ intent: OrderIntent, _ time: Int64, _ gate: ShadowGate,
        _ path: KeyPath<LimitSet, Int32?>
    ) {
        guard intent.origin == .strategy, let (most, window) = limit(Int(intent.strategy), gate, path) else { return }
        if let first = times.first, time - first >= window { times = [] }
        times.append(time)
        if times.count > Int(most), !isLatched[Int(intent.strategy)] { due = intent.strategy }
    }

    mutating func execute(_ intent: OrderIntent, at time: Timestamp, _ gate: ShadowGate) {
        var times = executions[Int(intent.strategy)]
        count(&times, intent, time.nanoseconds, gate, \.repeatLimit)
        executions[Int(intent.strategy)] = times
        review(intent, gate)
    }

    mutating func deny(_ intent: OrderIntent, at time: Timestamp, _ gate: ShadowGate) {
        var times = denials[Int(intent.strategy)]
        count(&times, intent, time.nanoseconds, gate, \.rejectStreak)
        denials[Int(intent.strategy)] = times
        review(intent, gate)
    }

    /// A new limit may be below what was counted before.
    private mutating func review(_ intent: OrderIntent, _ gate: ShadowGate) {
        let strategy = Int(intent.strategy)
        guard !isLatched[strategy] else { return }
        let executed = limit(strategy, gate, \.repeatLimit).map { executions[strategy].count > Int($0.0) } ?? false
        let denied = limit(strategy, gate, \.rejectStreak).map { denials[strategy].count > Int($0.0) } ?? false
        if executed || denied { due = intent.strategy }
    }

    /// An order passed: denials before it were in no row.
    mutating func pass(_ intent: OrderIntent, _ gate: ShadowGate) {
        guard intent.origin == .strategy, limit(Int(intent.strategy), gate, \.rejectStreak) != nil else { return }
        denials[Int(intent.strategy)] = []
    }

    mutating func take(_ latch: RunawayLatch) throws(Violation) {
        let strategy = Int(latch.strategy)
        guard latch.isLatched != isLatched[strategy], !latch.isLatched || (due == latch.strategy) else {
            throw Violation("\(latch) of nothing")
        }
        if latch.isLatched {
            let row = latch.cause == .executions ? executions[strategy] : denials[strategy]
            guard Int(latch.count) == row.count, latch.count > latch.limit else { throw Violation("\(latch): \(row)") }
        }
        isLatched[strategy] = latch.isLatched
        executions[strategy] = []
        denials[strategy] = []
        due = nil
    }

    /// Something else than the latch that is due.
    func checkNothingDue(_ fact: TradingEvent) throws(Violation) {
        guard let due else { return }
        if case .runawayLatched = fact { return }
        // A fill is three facts.
        if case .roundTripClosed = fact { return }
        if case .orderChanged(_, .fill) = fact { return }
        throw Violation("strategy \(due) ran away, and nobody latched it")
    }
}

extension ShadowGate {
    func anyLimit<Value>(_ path: KeyPath<LimitSet, Value?>) -> Bool {
        anyLimit(ofStrategies: false, path) || anyLimit(ofStrategies: true, path)
    }

    func anyLimit<Value>(ofStrategies: Bool, _ path: KeyPath<LimitSet, Value?>) -> Bool {
        let first = 1 + setup.accounts.count
        let own = first..<(first + setup.strategies.count)
        return limits.indices.contains { own.contains($0) == ofStrategies && limits[$0][keyPath: path] != nil }
    }

    /// It makes a working order smaller and nothing else.
    func isShrunk(_ q: Question) -> Bool {
        guard q.purpose == .modify, let order = q.order, q.intent.quantity.raw > 0 else { return false }
        return q.intent.quantity <= order.remaining && q.intent.price == order.intent.price
            && q.intent.stopPrice == order.intent.stopPrice
    }

    func isExempt(_ book: Book, _ q: Question) -> Bool { book.isReduced(q) || isShrunk(q) }

    func isPastBudget(_ q: Question, _ around: Surroundings, _ books: ShadowBooks, _ orders: ShadowOrders) -> Bool {
        guard q.intent.quantity.raw > 0, !isShrunk(q) else { return false }
        return around.scopes.contains { scope, index in
            let isOwn = scope == .strategy
            guard scope != .instrument, !around.book(scope).isReduced(q),
                let most = isOwn ? limits[index].budgetAllocation : limits[index].budgetCap
            else { return false }
            let others = others(q, books, orders, isOwn: isOwn) { max($0.reach(.buy), $0.reach(.sell)) }
            return grows(q, around, around.book(scope), books, others, beyond: most.raw)
        }
    }

    func hasFallen(_ q: Question, _ around: Surroundings, _ books: ShadowBooks) -> Bool {
        around.scopes.contains { scope, index in
            guard scope != .instrument, limits[index].maxDrawdown != nil, !around.book(scope).isReduced(q),
                !isShrunk(q)
            else { return false }
            let isOwn = scope == .strategy
            let place = isOwn ? Int(q.intent.strategy) : q.account
            return running.fall(isOwn, place, limits[index], books).map { $0.fallen > $0.most } ?? true
        }
    }

    func hasTooManyOpen(_ q: Question, _ around: Surroundings, _ orders: ShadowOrders) -> Bool {
        guard q.purpose == .submit, !q.intent.isHostSent else { return false }
        let all = setup.instruments.indices.flatMap { orders.working($0) }.filter { !$0.intent.isHostSent }
        let account = all.filter { Int($0.account) == q.account }
        return around.scopes.contains { scope, index in
            guard let most = limits[index].maxOpenOrders, !around.book(scope).isReduced(q) else { return false }
            switch scope {
            case .system, .account: return account.count + 1 > Int(most)
            case .strategy: return all.count { $0.intent.strategy == q.intent.strategy } + 1 > Int(most)
            case .instrument: return account.count { $0.intent.instrument == q.intent.instrument } + 1 > Int(most)
            }
        }
    }

    func isDuplicate(_ q: Question, _ around: Surroundings) -> Bool {
        guard q.purpose == .submit, !q.intent.isHostSent else { return false }
        return around.scopes.contains { scope, index in
            guard let window = limits[index].duplicateWindowNanoseconds, !around.book(scope).isReduced(q) else {
                return false
            }
            return running.repeats(q, within: window)
        }
    }

    /// Whether it costs too much, and the worst price that it may cost; 0 = any.
    func slippage(_ q: Question, _ around: Surroundings) -> (isBeyond: Bool, bound: Int64) {
        let most = around.scopes.compactMap { limits[$0.index].maxSlippage?.raw }.min()
        guard let most, !q.isDormant, !q.intent.kind.hasLimitPrice else { return (false, 0) }
        let isTwoSided = q.view.bid > 0 && q.view.ask >= q.view.bid
        let reference = isTwoSided ? Int64((Int128(q.view.bid) + Int128(q.view.ask)) / 2) : q.view.last
        guard reference > 0 else { return (true, 0) }
        let tick = setup.instruments[Int(q.intent.instrument)].terms.tick.raw
        let distance = Int64(Int128(reference) * Int128(most) / 1_000_000_000)
        let cost = q.sign * (Int128(q.view.price(q.intent.side)) - Int128(reference))
        let bound =
            q.intent.side == .buy
            ? max((reference + distance) / tick, 1) * tick
            : (max(reference - distance, tick) + tick - 1) / tick * tick
        return (cost * 1_000_000_000 > Int128(reference) * Int128(most), bound)
    }

    func hasLostInARow(_ q: Question, _ around: Surroundings) -> Bool {
        around.scopes.contains { scope, index in
            guard scope != .instrument, !around.book(scope).isReduced(q), !isShrunk(q) else { return false }
            let isOwn = scope == .strategy
            return running.pauses(
                isOwn, isOwn ? Int(q.intent.strategy) : q.account, limits[index], account: q.account, at: q.time)
        }
    }
}
