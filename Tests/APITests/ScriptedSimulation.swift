import API
import Trading

extension ScriptedHost {
    func fastForward(seconds: Int, by requester: Requester) async throws(HostRefusal) -> Timestamp {
        Timestamp(nanoseconds: Int64(seconds) * Timestamp.nanosecondsPerSecond)
    }

    func resetSimulation(by requester: Requester) async throws(HostRefusal) -> (time: Timestamp, balance: Money) {
        (Timestamp(nanoseconds: 0), Money(raw: 150_000_000))
    }

    func addScenario(_ request: ScenarioRequest, by requester: Requester) async throws(HostRefusal) -> String {
        guard request.instrument != "NONE" else { throw .invalid([.unknownInstrument("symbol", "NONE")]) }
        return "scenario-\(request.kind.rawValue)-\(request.seconds)-\(request.magnitude)"
    }
}
