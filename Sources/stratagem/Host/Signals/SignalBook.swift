import Journal
import Signals
import Trading

/// The signals that the host still has to do with: the newest of each instrument and account, and those whose horizon has not passed.
/// Everything else is in the journal.
struct SignalBook {
    private(set) var lastNumber: UInt64
    private var latest: [Place: SignalRecord] = [:]
    /// Oldest first.
    private(set) var undecided: [SignalRecord]
    /// When the next horizon passes; nil = none does.
    private(set) var nextDue: Timestamp?
    /// Of new ones and changed ones, for the journal.
    private var changed: [SignalRecord] = []
    /// New ones, for clients.
    private var fresh: [SignalRecord] = []

    private struct Place: Hashable {
        let instrument: Int
        /// nil = everybody's.
        let account: Int?
    }

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

    /// The newest of an instrument: everybody's, and those of `accounts`; nil = of all.
    func latest(_ instrument: Int, accounts: [Int]? = nil) -> SignalRecord? {
        latest.values.filter { record in
            guard record.instrument == instrument else { return false }
            guard let accounts, let account = record.account else { return true }
            return accounts.contains(account)
        }.max { $0.id < $1.id }
    }

    private mutating func keepLatest(_ record: SignalRecord) {
        let place = Place(instrument: record.instrument, account: record.account)
        if let known = latest[place], known.id > record.id { return }
        latest[place] = record
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
