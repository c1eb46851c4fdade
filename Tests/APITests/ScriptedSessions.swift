import API
import Synchronization
import Trading

/// Trading sessions of a scripted host: every request is answered with a session.
struct SessionScript: Sendable {
    var requests: [TradingSessionRequest] = []
    var stopped: [String] = []
    var data: [DataSessionView] = []
    var runs: [SessionRunView] = []

    static func view(_ request: TradingSessionRequest, _ runs: [SessionRunView] = []) -> TradingSessionView {
        TradingSessionView(
            id: "exec_1", kind: request.kind, state: .running, symbols: request.symbols,
            strategies: request.strategies, startedBy: "ann",
            startedAt: Timestamp(nanoseconds: 1_737_196_200_000_000_000), runs: runs)
    }
}

extension ScriptedHost {
    func startSession(_ request: TradingSessionRequest, by requester: Requester) async throws(HostRefusal)
        -> TradingSessionView
    {
        try script.withLock { script throws(HostRefusal) in
            if request.kind == .live { throw .unavailable("there is no venue") }
            script.sessions.requests.append(request)
            return SessionScript.view(request)
        }
    }

    func stopSession(_ id: String, by requester: Requester) async throws(HostRefusal) -> TradingSessionView {
        try script.withLock { script throws(HostRefusal) in
            guard id == "exec_1" else { throw .unknown(kind: "session", id: id) }
            script.sessions.stopped.append(id)
            return SessionScript.view(TradingSessionRequest(kind: .paper, symbols: [], strategies: []))
        }
    }

    func session(_ id: String) async throws(HostRefusal) -> TradingSessionView {
        try script.withLock { script throws(HostRefusal) in
            guard let request = script.sessions.requests.last else { throw .unknown(kind: "session", id: id) }
            return SessionScript.view(request, script.sessions.runs)
        }
    }

    func sessions(limit: Int) async throws(HostRefusal) -> [TradingSessionView] {
        script.withLock { script in script.sessions.requests.reversed().prefix(limit).map { SessionScript.view($0) } }
    }

    func dataSessions(limit: Int) async throws(HostRefusal) -> (sessions: [DataSessionView], count: Int) {
        script.withLock { (Array($0.sessions.data.prefix(limit)), $0.sessions.data.count) }
    }
}
