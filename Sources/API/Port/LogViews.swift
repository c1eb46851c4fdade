public import Trading

/// How much a log line matters, the least first.
public enum LogSeverity: Int, Sendable, Comparable, CaseIterable {
    case debug = 1
    case info, warning, error

    public var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    public static func < (a: LogSeverity, b: LogSeverity) -> Bool { a.rawValue < b.rawValue }
}

/// A line that a strategy wrote, or that the host wrote about it.
public struct LogEntryView: Sendable, Equatable {
    /// Counts all lines of the host, so that a reader knows which ones are new.
    public var sequence: UInt64
    public var time: Timestamp
    public var severity: LogSeverity
    public var message: String
    public init(sequence: UInt64, time: Timestamp, severity: LogSeverity, message: String) {
        self.sequence = sequence
        self.time = time
        self.severity = severity
        self.message = message
    }
}

/// Which lines a reader wants.
public struct LogFilter: Sendable, Equatable {
    /// This one and those that matter more.
    public var severity = LogSeverity.debug
    /// Later lines only; 0 = from the oldest that is kept.
    public var after: UInt64 = 0
    /// The newest of them.
    public var limit = 100
    public init(severity: LogSeverity = .debug, after: UInt64 = 0, limit: Int = 100) {
        self.severity = severity
        self.after = after
        self.limit = limit
    }
}
