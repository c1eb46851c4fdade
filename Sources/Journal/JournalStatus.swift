public import Trading

/// Whether commits reach the disk.
public enum JournalStatus: Sendable, Equatable {
    case healthy
    /// Nothing is acknowledged; what waits is kept in memory, in order, and tried again until it can be written.
    case failing(JournalError, since: Timestamp)

    public var isHealthy: Bool { self == .healthy }
}

/// How a journal works.
public struct JournalOptions: Sendable {
    /// Facts and notes that the queue is made for; `load` is the share of it that is in use.
    public var capacity: Int
    /// How long a commit waits for a lock that another process holds.
    public var busySeconds: Double
    /// Between two attempts while commits fail.
    public var retryMilliseconds: Int
    /// Connections for queries.
    public var readers: Int
    /// Checkpoints that are kept; at least two, so that a damaged one has one before it.
    public var checkpoints: Int
    /// How long a request's idempotency key is remembered.
    public var idempotencyDays: Int
    /// False: commits do not wait for the disk. For a journal that ends with its host, whose facts are nobody's after it.
    public var isDurable: Bool
    /// Signs the head of the audit log with every checkpoint; nil = nobody does.
    public var auditKey: AuditKey?

    public init(
        capacity: Int = 65_536, busySeconds: Double = 1, retryMilliseconds: Int = 250, readers: Int = 4,
        checkpoints: Int = 2, idempotencyDays: Int = 7, isDurable: Bool = true, auditKey: AuditKey? = nil
    ) {
        self.capacity = max(capacity, 1)
        self.busySeconds = max(busySeconds, 0)
        self.retryMilliseconds = max(retryMilliseconds, 1)
        self.readers = max(readers, 1)
        self.checkpoints = max(checkpoints, 2)
        self.idempotencyDays = max(idempotencyDays, 1)
        self.isDurable = isDurable
        self.auditKey = auditKey
    }
}
