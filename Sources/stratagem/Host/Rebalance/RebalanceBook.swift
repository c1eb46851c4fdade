import API
import Journal
import Trading

/// A rebalancing, and what its record keeps as JSON, read.
struct RebalanceRun: Equatable {
    var record: RebalanceRecord
    var detail: RebalanceDetail

    init(_ record: RebalanceRecord, _ detail: RebalanceDetail? = nil) {
        self.record = record
        self.detail = detail ?? record.detail
    }

    /// What waits never goes out.
    mutating func end(_ reason: String, at time: Timestamp) {
        for index in detail.orders.indices where detail.orders[index].isWaiting {
            detail.orders[index].decide(.denied, [reason])
        }
        record.state = .completed
        record.updatedAt = time
    }
}

/// Rebalancings: at most one under way for an account, the newest that did something, and when the clock asks for the next.
struct RebalanceBook {
    private(set) var lastNumber: UInt64
    /// By account.
    private(set) var underWay: [Int: RebalanceRun] = [:]
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
        for record in records { keep(RebalanceRun(record)) }
        for (account, seconds) in every {
            let span = seconds * Timestamp.nanosecondsPerSecond
            schedule[account] = (span, start + span)
        }
        nextDue = schedule.values.map(\.next).min()
    }

    /// With its number.
    mutating func add(_ run: RebalanceRun) -> RebalanceRun {
        var run = run
        lastNumber += 1
        count += 1
        run.record.id = lastNumber
        put(run)
        return run
    }

    /// As it is now.
    mutating func put(_ run: RebalanceRun) {
        var run = run
        run.record.detail = run.detail
        keep(run)
        changed.append(run.record)
    }

    private mutating func keep(_ run: RebalanceRun) {
        let record = run.record
        underWay[record.account] = record.state == .started ? run : nil
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
