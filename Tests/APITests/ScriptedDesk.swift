import API
import Synchronization
import Trading

// The desk of a scripted host: what it was asked is remembered as stops.

extension ScriptedHost {
    func breakers() async throws(HostRefusal) -> [BreakerView] { script.withLock { $0.risk.breakers } }

    func acknowledge(alert id: String, by requester: Requester) async throws(HostRefusal) -> AlertView {
        try script.withLock { script throws(HostRefusal) in
            guard let index = script.risk.alerts.firstIndex(where: { $0.id == id }) else {
                throw .unknown(kind: "alert", id: id)
            }
            script.risk.alerts[index].acknowledgedBy = requester.user
            script.risk.alerts[index].acknowledgedAt = script.risk.now
            return script.risk.alerts[index]
        }
    }

    func pauseEntries(of id: String, reason: String, by requester: Requester) async throws(HostRefusal) -> StopView {
        try await throwStop(
            StopRequest(scope: .agent, target: id, mode: .reduce, reason: reason, triggeredBy: requester.user),
            by: requester)
    }

    func resumeEntries(of id: String, by requester: Requester) async throws(HostRefusal) -> StopView {
        guard let stop = try await stops().first(where: { $0.request.target == id && $0.isActive }) else {
            throw .conflict("\(id) is not paused")
        }
        return try await releaseStop(stop.id, reason: "resumed", authorizedBy: requester.user, by: requester)
    }

    func closeAndDisable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StopView {
        var stop = try await throwStop(
            StopRequest(scope: .agent, target: id, mode: .flatten, reason: "close", triggeredBy: requester.user),
            by: requester)
        stop.remaining = ["BTC_USDT 0.5 of \(id): 0.5 at work"]
        return stop
    }

    func approvals() async throws(HostRefusal) -> [ApprovalView] { script.withLock { $0.risk.approvals } }

    func approve(_ id: String, by requester: Requester) async throws(HostRefusal) -> ApprovalView {
        try decide(id, .approved, by: requester, nil)
    }

    func denyApproval(_ id: String, reason: String, by requester: Requester) async throws(HostRefusal) -> ApprovalView {
        try decide(id, .denied, by: requester, reason)
    }

    private func decide(_ id: String, _ state: ApprovalView.State, by requester: Requester, _ reason: String?)
        throws(HostRefusal) -> ApprovalView
    {
        try script.withLock { script throws(HostRefusal) in
            guard let index = script.risk.approvals.firstIndex(where: { $0.id == id }) else {
                throw .unknown(kind: "approval", id: id)
            }
            script.risk.approvals[index].state = state
            script.risk.approvals[index].decidedBy = requester.user
            script.risk.approvals[index].decidedAt = script.risk.now
            script.risk.approvals[index].reason = reason
            return script.risk.approvals[index]
        }
    }
}
