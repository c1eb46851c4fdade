import NIOCore

/// Someone who listens: what it may see, and where its messages go.
final class StreamListener: Sendable, Hashable {
    let outbox: Outbox
    /// By the ids of the accounts that a message concerns.
    let sees: @Sendable ([String]) -> Bool
    /// It does not keep up, or order events are gone.
    let onLoss: @Sendable (StreamLoss) -> Void

    init(
        _ outbox: Outbox, sees: @escaping @Sendable ([String]) -> Bool,
        onLoss: @escaping @Sendable (StreamLoss) -> Void
    ) {
        self.outbox = outbox
        self.sees = sees
        self.onLoss = onLoss
    }

    func give(_ message: StreamMessage) {
        guard message.isSeen(by: self) else { return }
        if !outbox.offer(message.bytes, replacing: message.key) { onLoss(.slow) }
    }

    static func == (a: StreamListener, b: StreamListener) -> Bool { a === b }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

enum StreamLoss: Sendable {
    /// The client does not read what comes.
    case slow
    /// More has happened at once than is kept.
    case overrun

    var text: String {
        switch self {
        case .slow: "the client does not read as fast as order events come; connect again with last_sequence"
        case .overrun:
            "more happened at once than the host keeps; connect again, and read GET /api/orders for what is missing"
        }
    }
}

/// Encoded once, and shared by all who listen to its topic.
struct StreamMessage: Sendable {
    var topic: Topic
    var bytes: ByteBuffer
    /// Those that it concerns: who does not see all of them does not get it. None = it is for everybody.
    var accounts: [String] = []
    var key: Conflation?

    func isSeen(by listener: StreamListener) -> Bool { accounts.isEmpty || listener.sees(accounts) }
}
