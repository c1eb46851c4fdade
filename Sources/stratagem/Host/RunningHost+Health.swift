import API
import Journal
import Trading

extension RunningHost {
    /// The engine's turns take milliseconds, and the watchdog ends a call that hangs.
    private static let engineSilenceMax: Int64 = 2_000_000_000

    /// An engine that hangs is not asked: a monitor would hang with it.
    func health() async -> HostHealth {
        let silence = engineThread.silenceNanoseconds
        guard silence < RunningHost.engineSilenceMax else {
            let text = "has not come round for \(silence / 1_000_000_000) s"
            return HostHealth(parts: [("engine", .unhealthy, text), diskHealth], isReady: false)
        }
        let journalStatus = journal.status
        do {
            var health = try await ask { core throws(HostRefusal) in core.health(journalStatus) }
            health.parts.append(diskHealth)
            return health
        } catch {
            return HostHealth(parts: [("engine", .unhealthy, "the engine does not answer: \(error)")], isReady: false)
        }
    }

    private var diskHealth: (name: String, grade: HostHealth.Grade, text: String) {
        let folder = journal.path.split(separator: "/").dropLast().joined(separator: "/")
        let obstacle = DataCollection.diskObstacle(journal.path.hasPrefix("/") ? "/" + folder : "./" + folder)
        return ("disk", obstacle == nil ? .healthy : .degraded, obstacle ?? "has room")
    }
}

extension HostCore {
    /// A market that moves has events every second or so.
    private static let marketSilenceMax: Int64 = 10_000_000_000

    func health(_ journal: JournalStatus) -> HostHealth {
        var parts: [(name: String, grade: HostHealth.Grade, text: String)] = [("engine", .healthy, "runs")]
        switch journal {
        case .healthy where isJournalBlocked: parts.append(("journal", .degraded, "is behind; new orders are denied"))
        case .healthy: parts.append(("journal", .healthy, "writes"))
        case .failing(let error, _): parts.append(("journal", .degraded, "does not write: \(error.message)"))
        }
        let isMoving = eventCount > 0
        parts.append(marketHealth)
        let faulted = strategies.indices.filter { isListed($0) && [.faulted, .quarantined].contains(state($0)) }
            .map { strategies[$0].id }
        let all = faulted + neverWired.map(\.id)
        parts.append(
            (
                "strategies", all.isEmpty ? .healthy : .degraded,
                all.isEmpty ? "none is faulted" : "faulted: \(all.joined(separator: ", "))"
            ))
        return HostHealth(parts: parts, isReady: !isStopping && isMoving)
    }

    private var marketHealth: (name: String, grade: HostHealth.Grade, text: String) {
        guard eventCount > 0 else { return ("market_data", .degraded, "no event yet") }
        if isAtEnd { return ("market_data", .healthy, "\(eventCount) events; the recording has ended") }
        let age = MonotonicClock.now - lastEventAt
        guard age < HostCore.marketSilenceMax else {
            return ("market_data", .degraded, "the newest event is \(age / 1_000_000_000) s old")
        }
        return ("market_data", .healthy, "\(eventCount) events")
    }
}
