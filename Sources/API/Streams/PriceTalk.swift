import NIOCore
import Trading

/// `/stream` as a WebSocket: 003's price updates.
struct PriceTalk: SocketTalk {
    func open(_ socket: Socket) async {}

    func error(_ fault: SocketFault) -> ByteBuffer { SystemEventTalk.error003(fault) }

    func answer(_ message: JSONValue, on socket: Socket) async {
        do {
            let fields = MessageFields(message)
            let isJoining = fields.word("action", among: [("subscribe", true), ("unsubscribe", false)])
            let names = fields.texts("instruments", most: 200)
            let kinds = Set(fields.texts("data_types", most: 10) ?? ["prices"])
            for kind in kinds.sorted() where !PriceTalk.kinds.contains(kind) {
                fields.fault("data_types knows \(PriceTalk.kinds.joined(separator: ", ")), not '\(kind.prefix(40))'")
            }
            let known = try await socket.bus.host.instruments()
            for name in names ?? [] where known.named(name) == nil {
                fields.fault("unknown instrument '\(name.prefix(64))'")
            }
            if isJoining == true, names?.isEmpty ?? true { fields.fault("instruments must name at least one") }
            try fields.finish()
            let pairs = (names ?? []).compactMap { name in known.named(name).map { (id: $0.id, shown: name) } }
            if isJoining == true {
                try join(pairs, kinds, socket)
            } else {
                leave(names == nil ? nil : Set(pairs.map(\.id)), socket)
            }
        } catch let fault as SocketFaultError {
            socket.refuse(fault.fault)
        } catch {
            socket.refuse(SocketFault(error))
        }
    }

    private static let kinds = ["prices", "volume", "indicators"]

    /// An instrument that is subscribed again gets what this message asks for.
    private func join(_ pairs: [(id: String, shown: String)], _ kinds: Set<String>, _ socket: Socket) throws {
        let topics = Set(
            pairs.map { pair in
                Topic.prices(
                    pair.id, volume: kinds.contains("volume"), indicators: kinds.contains("indicators"),
                    shown: pair.shown)
            })
        let ids = Set(pairs.map(\.id))
        let now = socket.bus.topics(of: socket.listener)
        let replaced = now.subtracting(topics).filter { $0.priceInstrument.map(ids.contains) ?? false }
        let after = now.subtracting(replaced).union(topics)
        guard after.count <= socket.limits.subscriptions else {
            throw SocketFaultError(
                .tooMany("a connection has at most \(socket.limits.subscriptions) subscriptions, not \(after.count)"))
        }
        socket.bus.stopListening(socket.listener, to: replaced)
        socket.bus.listen(socket.listener, to: topics)
    }

    private func leave(_ ids: Set<String>?, _ socket: Socket) {
        let leaving = socket.bus.topics(of: socket.listener).filter { topic in
            topic.priceInstrument.map { ids?.contains($0) ?? true } ?? false
        }
        socket.bus.stopListening(socket.listener, to: leaving)
    }
}

extension Topic {
    fileprivate var priceInstrument: String? {
        if case .prices(let id, _, _, _) = self { id } else { nil }
    }
}

/// `/events`: 003's system events, all of them unless the client narrows them down.
struct SystemEventTalk: SocketTalk {
    func open(_ socket: Socket) async {
        socket.bus.listen(socket.listener, to: Set(SystemEvent.allCases.map(Topic.events)))
    }

    func error(_ fault: SocketFault) -> ByteBuffer { Self.error003(fault) }

    static func error003(_ fault: SocketFault) -> ByteBuffer {
        SocketText.message { json in
            json.field("type", "error")
            SocketFault.write(fault.code003, fault.text, &json)
        }
    }

    func answer(_ message: JSONValue, on socket: Socket) async {
        do {
            let fields = MessageFields(message)
            let isJoining = fields.word("action", among: [("subscribe", true), ("unsubscribe", false)])
            let words = fields.texts("event_types", most: 10) ?? SystemEvent.allCases.map(\.rawValue)
            let types = words.compactMap { word in
                if SystemEvent(rawValue: word) == nil { fields.fault("there is no event_type '\(word.prefix(40))'") }
                return SystemEvent(rawValue: word)
            }
            try fields.finish()
            let topics = Set(types.map(Topic.events))
            if isJoining == true {
                socket.bus.listen(socket.listener, to: topics)
            } else {
                socket.bus.stopListening(socket.listener, to: topics)
            }
        } catch let fault as SocketFaultError {
            socket.refuse(fault.fault)
        } catch {
            socket.refuse(SocketFault(error))
        }
    }
}

/// `/ws/trades` and `/ws/signals` (002): the host speaks, the client listens.
struct ListeningTalk: SocketTalk {
    let topic: Topic

    func open(_ socket: Socket) async { socket.bus.listen(socket.listener, to: [topic]) }

    func error(_ fault: SocketFault) -> ByteBuffer {
        SocketText.message { json in
            json.field("type", "error")
            SocketFault.write(fault.code, fault.text, &json)
        }
    }

    func answer(_ message: JSONValue, on socket: Socket) async {
        socket.refuse(.invalid("this stream takes no messages"))
    }
}
