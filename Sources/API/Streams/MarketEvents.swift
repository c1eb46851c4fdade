import HTTPTypes
import NIOCore
import ServiceLifecycle
import Trading

/// `GET /stream`: 000's market data as Server-Sent Events, and the user's orders beside it.
enum MarketEvents {
    static func operation(_ sockets: SocketRoutes) -> APIOperation {
        APIOperation(
            .get, "/stream", id: "sse.stream", tag: "Streams", summary: "Market data as Server-Sent Events",
            description: """
                Events: connected, market-data (an object each; symbols absent means all), order-update, and close with the \
                reason. Order updates carry their number as the event's id: a client that comes back with Last-Event-ID gets \
                those that it missed. With a WebSocket upgrade the same path is the stream of price updates.
                """,
            access: .anyToken, rate: .standard, errors: [.unknown, .forbidden, .rateLimited]
        ) { (input: MarketEventsInput, context) in
            guard let principal = context.principal, let sessions = sockets.sessions else {
                throw APIError.unknown("session", input.session)
            }
            try await sessions.use(input.session, by: principal.userID)
            let topics = try await topics(input, context)
            let most = sockets.limits.connections
            guard let place = sockets.places.take(user: principal.userID, path: "stream events", most: most) else {
                throw APIError(.rateLimited, "a user has at most \(most) of these streams")
            }
            let lease = EventLease(sockets, context, principal, session: input.session, place: place)
            lease.begin(topics, client: input.client, last: context.lastEventID ?? input.last)
            return EventStream(stream: AsyncStream { await lease.next() })
        }
    }

    private static func topics(_ input: MarketEventsInput, _ context: OperationContext) async throws -> Set<Topic> {
        let known = try await context.host.instruments()
        guard let symbols = input.symbols else {
            return Set(known.map { Topic.marketData($0.instrument.id, shown: $0.instrument.id) })
        }
        let faults = symbols.filter { known.named($0) == nil }.map { RequestFault.unknownInstrument("symbols", $0) }
        guard faults.isEmpty else { throw APIError.invalid(faults) }
        return Set(symbols.compactMap { name in known.named(name).map { Topic.marketData($0.id, shown: name) } })
    }
}

struct MarketEventsInput: OperationInput {
    var session: String
    var client: String
    /// nil = all.
    var symbols: [String]?
    var last: UInt64?

    init(_ input: inout InputReader) {
        session = input.query.text("sessionId", 1...100)
        client = input.query.optionalText("clientId", 1...200) ?? "client-" + Secret.text(6)
        symbols = input.query.optionalText("symbols", 1...4000)?.split(separator: ",").map(String.init)
        last = input.query.optionalInteger("last_sequence", 0...Int.max).map { UInt64($0) }
    }
}

extension OperationContext {
    /// What a browser says by itself when it comes back.
    var lastEventID: UInt64? { headers[.lastEventID].flatMap { UInt64($0) } }
}

extension HTTPField.Name {
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
}

/// One open stream of events; it ends when nobody holds it any more.
final class EventLease: Sendable {
    private let bus: StreamBus
    private let listener: StreamListener
    private let outbox: Outbox
    private let session: String
    private let place: SocketPlaces.Place
    private let activity = SocketActivity()
    private let watch: Task<Void, Never>

    init(
        _ sockets: SocketRoutes, _ context: OperationContext, _ principal: Principal, session: String,
        place: SocketPlaces.Place
    ) {
        let limits = sockets.limits
        let outbox = Outbox(Outbox.Limits(events: limits.waitingEvents))
        let credential = SocketCredential(
            sockets.tokens, token: context.token ?? "", principal, sockets.bus.host.accounts,
            isLocal: principal.kind == .local, graceSeconds: 0)
        let (activity, close) = (activity, context.closeConnection)
        bus = sockets.bus
        listener = StreamListener(outbox, sees: { credential.sees($0) }) { loss in
            EventLease.end(outbox, loss.text, discarding: true)
            close(limits.closeSeconds)
        }
        watch = Task {
            var quiet: Int64 = 0
            while (try? await Task.sleep(for: .seconds(1))) != nil {
                quiet += 1
                // A comment now and then, so that neither side takes the connection for dead.
                if quiet % 15 == 0 {
                    _ = outbox.offer(ByteBuffer(string: ": ping\n\n"), replacing: .strategy(": ping"))
                }
                if activity.stalledSeconds(at: monotonicSeconds()) >= limits.stallSeconds {
                    EventLease.end(outbox, StreamLoss.slow.text, discarding: true)
                    return close(limits.closeSeconds)
                }
                switch await credential.check(at: .now) {
                case .valid: break
                case .expired: return EventLease.end(outbox, "the token has expired")
                case .over(let reason): return EventLease.end(outbox, reason)
                }
                if (try? await sockets.sessions?.use(session, by: principal.userID)) == nil {
                    return EventLease.end(outbox, "the session has ended")
                }
            }
        }
        self.outbox = outbox
        self.session = session
        self.place = place
    }

    deinit {
        watch.cancel()
        bus.stopListening(listener)
    }

    func begin(_ topics: Set<Topic>, client: String, last: UInt64?) {
        _ = outbox.offer(
            EventText.event("connected", id: bus.lastSequence) { json in
                json.field("sessionId", session)
                json.field("clientId", client)
            })
        let place = bus.join(listener, .orderEvents)
        if let last { _ = bus.resume(listener, after: last, before: place) }
        bus.listen(listener, to: topics)
    }

    /// What is to be sent next; nil = the stream is over.
    func next() async -> ByteBuffer? {
        activity.endWriting()
        let batch = await withGracefulShutdownHandler {
            await outbox.next()
        } onGracefulShutdown: { [outbox] in
            EventLease.end(outbox, "the host stops")
        }
        guard var joined = batch?.first else { return nil }
        for var message in batch?.dropFirst() ?? [] { joined.writeBuffer(&message) }
        activity.beginWriting()
        return joined
    }

    private static func end(_ outbox: Outbox, _ reason: String, discarding: Bool = false) {
        outbox.end(with: [EventText.event("close") { $0.field("reason", reason) }], discarding: discarding)
    }
}
