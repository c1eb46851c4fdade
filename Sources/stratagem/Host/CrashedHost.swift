import Journal
import Trading

/// What a host does about the one before it that a strategy has ended: that strategy is in quarantine before anything of it
/// is loaded.
struct CrashedHost {
    /// For people; nil = the host before did not end within a call.
    let notice: String?

    /// Writes the quarantine into the journal and waits until it is there. `strategies` are the names by slot of the host
    /// before, `account` the one of a strategy that the journal does not know yet.
    init(
        _ report: CrashReport, strategies: [String], _ journal: Journal, at time: Timestamp,
        account: (String) -> String?
    ) throws(JournalError) {
        let ids = strategies.map(CrashedHost.id)
        guard let verdict = report.verdict(names: ids) else {
            notice = CrashedHost.acquittal(report)
            return
        }
        let cause = FaultCause.endedHost(verdict.end)
        var names = try journal.names(.strategy)
        if !names.contains(where: { CrashedHost.id($0) == verdict.strategy }), let account = account(verdict.strategy) {
            names = try journal.register(.strategy, ["\(verdict.strategy) \(account)"])
        }
        guard let slot = names.firstIndex(where: { CrashedHost.id($0) == verdict.strategy }) else {
            notice = "the host before this one was ended by \(verdict.strategy), which is gone: \(cause.text)"
            return
        }
        var lifecycle = Lifecycle(try journal.lifecycle(strategy: slot, HistoryPage(limit: 1)))
        notice = "\(verdict.strategy) is quarantined: \(cause.text); mend it and reload it"
        // How many restarts are borne is no question here.
        let policy = FaultPolicy(restartsMax: 0, windowSeconds: 1)
        guard let (move, _) = lifecycle.fault(cause, at: time, policy) else { return }
        let record = LifecycleRecord(
            strategy: slot, from: move.from.rawValue, to: move.to.rawValue, code: move.code, text: move.text,
            isFault: true, faultCount: lifecycle.faultCount, restartCount: lifecycle.restartCount, time: time,
            eventTime: time)
        journal.append(JournalBatch(notes: [.lifecycle(record)], wallTime: time))
        guard journal.flush(timeoutMilliseconds: 10_000) else {
            throw JournalError(.cannotOpen, "the quarantine of \(verdict.strategy) could not be written within 10 s")
        }
    }

    /// "sma_cross paper" is the name of sma_cross.
    private static func id(_ name: String) -> String { String(name.split(separator: " ").first ?? "") }

    /// A signal from outside came while a strategy was being called: worth knowing, and nobody's fault.
    private static func acquittal(_ report: CrashReport) -> String? {
        guard case .signal(let number)? = report.end else { return nil }
        return "the host before this one ended by \(SignalName.text(number)), not by a strategy"
    }
}
