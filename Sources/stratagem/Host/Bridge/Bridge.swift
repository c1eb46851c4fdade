import Configuration
import Journal
import Trading

/// Which signals are next to become an order, and how fast they do.
///
/// What has become of a signal stands in its record, which is written together with its order's facts: in one transaction, so
/// that after a crash either both are there or neither is, and the signal is tried again. The queue is only a window on those
/// records: what does not fit stays in the book, and comes in when there is room.
struct Bridge {
    struct Entry: Equatable {
        let signal: UInt64
        /// When it came into the queue, by the clock that never jumps.
        let arrival: Int64
        /// When it is tried next, by the market's time.
        var due: Timestamp
    }

    var isOn: Bool
    var riskLimit: Rate
    /// Of models' signals.
    let account: Int
    let attemptsMax: Int
    private let queueMax: Int
    private(set) var queue: [Entry] = []
    /// Signals up to this one were looked at.
    private var seen: UInt64 = 0
    private var meter = RateMeter()
    private var sentCount = 0
    private var sentSeconds = 0.0

    /// Orders in one turn of the engine: the market and commands go on in between, and each looks through all open trades.
    static let perTurn = 4
    private static let firstDelay = Timestamp.nanosecondsPerSecond
    private static let longestDelay = 60 * Timestamp.nanosecondsPerSecond

    init(_ settings: BridgeSettings, account: Int) {
        isOn = settings.isEnabled
        riskLimit = settings.riskLimit
        self.account = account
        attemptsMax = settings.attemptsMax
        queueMax = settings.queueMax
    }

    /// Takes in signals that wait, oldest first, as far as there is room.
    mutating func refill(from book: SignalBook, clock: Int64) {
        guard seen < book.lastNumber, queue.count < queueMax else { return }
        let waiting = book.waiting(after: seen, most: queueMax - queue.count)
        for record in waiting {
            queue.append(Entry(signal: record.id, arrival: clock, due: record.generatedAt))
        }
        seen = queue.count < queueMax ? book.lastNumber : waiting.last?.id ?? seen
    }

    mutating func takeDue(at time: Timestamp) -> [Entry] {
        guard queue.contains(where: { $0.due <= time }) else { return [] }
        let due = Array(queue.lazy.filter { $0.due <= time }.prefix(Bridge.perTurn))
        queue.removeAll { due.contains($0) }
        return due
    }

    /// To be tried again after so many attempts: 1 s after the first, then twice as long each time, up to a minute.
    mutating func putBack(_ entry: Entry, attempts: Int, at time: Timestamp) {
        var entry = entry
        entry.due = time + min(Bridge.firstDelay << min(attempts - 1, 10), Bridge.longestDelay)
        queue.append(entry)
    }

    mutating func empty(seen number: UInt64) {
        queue.removeAll()
        seen = number
    }

    // MARK: Figures

    mutating func noteSent(_ entry: Entry, clock: Int64) {
        sentCount += 1
        sentSeconds += Double(clock - entry.arrival) / 1e9
    }

    /// In seconds; 0 before the first.
    var averageSeconds: Double { sentCount == 0 ? 0 : sentSeconds / Double(sentCount) }

    mutating func measure(processed: Int, clock: Int64) { meter.note(processed, clock: clock) }
    func rate(processed: Int, clock: Int64) -> Double { meter.rate(processed, clock: clock) }
}

/// A count's growth a second, over the last minute.
struct RateMeter {
    private var samples: [(clock: Int64, count: Int)] = []
    private static let second: Int64 = 1_000_000_000
    private static let span = 60 * second

    mutating func note(_ count: Int, clock: Int64) {
        if let last = samples.last, clock - last.clock < RateMeter.second { return }
        samples.append((clock, count))
        // The newest of those that are a minute old stays: what has grown since is the minute's.
        while samples.count > 1, clock - samples[1].clock >= RateMeter.span { samples.removeFirst() }
    }

    /// 0 in the first second.
    func rate(_ count: Int, clock: Int64) -> Double {
        guard let first = samples.first, clock - first.clock >= RateMeter.second else { return 0 }
        return Double(count - first.count) / (Double(clock - first.clock) / 1e9)
    }
}
