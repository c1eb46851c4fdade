public import Trading

/// The audit log of the running host.
public protocol AuditHost: Sendable {
    /// Writes down who came and went; comes back when it is durable, or cannot be made so now.
    func note(_ access: AccessRecord) async
    /// Walks the whole chain. `expected`: a hash that must be that of some row.
    func verifyAudit(expected: [UInt8]?) async throws(HostRefusal) -> AuditReport
    /// Rows in their order.
    func auditLines(_ filter: AuditLineFilter) async throws(HostRefusal) -> [AuditLine]
}

/// A login, a logout, a key that was made or revoked.
public struct AccessRecord: Sendable, Equatable {
    /// "login", "login.failed", "logout", "key.made", "key.revoked".
    public var action: String
    public var user: String
    /// "rest" or "socket".
    public var channel: String
    /// Where it came from, or the key that it is about.
    public var target: String
    public init(action: String, user: String, channel: String, target: String) {
        self.action = action
        self.user = user
        self.channel = channel
        self.target = target
    }
}

public struct AuditReport: Sendable, Equatable {
    public struct Problem: Sendable, Equatable {
        /// nil = of the log as a whole.
        public var sequence: UInt64?
        public var text: String
        public init(sequence: UInt64?, text: String) {
            self.sequence = sequence
            self.text = text
        }
    }
    public var isWhole: Bool
    public var rows: UInt64
    public var parts: Int
    public var signedHeads: Int
    public var headSequence: UInt64
    /// Hexadecimal.
    public var head: String
    /// The row that has the expected hash.
    public var expectedAt: UInt64?
    /// The first hundred.
    public var problems: [Problem]
    public init(
        isWhole: Bool, rows: UInt64, parts: Int, signedHeads: Int, headSequence: UInt64, head: String,
        expectedAt: UInt64?, problems: [Problem]
    ) {
        self.isWhole = isWhole
        self.rows = rows
        self.parts = parts
        self.signedHeads = signedHeads
        self.headSequence = headSequence
        self.head = head
        self.expectedAt = expectedAt
        self.problems = problems
    }
}

public struct AuditLineFilter: Sendable, Equatable {
    /// Wall time, the end excluded.
    public var from: Timestamp?
    public var to: Timestamp?
    public var account: String?
    /// Rows behind this one.
    public var after: UInt64
    /// Rows ahead of this one.
    public var before: UInt64?
    public var limit: Int
    /// The last rows that fit in place of the first; in their order, too.
    public var isNewest = false
    public var user: String?
    /// As it begins: "order" or "order.denied".
    public var action: String?
    /// In any case of letters, anywhere in the row.
    public var text: String?

    public init(
        from: Timestamp? = nil, to: Timestamp? = nil, account: String? = nil, after: UInt64 = 0,
        before: UInt64? = nil, limit: Int = 1000
    ) {
        self.from = from
        self.to = to
        self.account = account
        self.after = after
        self.before = before
        self.limit = limit
    }
}

/// One row with names in place of numbers, and of a decision what was decided about.
public struct AuditLine: Sendable, Equatable {
    public struct Ordered: Sendable, Equatable {
        public var instrument: String
        public var intent: OrderIntent
        public init(instrument: String, intent: OrderIntent) {
            self.instrument = instrument
            self.intent = intent
        }
    }
    public var sequence: UInt64
    public var wallTime: Timestamp
    public var eventTime: Timestamp
    public var action: String
    public var user = ""
    public var channel = ""
    public var account: String?
    public var strategy: String?
    /// SHA-256 of the strategy's code, hexadecimal; empty = none.
    public var generation = ""
    public var limits = ""
    public var target = ""
    public var order: Ordered?
    public var findings: [Finding] = []
    /// JSON or a text.
    public var detail = ""
    /// Hexadecimal.
    public var hash = ""
    public init(sequence: UInt64, wallTime: Timestamp, eventTime: Timestamp, action: String) {
        self.sequence = sequence
        self.wallTime = wallTime
        self.eventTime = eventTime
        self.action = action
    }
}
