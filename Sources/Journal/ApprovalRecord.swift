internal import GRDB
public import Trading

/// An order that waits for a second person, from its request to the decision. The newest record of an id counts.
public struct ApprovalRecord: Sendable, Equatable {
    public var id: UInt64
    /// The order as a fact `orderAccepted`; whose it is and of what say the two names below, since numbers may change.
    public var order: [UInt8]
    public var strategy: String
    public var instrument: String
    /// Who sent it, and by which way.
    public var sender: String
    public var channel: String
    /// The sender's own id, where it is no strategy: empty there.
    public var senderID = ""
    /// The user behind the sender.
    public var senderPerson = ""
    /// "pending", "approved", "denied", "expired" or "refused" (by the gate, after the approval).
    public var state: String
    public var requestedAt: Timestamp
    public var expiresAt: Timestamp
    public var decidedBy: String?
    public var decidedAt: Timestamp?
    public var reason: String?
    /// 0 = none came of it.
    public var orderID: UInt64

    public init(
        id: UInt64, order: [UInt8], strategy: String, instrument: String, sender: String, channel: String,
        state: String, requestedAt: Timestamp, expiresAt: Timestamp, decidedBy: String? = nil,
        decidedAt: Timestamp? = nil, reason: String? = nil,
        orderID: UInt64 = 0
    ) {
        self.id = id
        self.order = order
        self.strategy = strategy
        self.instrument = instrument
        self.sender = sender
        self.channel = channel
        self.state = state
        self.requestedAt = requestedAt
        self.expiresAt = expiresAt
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
        self.reason = reason
        self.orderID = orderID
    }
}

extension ApprovalRecord {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), order: try row.bytes("order_fact"), strategy: try row.get("strategy"),
            instrument: try row.get("instrument"), sender: try row.get("sender"), channel: try row.get("channel"),
            state: try row.get("state"), requestedAt: try row.time("requested_at"),
            expiresAt: try row.time("expires_at"), decidedBy: try row.optional("decided_by"),
            decidedAt: try row.optionalTime("decided_at"), reason: try row.optional("reason"),
            orderID: try row.id("order_id"))
        senderID = try row.get("sender_id")
        senderPerson = try row.get("sender_person")
    }

    func upsert(_ db: Database) throws {
        var row = try BoundStatement(
            db,
            """
            INSERT OR REPLACE INTO approvals (id, order_fact, strategy, instrument, sender, sender_id, sender_person, channel, \
            state, requested_at, expires_at, decided_by, decided_at, reason, order_id) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.put(id)
        row.put(order)
        row.put(strategy)
        row.put(instrument)
        row.put(sender)
        row.put(senderID)
        row.put(senderPerson)
        row.put(channel)
        row.put(state)
        row.put(requestedAt)
        row.put(expiresAt)
        row.put(decidedBy)
        row.put(decidedAt)
        row.put(reason)
        row.put(orderID)
        try row.run()
    }

    /// What waits, and the newest of the others.
    static func recent(_ db: Database, _ count: Int) throws -> [ApprovalRecord] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM approvals WHERE state = 'pending' \
                UNION SELECT * FROM approvals WHERE id > (SELECT max(id) FROM approvals) - ? ORDER BY id
                """, arguments: [count]
        ).map(ApprovalRecord.init(row:))
    }
}
