public import Trading

/// Everything that a host needs to go on where it was.
public struct Recovery: Sendable {
    /// The newest readable one; nil = the facts begin with the first ever.
    public var checkpoint: StoredCheckpoint?
    /// Facts after the checkpoint, in order. Denials point into `findings`.
    public var facts: [TradingEvent] = []
    public var findings: [Finding] = []
    /// Number of the last fact; 0 = none. The engine's fact counter goes on from here.
    public var lastSequence: UInt64 = 0
    /// Time of the last fact or checkpoint.
    public var lastEventTime: Timestamp?
    public var strategyStates: [StrategyStateRecord] = []
    public var settings: [StrategySettingRecord] = []
    /// By strategy and number.
    public var generations: [GenerationRecord] = []
    /// The newest of each strategy, and all faults of the last day, in their order.
    public var lifecycle: [LifecycleRecord] = []
    public var limits: [LimitsRecord] = []
    /// By name.
    public var hostSettings: [HostSettingRecord] = []
    /// Those that run, by number.
    public var runningSessions: [TradingSessionRecord] = []
    /// Those in force.
    public var activeStops: [StopRecord] = []
    /// The newest ones, every pending one among them.
    public var approvals: [ApprovalRecord] = []
    /// Those that are not over, by id.
    public var trades: [TradeRecord] = []
    /// The newest of each instrument and account, and those whose horizon has not passed, by id.
    public var signals: [SignalRecord] = []
    public var bridge = BridgeTally()
    /// Those under way, and of each account the newest and the newest that did something, by id.
    public var rebalances: [RebalanceRecord] = []
    /// Of the last seven days.
    public var idempotency: [IdempotencyRecord] = []
    public var lastOrderID: UInt64 = 0
    public var lastFillID: UInt64 = 0
    public var lastRoundTripID: UInt64 = 0
    public var lastStopID: UInt64 = 0
    public var lastTradeID: UInt64 = 0
    public var lastSignalID: UInt64 = 0
    public var lastSessionNumber: UInt64 = 0
    public var lastAuditID: UInt64 = 0
    /// What was not as it should be and could be helped: "checkpoint 812 is damaged; the one before it is used".
    public var warnings: [String] = []

    /// A journal without anything in it.
    public var isEmpty: Bool { lastSequence == 0 && checkpoint == nil }
}

/// The whole state after the fact with number `sequence`.
public struct StoredCheckpoint: Sendable, Equatable {
    public var sequence: UInt64
    public var engine: [UInt8]
    public var extra: [UInt8]
    public var time: Timestamp
}
