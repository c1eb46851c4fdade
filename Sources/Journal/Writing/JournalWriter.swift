import GRDB
import Glibc
import Trading

/// The writer's thread: takes what waits, commits it, says so, and tries again where it cannot.
final class JournalWriter: @unchecked Sendable {
    let queue: BatchQueue
    private let pool: DatabasePool
    private let path: String
    private let options: JournalOptions
    private var thread = pthread_t()

    // The writer's thread only.
    private var pending: [QueuedBatch] = []
    /// Those before it are written.
    private var next = 0
    private var isFailing = false
    private let buffers = TransactionBuffers()

    /// Most batches and, if the first has not more, facts of one transaction.
    private static let batchMaximum = 256
    private static let weightMaximum = 65_536

    init(pool: DatabasePool, path: String, options: JournalOptions, position: JournalPosition) {
        self.pool = pool
        self.path = path
        self.options = options
        queue = BatchQueue(position: position, capacity: options.capacity)
    }

    func start() {
        let context = Unmanaged.passRetained(self).toOpaque()
        let result = pthread_create(&thread, nil, JournalWriter.main, context)
        precondition(result == 0, "no thread for the journal: \(result)")
    }

    func join() { pthread_join(thread, nil) }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        Unmanaged<JournalWriter>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }

    private func run() {
        var isOpen = true
        while isOpen || next < pending.count {
            if isFailing {
                isOpen = pause()
            } else {
                isOpen = queue.take(into: &pending, waitingMilliseconds: next < pending.count ? 0 : nil)
            }
            guard next < pending.count else { continue }
            writeNext()
            // With the journal closing there is one attempt for each that waits, and no waiting for better times.
            if isFailing, !isOpen { return }
        }
    }

    /// Waits for the next attempt. Who asks meanwhile is told at once that nothing can be written.
    private func pause() -> Bool {
        let started = monotonicMilliseconds()
        while true {
            let left = options.retryMilliseconds - (monotonicMilliseconds() - started)
            let isOpen = queue.take(into: &pending, waitingMilliseconds: max(left, 0))
            if case .failing(let error, _) = queue.status { refuse(error) }
            if !isOpen || left <= 0 { return isOpen }
        }
    }

    /// One transaction: as many of the pending batches as it may take.
    private func writeNext() {
        var end = next
        var weight = 0
        while end < pending.count, end - next < JournalWriter.batchMaximum,
            end == next || weight + pending[end].weight <= JournalWriter.weightMaximum
        {
            weight += pending[end].weight
            end += 1
        }
        do {
            try attempt(path) { try commit(pending[next..<end]) }
            isFailing = false
            queue.committed(upTo: pending[end - 1].number, weight: weight)
            for index in next..<end { pending[index].durable?(.success(())) }
            drop(upTo: end)
        } catch {
            isFailing = true
            queue.failed(error, at: .wallClock)
            refuse(error)
        }
    }

    private func commit(_ batches: ArraySlice<QueuedBatch>) throws {
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                // A commit that reported an error may yet have reached the disk.
                let stored = try JournalPosition.stored(db)
                let rest = batches.drop { $0.number <= stored.lastBatch }
                if let last = rest.last {
                    var transaction = Transaction(db, options, buffers)
                    try transaction.write(rest, upTo: last)
                }
                return .commit
            }
        }
    }

    /// Tells everyone who waits, once.
    private func refuse(_ error: JournalError) {
        for index in next..<pending.count {
            guard let durable = pending[index].durable else { continue }
            pending[index].durable = nil
            durable(.failure(error))
        }
    }

    private func drop(upTo end: Int) {
        next = end
        if next == pending.count {
            pending.removeAll(keepingCapacity: pending.capacity <= 16_384)
            next = 0
        } else if next > 4096 {
            pending.removeFirst(next)
            next = 0
        }
    }
}

func monotonicMilliseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}

extension Timestamp {
    /// The host's clock.
    static var wallClock: Timestamp {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(nanoseconds: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))
    }
}
