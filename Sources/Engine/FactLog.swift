public import Trading

/// What happened, in order, until a reader takes it.
public struct FactLog: Sendable {
    /// Findings of the denials among `events`.
    public private(set) var findings: [Finding] = []
    public private(set) var events: [TradingEvent] = []
    /// Facts since the start, taken ones included.
    public private(set) var count: UInt64 = 0
    let isKept: Bool

    init(isKept: Bool) {
        self.isKept = isKept
        events.reserveCapacity(FactLog.batch)
        findings.reserveCapacity(FactLog.batch)
    }

    /// Without a reader the log starts over after this many facts.
    private static let batch = 4096

    mutating func append(_ event: TradingEvent) {
        events.append(event)
        count += 1
        // Together with their findings, so that no denial is left without its own.
        if !isKept && events.count >= FactLog.batch { clear() }
    }

    mutating func append(_ finding: Finding) { findings.append(finding) }

    /// A fact that stands in the journal already.
    mutating func countReplayed() { count += 1 }

    /// Goes on counting where a checkpoint was.
    mutating func resume(at count: UInt64) { self.count = count }

    /// Forgets what was read and keeps the memory.
    mutating func clear() {
        events.removeAll(keepingCapacity: true)
        findings.removeAll(keepingCapacity: true)
    }
}
