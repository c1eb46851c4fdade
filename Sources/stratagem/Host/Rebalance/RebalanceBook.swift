import Journal
import Trading

/// Rebalancings: at most one under way for an account, the newest that did something, and when the clock asks for the next.
struct RebalanceBook {
    private(set) var lastNumber: UInt64
    /// By account.
    private(set) var underWay: [Int: RebalanceRecord] = [:]
    private(set) var latest: [Int: RebalanceRecord] = [:]
    /// Since the start.
    private(set) var count: UInt64 = 0
    /// Of new ones and changed ones, for the journal.
    private var changed: [RebalanceRecord] = []
    private var schedule: [Int: (every: Int64, next: Timestamp)] = [:]
    /// When the next is due; nil = none is.
    private var nextDue: Timestamp?

    /// `every`: seconds of the market's time by account.
    init(_ records: [RebalanceRecord] = [], every: [Int: Int64] = [:], from start: Timestamp) {
        lastNumber = records.map(\.id).max() ?? 0
        for record in records { keep(record) }
        for (account, seconds) in every {
            let span = seconds * Timestamp.nanosecondsPerSecond
            schedule[account] = (span, start + span)
        }
        nextDue = schedule.values.map(\.next).min()
    }

    mutating func add(_ record: RebalanceRecord) -> RebalanceRecord {
        var record = record
        lastNumber += 1
        count += 1
        record.id = lastNumber
        put(record)
        return record
    }

    mutating func put(_ record: RebalanceRecord) {
        keep(record)
        changed.append(record)
    }

    private mutating func keep(_ record: RebalanceRecord) {
        underWay[record.account] = record.state == .started ? record : nil
        if record.state != .skipped { latest[record.account] = record }
    }

    /// The accounts that the clock asks for now, each once.
    mutating func takeDue(at time: Timestamp) -> [Int] {
        guard let nextDue, nextDue <= time else { return [] }
        let due = schedule.filter { $0.value.next <= time }
        for (account, entry) in due { schedule[account] = (entry.every, time + entry.every) }
        self.nextDue = schedule.values.map(\.next).min()
        return due.keys.sorted()
    }

    mutating func takeChanges() -> [RebalanceRecord] {
        defer { changed.removeAll() }
        return changed
    }
}
