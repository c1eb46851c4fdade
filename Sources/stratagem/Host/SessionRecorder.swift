import CStrategyABI
import Glibc
import MarketData
import Trading

/// Writes the events of a running host into a recording, on a thread of its own. The engine never waits for the disk:
/// what does not fit into the queue is dropped, and the recording says how much and where.
final class SessionRecorder: @unchecked Sendable {
    /// How a recording ended.
    struct End {
        var notice: String
        /// nil = all that was taken is on the disk.
        var problem: CommandError?
    }

    let notice: String
    private let path: String
    // The writing thread's alone.
    private var writer: RecordingWriter
    private var problem: MarketDataError?

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var thread = pthread_t()
    // All below: with the mutex only. What is dropped comes behind the events that wait.
    private var waiting = OutputBuffer(capacity: SessionRecorder.capacity)
    private var dropped = 0
    /// Since the recording began; dropped ones are no records.
    private var records = 0
    private var droppedInAll = 0
    private var isEnding = false

    /// Events that can wait: 8 MB, some minutes of a real market.
    private static let capacity = 1 << 17
    /// The longest that an event waits in memory.
    private static let flushNanoseconds: Int64 = 1_000_000_000

    /// `goesOn`: a recording of the same instruments that is there is continued, as after a crash. Its folder is made.
    init(_ path: String, _ universe: Universe, start: Timestamp, goesOn: Bool) throws(CommandError) {
        let instruments = zip(universe.instruments, universe.feeds).map { RecordedInstrument($0, kinds: $1) }
        self.path = path
        // Where that fails the file cannot be made either, and that is what the error names.
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { _ = DataFolder.make(String(path[..<slash])) }
        do throws(MarketDataError) {
            if goesOn, RecordingReader.isRecording(path) {
                writer = try RecordingWriter(resuming: path)
                notice = "recording: goes on in \(path), \(writer.writtenRecords) events are there"
            } else {
                writer = try RecordingWriter(creating: path, instruments: instruments, start: start)
                notice = "recording: \(path)"
            }
        } catch {
            throw CommandError(.environment, error.reason, at: error.file, "name another file with --record")
        }
        guard writer.header.instruments == instruments else {
            throw CommandError(
                .environment, "it is a recording of other instruments", at: path, "name another file with --record")
        }
        records = writer.writtenRecords
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrival, nil)
        let failure = pthread_create(
            &thread, nil,
            { recorder in
                Unmanaged<SessionRecorder>.fromOpaque(recorder!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(failure == 0, "no thread could be made: \(String(cString: strerror(failure)))")
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        mutex.deallocate()
    }

    /// For the engine's thread: copies the events, or counts them as dropped. Records that belong together come together.
    func take(_ events: UnsafeBufferPointer<EventRecord>) {
        guard !events.isEmpty else { return }
        pthread_mutex_lock(mutex)
        if dropped > 0 || waiting.count + events.count > SessionRecorder.capacity {
            dropped += events.count
            droppedInAll += events.count
        } else {
            waiting.append(contentsOf: events)
            records += events.count
        }
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(arrival)
    }

    /// What was taken so far, with what was in the recording before it went on, and what was not.
    func counts() -> (records: Int, dropped: Int) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return (records, droppedInAll)
    }

    /// When no more events come: writes what waits, and the end.
    func close() -> End {
        pthread_mutex_lock(mutex)
        isEnding = true
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(arrival)
        pthread_join(thread, nil)
        let lost = writer.droppedRecords == 0 ? "" : ", \(writer.droppedRecords) dropped"
        let notice = "recorded: \(writer.writtenRecords) events\(lost) in \(path)"
        let problem = problem.map {
            CommandError(
                .environment, "the recording could not be written to its end: \($0.reason)", at: path,
                "make room; what was written before is good")
        }
        return End(notice: notice, problem: problem)
    }

    // MARK: The thread

    private func run() {
        var taken = OutputBuffer(capacity: SessionRecorder.capacity)
        var nextFlush = MonotonicClock.now + SessionRecorder.flushNanoseconds
        var isLast = false
        while !isLast {
            let lost: Int
            (lost, isLast) = takeWaiting(&taken)
            attempt { writer throws(MarketDataError) in try writer.append(taken.records) }
            writer.drop(lost)
            taken.removeAll()
            guard MonotonicClock.now >= nextFlush, !isLast else { continue }
            attempt { writer throws(MarketDataError) in try writer.flush(durable: false) }
            nextFlush = MonotonicClock.now + SessionRecorder.flushNanoseconds
        }
        attempt { writer throws(MarketDataError) in try writer.close() }
    }

    /// Waits for events or the end, and leaves an empty buffer in the place of the full one.
    private func takeWaiting(_ taken: inout OutputBuffer) -> (dropped: Int, isLast: Bool) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.count == 0, dropped == 0, !isEnding { pthread_cond_wait(arrival, mutex) }
        swap(&waiting, &taken)
        let lost = dropped
        dropped = 0
        return (lost, isEnding)
    }

    /// What fails is tried again with the next events; the last try decides.
    private func attempt(_ work: (inout RecordingWriter) throws(MarketDataError) -> Void) {
        do throws(MarketDataError) {
            try work(&writer)
            problem = nil
        } catch {
            problem = error
        }
    }
}
