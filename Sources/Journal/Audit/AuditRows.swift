import Trading

// Which facts and notes the audit log keeps, and as what.

extension AuditWriter {
    /// A decision of the gate or of a breaker; other facts are no decisions. `bytes` is the fact as it is stored.
    mutating func append(_ event: TradingEvent, bytes: ArraySlice<UInt8>, at place: Int, of batch: JournalBatch) throws
    {
        guard var entry = AuditEntry(event, wallTime: batch.wallTime) else { return }
        entry.generation = batch.audit.generation(of: entry.strategy)
        entry.limits = batch.audit.limits
        entry.fact = Array(bytes)
        for sender in batch.audit.senders where sender.events.contains(place) {
            let isMeant = sender.order.map { entry.target == "ord-\($0)" } ?? (entry.channel == "operator")
            guard isMeant else { continue }
            entry.user = sender.user
            entry.channel = sender.channel
        }
        try append(entry)
    }

    /// What the host did.
    mutating func append(_ note: HostFact, of batch: JournalBatch) throws {
        guard var entry = AuditEntry(note, eventTime: batch.audit.eventTime, wallTime: batch.wallTime) else { return }
        entry.limits = batch.audit.limits
        if entry.generation.isEmpty { entry.generation = batch.audit.generation(of: entry.strategy) }
        try append(entry)
    }
}

extension AuditEntry {
    /// nil = not a decision.
    fileprivate init?(_ event: TradingEvent, wallTime: Timestamp) {
        func entry(_ action: String) -> AuditEntry {
            AuditEntry(.decision, action, wallTime: wallTime, eventTime: event.time)
        }
        func entry(_ action: String, _ intent: OrderIntent, _ account: Int32, _ order: UInt64) -> AuditEntry {
            var entry = entry(action)
            entry.account = Int(account)
            entry.strategy = Int(intent.strategy)
            entry.channel = intent.origin.channel
            if order != 0 { entry.target = "ord-\(order)" }
            return entry
        }
        switch event {
        case .orderAccepted(let order): self = entry("order.accepted", order.intent, order.account, order.id)
        case .orderDenied(let denial): self = entry("order.denied", denial.intent, denial.account, denial.orderID)
        case .orderChanged(let order, .modified): self = entry("order.modified", order.intent, order.account, order.id)
        case .orderChanged(let order, .triggered):
            self = entry("order.triggered", order.intent, order.account, order.id)
        case .tradingStateChanged(let scope, let index, let state, _):
            self = entry("trading-state.\(state.name)")
            put(scope, Int(index))
        case .dailyLossExceeded(let breach):
            self = entry("daily-loss.exceeded")
            put(breach.scope, Int(breach.index))
        case .orderWarned(let warning):
            self = entry("order.warned", warning.intent, warning.account, warning.orderID)
        case .runawayLatched(let latch):
            self = entry(latch.isLatched ? "runaway.latched" : "runaway.released")
            put(.strategy, Int(latch.strategy))
        case .programBreached(let breach):
            self = entry("program.breached")
            put(.account, Int(breach.account))
        case .accountReset(let account, _, _):
            self = entry("account.reset")
            put(.account, Int(account))
        case .programReleased(let account, _):
            self = entry("program.released")
            put(.account, Int(account))
        default: return nil
        }
    }

    private mutating func put(_ scope: LimitScope, _ index: Int) {
        target = scope.name
        if scope == .account { account = index }
        if scope == .strategy { strategy = index }
    }

    /// nil = it stands elsewhere.
    fileprivate init?(_ note: HostFact, eventTime: Timestamp?, wallTime: Timestamp) {
        switch note {
        case .audit(let record):
            self.init(record.kind, record.action, wallTime: record.time, eventTime: eventTime ?? record.time)
            user = record.user
            channel = record.channel
            account = record.account
            strategy = record.strategy
            target = record.target
            detail = record.detailJSON
        case .lifecycle(let record):
            self.init(.lifecycle, "strategy.\(record.to)", wallTime: record.time, eventTime: record.eventTime)
            strategy = record.strategy
            target = record.code
            detail = record.text
        case .generation(let record):
            self.init(
                .generation, record.isActive ? "generation.active" : "generation.loaded", wallTime: wallTime,
                eventTime: eventTime ?? wallTime)
            target = "\(record.strategy) \(record.number)"
            detail = "\(record.plugin) \(record.version)"
            generation = [UInt8](hexadecimal: record.sha256) ?? []
        default: return nil
        }
    }
}

extension OrderOrigin {
    /// Who sends orders of this origin, where no person is named.
    fileprivate var channel: String {
        switch self {
        case .strategy: "strategy"
        case .operator: "operator"
        case .liquidation: "liquidation"
        case .protective, .bracket: "host"
        }
    }
}
