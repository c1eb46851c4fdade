import Trading

/// Sessions of clients and their order service (document 000).
public enum SessionOperations {
    public static func all(_ sessions: ClientSessions) -> [APIOperation] {
        [create(sessions), get(sessions), reconnect(sessions), end(sessions)] + simulators(sessions)
            + orderService(sessions)
    }

    private static func create(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .post, "/api/sessions", id: "session.create", tag: "Sessions", summary: "Open a session, or the open one",
            description: """
                isNew tells whether it is a new one; new:true opens a further one. A session lives over restarts of the host \
                until it is ended, or was not used for a day. A user has at most twenty.
                """,
            access: .anyToken, rate: .standard, dialect: .d000, errors: [.forbidden, .conflict, .unavailable]
        ) { (input: SessionInput, context) in
            let user = try context.userID
            if let given = input.user, given != user {
                throw APIError(.forbidden, "userId is not the user of the token")
            }
            let (session, isNew) = try await sessions.open(for: user, isNew: input.isNew)
            if isNew { await context.note("login-session.opened", context.requester.user, session.id) }
            return SessionOpened(id: session.id, isNew: isNew)
        }
    }

    private static func get(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .get, "/api/sessions/{session_id}", id: "session.get", tag: "Sessions", summary: "A session",
            access: .anyToken, rate: .standard, dialect: .d000, errors: [.unknown]
        ) { (input: SessionID, context) in
            SessionAnswer(session: try await sessions.use(input.id, by: context.userID))
        }
    }

    private static func reconnect(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .post, "/api/sessions/{session_id}/reconnect", id: "session.reconnect", tag: "Sessions",
            summary: "Come back to a session after the connection broke",
            access: .anyToken, rate: .standard, dialect: .d000, errors: [.unknown]
        ) { (input: ReconnectInput, context) in
            SessionAnswer(session: try await sessions.use(input.id, by: context.userID))
        }
    }

    private static func end(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .delete, "/api/sessions/{session_id}", id: "session.end", tag: "Sessions", summary: "End a session",
            description: "Its orders stay; its simulator ends.", access: .anyToken, rate: .standard, dialect: .d000,
            errors: [.unknown, .unavailable]
        ) { (input: SessionID, context) in
            try await sessions.end(input.id, by: context.userID)
            await context.host.endSimulator(session: input.id, by: context.requester)
            await context.note("login-session.ended", context.requester.user, input.id)
            return Success()
        }
    }
}

extension OperationContext {
    /// Of who asks: a user's, or an API key's.
    var userID: String {
        get throws(APIError) {
            guard let principal else { throw APIError(.unauthorized, "a token is needed") }
            return principal.userID
        }
    }
}

struct SessionInput: OperationInput {
    var user: String?
    var isNew: Bool
    init(_ input: inout InputReader) {
        user = input.body.optionalText("userId", 1...100)
        isNew = input.body.optionalBoolean("new") ?? false
    }
}

struct SessionID: OperationInput {
    var id: String
    init(_ input: inout InputReader) { id = input.path.text("session_id") }
}

struct ReconnectInput: OperationInput {
    var id: String
    init(_ input: inout InputReader) {
        id = input.path.text("session_id")
        // The client's count; a session is the same after the first attempt and after the tenth.
        _ = input.body.optionalInteger("attempt", 0...1_000_000)
    }
}

struct SessionOpened: OperationOutput {
    var id: String
    var isNew: Bool
    static var example: SessionOpened { SessionOpened(id: "ses-1", isNew: true) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("sessionId", id)
            json.field("isNew", isNew)
        }
    }
}

struct SessionAnswer: OperationOutput {
    var session: ClientSession
    static var example: SessionAnswer {
        let time = Timestamp(nanoseconds: 0)
        return SessionAnswer(session: ClientSession(id: "ses-1", user: "1", createdAt: time, lastActivity: time))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.object("session") { json in
                json.field("sessionId", session.id)
                json.field("userId", session.user)
                json.choice("status", "active", of: ["active"])
                json.field("createdAt", session.createdAt)
                json.field("lastActivity", session.lastActivity)
            }
        }
    }
}
