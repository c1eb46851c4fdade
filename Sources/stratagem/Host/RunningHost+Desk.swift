import API
import Engine
import Trading

// Breakers, alerts that were seen, and one strategy held back, as commands of the engine thread.

extension RunningHost {
    func breakers() async throws(HostRefusal) -> [BreakerView] {
        try await ask { core throws(HostRefusal) in core.breakerViews }
    }

    func acknowledge(alert id: String, by requester: Requester) async throws(HostRefusal) -> AlertView {
        try await ask { core throws(HostRefusal) in try core.acknowledge(alert: id, by: requester) }
    }

    func pauseEntries(of id: String, reason: String, by requester: Requester) async throws(HostRefusal) -> StopView {
        try await ask(
            unsaved: { .stop($0) },
            { core throws(HostRefusal) in try core.pauseEntries(of: id, reason: reason, by: requester) })
    }

    func resumeEntries(of id: String, by requester: Requester) async throws(HostRefusal) -> StopView {
        try await ask(.required) { core throws(HostRefusal) in try core.resumeEntries(of: id, by: requester) }
    }

    func closeAndDisable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StopView {
        try await ask(
            unsaved: { .stop($0) },
            { core throws(HostRefusal) in try core.closeAndDisable(id, by: requester) })
    }

    func approvals() async throws(HostRefusal) -> [ApprovalView] {
        try await ask { core throws(HostRefusal) in
            core.expireApprovals()
            return core.approvals.all.reversed()
        }
    }

    func approve(_ id: String, by requester: Requester) async throws(HostRefusal) -> ApprovalView {
        try await ask(.required) { core throws(HostRefusal) in try core.approve(id, by: requester) }
    }

    func denyApproval(_ id: String, reason: String, by requester: Requester) async throws(HostRefusal) -> ApprovalView {
        try await ask(.required) { core throws(HostRefusal) in try core.denyApproval(id, reason: reason, by: requester)
        }
    }
}

extension HostCore {
    /// Stops of these ways are a trader's own: no alarm, and no admin to lift them.
    static let pauseChannel = "pause"
    static let closeChannel = "close"

    func acknowledge(alert id: String, by requester: Requester) throws(HostRefusal) -> AlertView {
        guard let (view, isNew) = alerts.acknowledge(id, by: requester.user, at: wallTime, now: engine.now) else {
            throw .unknown(kind: "alert", id: id)
        }
        if isNew { audit("alert.acknowledge", id, by: requester, ["code": view.code]) }
        return view
    }

    func pauseEntries(of id: String, reason: String, by requester: Requester) throws(HostRefusal) -> StopView {
        let slot = try wired(id)
        guard standing(HostCore.pauseChannel, slot) == nil else { throw .conflict("\(id) is paused already") }
        let request = StopRequest(
            scope: .agent, target: id, mode: .reduce, reason: reason.isEmpty ? "entries are paused" : reason,
            triggeredBy: requester.user)
        return try throwStop(request, by: Requester(user: requester.user, channel: HostCore.pauseChannel))
    }

    func resumeEntries(of id: String, by requester: Requester) throws(HostRefusal) -> StopView {
        let slot = try wired(id)
        guard let stop = standing(HostCore.pauseChannel, slot) else { throw .conflict("\(id) is not paused") }
        return try releaseStop(stop.id, reason: "resumed", authorizedBy: requester.user, by: requester)
    }

    func closeAndDisable(_ id: String, by requester: Requester) throws(HostRefusal) -> StopView {
        let slot = try wired(id)
        if let closing = standing(HostCore.closeChannel, slot) { return withRemaining(closing) }
        let request = StopRequest(
            scope: .agent, target: id, mode: .flatten, reason: "close and disable", triggeredBy: requester.user)
        // The stop comes first: what the strategy says at its end opens nothing.
        let stop = try throwStop(request, by: Requester(user: requester.user, channel: HostCore.closeChannel))
        if engine.isEnabled(strategy: slot) {
            engine.disable(strategy: slot, policy: .keep)
            note(strategies[slot].lifecycle.disable("closed and switched off by \(requester.user)", at: wallTime), slot)
        }
        noteSwitch(slot, on: false, by: requester)
        return withRemaining(stop)
    }

    private func standing(_ channel: String, _ slot: Int) -> StopView? {
        stops.active.first { $0.requester.channel == channel && $0.request.target == strategies[slot].id }
    }

    /// What was to be closed is closed: its stop has done its work.
    func endClosings() {
        for stop in stops.active where stop.requester.channel == HostCore.closeChannel {
            guard let number = HostNames.number(stop.id, "stop"), engine.residuals(of: number).isEmpty else { continue }
            engine.releaseStop(id: number)
            resolve(stop.id, "all is closed", by: Requester(user: "host", channel: HostCore.closeChannel))
        }
    }
}
