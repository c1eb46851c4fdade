import API

extension RunningHost {
    func startSimulator(session: String, by requester: Requester) async throws(HostRefusal) -> SimulatorView {
        let (view, isNew) = try await ownSimulators().start(session, by: requester) { () throws(HostRefusal) in
            try await self.ask { core throws(HostRefusal) in try core.simulatorPlan() }
        }
        if isNew { await note("simulator.start", view, by: requester) }
        return view
    }

    func stopSimulator(session: String, by requester: Requester) async throws(HostRefusal) -> SimulatorView {
        let view = try await ownSimulators().stop(session)
        await note("simulator.stop", view, by: requester)
        return view
    }

    func endSimulator(session: String, by requester: Requester) async { await simulators?.forget(session) }

    func simulator(_ id: String) throws(HostRefusal) -> SimulatorView { try ownSimulators().view(id) }

    func simulatedHost(session: String) throws(HostRefusal) -> (any TradingHost)? { try simulators?.host(session) }

    private func ownSimulators() throws(HostRefusal) -> Simulators {
        guard let simulators else { throw .unavailable("a simulator has no simulators of its own") }
        return simulators
    }

    private func note(_ action: String, _ view: SimulatorView, by requester: Requester) async {
        _ = try? await ask { core throws(HostRefusal) in
            core.audit(action, view.id, by: requester, ["session": view.session])
        }
    }
}
