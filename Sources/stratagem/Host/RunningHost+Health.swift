import API
import Journal
import Trading

extension RunningHost {
    /// The engine's turns take milliseconds, and the watchdog ends a call that hangs.
    private static let engineSilenceMax: Int64 = 2_000_000_000

    /// Comes within two seconds, whatever the engine and the journal do: a monitor must not hang with them.
    func health() async -> HostHealth {
        let status = journal.status
        let (answers, answer) = AsyncStream.makeStream(of: HostHealth?.self, bufferingPolicy: .bufferingOldest(1))
        let isTaken = engineThread.mailbox.post({ core in answer.yield(core.health(status)) }, onlyReads: true)
        guard isTaken else { return dead("the engine has ended, or does not keep up") }
        let patience = Task {
            try? await Task.sleep(for: .nanoseconds(RunningHost.engineSilenceMax))
            answer.yield(nil)
        }
        defer { patience.cancel() }
        guard let first = await answers.first(where: { _ in true }), var health = first else {
            return dead("has not come round for \(engineThread.silenceNanoseconds / 1_000_000_000) s")
        }
        health.parts.append(diskHealth)
        return health
    }

    private func dead(_ text: String) -> HostHealth {
        HostHealth(parts: [("engine", .unhealthy, text), diskHealth], isReady: false)
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
