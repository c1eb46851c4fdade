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
    private let feeds = SimulatorFeeds()
    private var paths: Set<String> = ["ws", "ws/simulators", "ws/signals", "ws/trades", "stream", "events"]

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

    /// A path without its first slash, and the simulator that it ends with.
    struct Place {
        var path: String
        var simulator: String?
        /// Names of simulators are the client's, and no name of a route.
        var route: String { "/\(path)" + (simulator == nil ? "" : "/{simulator_id}") }
    }

    /// nil = no socket is there.
    func place(_ parts: [String]?) -> Place? {
        // Most requests are for no socket: "api" is the first part of nearly all.
        guard let parts, parts.count <= 3, parts.first != "api" else { return nil }
        let isSimulator = parts.count == 3 && parts.starts(with: ["ws", "simulators"])
        let path = (isSimulator ? parts.dropLast() : parts[...]).joined(separator: "/")
        guard paths.contains(path), isSimulator || path != "ws/simulators" else { return nil }
        return Place(path: path, simulator: isSimulator ? parts.last : nil)
    }

    /// What is spoken there. A session that is unknown or another user's is refused.
    func talk(_ place: Place, _ query: [JSONValue.Member], _ principal: Principal) async throws -> any SocketTalk {
        if let simulator = place.simulator { return try await talk(ofSimulator: simulator, query, principal) }
        switch place.path {
        case "ws/signals": return ListeningTalk(topic: .signals)
        case "ws/trades": return ListeningTalk(topic: .executions)
        case "events": return SystemEventTalk()
        case "stream": return PriceTalk()
        default: break
        }
        return try await desk(text("sessionId", query), query, principal)
    }

    /// Of the user's own session.
    private func talk(ofSimulator id: String, _ query: [JSONValue.Member], _ principal: Principal) async throws
        -> SimulatorTalk
    {
        let unknown = HostRefusal.unknown(kind: "simulator", id: id)
        let session = try bus.host.simulator(id).session
        do { try await sessions?.use(session, by: principal.userID) } catch { throw unknown }
        guard let host = try bus.host.simulatedHost(session: session) else { throw unknown }
        return SimulatorTalk(
            simulator: id, simulators: bus.host, feed: feeds.feed(of: id, host, bus.meter),
            desk: try await desk(session, query, principal))
    }

    private func desk(_ session: String?, _ query: [JSONValue.Member], _ principal: Principal) async throws -> DeskTalk
    {
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
            session: session, sessions: sessions, simulators: bus.host, clientID: client, hostName: InstanceName.own,
            lastSequence: last)
    }

    private func text(_ name: String, _ query: [JSONValue.Member]) -> String? {
        guard case .string(let text)? = query.first(where: { $0.name == name })?.value else { return nil }
        return text
    }
}
