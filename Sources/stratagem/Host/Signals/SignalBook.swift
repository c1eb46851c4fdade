import Journal
import Signals
import Trading

/// The signals that the host still has to do with: the newest of each instrument, and those whose horizon has not passed.
/// Everything else is in the journal.
struct SignalBook {
    private(set) var lastNumber: UInt64
    /// By instrument.
    private(set) var latest: [Int: SignalRecord] = [:]
    /// Oldest first.
    private(set) var undecided: [SignalRecord]
    /// When the next horizon passes; nil = none does.
    private(set) var nextDue: Timestamp?
    /// Of new ones and changed ones, for the journal.
    private var changed: [SignalRecord] = []
    /// New ones, for clients.
    private var fresh: [SignalRecord] = []

    /// Beyond these the oldest is left undecided for good.
    static let undecidedMax = 50_000

    init(_ records: [SignalRecord] = [], lastNumber: UInt64 = 0) {
        self.lastNumber = lastNumber
        undecided = records.filter { $0.verdict == .undecided }
        for record in records { keepLatest(record) }
        lookAhead()
    }

    mutating func add(_ record: SignalRecord) -> SignalRecord {
        var record = record
        lastNumber += 1
        record.id = lastNumber
        if undecided.count == SignalBook.undecidedMax { end(undecided.removeFirst(), (.unknown, .zero)) }
        undecided.append(record)
        nextDue = min(nextDue ?? record.dueAt, record.dueAt)
        keepLatest(record)
        changed.append(record)
        fresh.append(record)
        return record
    }

    /// Judges those whose horizon has passed by then; what was not executed no longer can be.
    mutating func decide(at time: Timestamp, _ judge: (SignalRecord) -> (SignalRecord.Verdict, Price)) {
        guard let nextDue, nextDue <= time else { return }
        let due = undecided.filter { $0.dueAt <= time }
        undecided.removeAll { $0.dueAt <= time }
        for record in due { end(record, judge(record)) }
        lookAhead()
    }

    private mutating func end(_ record: SignalRecord, _ outcome: (verdict: SignalRecord.Verdict, price: Price)) {
        var record = record
        record.verdict = outcome.verdict
        record.outcomePrice = outcome.price
        if record.status == .pending { record.status = .cancelled }
        keepLatest(record)
        changed.append(record)
    }

    mutating func execute(_ id: UInt64, at time: Timestamp) {
        guard let place = undecided.firstIndex(where: { $0.id == id }) else { return }
        undecided[place].status = .executed
        undecided[place].executedAt = time
        keepLatest(undecided[place])
        changed.append(undecided[place])
    }

    /// One that can still be executed, or was.
    subscript(_ id: UInt64) -> SignalRecord? { undecided.last { $0.id == id } }

    private mutating func keepLatest(_ record: SignalRecord) {
        if let known = latest[record.instrument], known.id > record.id { return }
        latest[record.instrument] = record
    }

    private mutating func lookAhead() { nextDue = undecided.lazy.map(\.dueAt).min() }

    mutating func takeChanges() -> [SignalRecord] {
        defer { changed.removeAll() }
        return changed
    }

    mutating func takeFresh() -> [SignalRecord] {
        defer { fresh.removeAll() }
        return fresh
    }
}
