public import Trading

/// What held while a batch came about, for its rows in the audit log.
public struct AuditContext: Sendable {
    /// The market's clock at the batch's end; nil = the host's.
    public var eventTime: Timestamp?
    /// SHA-256 of the active code, by strategy.
    public var generations: [[UInt8]]
    public var limits: [UInt8]
    /// Who sent what, in the order of the facts.
    public var senders: [AuditSender]

    public init(
        eventTime: Timestamp? = nil, generations: [[UInt8]] = [], limits: [UInt8] = [], senders: [AuditSender] = []
    ) {
        self.eventTime = eventTime
        self.generations = generations
        self.limits = limits
        self.senders = senders
    }

    /// Of a hash in hexadecimal digits; empty = there is none.
    public static func bytes(hexadecimal text: String) -> [UInt8] { [UInt8](hexadecimal: text) ?? [] }

    func generation(of strategy: Int) -> [UInt8] {
        generations.indices.contains(strategy) ? generations[strategy] : []
    }
}

/// Decisions of a batch that came of a person's request.
public struct AuditSender: Sendable {
    public var events: Range<Int>
    /// The working order that it was about; nil = new orders of operators. What strategies answer at once is theirs.
    public var order: UInt64?
    public var user: String
    public var channel: String

    public init(events: Range<Int>, order: UInt64? = nil, user: String, channel: String) {
        self.events = events
        self.order = order
        self.user = user
        self.channel = channel
    }
}
