import Trading

/// Which sockets there are, and what each needs to open.
struct SocketRoutes: Sendable {
    let bus: StreamBus
    let tokens: any TokenChecking
    let sessions: ClientSessions?
    let limits: SocketLimits
    /// Where pages may come from beside the host itself ("https://desk.example").
    let origins: Set<String>
    let places = SocketPlaces()
    private var paths: Set<String> = ["ws", "ws/signals", "ws/trades", "stream", "events"]

    init(
        bus: StreamBus, tokens: any TokenChecking, sessions: ClientSessions?, limits: SocketLimits,
        origins: Set<String>
    ) {
        self.bus = bus
        self.tokens = tokens
        self.sessions = sessions
        self.limits = limits
        self.origins = origins
    }

    /// For a port that has only some of them; a user's places are counted over all ports.
    func only(_ paths: Set<String>) -> SocketRoutes {
        var some = self
        some.paths = self.paths.intersection(paths)
        return some
    }

    /// The path without its first slash; nil = no socket is there.
    func path(_ parts: [String]?) -> String? {
        let path = (parts ?? []).joined(separator: "/")
        return paths.contains(path) ? path : nil
    }

    /// What is spoken there. A session that is unknown or another user's is refused.
    func talk(_ path: String, _ query: [JSONValue.Member], _ principal: Principal) async throws -> any SocketTalk {
        switch path {
        case "ws/signals": return ListeningTalk(topic: .signals)
        case "ws/trades": return ListeningTalk(topic: .executions)
        case "events": return SystemEventTalk()
        case "stream": return PriceTalk()
        default: break
        }
        let session = text("sessionId", query)
        if let session {
            guard let sessions else { throw APIError.unknown("session", session) }
            try await sessions.use(session, by: principal.userID)
        }
        var last: UInt64?
        if let digits = text("last_sequence", query) {
            guard let number = UInt64(digits) else {
                throw APIError.invalid([RequestFault(path: "last_sequence", message: "must be a whole number")])
            }
            last = number
        }
        let client = text("clientId", query) ?? "client-" + Secret.text(6)
        guard client.utf8.count <= 200 else {
            throw APIError.invalid([RequestFault(path: "clientId", message: "must have at most 200 bytes")])
        }
        return DeskTalk(
            session: session, sessions: sessions, clientID: client, hostName: InstanceName.own, lastSequence: last)
    }

    private func text(_ name: String, _ query: [JSONValue.Member]) -> String? {
        guard case .string(let text)? = query.first(where: { $0.name == name })?.value else { return nil }
        return text
    }
}
