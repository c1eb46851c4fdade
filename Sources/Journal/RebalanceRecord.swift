public import Trading

/// A rebalancing of an account as it is now; the newest record of an id counts. Times are the market's.
public struct RebalanceRecord: Sendable, Equatable {
    public enum State: Int, Sendable, CaseIterable {
        /// Some of its orders work, or wait for those.
        case started = 0
        case completed = 1
        /// Nothing was to be done.
        case skipped = 2
    }

    public var id: UInt64
    /// The engine's index.
    public var account: Int
    public var state: State
    public var reason: String
    /// Every weight to its target, within its band or not.
    public var isForced: Bool
    /// Who asked.
    public var user: String
    public var channel: String
    public var startedAt: Timestamp
    public var updatedAt: Timestamp
    /// Its orders and what became of them, as JSON.
    public var detailJSON = "{}"

    public init(
        id: UInt64, account: Int, state: State, reason: String, isForced: Bool, user: String, channel: String,
        startedAt: Timestamp
    ) {
        self.id = id
        self.account = account
        self.state = state
        self.reason = reason
        self.isForced = isForced
        self.user = user
        self.channel = channel
        self.startedAt = startedAt
        updatedAt = startedAt
    }
}
