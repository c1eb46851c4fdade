public import Trading

/// What the engine thread hands over in one turn: the facts of the core, in order, and what the host did.
public struct JournalBatch: Sendable {
    public var events: [TradingEvent]
    /// Findings of the denials among `events`; `Denial.firstFinding` is an index into them.
    public var findings: [Finding]
    /// They take effect after the events.
    public var notes: [HostFact]
    /// The host's clock.
    public var wallTime: Timestamp
    /// For the audit log.
    public var audit: AuditContext

    public init(
        events: [TradingEvent] = [], findings: [Finding] = [], notes: [HostFact] = [], wallTime: Timestamp,
        audit: AuditContext = AuditContext()
    ) {
        self.events = events
        self.findings = findings
        self.notes = notes
        self.wallTime = wallTime
        self.audit = audit
    }
}

/// What the host did beside the core's facts.
public enum HostFact: Sendable {
    case idempotency(IdempotencyRecord)
    case sentOrder(SentOrderRecord)
    case setting(HostSettingRecord)
    /// A trading session as it is now (same number).
    case tradingSession(TradingSessionRecord)
    case strategySetting(StrategySettingRecord)
    /// What a strategy saved of itself; `strategy` is the engine's index.
    case strategyState(StrategyStateRecord)
    /// A load of a strategy's code, and the same again (same number) when it becomes the active one.
    case generation(GenerationRecord)
    case lifecycle(LifecycleRecord)
    case limits(LimitsRecord)
    /// A thrown stop, and the same again (same id) when it is released.
    case stop(StopRecord)
    /// An order that needs a second person, and the same again (same id) when it is decided.
    case approval(ApprovalRecord)
    /// A trade as it is now (same id).
    case trade(TradeRecord)
    /// A signal as it is now (same id).
    case signal(SignalRecord)
    /// A rebalancing as it is now (same id).
    case rebalance(RebalanceRecord)
    case audit(AuditRecord)
    /// The whole state after the events of its batch.
    case checkpoint(engine: [UInt8], extra: [UInt8], time: Timestamp)
}
