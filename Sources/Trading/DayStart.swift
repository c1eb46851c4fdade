/// What an account, or a strategy, had when its account's day started: a day's result is measured from here.
public struct DayStart: Sendable, BitwiseCopyable, Equatable {
    /// `account` or `strategy`.
    public var scope: LimitScope
    public var index: Int32
    /// Days since 1970 in days of the account.
    public var day: Int64
    /// Equity without the unrealised profit and loss of open positions; of a strategy, what it has realised after commission.
    /// In the account's currency.
    public var balance: Money
    /// Of a strategy, realised and unrealised after commission.
    public var equity: Money
    /// When it was taken: the first instant of the day that the engine saw.
    public var time: Timestamp

    public init(scope: LimitScope, index: Int32, day: Int64, balance: Money, equity: Money, time: Timestamp) {
        self.scope = scope
        self.index = index
        self.day = day
        self.balance = balance
        self.equity = equity
        self.time = time
    }
}

/// What a day's loss is measured from.
public enum DailyLossBase: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Equity at the day's start.
    case equity = 0
    /// Balance at the day's start: profit and loss that were open then count as today's.
    case balance = 1
    /// The higher of the two.
    case higher = 2
    public var name: String {
        switch self {
        case .equity: "equity"
        case .balance: "balance"
        case .higher: "higher"
        }
    }
}

/// A day's loss went beyond its limit, and what that did.
public struct DailyLossBreach: Sendable, BitwiseCopyable, Equatable {
    /// `account` or `strategy`.
    public var scope: LimitScope
    public var index: Int32
    /// Since the day's start, in the account's currency; above 0.
    public var loss: Money
    public var limit: Money
    /// It put the scope into reducing, which ends with the day; false = a person had latched it before.
    public var isLatched: Bool
    public var time: Timestamp

    public init(scope: LimitScope, index: Int32, loss: Money, limit: Money, isLatched: Bool, time: Timestamp) {
        self.scope = scope
        self.index = index
        self.loss = loss
        self.limit = limit
        self.isLatched = isLatched
        self.time = time
    }
}

/// An account's equity went beyond its compliance program's limit for the day's loss, or for the total drawdown.
public struct ProgramBreach: Sendable, BitwiseCopyable, Equatable {
    public var account: Int32
    /// `programDailyLoss`, which locks the account for the rest of its day, or `totalDrawdown`, which locks it until an admin
    /// releases it.
    public var rule: RuleID
    /// In the account's currency; above 0.
    public var loss: Money
    public var limit: Money
    public var time: Timestamp

    public init(account: Int32, rule: RuleID, loss: Money, limit: Money, time: Timestamp) {
        self.account = account
        self.rule = rule
        self.loss = loss
        self.limit = limit
        self.time = time
    }
}
