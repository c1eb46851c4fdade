import Controls
import Engine
import Portfolio
import Trading

/// The days of accounts and strategies as the facts tell them, held against the books.
struct ShadowDays {
    private struct Day {
        var number: Int64 = .min
        var balance: Int128
        var equity: Int128
        /// A loss beyond the limit was told.
        var isBreached = false
    }

    private let setup: EngineSetup
    private var accounts: [Day]
    private var strategies: [Day]

    init(_ setup: EngineSetup) {
        self.setup = setup
        accounts = setup.accounts.map { Day(balance: $0.terms.openingBalance.raw, equity: $0.terms.openingBalance.raw) }
        strategies = setup.strategies.map { _ in Day(balance: 0, equity: 0) }
    }

    private func day(_ scope: LimitScope, _ index: Int) -> Day {
        scope == .strategy ? strategies[index] : accounts[index]
    }

    private func offset(_ scope: LimitScope, _ index: Int) -> Int64 {
        setup.accounts[scope == .strategy ? setup.strategies[index].account : index].terms.dayOffset
    }

    private func measure(_ scope: LimitScope, _ index: Int, _ books: ShadowBooks) -> (balance: Int128, equity: Int128)?
    {
        if scope == .strategy { return books.result(strategy: index) }
        guard let balance = books.balance(account: index), let equity = books.equity(account: index) else { return nil }
        return (balance, equity)
    }

    func start(_ scope: LimitScope, _ index: Int, _ base: DailyLossBase) -> Int128 {
        let day = day(scope, index)
        switch base {
        case .equity: return day.equity
        case .balance: return day.balance
        case .higher: return max(day.balance, day.equity)
        }
    }

    mutating func take(_ start: DayStart, _ books: ShadowBooks) throws(Violation) {
        let index = Int(start.index)
        let old = day(start.scope, index)
        guard start.day == start.time.day(offset: offset(start.scope, index)), start.day > old.number,
            let measured = measure(start.scope, index, books), start.balance.raw == measured.balance,
            start.equity.raw == measured.equity
        else {
            throw Violation("\(start) after \(old), with \(String(describing: measure(start.scope, index, books)))")
        }
        let day = Day(number: start.day, balance: measured.balance, equity: measured.equity)
        if start.scope == .strategy { strategies[index] = day } else { accounts[index] = day }
    }

    mutating func take(_ breach: DailyLossBreach, _ books: ShadowBooks, _ gate: ShadowGate) throws(Violation) {
        let index = Int(breach.index)
        let worst = worst(breach.scope, index, books, gate)
        guard breach.loss > breach.limit, let worst, worst.loss == breach.loss.raw, worst.limit == breach.limit.raw
        else { throw Violation("\(breach), not \(String(describing: worst))") }
        if breach.scope == .strategy { strategies[index].isBreached = true } else { accounts[index].isBreached = true }
    }

    /// The loss that is farthest beyond a limit; nil = none is.
    private func worst(_ scope: LimitScope, _ index: Int, _ books: ShadowBooks, _ gate: ShadowGate)
        -> (loss: Int128, limit: Int128)?
    {
        guard let equity = measure(scope, index, books)?.equity else { return nil }
        let limits = [gate.limits(scope, index)] + (scope == .account ? [gate.limits(.system, 0)] : [])
        var worst: (loss: Int128, limit: Int128)?
        for set in limits {
            guard let limit = set.maxDailyLoss?.raw else { continue }
            let loss = start(scope, index, set.dailyLossBase) - equity
            guard loss > limit, loss - limit > worst.map({ $0.loss - $0.limit }) ?? 0 else { continue }
            worst = (loss, limit)
        }
        return worst
    }

    /// Every day was told, and so was every loss beyond a limit that a mark made.
    func check(at time: Timestamp, _ books: ShadowBooks, _ gate: ShadowGate, isMarked: Bool) throws(Violation) {
        let all =
            accounts.indices.map { (LimitScope.account, $0) } + strategies.indices.map { (LimitScope.strategy, $0) }
        for (scope, index) in all {
            let day = day(scope, index)
            guard day.number == time.day(offset: offset(scope, index)) else {
                throw Violation("\(scope.name) \(index) is in day \(day.number) at \(time)")
            }
            guard isMarked, !day.isBreached, let worst = worst(scope, index, books, gate) else { continue }
            throw Violation("\(scope.name) \(index) lost \(worst.loss) of \(worst.limit), and nobody said so")
        }
    }
}
