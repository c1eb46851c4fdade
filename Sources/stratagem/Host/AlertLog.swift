import API
import Trading

/// What an operator should look at: kept for a quarter of an hour, the same again counts on the one that is there.
struct AlertLog {
    enum Event {
        case denied(DenialView)
        case stopThrown(StopView)
        case faulted(String, String)
        case quarantined(String, String)
        case slow(String, String)
        case journalBlocked(isFailing: Bool)
        case lossLimit(String)
        /// A bracket's stop that the gate denied at its trigger.
        case unprotected(OrderView)
        case approvalNeeded(ApprovalView)
        case approvalsFull(String)
        case runaway(String, RunawayLatch)
        case generations(loaded: Int, max: Int)
    }

    private struct Entry {
        var view: AlertView
        var key: String
        var count = 1
    }

    private var entries: [Entry] = []
    private var lastNumber: UInt64 = 0
    /// Raised since they were last taken, the newest of each.
    private var raised: [AlertView] = []
    private static let activeNanoseconds = 15 * 60 * Timestamp.nanosecondsPerSecond
    private static let capacity = 200
    /// Hears of each new alert, at once; it may not wait for anything.
    var onNew: (@Sendable (AlertView) -> Void)?

    /// `accounts`: those that it concerns; none = it is everybody's.
    mutating func raise(_ event: Event, of accounts: [String], at time: Timestamp) {
        let (severity, code, key, message) = event.parts
        if let index = entries.lastIndex(where: { $0.key == key }),
            time.nanoseconds - entries[index].view.time.nanoseconds < AlertLog.activeNanoseconds
        {
            var entry = entries.remove(at: index)
            entry.count += 1
            entry.view.time = time
            entry.view.message = "\(message) (\(entry.count) times)"
            entries.append(entry)
            note(entry.view)
            return
        }
        lastNumber += 1
        if entries.count == AlertLog.capacity { entries.removeFirst() }
        var view = AlertView(id: "alr-\(lastNumber)", severity: severity, code: code, message: message, time: time)
        view.accounts = accounts
        entries.append(Entry(view: view, key: key))
        onNew?(view)
        note(view)
    }

    private mutating func note(_ view: AlertView) {
        raised.removeAll { $0.id == view.id }
        if raised.count == AlertLog.capacity { raised.removeFirst() }
        raised.append(view)
    }

    /// Those that were raised, or raised again, since the last call.
    mutating func takeRaised() -> [AlertView] {
        guard !raised.isEmpty else { return [] }
        defer { raised.removeAll() }
        return raised
    }

    /// Says that somebody has seen an active alert; the first one stays. nil = there is no such alert.
    mutating func acknowledge(_ id: String, by user: String, at wall: Timestamp, now: Timestamp)
        -> (view: AlertView, isNew: Bool)?
    {
        guard
            let index = entries.firstIndex(where: {
                $0.view.id == id && now.nanoseconds - $0.view.time.nanoseconds < AlertLog.activeNanoseconds
            })
        else { return nil }
        let isNew = entries[index].view.acknowledgedBy == nil
        if isNew {
            entries[index].view.acknowledgedBy = user
            entries[index].view.acknowledgedAt = wall
        }
        return (entries[index].view, isNew)
    }

    /// Newest first.
    func active(at time: Timestamp) -> [AlertView] {
        entries.reversed().filter { time.nanoseconds - $0.view.time.nanoseconds < AlertLog.activeNanoseconds }
            .map(\.view)
    }
}

extension AlertLog.Event {
    fileprivate var parts: (AlertView.Severity, String, key: String, message: String) {
        switch self {
        case .denied(let denial):
            let rules = denial.findings.map(\.rule.name)
            return (
                .medium, "ORDER_DENIED", "denied \(denial.strategy ?? "") \(denial.instrument) \(rules)",
                "an order of \(denial.strategy ?? "nobody") in \(denial.instrument) was denied by "
                    + rules.joined(separator: ", ")
            )
        case .stopThrown(let stop):
            return (
                .critical, "EMERGENCY_STOP", "stop \(stop.id)",
                "\(stop.id) (\(stop.request.mode.rawValue)) on \(stop.request.scope.rawValue) "
                    + "\(stop.request.target ?? "") by \(stop.requester.user): \(stop.request.reason)"
            )
        case .faulted(let strategy, let text):
            return (.high, "STRATEGY_FAULTED", "fault \(strategy)", "\(strategy) was stopped: \(text)")
        case .quarantined(let strategy, let text):
            return (
                .critical, "STRATEGY_QUARANTINED", "quarantine \(strategy)", "\(strategy) is quarantined: \(text)"
            )
        case .slow(let strategy, let text):
            return (.medium, "STRATEGY_SLOW", "slow \(strategy)", "\(strategy) is slow: \(text)")
        case .journalBlocked(let isFailing):
            return (
                .critical, "JOURNAL_BLOCKED", "journal",
                isFailing
                    ? "the journal cannot be written; new orders are denied"
                    : "the journal is behind; new orders are denied until it has caught up"
            )
        case .generations(let loaded, let max):
            return (
                .medium, "GENERATIONS", "generations",
                "\(loaded) of \(max) plugin generations are in memory; restart the host before they are spent"
            )
        case .approvalNeeded(let approval):
            let intent = approval.order.order.intent
            return (
                .medium, "APPROVAL_NEEDED", "approval \(approval.id)",
                "\(approval.id): \(intent.side.name) \(intent.quantity) \(approval.order.instrument) of "
                    + "\(approval.sender) waits for a second person"
            )
        case .unprotected(let stop):
            return (
                .critical, "STOP_DENIED", "unprotected \(stop.id)",
                "the stop \(stop.id) of \(stop.strategy) in \(stop.instrument) was denied at its trigger: the position has "
                    + "no stop any more; close it or give it a new one"
            )
        case .approvalsFull(let sender):
            return (
                .high, "APPROVALS_FULL", "approvals \(sender)",
                "an order of \(sender) needs a second person and cannot wait: too many do; approve or deny some"
            )
        case .lossLimit(let scope):
            return (.high, "DAILY_LOSS", "loss \(scope)", "the daily loss limit of \(scope) is reached; reducing only")
        case .runaway(let id, let latch):
            return (
                .high, "RUNAWAY_STRATEGY", "runaway \(id)",
                "\(id) sends no more orders: \(latch.count) \(latch.cause.name) in a row, \(latch.limit) allowed; "
                    + "enable it again once you know why"
            )
        }
    }
}
