import API
import CStrategyABI
import Engine
import Synchronization
import Trading

/// The newest log lines of each strategy: what it wrote, and what became of it. The engine thread adds, clients read
/// without asking it.
final class StrategyLogs: Sendable {
    private struct State {
        var lastSequence: UInt64 = 0
        var lines: [String: [LogEntryView]] = [:]
        var readers: [Reader] = []
        var lastReader = 0
        var isClosed = false
    }
    private struct Reader {
        let number: Int
        let strategy: String
        let severity: LogSeverity
        let stream: AsyncStream<LogEntryView>.Continuation

        /// Gives it the line where it wants it; true = it has no room for it.
        func isLate(for entry: LogEntryView, of strategy: String) -> Bool {
            guard strategy == self.strategy, entry.severity >= severity else { return false }
            if case .enqueued = stream.yield(entry) { return false }
            return true
        }
    }
    private let state = Mutex(State())

    /// Lines of a strategy.
    static let linesMax = 1000
    static let readersMax = 32
    /// Lines that wait for a reader; one that leaves more of them lying is let go.
    static let waitingMax = 1000

    func add(_ strategy: String, _ severity: LogSeverity, _ message: String, at time: Timestamp) {
        let late = state.withLock { state in
            state.lastSequence += 1
            let entry = LogEntryView(
                sequence: state.lastSequence, time: time, severity: severity, message: message.printable)
            // Dropped by the half, so that a full list costs nothing at each line.
            if state.lines[strategy, default: []].count == 2 * StrategyLogs.linesMax {
                state.lines[strategy]?.removeFirst(StrategyLogs.linesMax)
            }
            state.lines[strategy, default: []].append(entry)
            let late = state.readers.filter { $0.isLate(for: entry, of: strategy) }
            state.readers.removeAll { reader in late.contains { $0.number == reader.number } }
            return late
        }
        for reader in late { reader.stream.finish() }
    }

    func add(_ lines: [StrategyLine], names: [String]) {
        for line in lines where names.indices.contains(line.strategy) {
            add(names[line.strategy], LogSeverity(rawValue: Int(line.level)) ?? .info, line.text, at: line.time)
        }
    }

    /// Oldest first.
    func entries(of strategy: String, _ filter: LogFilter) -> [LogEntryView] {
        state.withLock { state in
            let wanted = state.lines[strategy, default: []].suffix(StrategyLogs.linesMax).filter {
                $0.sequence > filter.after && $0.severity >= filter.severity
            }
            return Array(wanted.suffix(filter.limit))
        }
    }

    /// nil = there are as many readers as there may be, or the host is stopping.
    func stream(of strategy: String, from severity: LogSeverity) -> AsyncStream<LogEntryView>? {
        state.withLock { state in
            guard !state.isClosed, state.readers.count < StrategyLogs.readersMax else { return nil }
            state.lastReader += 1
            let number = state.lastReader
            let (stream, continuation) = AsyncStream.makeStream(
                of: LogEntryView.self, bufferingPolicy: .bufferingOldest(StrategyLogs.waitingMax))
            state.readers.append(
                Reader(number: number, strategy: strategy, severity: severity, stream: continuation))
            continuation.onTermination = { [weak self] _ in self?.forget(number) }
            return stream
        }
    }

    private func forget(_ number: Int) { state.withLock { $0.readers.removeAll { $0.number == number } } }

    /// Lets all readers go.
    func close() {
        let readers = state.withLock { state in
            state.isClosed = true
            defer { state.readers.removeAll() }
            return state.readers
        }
        for reader in readers { reader.stream.finish() }
    }
}
