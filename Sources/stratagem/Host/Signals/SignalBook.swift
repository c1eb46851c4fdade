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
    /// What the bridge made of those that the journal has.
    private(set) var bridged: BridgeTally

    private struct Place: Hashable {
        let instrument: Int
        /// nil = everybody's.
        let account: Int?
    }

    /// Beyond these the oldest is left undecided for good.
    static let undecidedMax = 50_000

    init(_ records: [SignalRecord] = [], lastNumber: UInt64 = 0, bridged: BridgeTally = BridgeTally()) {
        self.lastNumber = lastNumber
        self.bridged = bridged
        undecided = records.filter { $0.verdict == .undecided }
        for record in records { keepLatest(record) }
        lookAhead()
    }

    mutating func add(_ record: SignalRecord) -> SignalRecord {
        var record = record
        lastNumber += 1
        record.id = lastNumber
        if undecided.count == SignalBook.undecidedMax {
            end(undecided.removeFirst(), (.unknown, .zero), at: record.generatedAt, "too many signals came after it")
        }
        undecided.append(record)
        bridged.count(nil, record.bridging)
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
        for record in due { end(record, judge(record), at: time, "its horizon has passed") }
        lookAhead()
    }

    private mutating func end(
        _ record: SignalRecord, _ outcome: (verdict: SignalRecord.Verdict, price: Price), at time: Timestamp,
        _ reason: String
    ) {
        var record = record
        if record.bridging.state == .waiting {
            let last = record.bridging.reason
            record.bridging.end(as: .dead, at: time)
            record.bridging.reason = last.isEmpty ? reason : "\(reason); at last: \(last)"
            bridged.count(SignalBridging(.waiting), record.bridging)
        }
        record.verdict = outcome.verdict
        record.outcomePrice = outcome.price
        if record.status == .pending { record.status = .cancelled }
        keepLatest(record)
        changed.append(record)
    }

    /// `isBridged`: by the bridge. Of somebody else's the bridge keeps off.
    mutating func execute(_ id: UInt64, at time: Timestamp, trade: UInt64, isBridged: Bool = false) {
        change(id) { record in
            record.status = .executed
            record.executedAt = time
            record.trade = trade
            guard record.bridging.state == .waiting else { return }
            if isBridged { record.bridging.attempts += 1 }
            record.bridging.end(as: isBridged ? .sent : .passed, at: time)
            record.bridging.reason = isBridged ? "" : "it was executed by hand"
        }
    }

    /// One that can still be executed, or was.
    subscript(_ id: UInt64) -> SignalRecord? { place(of: id).map { undecided[$0] } }

    private mutating func change(_ id: UInt64, _ body: (inout SignalRecord) -> Void) {
        guard let place = place(of: id) else { return }
        let old = undecided[place].bridging
        body(&undecided[place])
        bridged.count(old, undecided[place].bridging)
        keepLatest(undecided[place])
        changed.append(undecided[place])
    }

    private func place(of id: UInt64) -> Int? {
        let place = firstPlace(from: id)
        return place < undecided.count && undecided[place].id == id ? place : nil
    }

    /// They are in the order of their numbers.
    private func firstPlace(from id: UInt64) -> Int {
        var (low, high) = (0, undecided.count)
        while low < high {
            let middle = (low + high) / 2
            if undecided[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: The bridge

    /// Signals that the bridge still has to send, oldest first.
    func waiting(after id: UInt64, most: Int) -> [SignalRecord] {
        Array(undecided[firstPlace(from: id + 1)...].lazy.filter { $0.bridging.state == .waiting }.prefix(most))
    }

    /// It will be tried again.
    mutating func putOff(_ id: UInt64, attempts: Int, reason: String) {
        change(id) { record in
            record.bridging.attempts = attempts
            record.bridging.reason = reason
        }
    }

    /// It becomes a dead letter; somebody may still execute it by hand.
    mutating func giveUp(_ id: UInt64, attempts: Int, rules: [RuleID] = [], reason: String, at time: Timestamp) {
        change(id) { record in
            record.bridging.end(as: .dead, at: time)
            record.bridging.attempts = attempts
            record.bridging.rule = rules.map(\.name).joined(separator: " ")
            record.bridging.reason = String(reason.prefix(500))
        }
    }

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

extension SignalBridging {
    fileprivate mutating func end(as state: State, at time: Timestamp) {
        self.state = state
        endedAt = time
    }
}
