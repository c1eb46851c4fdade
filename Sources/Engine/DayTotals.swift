import Portfolio
public import Trading

/// The day of one account or strategy: where its result is measured from, and whether its loss has gone too far. A few
/// plain fields, so that a snapshot holds them and the facts `dayStarted` and `dailyLossExceeded` rebuild them.
public struct DayTotals: Sendable, BitwiseCopyable, Equatable {
    /// Days since 1970 in days of the account; `Int64.min` before the first.
    public var day: Int64 = .min
    /// At the day's start, as `DayStart` says.
    public var balance: Money
    public var equity: Money
    /// False where a conversion rate was missing at the day's start and is missing still.
    public var isKnown = true
    /// The loss has gone beyond its limit today.
    public var isBreached = false
    /// That put the scope into reducing, and the next day releases it. A person's latch takes this over.
    public var isLatched = false

    public init(balance: Money, equity: Money) {
        self.balance = balance
        self.equity = equity
    }
}

/// The days of all accounts and strategies.
struct DayBook: ~Copyable {
    var accounts: FixedBuffer<DayTotals>
    var strategies: FixedBuffer<DayTotals>
    /// Equity below which the loss is too large; far below zero = no limit.
    var accountFloors: FixedBuffer<Money>
    var strategyFloors: FixedBuffer<Money>
    /// The earliest start of a new day of any account, or what else is due at a time of its own.
    var nextTurn = Timestamp(nanoseconds: .min)
    /// Some scope has a limit on a day's loss, or is latched by one.
    var isWatched = false
    /// That, or something is due at times of its own: no strategy may look ahead over it.
    var isEventByEvent = false
    static let noFloor = Money(raw: .min)

    init(_ setup: EngineSetup) {
        accounts = FixedBuffer(
            setup.accounts.map { DayTotals(balance: $0.terms.openingBalance, equity: $0.terms.openingBalance) })
        strategies = FixedBuffer(count: setup.strategies.count, repeating: DayTotals(balance: .zero, equity: .zero))
        accountFloors = FixedBuffer(count: setup.accounts.count, repeating: DayBook.noFloor)
        strategyFloors = FixedBuffer(count: setup.strategies.count, repeating: DayBook.noFloor)
    }

    /// Its day has not begun yet.
    mutating func addStrategy() {
        strategies = FixedBuffer(strategies, adding: 1, of: DayTotals(balance: .zero, equity: .zero))
        strategyFloors = FixedBuffer(strategyFloors, adding: 1, of: DayBook.noFloor)
    }

    func totals(_ scope: LimitScope, _ index: Int) -> DayTotals {
        scope == .strategy ? strategies[index] : accounts[index]
    }

    mutating func set(_ totals: DayTotals, _ scope: LimitScope, _ index: Int) {
        if scope == .strategy { strategies[index] = totals } else { accounts[index] = totals }
    }
}

extension DayTotals {
    /// What a day's loss is measured from.
    func start(_ base: DailyLossBase) -> Money {
        switch base {
        case .equity: equity
        case .balance: balance
        case .higher: max(balance, equity)
        }
    }
}
