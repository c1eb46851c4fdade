/// How far equity may fall is measured from here.
public enum DrawdownBase: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The highest equity at any mark.
    case trailingIntraday = 0
    /// The opening balance.
    case fixed = 1
    /// The highest equity at a day's start.
    case trailingEndOfDay = 2
    /// As `trailingIntraday` until what may be left reaches the opening balance; there it stays.
    case trailingLocked = 3
    public var name: String {
        switch self {
        case .trailingIntraday: "trailing_intraday"
        case .fixed: "static"
        case .trailingEndOfDay: "trailing_eod"
        case .trailingLocked: "trailing_locked"
        }
    }
}

/// The highest equity of an account or a strategy so far: written down together with the marks, and before what hangs on it.
public struct EquityPeak: Sendable, BitwiseCopyable, Equatable {
    /// `account` or `strategy`.
    public var scope: LimitScope
    public var index: Int32
    /// In the account's currency; of a strategy the account's opening balance with the strategy's own result.
    public var equity: Money
    public var time: Timestamp

    public init(scope: LimitScope, index: Int32, equity: Money, time: Timestamp) {
        self.scope = scope
        self.index = index
        self.equity = equity
        self.time = time
    }
}

/// What made a strategy a runaway.
public enum RunawayCause: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case executions = 0
    case denials = 1
    public var name: String {
        switch self {
        case .executions: "executions"
        case .denials: "denials"
        }
    }
}

/// A strategy sends no more orders until a person enables it again, or a person has done so.
public struct RunawayLatch: Sendable, BitwiseCopyable, Equatable {
    public var strategy: Int32
    /// False = a person has enabled the strategy again.
    public var isLatched: Bool
    public var cause: RunawayCause
    /// Executions or denials in a row, and how many there may be.
    public var count: Int32
    public var limit: Int32
    public var time: Timestamp

    public init(
        strategy: Int32, isLatched: Bool, cause: RunawayCause, count: Int32, limit: Int32, time: Timestamp
    ) {
        self.strategy = strategy
        self.isLatched = isLatched
        self.cause = cause
        self.count = count
        self.limit = limit
        self.time = time
    }
}
