import Controls
import Trading

// Days of accounts and strategies in a checkpoint, and the facts that rebuild them.

extension DayBook {
    func encode(into writer: inout ByteWriter) {
        writer.put(count: accounts.count)
        for index in 0..<accounts.count { accounts[index].encode(into: &writer) }
        writer.put(count: strategies.count)
        for index in 0..<strategies.count { strategies[index].encode(into: &writer) }
    }

    mutating func decode(from reader: inout ByteReader) throws(CodingFault) {
        let accountCount = try reader.count(of: DayTotals.size)
        guard accountCount <= accounts.count else { throw reader.fault("days of \(accountCount) accounts") }
        for index in 0..<accountCount { accounts[index] = try DayTotals(from: &reader) }
        let strategyCount = try reader.count(of: DayTotals.size)
        guard strategyCount <= strategies.count else { throw reader.fault("days of \(strategyCount) strategies") }
        for index in 0..<strategyCount { strategies[index] = try DayTotals(from: &reader) }
    }
}

extension DayTotals {
    /// Bytes in a checkpoint.
    fileprivate static let size = 8 + 16 + 16 + 3

    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(day)
        writer.put(balance)
        writer.put(equity)
        writer.put(isKnown)
        writer.put(isBreached)
        writer.put(isLatched)
    }

    fileprivate init(from reader: inout ByteReader) throws(CodingFault) {
        let day: Int64 = try reader.number()
        self.init(
            balance: try reader.summable("balance at a day's start"),
            equity: try reader.summable("equity at a day's start"))
        self.day = day
        isKnown = try reader.bool()
        isBreached = try reader.bool()
        isLatched = try reader.bool()
    }
}

extension Engine {
    /// A day that ends a latch of its predecessor's loss says so next.
    mutating func replayDay(_ start: DayStart) throws(RecoveryFault) {
        guard start.balance.isSummable, start.equity.isSummable else {
            throw RecoveryFault("a day that starts with \(start.balance) and \(start.equity)")
        }
        var wasLatched = false
        try change(start.scope, start.index) { totals in
            wasLatched = totals.isLatched
            totals = DayTotals(balance: start.balance, equity: start.equity)
            totals.day = start.day
        }
        raiseClosingPeak(start)
        if wasLatched { recovery.expectedLatch = latch(.active, start.scope, start.index, at: start.time) }
    }

    /// One that latches says so next.
    mutating func replayBreach(_ breach: DailyLossBreach) throws(RecoveryFault) {
        try change(breach.scope, breach.index) { totals in
            totals.isBreached = true
            totals.isLatched = breach.isLatched
        }
        guard breach.isLatched else { return }
        recovery.expectedLatch = latch(.reducing, breach.scope, breach.index, at: breach.time)
    }

    private func latch(_ state: TradingState, _ scope: LimitScope, _ index: Int32, at time: Timestamp) -> TradingEvent {
        .tradingStateChanged(scope: scope, index: index, state: state, time: time)
    }

    /// A latch that no day's loss and no day's start has announced is a person's.
    mutating func replayLatch(_ state: TradingState, _ scope: LimitScope, _ index: Int32) throws(RecoveryFault) {
        guard gate.has(scope, Int(index)) else { throw RecoveryFault("there is no \(scope.name) \(index)") }
        takeOverLatch(scope, Int(index))
        gate.setTradingState(state, scope: scope, index: Int(index))
    }

    private mutating func change(
        _ scope: LimitScope, _ index: Int32, _ change: (inout DayTotals) -> Void
    ) throws(RecoveryFault) {
        let count = scope == .strategy ? days.strategies.count : days.accounts.count
        guard scope == .account || scope == .strategy, (0..<count).contains(Int(index)) else {
            throw RecoveryFault("there is no day of \(scope.name) \(index)")
        }
        var totals = days.totals(scope, Int(index))
        change(&totals)
        days.set(totals, scope, Int(index))
        reviewDailyLimits()
    }
}
