import Glibc
import Trading

/// Told when a batch is on the disk, or once that it is not.
typealias Acknowledgement = @Sendable (Result<Void, JournalError>) -> Void

/// A batch on its way to the disk.
struct QueuedBatch: Sendable {
    /// Counted over the whole life of the journal, so that a batch is never written twice.
    var number: UInt64
    var firstSequence: UInt64
    var batch: JournalBatch
    /// nil = nobody asked, or the answer was given.
    var durable: Acknowledgement?

    /// What it adds to the load.
    var weight: Int { batch.events.count + batch.notes.count }
}

/// Where the file ends.
struct JournalPosition: Sendable {
    var lastBatch: UInt64
    var lastSequence: UInt64
}

/// What stands between the engine's thread and the writer's: the batches that wait, and how far the disk is.
final class BatchQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let progress = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    // All below: with the mutex only.
    private var waiting: [QueuedBatch] = []
    private var position: JournalPosition
    private var committedBatch: UInt64
    private var weight = 0
    private var isClosing = false
    private var storedStatus = JournalStatus.healthy
    private let capacity: Int

    init(position: JournalPosition, capacity: Int) {
        self.position = position
        self.capacity = capacity
        committedBatch = position.lastBatch
        waiting.reserveCapacity(4096)
        pthread_mutex_init(mutex, nil)
        // Deadlines are of the monotonic clock: someone who sets the host's clock does not stop the journal.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(arrival, &attributes)
        pthread_cond_init(progress, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(progress)
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        progress.deallocate()
        arrival.deallocate()
        mutex.deallocate()
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    var load: Double { locked { Double(weight) / Double(capacity) } }
    var status: JournalStatus { locked { storedStatus } }
    var lastSequence: UInt64 { locked { position.lastSequence } }
    var uncommitted: UInt64 { locked { position.lastBatch - committedBatch } }
    var isClosed: Bool { locked { isClosing } }

    // MARK: - The engine's side

    func append(_ batch: JournalBatch, durable: Acknowledgement?) -> UInt64 {
        var first: UInt64 = 0
        let isTaken = locked {
            first = position.lastSequence + 1
            guard !isClosing else { return false }
            position.lastBatch += 1
            position.lastSequence += UInt64(batch.events.count)
            let queued = QueuedBatch(
                number: position.lastBatch, firstSequence: first, batch: batch, durable: durable)
            weight += queued.weight
            waiting.append(queued)
            pthread_cond_signal(arrival)
            return true
        }
        if !isTaken { durable?(.failure(JournalError(.closed, "the journal is closed"))) }
        return first
    }

    func waitUntilCommitted(timeoutMilliseconds: Int) -> Bool {
        var deadline = timespec(millisecondsFromNow: timeoutMilliseconds)
        return locked {
            let target = position.lastBatch
            while committedBatch < target {
                if pthread_cond_timedwait(progress, mutex, &deadline) == ETIMEDOUT { return committedBatch >= target }
            }
            return true
        }
    }

    /// False when someone else closes already.
    func beginClosing() -> Bool {
        locked {
            guard !isClosing else { return false }
            isClosing = true
            pthread_cond_signal(arrival)
            return true
        }
    }

    // MARK: - The writer's side

    /// Moves all that waits behind `batches`. Waits for it: until something arrives or the queue closes, and no longer
    /// than `milliseconds` where they are given. False when the queue is closing.
    func take(into batches: inout [QueuedBatch], waitingMilliseconds milliseconds: Int?) -> Bool {
        var deadline = timespec(millisecondsFromNow: milliseconds ?? 0)
        return locked {
            while waiting.isEmpty, !isClosing, milliseconds != 0 {
                if milliseconds == nil {
                    pthread_cond_wait(arrival, mutex)
                } else if pthread_cond_timedwait(arrival, mutex, &deadline) == ETIMEDOUT {
                    break
                }
            }
            if batches.isEmpty {
                swap(&batches, &waiting)
            } else {
                batches.append(contentsOf: waiting)
                waiting.removeAll(keepingCapacity: true)
            }
            return !isClosing
        }
    }

    func committed(upTo batch: UInt64, weight done: Int) {
        locked {
            committedBatch = batch
            weight -= done
            storedStatus = .healthy
            pthread_cond_broadcast(progress)
        }
    }

    func failed(_ error: JournalError, at time: Timestamp) {
        locked {
            if case .failing(_, let since) = storedStatus {
                storedStatus = .failing(error, since: since)
            } else {
                storedStatus = .failing(error, since: time)
            }
        }
    }
}

extension timespec {
    init(millisecondsFromNow milliseconds: Int) {
        self.init()
        clock_gettime(CLOCK_MONOTONIC, &self)
        let nanoseconds = tv_nsec + milliseconds % 1000 * 1_000_000
        tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
        tv_nsec = nanoseconds % 1_000_000_000
    }
}
