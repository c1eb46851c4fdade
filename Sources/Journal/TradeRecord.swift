public import Trading

/// A trade of the execution engine: an entry with what it was asked for, and what became of it. The newest record of an id
/// counts. Indices are the engine's; amounts are in the instrument's quote currency.
public struct TradeRecord: Sendable, Equatable {
    public enum State: Int, Sendable, CaseIterable {
        /// Its order has not been sent yet.
        case waiting = 0
        /// Its entry works, or what it opened is held.
        case open = 1
        case closed = 2
        /// It never opened anything.
        case cancelled = 3
    }

    public var id: UInt64
    public var strategy: Int
    public var account: Int
    public var instrument: Int
    public var side: Side
    public var state = State.waiting
    /// What was asked for, and what was drawn of it.
    public var requestJSON: String
    /// Who asked.
    public var user: String
    public var channel: String
    /// The market's time, like all times here.
    public var requestedAt: Timestamp
    public var dueAt: Timestamp
    public var updatedAt: Timestamp
    /// Of the first fill of the entry; nil = there was none yet.
    public var filledAt: Timestamp?
    /// The entry; 0 = it has not been sent.
    public var orderID: UInt64 = 0
    public var isEntryDone = false
    /// What the market showed when the entry was sent.
    public var reference = Price.zero
    /// Of the entry, and the value of it.
    public var filled = Quantity.zero
    public var filledValue = Money.zero
    /// What is held still, and its cost.
    public var held = Quantity.zero
    public var cost = Money.zero
    /// Of what was closed, before commission.
    public var realized = Money.zero
    public var commission = Money.zero
    /// Why it ended without a fill.
    public var note = ""

    public init(
        id: UInt64, strategy: Int, account: Int, instrument: Int, side: Side, requestJSON: String, user: String,
        channel: String, requestedAt: Timestamp, dueAt: Timestamp
    ) {
        self.id = id
        self.strategy = strategy
        self.account = account
        self.instrument = instrument
        self.side = side
        self.requestJSON = requestJSON
        self.user = user
        self.channel = channel
        self.requestedAt = requestedAt
        self.dueAt = dueAt
        updatedAt = requestedAt
    }

    public var isOver: Bool { state == .closed || state == .cancelled }
}
