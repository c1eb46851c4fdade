import API
import Synchronization

extension TradingScript {
    fileprivate func replacement(of id: String) throws(HostRefusal) -> ReloadView {
        if let refusal { throw refusal }
        _ = try strategy(id)
        guard let replaced else { throw .conflict("not scripted") }
        return replaced
    }

    fileprivate func listed(_ id: String) throws(HostRefusal) -> GenerationsView {
        if let refusal { throw refusal }
        _ = try strategy(id)
        guard let generations else { throw .unavailable("not scripted") }
        return generations
    }
}

extension ScriptedHost {
    func generations(of id: String) async throws(HostRefusal) -> GenerationsView {
        try script.withLock { $0.trading }.listed(id)
    }
    func reload(_ id: String, _ request: ReloadRequest, by requester: Requester) async throws(HostRefusal)
        -> ReloadView
    {
        try noting(.reload(id, request), by: requester).replacement(of: id)
    }
    func rollback(
        _ id: String, to generation: Int?, memory: ReloadRequest.Memory, by requester: Requester
    ) async throws(HostRefusal) -> ReloadView {
        try noting(.rollback(id, generation, memory), by: requester).replacement(of: id)
    }
    func promote(_ id: String, by requester: Requester) async throws(HostRefusal) -> ReloadView {
        try noting(.promote(id), by: requester).replacement(of: id)
    }
    func discardShadow(of id: String, by requester: Requester) async throws(HostRefusal) -> GenerationsView {
        try noting(.discardShadow(id), by: requester).listed(id)
    }
    func logs(of id: String, _ filter: LogFilter) async throws(HostRefusal) -> [LogEntryView] {
        let script = noting(.logs(id, filter))
        _ = try script.strategy(id)
        return script.logs
    }
    func logStream(of id: String, from severity: LogSeverity) async throws(HostRefusal) -> AsyncStream<LogEntryView> {
        let script = noting(.logStream(id, severity))
        _ = try script.strategy(id)
        return AsyncStream { stream in
            for line in script.logs where line.severity >= severity { stream.yield(line) }
            stream.finish()
        }
    }
}
