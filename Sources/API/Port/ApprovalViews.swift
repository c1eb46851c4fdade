public import Trading

/// An order that waits for a second person, or waited.
public struct ApprovalView: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        case pending, approved, denied, expired
        /// Approved, and denied by another rule of the gate.
        case refused
    }
    public var number: UInt64
    public var id: String { "apr-\(number)" }
    /// Its own id says nothing: it is none yet.
    public var order: OrderView
    public var sender: String
    public var channel: String
    /// Of the sender, where it is no strategy: empty there.
    public var senderID = ""
    /// As `Requester.person`.
    public var senderPerson = ""
    public var requestedAt: Timestamp
    public var expiresAt: Timestamp
    public var state = State.pending
    public var decidedBy: String?
    public var decidedAt: Timestamp?
    public var reason: String?
    /// What came of it.
    public var orderID: String?
    public init(
        number: UInt64, order: OrderView, sender: String, channel: String, requestedAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.number = number
        self.order = order
        self.sender = sender
        self.channel = channel
        self.requestedAt = requestedAt
        self.expiresAt = expiresAt
    }
}
