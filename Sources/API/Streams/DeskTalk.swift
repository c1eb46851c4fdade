import NIOCore
import Trading

/// `/ws`: the messages of documents 000 and 004 on one socket, told apart by `type`.
struct DeskTalk: SocketTalk {
    /// nil = opened with a token alone (004).
    let session: String?
    let sessions: ClientSessions?
    let simulators: any SimulatorHost
    let clientID: String
    let hostName: String
    /// The client has order events up to this one.
    let lastSequence: UInt64?

    func open(_ socket: Socket) async {
        greet(socket, ResumeNote(bus: socket.bus))
        let place = socket.bus.join(socket.listener)
        if let lastSequence { resume(socket, after: lastSequence, before: place) }
    }

    func endReason(_ socket: Socket) async -> String? {
        guard let session, let sessions else { return nil }
        do {
            try await sessions.use(session, by: socket.credential.principal.userID)
            return nil
        } catch { return "the session has ended" }
    }

    func error(_ fault: SocketFault) -> ByteBuffer {
        SocketText.message { json in
            json.field("type", "error")
            if session != nil { return json.field("error", fault.text) }
            SocketFault.write(fault.code, fault.text, &json)
        }
    }

    func answer(_ message: JSONValue, on socket: Socket) async {
        guard case .string(let type)? = message["type"] else {
            return socket.refuse(.invalid("type is missing; it is one of \(DeskTalk.types)"))
        }
        do {
            switch type {
            case "heartbeat": acknowledge(message["timestamp"] ?? .null, socket)
            case "connection_quality":
                try await authenticate(message, socket, isRequired: true)
                try judge(message, socket)
            case "reconnect":
                try await authenticate(message, socket, isRequired: true)
                try reconnect(message, socket)
            case "authenticate":
                try await authenticate(message, socket, isRequired: true)
                socket.send { json in
                    json.field("type", "authenticated")
                    json.field("timestamp", Timestamp.now)
                }
            case "simulator_action":
                try await authenticate(message, socket, isRequired: true)
                try await simulate(message, socket)
            case "subscribe": try await Subscriptions.subscribe(message, on: socket)
            case "unsubscribe": try await Subscriptions.unsubscribe(message, on: socket)
            default:
                socket.refuse(.invalid("'\(type.prefix(40))' is no type of a message; there are \(DeskTalk.types)"))
            }
        } catch let fault as SocketFaultError {
            socket.refuse(fault.fault)
        } catch {
            socket.refuse(SocketFault(error))
        }
    }

    private static let types =
        "heartbeat, connection_quality, simulator_action, reconnect, authenticate, subscribe, unsubscribe"

    // MARK: Connection

    private struct ResumeNote {
        var attempt: Int64?
        var resumption: Resumption?
        let bus: StreamBus
    }

    private func greet(_ socket: Socket, _ note: ResumeNote) {
        socket.send { json in
            json.field("type", "connected")
            json.field("sessionId", session ?? "")
            json.field("clientId", clientID)
            json.field("podName", hostName)
            json.field("timestamp", Timestamp.now)
            json.object("data") { json in
                json.field("last_sequence", note.bus.lastSequence)
                guard let resumption = note.resumption else { return }
                json.field("resumed", resumption.count)
                json.field("complete", resumption.isComplete)
                if !resumption.isComplete {
                    json.field(
                        "note", "older order events are no longer in memory: read GET /api/orders and /api/trades")
                }
            }
        }
    }

    private func acknowledge(_ stamp: JSONValue, _ socket: Socket) {
        let now = Timestamp.now
        socket.send { json in
            json.field("type", "heartbeat_ack")
            json.field("timestamp", now)
            json.field("clientTimestamp", stamp)
            json.field("latency", ClientClock.milliseconds(stamp).map { now.nanoseconds / 1_000_000 - $0 } ?? 0)
        }
    }

    private func authenticate(_ message: JSONValue, _ socket: Socket, isRequired: Bool) async throws {
        guard case .string(let token)? = message["token"] else {
            throw SocketFaultError(.unauthorized("token is missing"))
        }
        guard await socket.credential.renew(token) else {
            throw SocketFaultError(.unauthorized("the token is not valid, or another user's"))
        }
    }

    private func judge(_ message: JSONValue, _ socket: Socket) throws {
        let fields = MessageFields(message)
        let latency = fields.number("latencyMs", in: 0...3_600_000)
        let missed = fields.number("missedHeartbeats", in: 0...1_000_000)
        try fields.finish()
        let isPoor = missed >= 3 || latency >= 2000
        let quality =
            isPoor
            ? "poor" : latency >= 500 || missed >= 2 ? "fair" : latency >= 100 || missed >= 1 ? "good" : "excellent"
        socket.send { json in
            json.field("type", "connection_quality_update")
            json.field("quality", quality)
            json.field("reconnectRecommended", isPoor)
        }
    }

    // MARK: Coming back

    private func reconnect(_ message: JSONValue, _ socket: Socket) throws {
        let fields = MessageFields(message)
        let attempt = fields.optionalInteger("attempt", in: 0...1_000_000)
        let last = fields.optionalInteger("last_sequence", in: 0...Int64.max)
        try fields.finish()
        socket.send { json in
            json.field("type", "reconnecting")
            json.field("timestamp", Timestamp.now)
            json.object("data") { $0.optional("attempt", attempt) }
        }
        guard let last else { return greet(socket, ResumeNote(bus: socket.bus)) }
        resume(socket, after: UInt64(last), before: .max)
    }

    /// The order events that were missed, and then how many they were.
    private func resume(_ socket: Socket, after sequence: UInt64, before place: UInt64) {
        let resumption = socket.bus.resume(socket.listener, after: sequence, before: place)
        greet(socket, ResumeNote(resumption: resumption, bus: socket.bus))
    }

    private func simulate(_ message: JSONValue, _ socket: Socket) async throws {
        guard case .string(let action)? = message["action"], ["start", "stop"].contains(action) else {
            throw SocketFaultError(.invalid("action must be start or stop"))
        }
        guard let session else {
            throw SocketFaultError(.invalid("a simulator belongs to a session: open the socket with sessionId"))
        }
        let principal = socket.credential.principal
        let requester = Requester(user: principal.username, channel: "websocket", id: principal.userID)
        let simulator =
            action == "start"
            ? try await simulators.startSimulator(session: session, by: requester)
            : try await simulators.stopSimulator(session: session, by: requester)
        socket.send { json in
            json.field("type", "simulator_update")
            json.field("action", action)
            json.field("status", simulator.status.rawValue.uppercased())
            json.field("simulatorId", simulator.id)
        }
    }
}

struct SocketFaultError: Error {
    var fault: SocketFault
    init(_ fault: SocketFault) { self.fault = fault }
}

extension SocketFault {
    /// {code, message, timestamp} as `error`, and the time beside it.
    static func write(_ code: String, _ text: String, _ json: inout JSONWriter) {
        let now = Timestamp.now
        json.field("timestamp", now)
        json.object("error") { json in
            json.field("code", code)
            json.field("message", text)
            json.field("timestamp", now)
        }
    }
}

/// A client's own timestamp: milliseconds since 1970, or an ISO time.
enum ClientClock {
    static func milliseconds(_ stamp: JSONValue) -> Int64? {
        switch stamp {
        case .number(let digits):
            guard let value = Double(digits), value >= 1e11, value < 1e14 else { return nil }
            return Int64(value)
        case .string(let text): return TimeText.parse(text).map { $0.nanoseconds / 1_000_000 }
        default: return nil
        }
    }
}
