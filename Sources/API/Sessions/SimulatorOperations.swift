import Trading

// Simulators of sessions (document 000).

extension SessionOperations {
    static func simulators(_ sessions: ClientSessions) -> [APIOperation] {
        [start(sessions), status(ofSimulator: sessions), stop(sessions)]
    }

    private static func start(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .post, "/api/simulators", id: "simulator.start", tag: "Simulators",
            summary: "Start the session's simulator",
            description: """
                A market of its own, which begins at the host's prices, with a paper book of its own: while it runs the \
                session's orders of the order service go there, through the gate with the account's limits and under the \
                host's stops, and nowhere else. A second start answers with the one that runs. endpoint is the path of its \
                stream, a WebSocket that speaks as /ws does. It ends when it is stopped, with its session, with the host, \
                after 30 minutes without use or after a day, and its book with it. Then, unless the client has stopped it, \
                such orders answer 409 until it is stopped or started again.
                """,
            access: .anyToken, rate: .standard, dialect: .d000, errors: [.unknown, .conflict, .unavailable]
        ) { (input: SimulatorSession, context) in
            try await sessions.use(input.session, by: context.userID)
            return SimulatorStarted(
                simulator: try await context.host.startSimulator(session: input.session, by: context.requester))
        }
    }

    private static func status(ofSimulator sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .get, "/api/simulators/{simulator_id}", id: "simulator.get", tag: "Simulators",
            summary: "Whether a simulator runs", access: .anyToken, rate: .standard, dialect: .d000, errors: [.unknown]
        ) { (input: SimulatorQuery, context) in
            SimulatorStatus(simulator: try await own(input.id, input.session, sessions, context))
        }
    }

    private static func stop(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .delete, "/api/simulators/{simulator_id}", id: "simulator.stop", tag: "Simulators",
            summary: "Stop a simulator",
            description: "Its book is gone, and the session's orders go to the account's book again.",
            access: .anyToken, rate: .standard, dialect: .d000, errors: [.unknown]
        ) { (input: SimulatorStop, context) in
            let simulator = try await own(input.id, input.session, sessions, context)
            _ = try await context.host.stopSimulator(session: simulator.session, by: context.requester)
            return Success()
        }
    }

    /// One of another session is as unknown as one that there is not.
    private static func own(
        _ id: String, _ session: String, _ sessions: ClientSessions, _ context: OperationContext
    ) async throws -> SimulatorView {
        try await sessions.use(session, by: context.userID)
        let simulator = try context.host.simulator(id)
        guard simulator.session == session else { throw HostRefusal.unknown(kind: "simulator", id: id) }
        return simulator
    }
}

struct SimulatorSession: OperationInput {
    var session: String
    init(_ input: inout InputReader) { session = input.body.text("sessionId", 1...100) }
}

struct SimulatorQuery: OperationInput {
    var id: String
    var session: String
    init(_ input: inout InputReader) {
        id = input.path.text("simulator_id")
        session = input.query.text("sessionId", 1...100)
    }
}

struct SimulatorStop: OperationInput {
    var id: String
    var session: String
    init(_ input: inout InputReader) {
        id = input.path.text("simulator_id")
        session = input.body.text("sessionId", 1...100)
    }
}

struct SimulatorStarted: OperationOutput {
    var simulator: SimulatorView
    static var example: SimulatorStarted { SimulatorStarted(simulator: .example) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("simulatorId", simulator.id)
            json.field("endpoint", simulator.endpoint)
        }
    }
}

struct SimulatorStatus: OperationOutput {
    var simulator: SimulatorView
    static var example: SimulatorStatus { SimulatorStatus(simulator: .example) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.choice("status", simulator.status.rawValue.uppercased(), of: SimulatorView.statusWords)
        }
    }
}

extension SimulatorView {
    fileprivate static var example: SimulatorView { SimulatorView(id: "sim-1", session: "ses-1", status: .running) }
}
