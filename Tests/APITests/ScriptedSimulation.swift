import API
import Trading

extension ScriptedHost {
    func fastForward(seconds: Int, by requester: Requester) async throws(HostRefusal) -> Timestamp {
        Timestamp(nanoseconds: Int64(seconds) * Timestamp.nanosecondsPerSecond)
    }

    func addScenario(_ request: ScenarioRequest, by requester: Requester) async throws(HostRefusal) -> String {
        guard request.instrument != "NONE" else { throw .invalid([.unknownInstrument("symbol", "NONE")]) }
        return "scenario-\(request.kind.rawValue)-\(request.seconds)-\(request.magnitude)"
    }
}
