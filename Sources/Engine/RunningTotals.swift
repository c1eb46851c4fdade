import Controls
import Portfolio
public import Trading

/// What an account or a strategy has behind it, for the limits that look back: its highs and its losses in a row. Facts
/// rebuild it: `equityPeaked`, `dayStarted`, fills and round trips.
public struct RunningTotals: Sendable, BitwiseCopyable, Equatable {
    /// Equity at the start of the account; of a strategy the same, as if it had the account alone.
    public let opening: Money
    /// Highest at any mark since a limit looks at it, and as far as it stands in the facts.
    public internal(set) var peak: Money
    var recordedPeak: Money
    /// Highest at the start of a day.
    public internal(set) var closingPeak: Money
    /// Losing round trips in a row within `lossDay`.
    var losses: Int32 = 0
    var lossDay: Int64 = .min
    var lastLoss = Timestamp(nanoseconds: .min)
    /// When a stop-loss closed a position.
    var lastStop = Timestamp(nanoseconds: .min)

    init(opening: Money) {
        self.opening = opening
        peak = opening
        recordedPeak = opening
        closingPeak = opening
    }

    /// Of the account's day `day`.
    func losses(of day: Int64) -> Int32 { lossDay == day ? losses : 0 }

    /// A round trip is over; a day's first loss begins a new row.
    mutating func close(_ trip: RoundTrip, in day: Int64) {
        if day != lossDay { losses = 0 }
        lossDay = day
        if trip.pnl.raw > 0 { losses = 0 }
        guard trip.pnl.raw < 0 else { return }
        losses &+= 1
        lastLoss = trip.exitTime
    }
}

/// How fast one strategy goes, and whether a person has to look at it.
public struct RunawayWatch: Sendable, BitwiseCopyable, Equatable {
    /// Executions since `executionsFrom`, and denials in a row since `denialsFrom`.
    var executions: Int32 = 0
    var executionsFrom = Timestamp(nanoseconds: .min)
    var denials: Int32 = 0
    var denialsFrom = Timestamp(nanoseconds: .min)
    /// The newest latch, or its end; nil = there was none.
    public internal(set) var latch: RunawayLatch?

    public var isLatched: Bool { latch?.isLatched ?? false }

    mutating func execute(at time: Timestamp, window: Int64) {
        RunawayWatch.count(&executions, &executionsFrom, time, window)
    }

    mutating func deny(at time: Timestamp, window: Int64) {
        RunawayWatch.count(&denials, &denialsFrom, time, window)
    }

    /// An order passed: the denials are no longer in a row.
    mutating func pass() { denials = 0 }

    /// The window opens with the first of a row; what comes after its end opens the next.
    private static func count(_ count: inout Int32, _ from: inout Timestamp, _ time: Timestamp, _ window: Int64) {
        let age = Int128(time.nanoseconds) - Int128(from.nanoseconds)
        if count == 0 || age >= Int128(window) {
            count = 0
            from = time
        }
        count &+= 1
    }

    mutating func take(_ latch: RunawayLatch) {
        self.latch = latch
        executions = 0
        denials = 0
    }
}

/// The running totals of all accounts and strategies.
struct RunningBook: ~Copyable {
    var accounts: FixedBuffer<RunningTotals>
    var strategies: FixedBuffer<RunningTotals>
    var runaways: FixedBuffer<RunawayWatch>

    init(_ setup: EngineSetup) {
        accounts = FixedBuffer(setup.accounts.map { RunningTotals(opening: $0.terms.openingBalance) })
        strategies = FixedBuffer(
            setup.strategies.map { RunningTotals(opening: setup.accounts[$0.account].terms.openingBalance) })
        runaways = FixedBuffer(count: setup.strategies.count, repeating: RunawayWatch())
    }

    mutating func addStrategy(opening: Money) {
        strategies = FixedBuffer(strategies, adding: 1, of: RunningTotals(opening: opening))
        runaways = FixedBuffer(runaways, adding: 1, of: RunawayWatch())
    }

    func totals(_ scope: LimitScope, _ index: Int) -> RunningTotals {
        scope == .strategy ? strategies[index] : accounts[index]
    }

    mutating func set(_ totals: RunningTotals, _ scope: LimitScope, _ index: Int) {
        if scope == .strategy { strategies[index] = totals } else { accounts[index] = totals }
    }
}

extension Engine {
    // MARK: - Highs

    /// Equity of an account; of a strategy the opening balance with its own result. nil = something has no rate.
    private func runningEquity(_ scope: LimitScope, _ index: Int) -> Money? {
        if scope == .account { return ledger.equity(account: index) }
        return ledger.totals(strategy: index).map { running.strategies[index].opening + $0.net }
    }

    /// After a mark, where a limit or a breaker looks at highs.
    mutating func raisePeaks() {
        if gate.wants.contains(.accountHigh) || breakers.watchesHighs {
            for account in 0..<accounts.count { raisePeak(.account, account) }
        }
        if gate.wants.contains(.ownHigh) || breakers.watchesHighs {
            for strategy in slots.indices { raisePeak(.strategy, strategy) }
        }
    }

    /// What equity has lost of its high, in 1e-8 of that; nil = something has no rate, or there was nothing to lose.
    func fallen(_ scope: LimitScope, _ index: Int) -> Int128? {
        guard let equity = runningEquity(scope, index) else { return nil }
        let high = max(running.totals(scope, index).peak, equity)
        guard high > .zero else { return nil }
        let (scaled, isBeyond) = (high - equity).raw.multipliedReportingOverflow(by: 100_000_000)
        return isBeyond ? .max : scaled / high.raw
    }

    private mutating func raisePeak(_ scope: LimitScope, _ index: Int) {
        guard let equity = runningEquity(scope, index) else { return }
        var totals = running.totals(scope, index)
        guard equity > totals.peak else { return }
        totals.peak = equity
        running.set(totals, scope, index)
    }

    /// Writes down the highs that no fact says yet.
    mutating func recordPeaks() {
        guard breakers.watchesHighs || !gate.wants.isDisjoint(with: [.accountHigh, .ownHigh]) else { return }
        for account in 0..<accounts.count { recordPeak(.account, account) }
        for strategy in slots.indices { recordPeak(.strategy, strategy) }
    }

    private mutating func recordPeak(_ scope: LimitScope, _ index: Int) {
        var totals = running.totals(scope, index)
        guard totals.peak > totals.recordedPeak else { return }
        totals.recordedPeak = totals.peak
        running.set(totals, scope, index)
        facts.append(
            .equityPeaked(EquityPeak(scope: scope, index: Int32(index), equity: totals.peak, time: now)))
    }

    /// A day that is written down starts with this equity.
    mutating func raiseClosingPeak(_ start: DayStart) {
        var totals = running.totals(start.scope, Int(start.index))
        let equity = start.scope == .strategy ? totals.opening + start.equity : start.equity
        totals.closingPeak = max(totals.closingPeak, equity)
        running.set(totals, start.scope, Int(start.index))
    }

    /// For the gate; `equity` as `runningEquity` has it, nil when it cannot be valued.
    func equityHigh(_ scope: LimitScope, _ index: Int, equity: Money?) -> OrderContext.EquityHigh? {
        guard let equity else { return nil }
        let totals = running.totals(scope, index)
        return OrderContext.EquityHigh(
            opening: totals.opening, peak: totals.peak, closingPeak: totals.closingPeak, equity: equity)
    }

    // MARK: - Losses in a row

    mutating func countTrip(_ trip: RoundTrip, account: Int) {
        let day = trip.exitTime.day(offset: accounts[account].dayOffset)
        running.accounts[account].close(trip, in: day)
        running.strategies[Int(trip.strategy)].close(trip, in: day)
    }

    /// A fill of the host's stop that ends a round trip.
    mutating func countStop(_ fill: Fill) {
        running.accounts[Int(fill.account)].lastStop = fill.time
        running.strategies[Int(fill.strategy)].lastStop = fill.time
    }

    /// Of an account and of one of its strategies.
    func lossStreaks(_ account: Int, _ strategy: Int) -> (
        account: OrderContext.LossStreak, own: OrderContext.LossStreak
    ) {
        let offset = accounts[account].dayOffset
        let (day, dayEnd) = (now.day(offset: offset), now.dayEnd(offset: offset))
        func streak(_ totals: UnsafePointer<RunningTotals>) -> OrderContext.LossStreak {
            OrderContext.LossStreak(
                count: totals.pointee.losses(of: day), lastLoss: totals.pointee.lastLoss,
                lastStop: totals.pointee.lastStop, dayEnd: dayEnd)
        }
        return (streak(running.accounts.address(of: account)), streak(running.strategies.address(of: strategy)))
    }

    /// Highs, losses in a row and the runaway watch, for readers.
    public func runningTotals(scope: LimitScope, index: Int) -> RunningTotals { running.totals(scope, index) }
    public func runaway(strategy: Int) -> RunawayWatch { running.runaways[strategy] }
}
