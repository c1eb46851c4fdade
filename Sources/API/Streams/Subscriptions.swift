import Trading

/// 004's subscriptions: a channel, instruments, and what the channel needs beside them.
enum Subscriptions {
    enum Channel: String, CaseIterable {
        case ticks, candles, orderbook, trades
    }
    static let depthMax: Int64 = 100

    static func subscribe(_ message: JSONValue, on socket: Socket) async throws {
        let fields = MessageFields(message)
        let channel = fields.word("channel", among: Channel.allCases.map { ($0.rawValue, $0) })
        let names = fields.texts("instruments", most: 200) ?? []
        if names.isEmpty { fields.fault("instruments must name at least one") }
        let parameters = fields.object("parameters") ?? .object([])
        let known = try await socket.bus.host.instruments()
        for name in names where known.named(name) == nil {
            fields.fault("instruments: unknown instrument '\(name.prefix(64))'")
        }
        let details = try await details(of: channel, parameters, fields, known.first, socket)
        try fields.finish()
        guard let channel else { return }
        let topics = Set(names.compactMap { name in known.named(name).map { topic(channel, $0.id, name, details) } })
        try take(topics, of: channel, on: socket)
        confirm("subscribed", channel, names, socket)
    }

    private struct Details {
        var timeframe = "1m"
        var depth = 10
    }

    private static func details(
        of channel: Channel?, _ parameters: JSONValue, _ fields: MessageFields, _ any: InstrumentView?, _ socket: Socket
    ) async throws -> Details {
        var details = Details()
        let inner = MessageFields(parameters)
        switch channel {
        case .candles:
            if let value = parameters["timeframe"], value != .null {
                guard case .string(let text) = value else {
                    fields.fault("parameters.timeframe must be a text")
                    break
                }
                details.timeframe = text
            }
            guard let any else { break }
            do {
                let now = Timestamp.now
                _ = try await socket.bus.host.candles(
                    any.instrument.id, details.timeframe, from: now, to: now, limit: 1)
            } catch {
                fields.fault("parameters.\(APIError(error).wholeMessage)")
            }
        case .orderbook:
            if let depth = inner.optionalInteger("depth", in: 1...depthMax) { details.depth = Int(depth) }
            do { try inner.finish() } catch let error as SocketFaultError {
                fields.fault("parameters.\(error.fault.text)")
            }
        case .ticks, .trades, nil: break
        }
        return details
    }

    private static func topic(_ channel: Channel, _ id: String, _ shown: String, _ details: Details) -> Topic {
        switch channel {
        case .ticks: .ticks(id, shown: shown)
        case .candles: .candles(id, timeframe: details.timeframe, shown: shown)
        case .orderbook: .book(id, depth: details.depth, shown: shown)
        case .trades: .trades(id, shown: shown)
        }
    }

    /// A book of another depth takes the place of the one before.
    private static func take(_ topics: Set<Topic>, of channel: Channel, on socket: Socket) throws {
        let now = socket.bus.topics(of: socket.listener)
        let replaced = now.filter { old in
            guard case .book(let id, _, _) = old else { return false }
            return topics.contains { if case .book(id, _, _) = $0 { $0 != old } else { false } }
        }
        let after = now.subtracting(replaced).union(topics).filter { $0 != .desk }
        guard after.count <= socket.limits.subscriptions else {
            throw SocketFaultError(
                .tooMany(
                    "a connection has at most \(socket.limits.subscriptions) subscriptions; with these it would have "
                        + "\(after.count), so none of them was taken"))
        }
        socket.bus.stopListening(socket.listener, to: Set(replaced))
        socket.bus.listen(socket.listener, to: topics)
    }

    /// Without instruments: all of the channel. What is not subscribed is no error.
    static func unsubscribe(_ message: JSONValue, on socket: Socket) async throws {
        let fields = MessageFields(message)
        let channel = fields.word("channel", among: Channel.allCases.map { ($0.rawValue, $0) })
        let names = fields.texts("instruments", most: 200)
        try fields.finish()
        guard let channel else { return }
        let known = try await socket.bus.host.instruments()
        let ids = names.map { Set($0.compactMap { known.named($0)?.id }) }
        let leaving = socket.bus.topics(of: socket.listener).filter { topic in
            guard let (of, id) = parts(topic), of == channel else { return false }
            return ids?.contains(id) ?? true
        }
        socket.bus.stopListening(socket.listener, to: leaving)
        confirm("unsubscribed", channel, names ?? [], socket)
    }

    private static func parts(_ topic: Topic) -> (Channel, String)? {
        switch topic {
        case .ticks(let id, _): (.ticks, id)
        case .candles(let id, _, _): (.candles, id)
        case .book(let id, _, _): (.orderbook, id)
        case .trades(let id, _): (.trades, id)
        default: nil
        }
    }

    private static func confirm(_ type: String, _ channel: Channel, _ names: [String], _ socket: Socket) {
        let count = socket.bus.topics(of: socket.listener).count { $0 != .desk }
        socket.send { json in
            json.field("type", type)
            json.field("timestamp", Timestamp.now)
            json.field("channel", channel.rawValue)
            json.field("instruments", names)
            json.field("subscriptions", count)
        }
    }
}
