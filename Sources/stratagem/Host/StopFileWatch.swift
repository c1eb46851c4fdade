import API

extension HostCore {
    /// Who throws a stop by the file in the data folder.
    static let fileOperator = Requester(user: "operator", channel: "file")

    /// Looks for the file; each time that it appears it is a stop of its own, which outlives it.
    func watchStopFile() {
        guard StopFile.exists(in: dataPath), !stops.active.contains(where: { $0.requester.channel == "file" }) else {
            return
        }
        let reason = StopFile.reason(in: dataPath)
        let request = StopRequest(
            scope: .system, mode: .stop, reason: reason.isEmpty ? "the file STOP is in the data folder" : reason,
            triggeredBy: HostCore.fileOperator.user)
        // A stop of the whole system names nothing that could be unknown.
        _ = try? throwStop(request, by: HostCore.fileOperator)
    }
}
