import API
import Synchronization

/// Simulators that a test puts there, and the hosts that orders go to while they run.
struct SimulatorScript: Sendable {
    var views: [String: SimulatorView] = [:]
    var books: [String: ScriptedHost] = [:]
    /// What `simulatedHost` says in place of a host.
    var refusal: HostRefusal?
    var ended: [String] = []
}

extension ScriptedHost {
    /// The next one is "sim-1", whatever the session.
    func startSimulator(session: String, by requester: Requester) async throws(HostRefusal) -> SimulatorView {
        if let refusal = script.withLock({ $0.simulators.refusal }) { throw refusal }
        return script.withLock { script in
            let view = SimulatorView(id: "sim-1", session: session, status: .running)
            script.simulators.views["sim-1"] = view
            return view
        }
    }

    func stopSimulator(session: String, by requester: Requester) async throws(HostRefusal) -> SimulatorView {
        let view = script.withLock { script -> SimulatorView? in
            guard let id = script.simulators.views.first(where: { $0.value.session == session })?.key else {
                return nil
            }
            script.simulators.views[id]?.status = .stopped
            script.simulators.books[session] = nil
            return script.simulators.views[id]
        }
        guard let view else { throw .unknown(kind: "simulator of the session", id: session) }
        return view
    }

    func endSimulator(session: String, by requester: Requester) async {
        script.withLock { $0.simulators.ended.append(session) }
    }

    func simulator(_ id: String) throws(HostRefusal) -> SimulatorView {
        let view = script.withLock { $0.simulators.views[id] }
        guard let view else { throw .unknown(kind: "simulator", id: id) }
        return view
    }

    func simulatedHost(session: String) throws(HostRefusal) -> (any TradingHost)? {
        if let refusal = script.withLock({ $0.simulators.refusal }) { throw refusal }
        return script.withLock { $0.simulators.books[session] }
    }
}
